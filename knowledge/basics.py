"""What every entry of the knowledge is made of: prose, references, sources, an id; and the words of closed lists."""

from typing import Annotated, Literal

import msgspec

Prose = Annotated[str, msgspec.Meta(min_length=1, extra={"translated": True})]
"""A text for people in one language: plain, the only mark a backtick round literals."""

Name = Annotated[str, msgspec.Meta(min_length=1, extra={"translated": True, "proper": True})]
"""A name that most languages leave as it is; one that says something in its own language can be given in another."""

Phrases = Annotated[tuple[str, ...], msgspec.Meta(extra={"translated": True, "free_length": True})]
"""Words people write, in one language; another language has its own, as many as it needs."""

RfcReference = Annotated[str, msgspec.Meta(pattern=r"^RFC [1-9][0-9]*( §[0-9A-Z]+(\.[0-9]+)*)?$")]
"""A standard by number and section: ``RFC 5321 §4.2.3``."""

Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s<>]+$")]

Actor = Literal["sender", "sender-admin", "recipient", "recipient-admin", "nobody"]
Retry = Literal["not-needed", "later", "after-fix", "never"]
Standing = Literal["standard", "registered", "obsolete", "seen"]
ProviderKind = Literal["mailbox", "filter", "mta", "sender", "generic"]
Stage = Literal[
    "connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "end-of-data", "bdat", "burl",
    "rset", "vrfy", "expn", "help", "noop", "etrn", "atrn", "quit", "any",
]  # fmt: skip


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a claim comes from."""

    title: str
    url: Url


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One item of knowledge: an id that is unique in its file, and nothing the schema does not name."""

    id: Annotated[str, msgspec.Meta(min_length=1)]


Reference = Source | RfcReference
