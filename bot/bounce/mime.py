"""The parts of a mail, whatever its MIME: its header, its reports, its texts for people."""

import binascii
import email
import email.errors
import email.header
import email.message
import html
import re
from collections.abc import Iterator

import msgspec

from bot.bounce.replies import only_address

MAX_MAIL = 33_554_432
"""Bytes of one mail that are read."""
MAX_PARTS = 200
MAX_BODY = 200_000
"""Characters of the text of a mail that are read; reports stand at its beginning."""
_HEADER = re.compile(rb"^(?:From \S|[A-Za-z][A-Za-z0-9-]{1,60}:|[ \t]+\S)")
_ANGLED = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
_FRONT = re.compile(rb"\A(?:\xef\xbb\xbf)?[\r\n]*")
_FIRST = re.compile(
    rb"(?im)^(?:Return-Path|Received|From|Date|Message-ID|To|Subject|MIME-Version|Content-Type|Delivered-To|X-[\w-]+):"
)
_FIELD = re.compile(r"(?m)^([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*(?:\n[ \t]+\S.*)*)")
_TYPED = re.compile(r"^[a-z0-9-]+\s*;\s*", re.IGNORECASE)
_RECIPIENT_FIELD = re.compile(r"(?im)^(?:Final|Original)-Recipient[ \t]*:")
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_TAG = re.compile(r"(?is)<(?:style|script|head)\b.*?</(?:style|script|head)>|<!--.*?-->")
_BREAK = re.compile(r"(?i)<(?:br|/p|/div|/tr|/h[1-6]|/li|/td)\b[^>]*>")
_ANY_TAG = re.compile(r"<(?![^\s<>@]+@)[^<>]{1,2000}>")


class Parts(msgspec.Struct, frozen=True):
    """
    What a mail is made of: its header as text, reports, texts for people, and the header of the original message.

    Args:
        report: what the mail says that it reports: the ``report-type`` of its content.
        enclosed: the mail that came along whole, the original or a report of another server.
    """

    header: str
    statuses: tuple[str, ...]
    feedback: str | None
    texts: tuple[str, ...]
    original: str
    report: str = ""
    enclosed: email.message.Message | None = None


def is_mail(data: bytes) -> bool:
    """Whether these bytes begin like a mail: nearly all lines up to an empty one are header fields, two well known."""
    head = data[:8192].lstrip(b"\r\n")
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    lines = block.splitlines() if len(block) < len(head) or len(data) <= 8192 else block.splitlines()[:-1]
    fitting = sum(_HEADER.match(line) is not None for line in lines)
    return bool(lines) and fitting >= 0.9 * len(lines) and len({f.lower() for f in _FIRST.findall(block)}) >= 2


def parts_of(mail: bytes | email.message.Message) -> Parts | None:
    """The parts of a mail, of its bytes or as it stands in another; None where no reader can make sense of it."""
    try:
        return _collect(email.message_from_bytes(_FRONT.sub(b"", mail)) if isinstance(mail, bytes) else mail)
    except (RecursionError, email.errors.MessageError, ValueError, LookupError, AssertionError, TypeError):
        return None


_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_ORIGINALS = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/partial")


def _collect(message: email.message.Message) -> Parts:
    statuses: list[str] = []
    texts: list[str] = []
    feedback: str | None = None
    enclosed: email.message.Message | None = None
    original = ""
    for part in _walk(message):
        kind = part.get_content_type()
        if kind in _REPORTS:
            statuses.append(_flat(part))
        elif kind == "message/feedback-report":
            feedback = _flat(part)
        elif kind in _ORIGINALS:
            inner = _inner(part)
            original = original or (_header_text(inner[0]) if inner else _text_of(part))
            enclosed = enclosed or (inner[0] if inner else None)
        elif kind.startswith("text/"):
            texts.append(_plain(_text_of(part)) if kind == "text/html" else _text_of(part))
    if not (texts or statuses or feedback):
        texts.append(_raw(message)[:MAX_BODY])
    statuses += [text for text in texts if _RECIPIENT_FIELD.search(text)]
    report = str(message.get_param("report-type") or "").lower()
    return Parts(_header_text(message), tuple(statuses), feedback, tuple(texts), original, report, enclosed)


def _walk(message: email.message.Message) -> Iterator[email.message.Message]:
    """The parts in order, those of a forwarded report too, but not those of the message that failed."""
    todo = [message]
    for _ in range(MAX_PARTS):
        if not todo:
            return
        part = todo.pop(0)
        yield part
        inner = _inner(part)
        kind = part.get_content_type()
        if kind not in (*_REPORTS, *_ORIGINALS) or (kind in _ORIGINALS and _is_report(inner)):
            todo = inner + todo


def _is_report(parts: list[email.message.Message]) -> bool:
    return bool(parts) and parts[0].get_content_type() == "multipart/report"


def _inner(part: email.message.Message) -> list[email.message.Message]:
    payload = part.get_payload()
    return [item for item in payload if isinstance(item, email.message.Message)] if isinstance(payload, list) else []


def _raw(part: email.message.Message) -> str:
    payload = part.get_payload() if "content-transfer-encoding" in part else part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return _read_as(payload, "utf-8") or payload.decode("latin-1")
    return payload if isinstance(payload, str) else ""


def _bare(text: str) -> str:
    """*text* with its bare bytes read (RFC 6532)."""
    if text.isascii():
        return text
    data = text.encode("utf-8", "surrogateescape")
    return _read_as(data, "utf-8") or data.decode("latin-1")


def _flat(part: email.message.Message) -> str:
    """The fields of a report as one text, its blocks apart."""
    blocks = _inner(part)
    text = "\n\n".join(f"{_header_text(block)}\n{_raw(block)}" for block in blocks) if blocks else _text_of(part)
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    if encoding == "base64" and not _RECIPIENT_FIELD.search(text):
        try:
            text = binascii.a2b_base64(re.sub(r"[^A-Za-z0-9+/=]", "", text)).decode("utf-8", "replace")
        except binascii.Error:
            return text
    elif encoding == "quoted-printable" and blocks:
        text = binascii.a2b_qp(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def _header_text(message: email.message.Message) -> str:
    return "".join(f"{name}: {_decoded(str(value))}\n" for name, value in message.raw_items())


def _decoded(text: str) -> str:
    """A header field's value on its lines, with encoded words read."""
    text = _bare(text)
    if "=?" not in text:
        return text.replace("\r\n", "\n")
    try:
        return str(email.header.make_header(email.header.decode_header(text)))
    except (ValueError, LookupError, email.errors.HeaderParseError, AssertionError, binascii.Error):
        return text


def _text_of(part: email.message.Message) -> str:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, AssertionError, binascii.Error):
        data = None
    if not isinstance(data, bytes):
        return _raw(part)
    declared = part.get_content_charset() or "utf-8"
    for charset in (_wide(data, declared), "utf-8", "latin-1"):
        text = _read_as(data, charset)
        if text is not None:
            return text[:MAX_BODY].replace("\r\n", "\n")
    return ""


def _wide(data: bytes, declared: str) -> str:
    """The charset of *data*: the declared one, unless its zero bytes tell that this is wrong."""
    head = data[:400]
    zeros = head.count(0)
    if zeros > len(head) // 4:
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    return "utf-8" if not zeros and declared.startswith(("utf-16", "utf-32", "ucs")) and head.isascii() else declared


def _read_as(data: bytes, charset: str) -> str | None:
    try:
        return data.decode({"unicode-1-1-utf-7": "utf-7"}.get(charset, charset)).lstrip("\ufeff")
    except (LookupError, UnicodeError):
        return None


def _plain(text: str) -> str:
    """The words of a page, its blocks on lines of their own."""
    bare = _ANY_TAG.sub(" ", _BREAK.sub("\n", _TAG.sub(" ", text[:MAX_BODY])))
    lines = (" ".join(line.split()) for line in html.unescape(bare).splitlines())
    return "\n".join(line for line in lines if line)


def fields_of(block: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(block):
        found.setdefault(name.lower(), re.sub(r"\n[ \t]+", "\n", value).strip())
    return found


def address_of(text: str | None) -> str | None:
    bare = _TYPED.sub("", (text or "").strip())
    angled = _ANGLED.search(bare)
    return only_address(_ESCAPED.sub(_unescaped, angled.group(1) if angled else bare))


def _unescaped(found: re.Match[str]) -> str:
    """The character that ``\\x{FC}`` stands for in an address (RFC 6533 §3)."""
    code = int(found.group(1), 16)
    return chr(code) if 0xA0 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else found.group(0)
