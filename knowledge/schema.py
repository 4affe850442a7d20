"""
The types of everything smtpbot knows.

These structs are the schema: what YAML may say, which of it is prose, and so which of it a translation or a
team's overlay may give again. This room knows no file and no bot.
"""

from typing import Annotated, Literal

import msgspec

from knowledge.basics import (
    Actor,
    Entry,
    Name,
    Phrases,
    Prose,
    ProviderKind,
    Reference,
    Retry,
    Source,
    Stage,
    Standing,
    Url,
)
from knowledge.reading import Framing, LogFormat


class Confusion(Entry, frozen=True, kw_only=True):
    """Another code that people take this one for; *id* is that code."""

    why: Prose


class ReplyCodeEntry(Entry, frozen=True, kw_only=True):
    """What is known of one reply code; *id* is its three digits."""

    name: Prose
    text: str
    standing: Standing
    after: tuple[Stage, ...]
    acts: Actor
    retry: Retry
    reason: str | None = None
    summary: Prose
    meaning: Prose
    when: tuple[Prose, ...]
    use: Prose | None = None
    sender: tuple[Prose, ...] = ()
    receiver: tuple[Prose, ...] = ()
    enhanced: tuple[str, ...] = ()
    confused: tuple[Confusion, ...] = ()
    emitters: tuple[Name, ...] = ()
    practice: tuple[Prose, ...] = ()
    sources: tuple[Reference, ...]


class ClassAdvice(Entry, frozen=True, kw_only=True):
    """How one class (*id* 2, 4 or 5) changes what an enhanced code means for the reader."""

    retry: Retry
    reason: str | None = None
    advice: Prose


class EnhancedCodeEntry(Entry, frozen=True, kw_only=True):
    """What is known of one enhanced code in all its classes; *id* is ``x.subject.detail``."""

    title: str
    name: Prose
    standing: Standing
    basic: tuple[str, ...] = ()
    acts: Actor
    reason: str | None = None
    summary: Prose
    meaning: Prose
    when: tuple[Prose, ...]
    sender: tuple[Prose, ...] = ()
    receiver: tuple[Prose, ...] = ()
    classes: tuple[ClassAdvice, ...]
    confused: tuple[Confusion, ...] = ()
    practice: tuple[Prose, ...] = ()
    sources: tuple[Reference, ...]


class CodeClass(Entry, frozen=True, kw_only=True):
    """A family of codes: ``5xx``, ``x5x`` (second digit), ``5.x.x`` or ``x.7.x``."""

    name: Prose
    summary: Prose
    meaning: Prose
    acts: Actor
    retry: Retry
    steps: tuple[Prose, ...] = ()
    sources: tuple[Reference, ...]


class SessionStage(Entry, frozen=True, kw_only=True):
    """A step of an SMTP session; *id* is a Stage."""

    command: str
    name: Prose
    success: tuple[str, ...]
    intermediate: tuple[str, ...] = ()
    error: tuple[str, ...] = ()
    notes: tuple[Prose, ...] = ()
    sources: tuple[Reference, ...]


class Reason(Entry, frozen=True, kw_only=True):
    """Why a message was not delivered, or what else a notice says; *id* is the JSON contract's."""

    name: Prose
    kind: Literal["failure", "no-failure", "unknown"]
    summary: Prose
    acts: Actor
    suppress: bool
    permanent: bool | None
    retry: Retry
    sender: tuple[Prose, ...] = ()
    receiver: tuple[Prose, ...] = ()
    codes: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    sources: tuple[Reference, ...]


class CodeNote(Entry, frozen=True, kw_only=True):
    """A code that a topic shows as; *id* is the code or the pair (``450 4.7.1``)."""

    why: Prose


class Topic(Entry, frozen=True, kw_only=True):
    """Something people ask about in words."""

    name: Prose
    aliases: Phrases
    summary: Prose
    body: tuple[Prose, ...]
    sender: tuple[Prose, ...] = ()
    receiver: tuple[Prose, ...] = ()
    codes: tuple[CodeNote, ...] = ()
    related: tuple[str, ...] = ()
    sources: tuple[Reference, ...]


class ReturnCode(Entry, frozen=True, kw_only=True):
    """One answer of a blocklist's zone; *id* is the address or range it answers with."""

    means: Prose


class Blocklist(Entry, frozen=True, kw_only=True):
    """A DNS blocklist or reputation service that rejections name."""

    name: Name
    aliases: tuple[str, ...] = ()
    operator: str | None = None
    zones: tuple[str, ...] = ()
    lists: tuple[Literal["ip", "range", "asn", "domain", "url", "hash", "sender"], ...]
    status: Literal["active", "gone", "unknown"]
    gone_since: str | None = None
    signs: tuple[str, ...]
    meaning: Prose
    fix: tuple[Prose, ...]
    lookup: Url | None = None
    delist: Url | None = None
    returns: tuple[ReturnCode, ...] = ()
    sources: tuple[Reference, ...]


class ProviderCode(Entry, frozen=True, kw_only=True):
    """What one provider means by a code; *id* is the code (``5.7.26``, ``550`` or ``550 5.7.1``)."""

    meaning: Prose
    fix: tuple[Prose, ...] = ()
    differs: bool = False
    sources: tuple[Reference, ...]


class Pattern(Entry, frozen=True, kw_only=True):
    """
    A wording and what it means.

    *match* is an RE2 expression, searched without regard to case in the server's words: white space single,
    quotes straight, the lines of a reply joined, its codes first and once.
    """

    match: Annotated[str, msgspec.Meta(min_length=3)]
    reason: str
    permanent: bool | None = None
    suppress: bool | None = None
    commands: tuple[Stage, ...] = ()
    own_host_only: bool = False
    blocklist: str | None = None
    means: Prose | None = None
    fix: tuple[Prose, ...] = ()
    help: tuple[Source, ...] = ()
    evidence: Literal["documented", "source-code", "third-party", "observed"]
    source: Reference
    samples: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Provider(Entry, frozen=True, kw_only=True):
    """One mailbox provider, filter, MTA or sending platform, and the wordings it uses; one file each."""

    name: Name
    aliases: tuple[str, ...] = ()
    kind: ProviderKind
    hosts: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    about: Prose | None = None
    fix: tuple[Prose, ...] = ()
    help: tuple[Source, ...] = ()
    codes: tuple[ProviderCode, ...] = ()
    patterns: tuple[Pattern, ...] = ()


class Plural(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text that counts, by CLDR plural category; ``{count}`` stands for the number."""

    other: Prose
    zero: Prose | None = None
    one: Prose | None = None
    two: Prose | None = None
    few: Prose | None = None
    many: Prose | None = None


class Word(Entry, frozen=True, kw_only=True):
    """
    A label, a sentence with ``{placeholders}``, a text that counts, or the phrases that signal something.

    The entry ``language`` names the language itself and says whether it is complete.
    """

    text: Prose | None = None
    complete: bool = False
    count: Plural | None = None
    phrases: Phrases = ()


class RetryTime(Entry, frozen=True, kw_only=True):
    """How servers say when to come back: an RE2 expression whose first group is a number of *seconds* each."""

    match: str
    seconds: int
    samples: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Finding(Entry, frozen=True, kw_only=True):
    """
    What a mailbox check can find, and what follows from it.

    *text* says it, with ``{placeholders}``; *codes* are what senders see because of it.
    """

    text: Prose
    severity: Literal["problem", "weakness", "fine"]
    fix: tuple[Prose, ...] = ()
    codes: tuple[str, ...] = ()
    sources: tuple[Reference, ...]


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field of a service's answer, by its dotted *path*, that means something when it has one of *values*."""

    path: str
    values: tuple[str, ...]
    means: Literal[
        "deliverable", "undeliverable", "risky", "unknown", "catch-all", "role", "disposable", "full", "disabled"
    ]


class Verifier(Entry, frozen=True, kw_only=True):
    """
    A service that verifies mailboxes over HTTP.

    Args:
        url: its address; None where it is self-hosted.
        paths: tried in order while the service answers 404.
        key: the header or query parameter that carries the key; *key_in* says which of the two.
        address: the query parameter, or with *body* the field of the JSON body, that carries the address.
        verdicts: the first that holds is the verdict; *flags* all that hold.
        reply: the path of the server's words, where the service tells them.
        error: the path of what is there when the key was refused.
    """

    name: str
    url: Url | None = None
    paths: tuple[str, ...]
    body: bool
    key: str
    key_in: Literal["header", "query"]
    address: str
    verdicts: tuple[Mark, ...]
    flags: tuple[Mark, ...] = ()
    reply: str | None = None
    error: str | None = None
    sources: tuple[Reference, ...]


class Note(Entry, frozen=True, kw_only=True):
    """What a team adds of its own: a text, perhaps with runbook links, on codes, reasons, topics or patterns."""

    about: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    provider: str | None = None
    text: Prose
    links: tuple[Source, ...] = ()


class Signals(msgspec.Struct, frozen=True):
    """The words of one language by which a question is understood: phrases by word id, aliases by topic id."""

    language: str
    phrases: dict[str, tuple[str, ...]]
    aliases: dict[str, tuple[str, ...]]


class Knowledge(msgspec.Struct, frozen=True, kw_only=True):
    """Everything smtpbot knows, in one language; entries by id, in the order of their files."""

    language: str
    version: str
    signals: tuple[Signals, ...]
    reply_codes: dict[str, ReplyCodeEntry]
    enhanced_codes: dict[str, EnhancedCodeEntry]
    classes: dict[str, CodeClass]
    stages: dict[str, SessionStage]
    reasons: dict[str, Reason]
    topics: dict[str, Topic]
    blocklists: dict[str, Blocklist]
    words: dict[str, Word]
    retry_times: dict[str, RetryTime]
    log_formats: dict[str, LogFormat]
    framings: dict[str, Framing]
    notes: dict[str, Note]
    findings: dict[str, Finding]
    verifiers: dict[str, Verifier]
    providers: dict[str, Provider]
