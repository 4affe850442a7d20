"""
DNS over HTTPS (RFC 8484): dnspython's messages, posted by httpx to the one resolver that is configured.

Answers are kept as long as their TTL says, up to a number of names; a question asked twice at once goes out once.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import httpx
import msgspec

from bot.mailbox.facts import Missing

MEDIA_TYPE = "application/dns-message"
MAX_ANSWER = 65_535
"""Bytes of a DNS message (RFC 8484 §6)."""

BACK_OFF = (0.05, 0.2)
"""Seconds before a question is asked again."""

MAX_KEPT = 10_000
_EXPLANATION = re.compile(r"(?i)\sexp=\S*")
LONGEST = 86_400
SHORTEST_NEGATIVE = 5
"""Seconds: the longest that anything is kept, and how long an absence without an SOA is."""


class Found(msgspec.Struct, frozen=True):
    """Records of one name and type; none where *exists* tells whether there is such a name; *secure* by DNSSEC."""

    records: tuple[Any, ...] = ()
    exists: bool = True
    secure: bool = False
    ttl: int = 0


class Resolver:
    """
    One resolver.

    Args:
        client: posts the questions; redirects off, time limits set.
        url: the resolver's, such as ``https://dns.example/dns-query``.
        clock: seconds that only go forward.
    """

    def __init__(self, client: httpx.AsyncClient, url: str, clock: Callable[[], float]) -> None:
        self._client, self._url, self._clock = client, url, clock
        self._kept: OrderedDict[tuple[str, str], tuple[float, Found]] = OrderedDict()
        self._asking: dict[tuple[str, str], asyncio.Task[Found | Missing]] = {}

    async def ask(self, name: str, kind: str) -> Found | Missing:
        """The records of *name*, CNAMEs followed; *kind* such as ``MX``."""
        key = (name.lower().rstrip("."), kind)
        kept = self._kept.get(key)
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._asked(*key))
            self._asking[key] = task
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return await asyncio.shield(task)

    async def texts(self, name: str) -> tuple[str, ...] | Missing:
        """The TXT records of *name*, each as one text."""
        found = await self.ask(name, "TXT")
        if isinstance(found, Missing):
            return found
        return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in found.records)

    async def _asked(self, name: str, kind: str) -> Found | Missing:
        try:
            question = dns.message.make_query(name, kind, want_dnssec=True, id=0)  # RFC 8484 §4.1: caches like id 0
            body = await self._answered(question.to_wire())
        except dns.exception.DNSException:
            return Missing("malformed")
        except httpx.TimeoutException:
            return Missing("timeout")
        except httpx.HTTPStatusError:
            return Missing("unavailable")
        except httpx.HTTPError:
            return Missing("network")
        found = body if isinstance(body, Missing) else read(body, question)
        if isinstance(found, Found):
            self._keep((name, kind), found)
        return found

    async def _answered(self, wire: bytes) -> bytes | Missing:
        """The resolver's answer; a lookup changes nothing, so what broke off, or failed there, is asked again."""
        for pause in BACK_OFF:
            try:
                return await self._posted(wire)
            except httpx.TimeoutException:
                raise  # the time that is left is too short
            except (httpx.TransportError, httpx.HTTPStatusError):
                await asyncio.sleep(pause)
        return await self._posted(wire)

    async def _posted(self, wire: bytes) -> bytes | Missing:
        headers = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
        async with self._client.stream("POST", self._url, content=wire, headers=headers) as response:
            if response.is_server_error:
                response.raise_for_status()
            if response.status_code != httpx.codes.OK:
                return Missing(
                    "rate-limited" if response.status_code == httpx.codes.TOO_MANY_REQUESTS else "unavailable"
                )
            if response.headers.get("Content-Type", "").partition(";")[0].strip() != MEDIA_TYPE:
                return Missing("malformed")
            return await bounded(response, MAX_ANSWER)

    def _keep(self, key: tuple[str, str], found: Found) -> None:
        if found.ttl > 0:
            self._kept[key] = (self._clock() + min(found.ttl, LONGEST), found)
            self._kept.move_to_end(key)
        while len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)


async def bounded(response: httpx.Response, most: int) -> bytes | Missing:
    """The body of a response, up to *most* bytes."""
    parts, size = [], 0
    async for part in response.aiter_raw():  # nothing is unpacked, so nothing can swell
        size += len(part)
        if size > most:
            return Missing("too-large")
        parts.append(part)
    return b"".join(parts)


def read(wire: bytes, question: dns.message.Message) -> Found | Missing:
    """What a resolver's answer says; anything that is no whole answer to *question* is Missing."""
    try:
        answer = dns.message.from_wire(wire)
        if not question.is_response(answer) or answer.flags & dns.flags.TC:
            return Missing("malformed")
        if answer.rcode() in (dns.rcode.SERVFAIL, dns.rcode.REFUSED):
            return Missing("server-failure" if answer.rcode() == dns.rcode.SERVFAIL else "refused")
        if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN) or not isinstance(
            answer, dns.message.QueryMessage
        ):
            return Missing("malformed")
        chain = answer.resolve_chaining()
    except (dns.exception.DNSException, ValueError):
        return Missing("malformed")
    records = tuple(chain.answer) if chain.answer is not None else ()
    has_end = records or any(rrset.rdtype == dns.rdatatype.SOA for rrset in answer.authority)
    return Found(
        records,
        exists=answer.rcode() != dns.rcode.NXDOMAIN,
        secure=bool(answer.flags & dns.flags.AD),
        ttl=chain.minimum_ttl if has_end else SHORTEST_NEGATIVE,
    )


class ForParsers:
    """
    The resolver as dnspython's own looks to parsers that ask DNS themselves, from another thread.

    Only what they use: ``resolve`` and ``lifetime``. *lost* is the first question that got no answer.
    """

    def __init__(self, resolver: Resolver, loop: asyncio.AbstractEventLoop, lifetime: float) -> None:
        self.lifetime = lifetime
        self.lost: Missing | None = None
        self._resolver, self._loop = resolver, loop

    def resolve(self, name: str, kind: str, **_: object) -> Iterator[Any]:
        """
        The records of a name.

        Raises:
            dns.resolver.NXDOMAIN: there is no such name.
            dns.resolver.NoAnswer: it has no such records.
            dns.exception.Timeout: it could not be found out.
        """
        asked = asyncio.run_coroutine_threadsafe(self._resolver.ask(str(name), kind), self._loop)
        try:
            found = asked.result(self.lifetime)
        except TimeoutError:
            found = Missing("timeout")
        if isinstance(found, Missing):
            self.lost = self.lost or found
            raise dns.resolver.LifetimeTimeout(timeout=self.lifetime, errors=[])  # type: ignore[no-untyped-call]  # dnspython leaves it untyped
        if not found.exists:
            raise dns.resolver.NXDOMAIN
        if not found.records:
            raise dns.resolver.NoAnswer(response=_no_answer(str(name), kind))  # type: ignore[no-untyped-call]  # dnspython leaves it untyped
        return map(_without_explanation, found.records) if kind == "TXT" else iter(found.records)


class Text(msgspec.Struct, frozen=True):
    """A TXT record as parsers read it."""

    strings: tuple[bytes, ...]


def without_explanation(record: str) -> str:
    """An SPF record without its ``exp=``, which says nothing here, and which the parser would look up by itself."""
    return _EXPLANATION.sub("", record) if record.lower().startswith("v=spf1") else record


def _without_explanation(record: Any) -> Text:
    text = b"".join(record.strings).decode("latin-1")
    return Text((without_explanation(text).encode("latin-1"),))


def _no_answer(name: str, kind: str) -> dns.message.QueryMessage:
    return dns.message.make_response(dns.message.make_query(name, kind))  # type: ignore[return-value]  # of a query it is one
