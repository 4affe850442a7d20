"""Mails to Evidence: delivery reports, bounces written for people, auto-replies, complaints; whatever their MIME."""

import binascii
import email
import email.errors
import email.header
import email.message
import email.utils
import html
import re
from collections.abc import Iterator

import msgspec

from bot.bounce.evidence import Evidence, EvidenceKind
from bot.bounce.formats import Formats, read_json
from bot.bounce.replies import ADDRESS, addresses_in, codes_of, read_words
from bot.bounce.times import iso_of

MAX_MAIL = 33_554_432
"""Bytes of one mail that are read."""

MAX_PARTS = 200
MAX_BODY = 200_000
"""Characters of the text of a mail that are read; reports stand at its beginning."""

MAX_RECIPIENTS = 1_000

_HEADER = re.compile(rb"^(?:From \S|[A-Za-z][A-Za-z0-9-]{1,60}:|[ \t]+\S)")
_FIRST = re.compile(
    rb"(?im)^(?:Return-Path|Received|From|Date|Message-ID|To|Subject|MIME-Version|Content-Type|Delivered-To|X-[\w-]+):"
)
_WRAPPED = re.compile(r"!?\r?\n ?")
_FIELD = re.compile(r"(?m)^([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*(?:\n[ \t]+\S.*)*)")
_TYPED = re.compile(r"^[a-z0-9-]+\s*;\s*", re.IGNORECASE)
_RECIPIENT_FIELD = re.compile(r"(?im)^(?:Final|Original)-Recipient[ \t]*:")
_STATUS = re.compile(r"(?<![\w.])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![\w.])")
_TAG = re.compile(r"(?is)<(?:style|script|head)\b.*?</(?:style|script|head)>|<!--.*?-->")
_BREAK = re.compile(r"(?i)<(?:br|/p|/div|/tr|/h[1-6]|/li|/td)\b[^>]*>")
_ANY_TAG = re.compile(r"<(?![^\s<>@]+@)[^<>]{1,2000}>")
_KIND: dict[str, EvidenceKind] = {
    "failed": "failure", "delayed": "delayed", "delivered": "delivered", "relayed": "delivered", "expanded": "delivered",
    "deliverable": "delivered", "undeliverable": "failure",
}  # fmt: skip


class _Parts(msgspec.Struct, frozen=True):
    """What a mail is made of: its header as text, reports, texts for people, and the header of the original message."""

    header: str
    statuses: tuple[str, ...]
    feedback: str | None
    texts: tuple[str, ...]
    original: str


def is_mail(data: bytes) -> bool:
    """Whether these bytes begin like a mail: nearly all lines up to an empty one are header fields, two well known."""
    head = data[:8192].lstrip(b"\r\n")
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    lines = block.splitlines() if len(block) < len(head) or len(data) <= 8192 else block.splitlines()[:-1]
    fitting = sum(_HEADER.match(line) is not None for line in lines)
    return bool(lines) and fitting >= 0.9 * len(lines) and len({f.lower() for f in _FIRST.findall(block)}) >= 2


def read_mail(data: bytes, formats: Formats, source: str = "") -> list[Evidence]:
    """
    Read a mail.

    Returns:
        What it says of each recipient, in its order; nothing where it reports nothing about another message.
    """
    parts = _parts_of(data[:MAX_MAIL])
    if parts is None:
        return []
    complaint = formats.framings.first("complaint", f"{parts.header}\n{parts.original}")
    if parts.feedback is not None or complaint is not None:
        return [_complaint(parts, complaint[0].get("recipient") if complaint else None, source)]
    records = [record for text in parts.texts if (record := _record(text, formats, source))]
    if records:
        return records[0]
    found = list(_of_statuses(parts, formats, source))
    if found:
        return found[:MAX_RECIPIENTS]
    framings = formats.framings
    bounced = framings.first("bounce", parts.header) is not None
    if not bounced and framings.first("auto-reply", parts.header) is not None:
        return [_auto_reply(parts, source)]
    if not bounced and framings.first("null-sender", parts.header) is None:
        return []
    return list(read_body("\n\n".join(parts.texts), formats, source, header=parts.header, original=parts.original))


def _parts_of(data: bytes) -> _Parts | None:
    try:
        message = email.message_from_bytes(data)
        return _collect(message)
    except (RecursionError, email.errors.MessageError, ValueError, LookupError, AssertionError, TypeError):
        return None


def _collect(message: email.message.Message) -> _Parts:
    statuses: list[str] = []
    texts: list[str] = []
    feedback: str | None = None
    original = ""
    todo: list[email.message.Message] = [message]
    seen = 0
    while todo and seen < MAX_PARTS:
        part = todo.pop(0)
        seen += 1
        kind = part.get_content_type()
        payload = part.get_payload()
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            statuses.append(_flat(part))
        elif kind == "message/feedback-report":
            feedback = _flat(part)
        elif kind in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/partial"):
            inner = payload[0] if isinstance(payload, list) and payload else None
            if inner is not None and inner.get_content_type() == "multipart/report" and not statuses:
                todo.append(inner)
            elif inner is not None:
                original = original or _header_text(inner)
            else:
                original = original or _text_of(part)
        elif isinstance(payload, list):
            todo = [item for item in payload if isinstance(item, email.message.Message)] + todo
        elif kind.startswith("text/"):
            text = _text_of(part)
            if _RECIPIENT_FIELD.search(text) and not kind.endswith("html"):
                statuses.append(text)
            texts.append(_plain(text) if kind == "text/html" else text)
    if not (texts or statuses or feedback) and isinstance(message.get_payload(), str):
        texts.append(message.get_payload()[:MAX_BODY])
        statuses += [text for text in texts if _RECIPIENT_FIELD.search(text)]
    return _Parts(_header_text(message), tuple(statuses), feedback, tuple(texts), original)


def _flat(part: email.message.Message) -> str:
    """The fields of a report as one text, its blocks apart."""
    payload = part.get_payload()
    if isinstance(payload, list):
        text = "\n\n".join(_header_text(item) + "\n" + (item.get_payload() if isinstance(item.get_payload(), str) else "")
                           for item in payload if isinstance(item, email.message.Message))  # fmt: skip
    else:
        text = _text_of(part)
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    if encoding == "base64" and not _RECIPIENT_FIELD.search(text):
        try:
            text = binascii.a2b_base64(re.sub(r"[^A-Za-z0-9+/=]", "", text)).decode("utf-8", "replace")
        except binascii.Error:
            return text
    elif encoding == "quoted-printable":
        text = binascii.a2b_qp(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def _header_text(message: email.message.Message) -> str:
    return "".join(f"{name}: {_decoded(value)}\n" for name, value in message.items())


def _decoded(value: object) -> str:
    """A header field's value on its lines, with encoded words read."""
    text = str(value)
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
        payload = part.get_payload()
        return payload if isinstance(payload, str) else ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "latin-1"):
        try:
            return data.decode({"unicode-1-1-utf-7": "utf-7"}.get(charset, charset))[:MAX_BODY].replace("\r\n", "\n")
        except (LookupError, UnicodeError):
            continue
    return ""


def _plain(text: str) -> str:
    """The words of a page, its blocks on lines of their own."""
    bare = _ANY_TAG.sub(" ", _BREAK.sub("\n", _TAG.sub(" ", text[:MAX_BODY])))
    lines = (" ".join(line.split()) for line in html.unescape(bare).splitlines())
    return "\n".join(line for line in lines if line)


def _fields(block: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(block):
        found.setdefault(name.lower(), re.sub(r"\n[ \t]+", "\n", value).strip())
    return found


def _address(text: str | None) -> str | None:
    bare = _TYPED.sub("", (text or "").strip())
    return next(addresses_in(bare), None)


def _of_statuses(parts: _Parts, formats: Formats, source: str) -> Iterator[Evidence]:
    """What the report's blocks say, one recipient each."""
    seen: set[str] = set()
    for status in parts.statuses:
        common: dict[str, str] = {}
        for block in re.split(r"\n[ \t]*\n", status):
            fields = _fields(block)
            if not {"final-recipient", "original-recipient", "action"} & fields.keys():
                common = {**common, **fields}
                continue
            recipient = (
                _address(fields.get("final-recipient")) if "@" in fields.get("final-recipient", "") else None
            ) or _address(fields.get("original-recipient")) or _address(fields.get("x-actual-recipient"))
            if recipient is not None and recipient in seen:
                continue
            seen.add(recipient or "")
            yield _of_block({**common, **fields}, recipient, parts, formats, source)


def _of_block(
    fields: dict[str, str], recipient: str | None, parts: _Parts, formats: Formats, source: str
) -> Evidence:
    action = fields.get("action", "failed").split()
    kind = _KIND.get(action[0].lower().strip(";,") if action else "failed", "failure")
    words = fields.get("diagnostic-code", "") or fields.get("x-supplementary-info", "")
    status = _STATUS.search(fields.get("status", ""))
    host = _TYPED.sub("", fields.get("remote-mta", "")).split(" ")[0].strip("[]<>();. \n")
    found = read_words(
        words, formats.framings, kind=kind, source=source, recipient=recipient,
        remote_host=host if "." in host and not host.replace(".", "").isdigit() else None,
        remote_ip=host if host.replace(".", "").isdigit() else None,
        queue_id=fields.get("x-postfix-queue-id"), time=fields.get("last-attempt-date") or fields.get("arrival-date"),
        sender=_address(fields.get("x-postfix-sender")), mta="postfix" if "x-postfix-queue-id" in fields else None,
    )  # fmt: skip
    told = status.group(1) if status else None
    if told is not None and (found.status is None or found.status.endswith(".0.0")):
        found = msgspec.structs.replace(found, status=told)
    if len(re.sub(r"[\W\d_]", "", found.text)) >= 12 and found.reply:
        return found
    return _with_body(found, recipient, parts, formats)


def _with_body(found: Evidence, recipient: str | None, parts: _Parts, formats: Formats) -> Evidence:
    """*found*, with what the part for people says where the report itself says too little."""
    bodies = list(read_body("\n\n".join(parts.texts), formats, header="", original="", expect=recipient))
    same = [body for body in bodies if body.recipient and recipient and body.recipient.lower() == recipient.lower()]
    body = next(iter(same), bodies[0] if len(bodies) == 1 else None)
    if body is None or not body.text:
        return found
    differs = found.reply is not None and body.reply not in (None, found.reply)
    text = found.text if differs else f"{body.text} {found.text}".strip() if found.text not in body.text else body.text
    vague = found.status is None or found.status.endswith(".0.0")
    return msgspec.structs.replace(
        found, text=text, reply=found.reply or body.reply, status=body.status if vague and body.status else found.status,
        recipient=found.recipient or body.recipient,
        command=found.command or body.command, remote_host=found.remote_host or body.remote_host,
        remote_ip=found.remote_ip or body.remote_ip,
    )  # fmt: skip


def _record(text: str, formats: Formats, source: str) -> list[Evidence] | None:
    """What a webhook's record says that came as a mail."""
    start, end = text.find("{"), text.rfind("}")
    if text.lstrip()[:1] != "{" or end < start:
        return None
    return read_json(_WRAPPED.sub("", text[start : end + 1]), formats, source)


def _complaint(parts: _Parts, known: str | None, source: str) -> Evidence:
    fields = _fields(parts.feedback or "")
    told = _address(fields.get("original-rcpt-to")) or _address(fields.get("removal-recipient"))
    original = _fields(parts.original)
    recipient = told or known or _address(original.get("to"))
    return Evidence(
        source=source, kind="complaint", recipient=recipient, sender=_address(fields.get("original-mail-from")),
        remote_ip=fields.get("source-ip"), time=iso_of(fields.get("arrival-date") or fields.get("received-date")),
        text=" ".join((fields.get("feedback-type", ""), fields.get("user-agent", ""))).strip(),
    )  # fmt: skip


def _auto_reply(parts: _Parts, source: str) -> Evidence:
    fields = _fields(parts.header)
    recipient = _address(fields.get("from"))
    text = " ".join(" ".join((fields.get("subject", ""), *parts.texts)).split())[:500]
    return Evidence(source=source, kind="auto-reply", recipient=recipient, text=text, time=iso_of(fields.get("date")))


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
    fields = _fields(header)
    failed = tuple(addresses_in(fields.get("x-failed-recipients", "")))
    kind: EvidenceKind = "failure"
    if framings.first("delayed", f"{header}\n{words[:MAX_BODY]}") is not None:
        kind = "delayed"
    lines = words.splitlines()
    places = _places(lines, formats, "recipient")
    if failed:
        wanted = {address.lower() for address in failed}
        places = [(at, address) for at, address in places if address.lower() in wanted]
        places += [(0, address) for address in failed if address.lower() not in {a.lower() for _, a in places}]
    if not places:
        places = [(0, address) for address in _mentioned(words, copy or original, fields, formats, expect)]
    names = list(dict.fromkeys(address for _, address in places))[:MAX_RECIPIENTS]
    for name in names:
        own = words if len({n.lower() for n in names}) == 1 else _own_words(lines, places, name, words)
        yield read_words(own, framings, kind=kind, source=source, recipient=name, time=fields.get("date"))
    if not names and (header or codes_of(words)[0]):
        yield read_words(words, framings, kind=kind, source=source, time=fields.get("date"))


def _before_copy(text: str, formats: Formats) -> tuple[str, str]:
    """The report, and the copy of the original message that follows it."""
    data = text.encode("utf-8", "replace")
    starts = [span[0] for frame in formats.framings.all("copy") if (span := frame.expression.span(data)) is not None]
    cut = min((start for start in starts if start > 40), default=len(data))
    return data[:cut].decode("utf-8", "replace"), data[cut:].decode("utf-8", "replace")


def _places(lines: list[str], formats: Formats, use: str) -> list[tuple[int, str]]:
    """The lines that name a recipient, and whom."""
    places = []
    for number, line in enumerate(lines):
        if "@" in line:
            found = formats.framings.first(use, line)
            if found is not None and ADDRESS.fullmatch(found[0]["recipient"]):
                places.append((number, found[0]["recipient"]))
    return places


def _mentioned(words: str, original: str, fields: dict[str, str], formats: Formats, expect: str | None) -> list[str]:
    """Recipients where no line of their own names them: in a sentence, else the original message's."""
    if expect is not None:
        return [expect]
    own = {address.lower() for address in addresses_in(fields.get("from", "") + " " + fields.get("to", ""))}
    found = [address for _, address in _places(words.splitlines(), formats, "mention")]
    joined = formats.framings.first("mention", " ".join(words.split()))
    found += [joined[0]["recipient"]] if joined else []
    others = [address for address in dict.fromkeys(found) if address.lower() not in own]
    if others:
        return others
    to = _fields(original).get("to", "")
    return list(addresses_in(to))[:1] or list(dict.fromkeys(found))


def _own_words(lines: list[str], places: list[tuple[int, str]], name: str, words: str) -> str:
    """The lines from where *name* stands to where the next recipient does."""
    own = []
    starts = sorted({at for at, _ in places})
    for at, address in places:
        if address.lower() == name.lower():
            end = next((start for start in starts if start > at), len(lines))
            own += lines[at:end]
    text = "\n".join(own)
    return text if len(ADDRESS.sub("", text).split()) >= 3 else words
