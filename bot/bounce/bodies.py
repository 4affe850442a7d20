"""Bounces that were written for people, to Evidence: who failed, and the words that are about them."""

import bisect
import itertools
import re
from collections.abc import Iterator

from bot.bounce.evidence import Evidence, EvidenceKind
from bot.bounce.formats import Formats
from bot.bounce.mime import MAX_BODY, fields_of
from bot.bounce.replies import ADDRESS, addresses_in, codes_of, only_address, read_words

MAX_RECIPIENTS = 1_000
_HEADING = re.compile(r"[ \t|]*-{3,}.{0,100}-{3,}[ \t|]*")
_OWN = ("from", "to", "sender", "return-path", "delivered-to", "errors-to", "reply-to")
"""Fields of a bounce's header with the addresses of those who write and get it."""

_OFFICES = ("postmaster", "abuse", "support", "mailer-daemon", "helpdesk", "webmaster", "noc", "security", "info")


def read_body(
    text: str, formats: Formats, source: str = "", *, header: str = "", original: str = "", expect: str | None = None
) -> Iterator[Evidence]:
    """
    Read a bounce that was written for people.

    Args:
        header: the mail's own header, as text.
        original: the header of the message that bounced, where it came along.
        expect: a recipient that is known from elsewhere.
    """
    framings = formats.framings
    words, copy = _before_copy(text, formats)
    fields = fields_of(header)
    kind = _kind_of(header, words[:MAX_BODY], formats)
    lines = words.splitlines()
    own = {address.lower() for name in _OWN for address in addresses_in(fields.get(name, ""))}
    places = _places(lines, formats, "recipient")
    places = [place for place in places if place[1].lower() not in own] or places
    places = _failed(places, fields.get("x-failed-recipients", ""))
    if not places and expect is not None:
        places = [(0, expect)]
    elif not places:
        places = [(0, address) for address in _mentioned(words, copy or original, fields, formats, own)]
    named = _by_name(places)
    several = len(named) > 1
    ends = sorted({at for at, _ in places} | (_sessions(lines, formats) if several else set()))
    for name, starts in itertools.islice(named.items(), MAX_RECIPIENTS):
        below = _own_words(lines, starts, ends)
        told = len(ADDRESS.sub("", below).split()) >= 2 if several else codes_of(below)[0] is not None
        below = below if told else words
        yield read_words(below, framings, kind=kind, source=source, recipient=name, time=fields.get("date"))
    if not named and (header or codes_of(words)[0]):
        yield read_words(words, framings, kind=kind, source=source, time=fields.get("date"))


def _failed(places: list[tuple[int, str]], listed: str) -> list[tuple[int, str]]:
    """*places*, where the header lists who failed those of them alone, and the others at the beginning."""
    wanted = {address.lower(): address for address in addresses_in(listed)}
    if not wanted:
        return places
    kept = [(at, address) for at, address in places if address.lower() in wanted]
    there = {address.lower() for _, address in kept}
    return kept + [(0, address) for name, address in wanted.items() if name not in there]


def _by_name(places: list[tuple[int, str]]) -> dict[str, list[int]]:
    """Where each recipient stands, whatever the case of its letters; in the order that they are first named."""
    spelled: dict[str, str] = {}
    named: dict[str, list[int]] = {}
    for at, address in places:
        named.setdefault(spelled.setdefault(address.lower(), address), []).append(at)
    return named


def _kind_of(header: str, words: str, formats: Formats) -> EvidenceKind:
    """What a notice is, by its header and words; a permanent reply is a failure, whatever they say of delays before."""
    framings = formats.framings
    reply = codes_of(words)[0] or ""
    if framings.first("delayed", header) is not None:
        return "delayed"
    if not reply.startswith("5") and framings.first("delayed", words) is not None:
        return "delayed"
    delivered = not reply and framings.first("delivered", f"{header}\n{words}") is not None
    return "delivered" if delivered else "failure"


def _before_copy(text: str, formats: Formats) -> tuple[str, str]:
    """The report, and the copy of the original message that follows it."""
    data = text.encode("utf-8", "replace")
    starts = [span[0] for frame in formats.framings.all("copy") if (span := frame.expression.span(data)) is not None]
    cut = min((start for start in starts if start > 40), default=len(data))
    return data[:cut].decode("utf-8", "replace"), data[cut:].decode("utf-8", "replace")


def _places(lines: list[str], formats: Formats, use: str) -> list[tuple[int, str]]:
    """The lines that name a recipient, and whom."""
    places: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        if "@" in line:
            found = formats.framings.first(use, line)
            if found is None and use == "recipient" and number - 1 not in (at for at, _ in places[-1:]):
                found = formats.framings.first("origin", line)
            address = only_address(found[0]["recipient"]) if found else None
            if address is not None:
                places.append((number, address))
    return places


def _mentioned(words: str, original: str, fields: dict[str, str], formats: Formats, own: set[str]) -> list[str]:
    """Recipients where no line of their own names them: in a sentence, else the original message's."""
    found = [address for _, address in _places(words.splitlines(), formats, "mention")]
    joined = formats.framings.first("mention", " ".join(words.split()))
    found += list(addresses_in(joined[0]["recipient"])) if joined else []
    others = [address for address in dict.fromkeys(found) if address.lower() not in own]
    if others:
        return others
    sent = fields_of(original)
    to = list(addresses_in(f"{sent.get('to', '')} {sent.get('cc', '')}"))
    named = [address for address in _named(words) if address.lower() not in own]
    likely = [address for address in named if address.lower() in {item.lower() for item in to}]
    return (likely or named or to or list(addresses_in(fields.get("subject", ""))) or list(dict.fromkeys(found)))[:1]


def _named(words: str) -> list[str]:
    """The addresses in *words*, but those of offices (RFC 2142) and ids of messages."""
    lines = (line for line in words[:MAX_BODY].splitlines() if "@" in line and "message-id" not in line.lower())
    found = dict.fromkeys(address for line in lines for address in addresses_in(line))
    return [address for address in found if address.partition("@")[0].lower() not in _OFFICES]


def _sessions(lines: list[str], formats: Formats) -> set[int]:
    """The lines at which the account of another session begins."""
    return {at for at, line in enumerate(lines) if formats.framings.first("session", line) is not None}


def _own_words(lines: list[str], starts: list[int], ends: list[int]) -> str:
    """The lines from where a name stands to where the next recipient or session does, without headings."""
    own: list[str] = []
    for at in starts:
        after = bisect.bisect_right(ends, at)
        own += lines[at : ends[after] if after < len(ends) else len(lines)]
    return "\n".join(line for line in own if not _HEADING.fullmatch(line))
