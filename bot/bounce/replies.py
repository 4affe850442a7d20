"""A server's words: the reply code and enhanced status code in them, who said them, in answer to which command."""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from bot.bounce.evidence import Evidence, EvidenceKind
from bot.bounce.times import iso_of, seconds_of
from bot.bounce.wording import Expression
from bot.lexicon import tidy
from knowledge.reading import Framing
from knowledge.schema import Knowledge

MAX_READ = 20_000
"""Characters of one recipient's text that are read; replies are short, and what follows is a copy of the message."""

_REPLY = re.compile(r"(?<![\w.#/@+$%-])([2-5][0-9][0-9])(?![\w.%@/]|,[0-9]|-[0-9]{2,}(?!\.[0-9]))")
_STATUS = re.compile(r"(?<![\w.\-/])([245])\.([0-9]{1,3})\.([0-9]{1,3})(?![\w/]|\.[0-9]|-[0-9])")
_PAIRED = re.compile(r"[ :\-]*[#(\[<'\"]?([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![\w/]|\.[0-9])")
_SUCCESS = re.compile(r"\A[23][0-9][0-9][ -][A-Za-z0-9<]")
_BEFORE = re.compile(r"(?:^|\n|[:;>\[(\"'|=\uff08\uff1a]|<<<|[^0-9] -|\.\.\.|\],|said|reply|was)[ \t]*\Z")
_NAMED = re.compile(r"(?:error|code|status|reply|smtp|returned|response)[ :=#(\[]*\Z", re.IGNORECASE)
_ECHO = re.compile(r"(?<=\S) 503[ -](?:5\.[0-9]\.[0-9] )?[^0-9]{0,60}(?=$| [45][0-9][0-9][ -])")
_AFTER = ("", *" -\n\"':;)]=<")
SOMEBODY = "\u2400somebody@example.com"
"""What stands for the recipient in texts that are parsed, so that the same words are parsed once."""

REMEMBERED = 32_768
_FOLLOWING = "503"
"""Bad sequence of commands: what servers say to the commands after the one that they refused."""


class _Frame(msgspec.Struct, frozen=True):
    expression: Any
    needle: str | None
    command: str | None
    mta: str | None


class _Words(msgspec.Struct, frozen=True):
    """What a text says by itself: fields, the codes, and the server's words joined."""

    fields: Mapping[str, str]
    reply: str | None
    status: str | None
    text: str


class Framings(msgspec.Struct, frozen=True):
    """How software frames a server's words, compiled, by use; *parse* keeps the last `REMEMBERED` texts."""

    by_use: Mapping[str, tuple[_Frame, ...]]
    parse: Callable[[str], _Words]

    def first(self, use: str, text: str) -> tuple[dict[str, str], _Frame] | None:
        """The fields of the first framing of *use* that fits, in the order of the file."""
        lowered, data = text.lower(), text.encode()
        for frame in self.by_use.get(use, ()):
            if frame.needle is None or frame.needle in lowered:
                fields = frame.expression.fields(data)
                if fields is not None:
                    return fields, frame
        return None

    def all(self, use: str) -> tuple[_Frame, ...]:
        return self.by_use.get(use, ())


def compile_framings(knowledge: Knowledge) -> Framings:
    """Compile every framing."""
    by_use: dict[str, list[_Frame]] = {}
    for framing in knowledge.framings.values():
        by_use.setdefault(framing.use, []).append(_compiled(framing))
    frames = {use: tuple(frames) for use, frames in by_use.items()}
    return Framings(frames, functools.lru_cache(REMEMBERED)(functools.partial(_parsed, frames)))


def _compiled(framing: Framing) -> _Frame:
    return _Frame(Expression(framing.match), framing.needle, framing.command, framing.mta)


def read_words(
    text: str, framings: Framings, *, kind: EvidenceKind = "failure", source: str = "", **given: str | None
) -> Evidence:
    """
    Read what one recipient's text says.

    Args:
        text: a reply, or what software wrote around one; its lines may still be apart.
        given: fields of Evidence known from elsewhere (``recipient``, ``status`` …); they win over the text's.
    """
    recipient = given.get("recipient") or ""
    known = recipient if recipient and recipient in text else ""
    found = framings.parse((text.replace(known, SOMEBODY) if known else text)[:MAX_READ])
    fields: dict[str, Any] = {**found.fields, **{name: value for name, value in given.items() if value}}
    fields["delay"], fields["time"] = seconds_of(fields.get("delay")), iso_of(fields.get("time"))
    fields.setdefault("reply", found.reply)
    fields.setdefault("status", found.status)
    words = found.text.replace(SOMEBODY, known) if known else found.text
    return Evidence(source=source, kind=kind, text=words, **fields)


def _parsed(frames: Mapping[str, tuple[_Frame, ...]], words: str) -> _Words:
    fields: dict[str, str] = {}
    whole = words
    lowered, data = words.lower(), words.encode("utf-8", "replace")
    for frame in frames.get("stage", ()):
        if (frame.needle is None or frame.needle in lowered) and frame.expression.span(data) is not None:
            fields["command"] = frame.command or ""
            break
    for frame in frames.get("words", ()):
        if frame.needle is None or frame.needle in lowered:
            found = frame.expression.fields(data)
            if found is not None:
                words = found.pop("text", words)
                lowered, data = words.lower(), words.encode("utf-8", "replace")
                extra = (("command", frame.command), ("mta", frame.mta))
                fields = {**found, **{name: value for name, value in extra if value}, **fields}
    reply, status = codes_of(words)
    if reply is None and status is None:
        status = codes_of(whole)[1]
    told = fields.pop("reply", None) or reply, fields.pop("status", None) or status
    return _Words({n: v for n, v in fields.items() if v}, *told, joined(words, *told))


def codes_of(text: str) -> tuple[str | None, str | None]:
    """
    The reply code and the enhanced status code that a text states.

    A number counts as a reply code where one can stand: before an enhanced status code, at the start of a line, after
    what introduces a quotation, or after a word for it. Of several replies on lines of their own the permanent one
    counts, and what was said to the commands after it does not.
    """
    best: tuple[tuple[int, int, int, int], re.Match[str]] | None = None
    for found in _REPLY.finditer(text):
        if found.group(1)[0] not in "45" and not (found.start() == 0 and _SUCCESS.match(text)):
            continue
        before = text[max(0, found.start() - 12) : found.start()]
        paired = _PAIRED.match(text, found.end())
        if paired and paired.group(1)[0] == found.group(1)[0]:
            score = 3
        elif _BEFORE.search(before):
            score = 2 if text[found.end() : found.end() + 1] in _AFTER else 1
        elif _NAMED.search(before):
            score = 1
        else:
            continue
        own_line = not before.rsplit("\n", 1)[-1].strip(" >-<|")
        follows = found.group(1) == _FOLLOWING
        rank = (-int(not follows), -score, -int(own_line and found.group(1)[0] == "5"), found.start())
        if best is None or rank < best[0]:
            best = rank, found
    reply = best[1].group(1) if best else None
    return reply, _status_of(text, best[1] if best else None)


def _status_of(text: str, reply: re.Match[str] | None) -> str | None:
    if reply is not None:
        paired = _PAIRED.match(text, reply.end())
        if paired:
            return paired.group(1)
    others = [found.group(0) for found in _STATUS.finditer(text)]
    if reply is not None:
        others.sort(key=lambda status: status[0] != reply.group(1)[0])
    return next((status for status in others if int(status.split(".")[1]) <= 7), None)


def joined(text: str, reply: str | None, status: str | None) -> str:
    """The words on one line, with the code that its continuation lines repeat said once."""
    if reply is not None and text.lstrip().startswith(reply):
        own = rf"(?:#?{re.escape(status)} )?" if status else ""
        text = re.sub(rf"\n\s*{reply}[ -]{own}(?=\S)", "\n", text)
    words = tidy(text)
    if reply is not None and words.startswith(f"{reply}-"):
        words = f"{reply} {words[4:]}"
    if reply is not None and reply != _FOLLOWING:
        words = _ECHO.sub("", words)
    if reply is None or words.count(reply) < 2:
        return words
    code = rf"{reply}[ -](?:#?{re.escape(status)} )?" if status else rf"{reply}-"
    again = re.compile(rf"(?<=[\s.,;:)>]){code}(?=\S)")
    first = words.find(reply)
    head, rest = words[: first + 3], words[first + 3 :]
    return f"{head}{again.sub('', rest)}".replace(f"{reply}-", f"{reply} ")


def only_address(text: str) -> str | None:
    """The address that *text* is, or else the first one in it; what is one by itself may have ``=`` and ``'`` too."""
    return text if _EXACT.fullmatch(text) else next(addresses_in(text), None)


def addresses_in(text: str) -> Iterator[str]:
    """The mail addresses in a text, in order."""
    yield from (found.group(1) for found in ADDRESS.finditer(text))


_MARKS = r"\u3000-\u3004\u3008-\u3020\uff01-\uff0f\uff1a-\uff20"
"""Punctuation of Chinese and Japanese texts, which stands beside an address without a space."""

_LABEL = rf"[^\s\x00-,./:-@\[-\^`{{-\u00a0{_MARKS}]+"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.IPv]{{3,50}}\])"
_QUOTED = r"\"[^\"\n@<>]{1,64}\""
_ATOMS = rf"[^\s@<>\"'(),;:\[\]{{}}|={_MARKS}]{{1,64}}"
ADDRESS = re.compile(rf"(?<![\w.@+-])((?:{_QUOTED}|{_ATOMS}(?:'{_ATOMS})?)@{_DOMAIN})")
_EXACT = re.compile(
    rf"(?:{_QUOTED}|[^\s@<>\"'(),;:\[\]{{}}{_MARKS}][^\s@<>\"(),;:\[\]{{}}{_MARKS}]{{0,255}})@{_DOMAIN}"
)
