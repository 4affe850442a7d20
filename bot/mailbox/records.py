"""The records of a domain that mail depends on: MX, SPF, DKIM, DMARC, MTA-STS, TLS-RPT."""

import asyncio
import base64
import binascii
import ipaddress
import re
from collections.abc import Sequence
from typing import Any

from bot.mailbox.facts import Dkim, Dmarc, Host, Missing, Mx, Spf
from bot.mailbox.resolving import ForParsers, Found, Resolver, without_explanation

MAX_HOSTS = 20
DEEPEST = 8
"""Names that the DMARC tree walk asks at most (RFC 9989 §4.10)."""

ED25519_BYTES = 32
_POINTS = re.compile(r"(?i)(?:^|\s)[+?~-]?(?:include:|redirect=|exists:)([^\s%]+)(?=\s|$)")
_HOSTS = re.compile(r"(?i)(?:^|\s)[+?~-]?(a|mx)(?::([^\s/%]+))?(?:/\S+)?(?=\s|$)")


async def mx_of(domain: str, resolver: Resolver) -> Mx | Missing:
    """Where mail for *domain* goes: its MX, else the domain itself (RFC 5321 §5.1), or nowhere (RFC 7505)."""
    found = await resolver.ask(domain, "MX")
    if isinstance(found, Missing):
        return found
    named = sorted((record.preference, str(record.exchange).rstrip(".").lower()) for record in found.records)
    if [name for _, name in named] == [""]:
        return Mx("null")
    if not named:
        host = await _host(domain, 0, resolver)
        if isinstance(host, Missing):
            return host
        return Mx("implicit", (host,)) if host.addresses else Mx("none")
    hosts = await asyncio.gather(*(_host(name, preference, resolver) for preference, name in named[:MAX_HOSTS]))
    lost = next((host for host in hosts if isinstance(host, Missing)), None)
    return lost or Mx("explicit", tuple(host for host in hosts if isinstance(host, Host)))


async def _host(name: str, preference: int, resolver: Resolver) -> Host | Missing:
    four, six = await asyncio.gather(resolver.ask(name, "A"), resolver.ask(name, "AAAA"))
    lost = next((found for found in (four, six) if isinstance(found, Missing)), None)
    if lost is not None and not any(found.records for found in (four, six) if isinstance(found, Found)):
        return lost  # no address is known, and one may be there
    addresses = tuple(record.address for found in (four, six) if isinstance(found, Found) for record in found.records)
    private = tuple(address for address in addresses if not ipaddress.ip_address(address).is_global)
    return Host(name, preference, addresses, private)


async def spf_of(domain: str, resolver: Resolver, limit: float) -> Spf | Missing:
    """The domain's SPF, evaluated as far as a sender's IP address is not needed (RFC 7208); *limit* in seconds."""
    texts = await resolver.texts(domain)
    if isinstance(texts, Missing):
        return texts
    records = tuple(text for text in texts if re.match(r"(?i)v=spf1(?: |$)", text))
    if len(records) != 1:
        return Spf(records, error="several" if records else None)
    await _ahead(domain, records[0], resolver, set())
    parser = ForParsers(resolver, asyncio.get_running_loop(), limit)
    return await asyncio.to_thread(_evaluated, records[0], domain, parser)


async def _ahead(domain: str, record: str, resolver: Resolver, seen: set[str]) -> None:
    """Ask for everything that evaluating *record* will need, at once; the answers are kept."""
    hosts = {(kind.lower(), name or domain) for kind, name in _HOSTS.findall(record)}
    points = set(_POINTS.findall(record)) - seen
    seen |= points
    if len(seen) > 3 * DEEPEST:
        return

    async def follow(name: str) -> None:
        others = [resolver.ask(name, kind) for kind in ("SPF", "CNAME")]  # the parser looks for these mistakes too
        texts, _ = await asyncio.gather(resolver.texts(name), asyncio.gather(*others))
        for text in () if isinstance(texts, Missing) else texts:
            if text.lower().startswith("v=spf1"):
                await _ahead(name, text, resolver, seen)

    addresses = [_host(name, 0, resolver) for kind, name in hosts if kind == "a"]
    exchanges = [mx_of(name, resolver) for kind, name in hosts if kind == "mx"]
    await asyncio.gather(*addresses, *exchanges, *map(follow, points))


def _evaluated(record: str, domain: str, parser: ForParsers) -> Spf | Missing:
    from checkdmarc import spf

    _forget()
    try:
        told: Any = spf.parse_spf_record(
            without_explanation(record), domain, resolver=parser, timeout=parser.lifetime, retries=0
        )
    except spf.SPFTooManyVoidDNSLookups as error:
        return Spf((record,), void=_number(error, "void_dns_lookups"), error="too-many-void")
    except spf.SPFTooManyDNSLookups as error:
        return Spf((record,), lookups=_number(error, "dns_lookups"), error="too-many-lookups")
    except (spf.SPFIncludeLoop, spf.SPFRedirectLoop):
        return Spf((record,), error="loop")
    except spf.SPFError:
        return parser.lost or Spf((record,), error="syntax")
    if parser.lost is not None:
        return parser.lost  # an include that did not answer may say anything
    last = told["parsed"]
    while last.get("redirect") and last["redirect"].get("parsed"):
        last = last["redirect"]["parsed"]
    given = last["all"] if re.search(r"(?i)[+?~-]?all\b", record) or told["parsed"].get("redirect") else None
    return Spf((record,), given, told["dns_lookups"], told["void_dns_lookups"])


def _forget() -> None:
    """Empty the parsers' own cache, which knows no TTLs; our resolver keeps answers as long as they say."""
    from checkdmarc.utils import DNS_CACHE

    DNS_CACHE.clear()


def _number(error: Any, name: str) -> int | None:
    return (error.data or {}).get(name)


async def dkim_of(domain: str, selector: str, resolver: Resolver) -> Dkim | Missing:
    """The key of a selector (RFC 6376 §3.6.1)."""
    texts = await resolver.texts(f"{selector}._domainkey.{domain}")
    if isinstance(texts, Missing):
        return texts
    keys = [tags for text in texts if "p" in (tags := tags_of(text))]
    if not keys:
        return Dkim(selector, exists=False)
    tags = keys[0]
    key = re.sub(r"\s", "", tags["p"])
    kind = tags.get("k", "rsa").lower()
    if not key:
        return Dkim(selector, exists=True, kind=kind, revoked=True)
    bits = _bits(kind, key)
    testing = "y" in tags.get("t", "").lower().split(":")
    return Dkim(selector, exists=True, kind=kind, bits=bits, testing=testing, broken=bits is None)


def _bits(kind: str, key: str) -> int | None:
    """The length of a public key; None where it is none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        data = base64.b64decode(key, validate=True)
        if kind == "ed25519":
            return 8 * ED25519_BYTES if len(data) == ED25519_BYTES else None
        return int(load_der_public_key(data).key_size)  # type: ignore[union-attr]  # what has no size raises AttributeError
    except (binascii.Error, ValueError, UnsupportedAlgorithm, AttributeError):
        return None


async def dmarc_of(domain: str, resolver: Resolver, limit: float) -> Dmarc | Missing:
    """The policy that applies to mail from *domain*, found by walking up the tree (RFC 9989 §4.10)."""
    names = tree_of(domain)
    answers = await asyncio.gather(*(resolver.texts(f"_dmarc.{name}") for name in names))
    if isinstance(answers[0], Missing):
        return answers[0]
    records = {
        name: [text for text in texts if re.match(r"v\s*=\s*DMARC1\s*(?:;|$)", text)]
        for name, texts in zip(names, answers, strict=True)
        if not isinstance(texts, Missing)
    }
    if not records.get(domain):
        lost = next((texts for texts in answers if isinstance(texts, Missing)), None)
        if lost is not None:
            return lost  # the policy may stand where no answer came from
    walked = {name: tags_of(found[0]) for name, found in records.items() if len(found) == 1}
    organisation = organisation_of(domain, names, walked)
    holder = domain if records.get(domain) else organisation
    found = records.get(holder) or []
    if not found:
        return Dmarc(organisation)
    if len(found) > 1:
        return Dmarc(organisation, holder, error="several")
    parser = ForParsers(resolver, asyncio.get_running_loop(), limit)
    return await asyncio.to_thread(_policy, found[0], holder, organisation, parser)


def tree_of(domain: str) -> list[str]:
    """The names that the tree walk asks: the domain, then up to seven labels, down to one."""
    labels = domain.split(".")
    names = [domain]
    rest = labels[1:] if len(labels) <= DEEPEST else labels[-(DEEPEST - 1) :]
    while rest:
        names.append(".".join(rest))
        rest = rest[1:]
    return names


def organisation_of(domain: str, names: Sequence[str], walked: dict[str, dict[str, str]]) -> str:
    """The organisational domain by the records of the walk, else by the public suffix list."""
    for at, name in enumerate(names):
        psd = walked.get(name, {}).get("psd", "").lower()
        if psd == "n":
            return name
        if psd == "y" and at > 0:
            return names[at - 1]
    with_records = [name for name in names if name in walked]
    if with_records:
        return with_records[-1]
    from publicsuffixlist import PublicSuffixList

    return str(PublicSuffixList().privatesuffix(domain) or domain)


def _policy(record: str, holder: str, organisation: str, parser: ForParsers) -> Dmarc:
    from checkdmarc import dmarc

    _forget()
    try:
        told: Any = dmarc.parse_dmarc_record(record, holder, resolver=parser, timeout=parser.lifetime, retries=0)
    except dmarc.DMARCError:
        return Dmarc(organisation, holder, error="syntax")
    tags = {name: tag["value"] for name, tag in told["tags"].items()}
    return Dmarc(
        organisation, holder, tags["p"], tags.get("sp"), testing=tags.get("t") == "y", strict_dkim=tags["adkim"] == "s",
        strict_spf=tags["aspf"] == "s", reports=bool(tags.get("rua")),
    )  # fmt: skip


async def is_published(name: str, version: str, resolver: Resolver) -> bool | Missing:
    """Whether exactly one TXT record of *name* begins with a version (RFC 8461 §3.1, RFC 8460 §3)."""
    texts = await resolver.texts(name)
    if isinstance(texts, Missing):
        return texts
    return sum(text.startswith(f"v={version};") for text in texts) == 1


def tags_of(text: str) -> dict[str, str]:
    """The ``tag=value`` list of a DKIM or DMARC record (RFC 6376 §3.2)."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals and name.strip()}
