"""A text, a file, a mailbox or an archive to Evidence: what it is, and who reads it."""

import csv
import io
import itertools
import re
import zlib
from collections.abc import Iterator
from typing import Literal

import msgspec

from bot.bounce.bodies import read_body
from bot.bounce.evidence import Evidence
from bot.bounce.formats import Formats, evidence_of_fields, prefix_of, read_json, read_line
from bot.bounce.mails import read_mail
from bot.bounce.mime import is_mail
from bot.bounce.replies import ADDRESS, codes_of, read_words
from knowledge.reading import LogFormat

MAX_UNPACKED = 1_073_741_824
"""Bytes that a compressed attachment may unpack to."""

MAX_LINES = 100_000
"""Lines of one pasted text or attached file that are read."""

SNIFFED = 65_536
Shape = Literal["mail", "mbox", "json", "table", "log", "lines"]

_QUOTED = re.compile(r"(?m)^(?:[ \t]*(?:>|&gt;)[ \t]?)+")
_SMART = str.maketrans("“”„‘’", '"""\'\'')
_FENCE = re.compile(r"(?m)^[ \t]*```\w*[ \t]*\n?|```")
_MAILTO = re.compile(r"\[mailto:([^\]\s]+)\]|<mailto:([^>|\s]+)(?:\|[^>]*)?>", re.IGNORECASE)
_FROM_LINE = re.compile(rb"(?m)^From \S+.* \d{4}\r?$|^From MAILER-DAEMON .*$")
_CODE_START = re.compile(r"^\s*(?:<<<\s*)?[45][0-9]{2}[ -]")


def unpacked(data: bytes) -> bytes:
    """
    *data* itself, or what it unpacks to where it is gzip.

    Raises:
        ValueError: it is damaged, or unpacks to more than `MAX_UNPACKED` bytes.
    """
    if data[:2] != b"\x1f\x8b":
        return data
    parts, size = [], 0
    while data:
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            part = unpack.decompress(data, MAX_UNPACKED - size + 1)
        except zlib.error as error:
            raise ValueError("damaged") from error
        size += len(part)
        if size > MAX_UNPACKED:
            raise ValueError("too large")
        parts.append(part)
        data = unpack.unused_data if unpack.eof else b""
    return b"".join(parts)


def shape_of(data: bytes, formats: Formats) -> Shape:
    """What the beginning of a file looks like."""
    head = data[:SNIFFED].lstrip(b"\xef\xbb\xbf\r\n \t")
    if head[:5] == b"From " and _FROM_LINE.match(head):
        return "mbox"
    if is_mail(head):
        return "mail"
    if head[:1] in (b"{", b"["):
        return "json" if head[:1] == b"{" or head[1:20].lstrip()[:1] == b"{" else "log"
    lines = [line for line in head.splitlines()[:200] if line.strip()]
    if table_of(lines[:5], formats) is not None:
        return "table"
    logged = sum(prefix_of(line, formats) is not None for line in lines)
    return "log" if lines and logged >= 0.9 * len(lines) else "lines"


def table_of(lines: list[bytes], formats: Formats) -> tuple[int, LogFormat] | None:
    """Which of these lines heads a table of a known format, and which."""
    for number, line in enumerate(lines):
        for signs, form in formats.tables:
            if any(sign.span(line) is not None for sign in signs):
                return number, form
    return None


def read_text(text: str, formats: Formats, source: str = "") -> list[Evidence]:
    """Read what somebody pasted: a reply, lines, a log, records, a whole mail, quoted or not."""
    text = unquoted(text)
    data = text.encode("utf-8", "replace")
    shape = shape_of(data, formats)
    if shape == "mbox":
        return list(read_mbox(data, formats, source))
    if shape == "mail" and (found := read_mail(data, formats, source)):
        return found
    if shape == "json" and (whole := read_json(text, formats, source)) is not None:
        return whole
    if shape == "table":
        return list(read_table(text, formats, source))
    lines = text.splitlines()[:MAX_LINES]
    filled = [line for line in lines if line.strip()]
    if len(filled) > 1 and not any(_is_record(line, formats) for line in filled):
        return list(_of_prose(text, filled, formats, source))
    return list(_of_lines(lines, formats, source))


def unquoted(text: str) -> str:
    """*text* without what mail clients, chats and phones make of a paste: ``>``, fences, mailto links, curly quotes."""
    if '"' not in text and ("“" in text or "”" in text):
        text = text.translate(_SMART)  # records and logs are read by their quotes
    text = _FENCE.sub("", text.replace("\r\n", "\n"))
    text = _MAILTO.sub(lambda found: "" if found.group(1) else found.group(2), text)
    quoted = len(_QUOTED.findall(text)) >= max(1, (text.count("\n") + 1) / 2)
    return _QUOTED.sub("", text) if quoted and not text.lstrip().startswith(">>>") else text


def _is_record(line: str, formats: Formats) -> bool:
    if line.lstrip()[:1] == "{":
        return True
    return read_line(line, formats) is not None or prefix_of(line.encode("utf-8", "replace"), formats) is not None


def _of_prose(text: str, filled: list[str], formats: Formats, source: str) -> Iterator[Evidence]:
    """Several lines that are no log: a bounce for people, one reply on several lines, or a reply a line."""
    replies = [line for line in filled if _CODE_START.match(line)]
    codes = {line.strip()[:3] for line in replies}
    named = {found.group(1).lower() for line in filled for found in ADDRESS.finditer(line)}
    apart = len(replies) == len(filled) and (len(codes) > 1 or not any(line.strip()[3:4] == "-" for line in replies))
    if apart and (len(codes) > 1 or len(named) > 1):
        yield from _of_lines(filled, formats, source)
        return
    if replies and len(replies) == len(filled):
        yield read_words(text, formats.framings, source=source)
        return
    found = list(read_body(text, formats, source))
    if found:
        yield from found
        return
    reply, status = codes_of(text)
    yield read_words(text, formats.framings, kind="failure" if reply or status else "unclear", source=source)


def _of_lines(lines: list[str], formats: Formats, source: str) -> Iterator[Evidence]:
    seen: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield from read_one(line, formats, f"{source}:{number}" if source else "", seen)


def read_one(
    line: str, formats: Formats, source: str = "", seen: dict[str, dict[str, str]] | None = None
) -> Iterator[Evidence]:
    """Read one line: of a log, a record, or what a server said."""
    if line.lstrip()[:1] in ("{", "["):
        record = read_json(line, formats, source)
        if record is not None:
            yield from record
            return
    found = read_line(line, formats, source, seen)
    if found is not None:
        yield from found
        return
    prefix = prefix_of(line.encode("utf-8", "replace"), formats)
    words = read_words(line, formats.framings, kind="unclear", source=source, time=(prefix or {}).get("time"))
    failing = (words.reply or words.status or "")[:1] in ("4", "5")
    if prefix is not None and not (words.reply and failing):
        return
    named = formats.framings.first("mention", line) if words.recipient is None else None
    recipient = named[0]["recipient"].rstrip(".") if named else words.recipient
    yield msgspec.structs.replace(words, kind="failure" if failing else "unclear", recipient=recipient)


def read_table(text: str, formats: Formats, source: str = "") -> Iterator[Evidence]:
    """Read rows under a line that names their columns."""
    lines = text.lstrip("\ufeff").splitlines()
    head = table_of([line.encode("utf-8", "replace") for line in lines[:5]], formats)
    if head is None:
        return
    names = next(csv.reader([lines[head[0]].removeprefix("#Fields: ")]))
    reader = csv.reader(io.StringIO("\n".join(lines[head[0] + 1 :])))
    for row in reader:
        if row and not row[0].startswith("#"):
            columns = dict(zip(names, row, strict=False))
            fields = {field.id: _column(field.templates, columns) for field in head[1].fields}
            place = f"{source}:{head[0] + 1 + reader.line_num}" if source else ""
            yield from evidence_of_fields(head[1], fields, formats, place)


def _column(templates: tuple[str, ...], columns: dict[str, str]) -> str:
    return next((columns[name] for template in templates if columns.get(name := template.strip("{}"))), "")


def read_mbox(data: bytes, formats: Formats, source: str = "") -> Iterator[Evidence]:
    """Read the mails of an mbox file, one after the other."""
    starts = [found.start() for found in _FROM_LINE.finditer(data)] + [len(data)]
    for number, (start, end) in enumerate(itertools.pairwise(starts), 1):
        mail = data[start:end].partition(b"\n")[2]
        place = f"{source}:{number}" if source else ""
        yield from read_mail(re.sub(rb"(?m)^>(>*From )", rb"\1", mail), formats, place)
