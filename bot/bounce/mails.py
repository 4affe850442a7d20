"""Mails to Evidence: delivery reports, bounces written for people, auto-replies, complaints."""

import re
from collections.abc import Iterator

import msgspec

from bot.bounce.bodies import MAX_RECIPIENTS, read_body
from bot.bounce.evidence import Evidence, EvidenceKind
from bot.bounce.formats import Formats, read_json
from bot.bounce.mime import MAX_MAIL, Parts, address_of, fields_of, parts_of
from bot.bounce.replies import codes_of, read_words
from bot.bounce.times import iso_of

_WRAPPED = re.compile(r"!?\r?\n ?")
_STATUS = re.compile(r"(?<![\w.])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![\w.])")
_COMMENT = re.compile(r"\(([^()\n]{4,200})\)")
_READ = "disposition-notification"
_NO_BOUNCES = (_READ, "tlsrpt")
"""Reports of other things: that a message was read (RFC 8098) or rejected by a rule (RFC 5429), how TLS went."""
_NO_COMPLAINTS = ("auth-failure", "not-spam")
"""Feedback on authentication (RFC 6591), and that a message is wanted (RFC 6430)."""
_QUEUE_FIELD = re.compile(r"x-([a-z]+)-queue-id")
_KIND: dict[str, EvidenceKind] = {
    "failed": "failure", "delayed": "delayed", "delivered": "delivered", "relayed": "delivered",
    "expanded": "delivered", "deliverable": "delivered", "undeliverable": "failure",
}  # fmt: skip
_OPEN = ("failure", "unclear")
_TYPED = re.compile(r"^[a-z0-9-]+\s*;\s*", re.IGNORECASE)


def read_mail(data: bytes, formats: Formats, source: str = "") -> list[Evidence]:
    """
    Read a mail.

    Returns:
        What it says of each recipient, in its order; nothing where it reports nothing about another message.
    """
    parts = parts_of(data[:MAX_MAIL])
    return [] if parts is None else _read(parts, formats, source)


def _read(parts: Parts, formats: Formats, source: str) -> list[Evidence]:
    """What a mail of these parts says."""
    if parts.feedback is not None and fields_of(parts.feedback).get("feedback-type", "").lower() in _NO_COMPLAINTS:
        return []
    complaint = formats.framings.first("complaint", f"{parts.header}\n{parts.original}")
    if parts.feedback is not None or complaint is not None:
        return [_complaint(parts, complaint[0].get("recipient") if complaint else None, source)]
    text = "\n\n".join(parts.texts)
    if parts.report in _NO_BOUNCES and not (parts.report == _READ and formats.framings.first("failing", text)):
        return []
    records = [record for text in parts.texts if (record := _record(text, formats, source))]
    if records:
        return records[0]
    found = list(_of_statuses(parts, formats, source))
    if not found:
        found = _of_texts(parts, formats, source)
    return _with_enclosed(found, parts, formats, source)[:MAX_RECIPIENTS]


def _of_texts(parts: Parts, formats: Formats, source: str) -> list[Evidence]:
    """What a mail without a report says: a bounce for people, an automatic reply, or nothing."""
    framings = formats.framings
    person = framings.first("person", parts.header) is not None
    sure = framings.first("bounce", parts.header) is not None
    named = not person and framings.first("subject", parts.header) is not None
    if not (sure or named) and framings.first("auto-reply", parts.header) is not None and parts.report != _READ:
        return [_auto_reply(parts, source)]
    text = "\n\n".join(parts.texts)
    hinted = not person and framings.first("null-sender", parts.header) is not None and _tells(text, formats)
    if not (sure or named or hinted):
        return []
    found = list(read_body(text, formats, source, header=parts.header, original=parts.original))
    if not (sure or named):
        found = [item for item in found if item.recipient is not None]
    return [item if sure or (named and item.recipient) else _unsure(item) for item in found]


def _unsure(found: Evidence) -> Evidence:
    return msgspec.structs.replace(found, kind="unclear") if found.kind == "failure" else found


def _tells(text: str, formats: Formats) -> bool:
    """Whether the words of a mail without a sender say that another one failed or waits."""
    framings = formats.framings
    said = framings.first("failing", text) is not None or framings.first("delayed", text) is not None
    return said or codes_of(text)[0] is not None


def _with_enclosed(found: list[Evidence], parts: Parts, formats: Formats, source: str) -> list[Evidence]:
    """
    *found*, with what another server's bounce says that came along whole.

    Filters put the bounce that they got into a mail of their own, which says less. A mail about that bounce's own
    failure names another recipient.
    """
    if parts.enclosed is None or not all(item.kind in _OPEN and item.reply is None for item in found):
        return found
    within = parts_of(parts.enclosed)
    if not found or within is None:
        return found
    fields = fields_of(within.header)
    bare = not {"from", "subject", "date"} & fields.keys()
    said = (
        read_body(within.header + "\n\n".join(within.texts), formats, source)
        if bare
        else _of_texts(within, formats, source)
    )
    inner = {item.recipient: item for item in said if item.reply and item.recipient and item.kind in _OPEN}
    own = {item.recipient for item in found}
    if own <= {None, address_of(fields.get("to"))}:
        return list(inner.values()) or found
    return [inner.get(item.recipient or "", item) if _is_vague(item.status) else item for item in found]


def _is_vague(status: str | None) -> bool:
    return status is None or status.endswith(".0.0")


def _of_statuses(parts: Parts, formats: Formats, source: str) -> Iterator[Evidence]:
    """What the report's blocks say, one recipient each."""
    seen: set[str] = set()
    for status in parts.statuses:
        common: dict[str, str] = {}
        for block in re.split(r"\n[ \t]*\n", status):
            fields = fields_of(block)
            if not {"final-recipient", "original-recipient", "action"} & fields.keys():
                common = {**common, **fields}
                continue
            recipient = (
                (address_of(fields.get("final-recipient")) if "@" in fields.get("final-recipient", "") else None)
                or address_of(fields.get("original-recipient"))
                or address_of(fields.get("x-actual-recipient"))
            )
            if recipient is not None and recipient in seen:
                continue
            seen.add(recipient or "")
            yield _of_block({**common, **fields}, recipient, parts, formats, source)


def _of_block(fields: dict[str, str], recipient: str | None, parts: Parts, formats: Formats, source: str) -> Evidence:
    action = fields.get("action", "failed").split()
    kind = _KIND.get(action[0].lower().strip(";,") if action else "failed", "failure")
    status = _STATUS.search(fields.get("status", ""))
    comment = _COMMENT.search(fields.get("status", ""))
    words = fields.get("diagnostic-code") or fields.get("x-supplementary-info") or (comment.group(1) if comment else "")
    host = _TYPED.sub("", fields.get("remote-mta", "")).split(" ")[0].strip("[]<>();. \n")
    found = read_words(
        words, formats.framings, kind=kind, source=source, recipient=recipient,
        remote_host=host if "." in host and not host.replace(".", "").isdigit() else None,
        remote_ip=host if host.replace(".", "").isdigit() else None,
        time=fields.get("last-attempt-date") or fields.get("arrival-date"), **_own_fields(fields),
    )  # fmt: skip
    told = status.group(1) if status else None
    if told is not None and _is_vague(found.status):
        found = msgspec.structs.replace(found, status=told)
    if len(re.sub(r"[\W\d_]", "", found.text)) < 12 or not found.reply:
        return _with_body(found, recipient, parts, formats)
    if found.command is None and recipient is not None:
        return msgspec.structs.replace(found, command=_stage_of(found, recipient, parts, formats))
    return found


def _own_fields(fields: dict[str, str]) -> dict[str, str | None]:
    """What an MTA adds in fields of its own, such as ``X-Name-Queue-ID`` and ``X-Name-Sender``."""
    for name, value in fields.items():
        found = _QUEUE_FIELD.fullmatch(name)
        if found is not None:
            sender = address_of(fields.get(f"x-{found.group(1)}-sender"))
            return {"mta": found.group(1), "queue_id": value, "sender": sender}
    return {}


def _stage_of(found: Evidence, recipient: str, parts: Parts, formats: Formats) -> str | None:
    """The command that was refused, which many reports tell only in the part for people."""
    bodies = read_body("\n\n".join(parts.texts), formats, header="", original="", expect=recipient)
    return next((body.command for body in bodies if body.recipient == recipient and body.reply == found.reply), None)


def _with_body(found: Evidence, recipient: str | None, parts: Parts, formats: Formats) -> Evidence:
    """*found*, with what the part for people says where the report itself says too little."""
    bodies = list(read_body("\n\n".join(parts.texts), formats, header="", original="", expect=recipient))
    same = [body for body in bodies if body.recipient and recipient and body.recipient.lower() == recipient.lower()]
    body = next(iter(same), bodies[0] if len(bodies) == 1 else None)
    if body is None or not body.text:
        return found
    differs = found.reply is not None and body.reply not in (None, found.reply)
    text = found.text if differs else f"{body.text} {found.text}".strip() if found.text not in body.text else body.text
    return msgspec.structs.replace(
        found, text=text, reply=found.reply or body.reply,
        status=body.status if _is_vague(found.status) and body.status else found.status,
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


def _complaint(parts: Parts, known: str | None, source: str) -> Evidence:
    fields = fields_of(parts.feedback or "")
    told = address_of(fields.get("original-rcpt-to")) or address_of(fields.get("removal-recipient"))
    original = fields_of(parts.original)
    asked = address_of(fields_of(parts.header).get("from")) if parts.feedback is None and not original else None
    recipient = told or known or address_of(original.get("to")) or asked
    return Evidence(
        source=source, kind="complaint", recipient=recipient, sender=address_of(fields.get("original-mail-from")),
        remote_ip=fields.get("source-ip"), time=iso_of(fields.get("arrival-date") or fields.get("received-date")),
        text=" ".join((fields.get("feedback-type", ""), fields.get("user-agent", ""))).strip(),
    )  # fmt: skip


def _auto_reply(parts: Parts, source: str) -> Evidence:
    fields = fields_of(parts.header)
    recipient = address_of(fields.get("from"))
    text = " ".join(" ".join((fields.get("subject", ""), *parts.texts)).split())[:500]
    return Evidence(source=source, kind="auto-reply", recipient=recipient, text=text, time=iso_of(fields.get("date")))
