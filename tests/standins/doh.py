"""A DNS-over-HTTPS server on loopback (RFC 8484): zones given as text, faults on demand."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone
from aiohttp import web

MEDIA_TYPE = "application/dns-message"
Fault = Callable[[dns.message.Message], Awaitable[web.StreamResponse | None]]


class DohStandIn:
    """
    A resolver that knows the zones it is given; every other name does not exist.

    *asked* are the questions that came, as ``name type``; *delay* seconds before each answer; *secure* sets AD.
    """

    def __init__(self, zones: dict[str, str] | None = None) -> None:
        self.zones: dict[dns.name.Name, dns.zone.Zone] = {}
        self.asked: list[str] = []
        self.connections: set[object] = set()
        self.versions: set[tuple[int, int]] = set()
        self.delay = 0.0
        self.secure = False
        self.faults: dict[str, Fault] = {}
        """By ``name type`` or ``*``: what is answered instead; None goes on as usual."""
        self._runner: web.AppRunner | None = None
        self.url = ""
        for origin, text in (zones or {}).items():
            self.add(origin, text)

    def add(self, origin: str, text: str, ttl: int = 300) -> None:
        """Serve a zone; the SOA is added."""
        soa = f"@ {ttl} IN SOA ns.{origin}. admin.{origin}. 1 3600 600 86400 {ttl}\n@ {ttl} IN NS ns.{origin}.\n"
        zone = dns.zone.from_text(f"$TTL {ttl}\n{soa}{text}", origin=origin, relativize=False)
        self.zones[dns.name.from_text(origin)] = zone

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/dns-query", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/dns-query"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.connections.add(request.transport)
        if request.method == "POST":
            if request.content_type != MEDIA_TYPE:
                return web.Response(status=415)
            wire = await request.read()
        else:
            text = request.query.get("dns", "")
            wire = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        query = dns.message.from_wire(wire)
        question = query.question[0]
        key = f"{question.name.to_text().rstrip('.')} {dns.rdatatype.to_text(question.rdtype)}"
        self.asked.append(key)
        if self.delay:
            await asyncio.sleep(self.delay)
        fault = self.faults.get(key) or self.faults.get("*")
        struck = await fault(query) if fault is not None else None
        if struck is DROPPED and request.transport is not None:
            request.transport.abort()
        return struck if struck is not None else reply(self.looked_up(query))

    def looked_up(self, query: dns.message.Message) -> dns.message.Message:
        """The answer to a query, CNAMEs followed."""
        answer = dns.message.make_response(query, recursion_available=True)
        if self.secure:
            answer.flags |= dns.flags.AD
        name, kind = query.question[0].name, query.question[0].rdtype
        for _ in range(8):
            zone = next((zone for origin, zone in self.zones.items() if name.is_subdomain(origin)), None)
            node = zone.get_node(name) if zone is not None else None
            if zone is None or (node is None and not _has_below(zone, name)):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            found = node.get_rdataset(dns.rdataclass.IN, kind) if node is not None else None
            alias = node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.CNAME) if node is not None else None
            if found is not None:
                answer.answer.append(dns.rrset.from_rdata_list(name, found.ttl, list(found)))
                return answer
            if alias is None:
                if zone is not None:
                    soa = zone.get_rdataset(zone.origin, dns.rdatatype.SOA)
                    assert soa is not None
                    assert zone.origin is not None
                    answer.authority.append(dns.rrset.from_rdata_list(zone.origin, soa.ttl, list(soa)))
                return answer
            answer.answer.append(dns.rrset.from_rdata_list(name, alias.ttl, list(alias)))
            name = alias[0].target
        return answer


def reply(message: dns.message.Message) -> web.Response:
    """A DNS message as an HTTP response."""
    return web.Response(body=message.to_wire(max_size=65_535), headers={"Content-Type": MEDIA_TYPE})


def rcode(code: dns.rcode.Rcode) -> Fault:
    """Answer with an error code."""

    async def struck(query: dns.message.Message) -> web.StreamResponse:
        answer = dns.message.make_response(query)
        answer.set_rcode(code)
        return reply(answer)

    return struck


def raw(body: bytes, content_type: str = MEDIA_TYPE, status: int = 200) -> Fault:
    """Answer with these bytes."""

    async def struck(_: dns.message.Message) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers={"Content-Type": content_type})

    return struck


async def truncated(query: dns.message.Message) -> web.StreamResponse:
    """Answer with the TC flag."""
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.TC
    return reply(answer)


async def of_another_question(query: dns.message.Message) -> web.StreamResponse:
    """Answer what nobody asked."""
    return reply(dns.message.make_response(dns.message.make_query("other.example", "A", id=query.id)))


DROPPED = web.Response()


async def drop(_: dns.message.Message) -> web.StreamResponse:
    """Cut the connection."""
    return DROPPED


def once(fault: Fault) -> Fault:
    """Do so the first time only."""
    struck = False

    async def first(query: dns.message.Message) -> web.StreamResponse | None:
        nonlocal struck
        if struck:
            return None
        struck = True
        return await fault(query)

    return first


async def hang(_: dns.message.Message) -> web.StreamResponse | None:
    """Never answer."""
    await asyncio.Event().wait()
    return None


def _has_below(zone: dns.zone.Zone, name: dns.name.Name) -> bool:
    return any(known.is_subdomain(name) for known in zone.nodes if isinstance(known, dns.name.Name))
