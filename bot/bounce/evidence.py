"""Evidence: what a text says of one recipient's message, and nothing that it does not say."""

from typing import Literal

import msgspec

EvidenceKind = Literal["failure", "delayed", "delivered", "auto-reply", "complaint", "unclear"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """
    What was read of one recipient; None where the text does not say.

    Args:
        source: where it was read: ``FILE:LINE`` or ``FILE``; empty for what was pasted.
        text: the server's own words: its code first and once, the lines of a reply joined, white space single.
        kind: whether the text reports a failure; ``unclear`` where only its words can tell.
        command: the session's stage whose command was answered; an id of stages.yaml.
        time: as written, an ISO date and time without zone where the text has a year.
        delay: seconds from the message's arrival.
    """

    source: str = ""
    text: str = ""
    kind: EvidenceKind = "failure"
    reply: str | None = None
    status: str | None = None
    recipient: str | None = None
    sender: str | None = None
    remote_host: str | None = None
    remote_ip: str | None = None
    mta: str | None = None
    queue_id: str | None = None
    command: str | None = None
    time: str | None = None
    delay: float | None = None
