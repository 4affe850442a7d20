"""Log lines, webhook records and tables to Evidence, by the formats that the knowledge describes."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import msgspec

from bot.bounce.evidence import Evidence, EvidenceKind
from bot.bounce.replies import ADDRESS, Framings, compile_framings, read_words
from bot.bounce.wording import Expression, options
from knowledge.reading import LogFormat
from knowledge.schema import Knowledge

MAX_LINE = 65_536
"""Characters of one line of a log that are read."""

MAX_DEPTH = 3
"""How often a record may hold another as a string, as notifications do."""

_PLACE = re.compile(r"\{([^{}]*)\}")
_HOST = re.compile(r"^(?:dns;)?\s*([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)\.?(?:[\s(].*)?$")
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_CODES = r"[ :(\[][45][0-9][0-9][ -][45]\.[0-9]{1,3}\.[0-9]{1,3}[ :]"
_COMMANDS = {
    "RCPT": "rcpt", "MAIL": "mail", "EHLO": "ehlo", "HELO": "ehlo", "LHLO": "ehlo", "CONNECT": "connect",
    ".": "end-of-data", "DATA": "data", "BDAT": "bdat", "AUTH": "auth", "STARTTLS": "starttls",
    "END-OF-MESSAGE": "end-of-data",
    "VRFY": "vrfy", "ETRN": "etrn", "AFTER": "end-of-data",
}  # fmt: skip


class _Line(msgspec.Struct, frozen=True):
    expression: Any
    format: LogFormat


class _Plain(msgspec.Struct, frozen=True):
    fits: Callable[[str], re.Match[str] | None]
    format: LogFormat


class Formats(msgspec.Struct, frozen=True):
    """The formats compiled: *failing* finds, in many lines at once, those that may report a failure."""

    framings: Framings
    prefixes: tuple[Any, ...]
    lines: tuple[_Line, ...]
    plain: tuple[_Plain, ...]
    outcomes: Mapping[str, Mapping[str, EvidenceKind | None]]
    signs: Any
    remember: Mapping[str, Any]
    json: tuple[tuple[tuple[Any, ...], LogFormat], ...]
    tables: tuple[tuple[tuple[Any, ...], LogFormat], ...]


def compile_formats(knowledge: Knowledge) -> Formats:
    """Compile every log format and framing."""
    formats = tuple(knowledge.log_formats.values())
    lines = tuple(_Line(Expression(expression), f) for f in formats if f.kind == "line" for expression in f.match)
    signs = "|".join((*(f"(?:{sign})" for f in formats if f.kind == "line" for sign in f.signs), _CODES))
    return Formats(
        framings=compile_framings(knowledge),
        prefixes=tuple(Expression(expression) for f in formats if f.kind == "prefix" for expression in f.match),
        lines=lines,
        plain=tuple(_Plain(re.compile(e, re.ASCII).fullmatch, f) for f in formats for e in f.plain),
        outcomes={f.id: _outcomes(f) for f in formats},
        signs=_compiled(signs),
        remember={f.id: Expression(f.remember) for f in formats if f.remember},
        json=tuple((tuple(map(Expression, f.signs)), f) for f in formats if f.kind == "json"),
        tables=tuple((tuple(map(Expression, f.signs)), f) for f in formats if f.kind == "table"),
    )


def _compiled(expression: str) -> Any:
    import re2

    return re2.compile(expression.encode() or b"[^\\s\\S]", options())


def prefix_of(line: bytes, formats: Formats) -> dict[str, str] | None:
    """The fields of a log line's beginning, or None where the line is no log's."""
    return next((found for prefix in formats.prefixes if (found := prefix.fields(line)) is not None), None)


def read_line(
    line: str, formats: Formats, source: str = "", seen: dict[str, dict[str, str]] | None = None
) -> Iterator[Evidence] | None:
    """
    Read one line of a log.

    Args:
        seen: what earlier lines said of deliveries, by their number; read and added to.

    Returns:
        What it says of each recipient (nothing, where it only prepares or delivers none); None where it fits no format.
    """
    data = line[:MAX_LINE].encode("utf-8", "replace")
    for known in formats.lines:
        found = known.expression.fields(data)
        if found is not None:
            return _evidence_of_line(known.format, found, data, formats, source, seen)
    for name, expression in formats.remember.items():
        found = expression.fields(data)
        if found is not None:
            if seen is not None:
                seen[f"{name} {found.pop('key', '')}"] = found
            return iter(())
    return None


def read_plain(line: str, formats: Formats, source: str = "") -> Evidence | None:
    """
    Read a failure in a line of a log that its program wrote as it does by default.

    Returns:
        What `read_line` would give; None where the line is no such one, which does not say that it tells nothing.
    """
    if len(line) > MAX_LINE:
        return None
    for known in formats.plain:
        fitting = known.fits(line)
        if fitting is not None:
            found = fitting.groupdict("")
            kind = _outcome(known.format, found.pop("outcome", ""), formats)
            if kind != "failure":
                return None
            text, framings = _words_of(known.format, found), formats.framings
            return read_words(text, framings, kind=kind, source=source, mta=known.format.mta, **found)
    return None


def _evidence_of_line(
    form: LogFormat, found: dict[str, str], data: bytes, formats: Formats, source: str,
    seen: dict[str, dict[str, str]] | None,
) -> Iterator[Evidence]:  # fmt: skip
    kind = _outcome(form, found.pop("outcome", ""), formats)
    if kind is None:
        return
    key = found.pop("key", None)
    if key is not None and seen is not None:
        found = {**seen.pop(f"{form.id} {key}", {}), **found}
    if "time" not in found:
        found["time"] = (prefix_of(data, formats) or {}).get("time", "")
    text = _words_of(form, found)
    for recipient in _addresses(found.pop("recipient", "")):
        yield read_words(text, formats.framings, kind=kind, source=source, mta=form.mta, recipient=recipient, **found)


def _words_of(form: LogFormat, found: dict[str, str]) -> str:
    """The server's words out of a line's fields, which are then those of the evidence."""
    text, reply = found.pop("text", ""), found.pop("reply_text", "")
    text = reply or text
    if form.underscored:
        text = text.replace("/", "\n").replace("_", " ").strip()
    stage = found.pop("stage", "")
    if stage and "command" not in found:
        found["command"] = command_of(stage) or ""
    if not found.get("remote_ip") and "." not in found.get("remote_host", "."):
        del found["remote_host"]
    return text


def _addresses(text: str) -> tuple[str | None, ...]:
    if "," not in text and "<" not in text:
        return (text or None,)
    return tuple(found.group(1) for found in ADDRESS.finditer(text)) or (text.strip("<> ") or None,)


def _outcome(form: LogFormat, word: str, formats: Formats) -> EvidenceKind | None:
    """What *word* says became of the message; None where it says nothing worth telling."""
    outcomes = formats.outcomes[form.id]
    return outcomes[word] if word in outcomes else outcomes["*"]


def _outcomes(form: LogFormat) -> dict[str, EvidenceKind | None]:
    told = {"*": "failure", **{outcome.id: outcome.kind for outcome in form.outcomes}}
    return {word: None if kind == "skip" else cast("EvidenceKind", kind) for word, kind in told.items()}


def command_of(text: str) -> str | None:
    """The stage of a session that a command's text names, such as ``RCPT TO:<a@example.com>``."""
    words = text.upper().split()
    return _COMMANDS.get(words[0].rstrip(":")) if words else None


def read_json(text: str, formats: Formats, source: str = "", depth: int = 0) -> list[Evidence] | None:
    """
    Read a JSON record, an array of them, or one that holds another as a string.

    Returns:
        What it says of each recipient; None where it is no JSON, or none of a format we know.
    """
    try:
        data = msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return None
    records = data if isinstance(data, list) else [data]
    found: list[Evidence] = []
    known = False
    for record in records:
        if not isinstance(record, dict):
            continue
        raw = msgspec.json.encode(record)
        inner = next((v for v in (record.get("Message"), record.get("event")) if _is_object(v)), None)
        if inner is not None and depth < MAX_DEPTH:
            nested = read_json(inner, formats, source, depth + 1)
            if nested is not None:
                found, known = [*found, *nested], True
                continue
        form = next((form for signs, form in formats.json if any(s.span(raw) is not None for s in signs)), None)
        if form is not None:
            known = True
            found += _evidence_of_record(form, record, formats, source)
    return found if known else None


def _is_object(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip()[:1] in ("{", "[")


def _evidence_of_record(form: LogFormat, record: dict[str, Any], formats: Formats, source: str) -> Iterator[Evidence]:
    for item in _items(form, record):
        fields = {field.id: _filled(field.templates, item, record) for field in form.fields}
        line = fields.pop("line", "")
        if line:
            yield from read_line(line.rstrip("\n"), formats, source) or ()
            continue
        yield from evidence_of_fields(form, fields, formats, source)


def evidence_of_fields(
    form: LogFormat, fields: dict[str, str], formats: Formats, source: str = ""
) -> Iterator[Evidence]:
    """What a record with these fields says; for tables and JSON alike."""
    kind = _outcome(form, fields.pop("outcome", ""), formats)
    if kind is None:
        return
    text = fields.pop("text", "")
    stage = fields.pop("stage", "")
    if stage:
        fields["command"] = command_of(stage) or ""
    status = _STATUS.search(fields.get("status", ""))
    fields["status"] = status.group(0) if status else ""
    host = _HOST.match(fields.get("remote_host", ""))
    fields["remote_host"] = host.group(1) if host else ""
    reply = fields.pop("reply", "")
    for recipient in [part.strip("<> ") for part in fields.pop("recipient", "").split(";")]:
        given = {**fields, "recipient": recipient, "mta": form.mta}
        found = read_words(text, formats.framings, kind=kind, source=source, **given)
        plausible = found.reply is None and re.fullmatch("[45][0-9][0-9]", reply)
        yield msgspec.structs.replace(found, reply=reply) if plausible else found


def _items(form: LogFormat, record: dict[str, Any]) -> list[Any]:
    for path in (form.items or "").split("|"):
        item = _at(path, record) if path else None
        if isinstance(item, list):
            return item
        if item is not None:
            return [item]
    return [record]


def _filled(templates: tuple[str, ...], item: Any, record: Any) -> str:
    for template in templates:
        values = [_at(path[1:], record) if path[:1] == "^" else _at(path, item) for path in _PLACE.findall(template)]
        if all(value not in (None, "", []) for value in values):
            parts = _PLACE.split(template)
            return "".join(part if not at % 2 else _text(values[at // 2]) for at, part in enumerate(parts))
    return ""


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(map(str, value))
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def _at(path: str, data: Any) -> Any:
    """What stands at a path such as ``a.b``; names that hold dots themselves come first."""
    if not path:
        return data if not isinstance(data, dict) else None
    if isinstance(data, dict):
        if path in data:
            return data[path]
        name, dot, rest = path.partition(".")
        return _at(rest, data[name]) if dot and name in data else None
    return None
