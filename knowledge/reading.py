"""The types of what tells how logs, records and mails are read."""

from typing import Annotated, Literal

import msgspec

from knowledge.basics import Entry, Reference, Stage


class Field(Entry, frozen=True, kw_only=True):
    """
    Where a record keeps a field of the evidence (*id*): templates, the first whose places are all filled counts.

    ``{a.b}`` leads into the item that is a recipient, ``{^a.b}`` into the whole record, ``{column}`` into a row.
    """

    templates: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Outcome(Entry, frozen=True, kw_only=True):
    """What the word *id* of a log says became of the message; ``*`` is any other word."""

    kind: Literal["failure", "delayed", "delivered", "complaint", "skip"]


class FormatSample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in a format, and the fields that must be read from it."""

    text: str
    fields: dict[str, str]


class LogFormat(Entry, frozen=True, kw_only=True):
    """
    How a program writes down what became of messages.

    A ``line`` is read by *match*, RE2 expressions with the fields as named groups; ``json`` and ``table`` by
    *fields*; a ``prefix`` only tells a log line from other text. *signs* are RE2 expressions that every line with a
    failure fits, by which long logs are searched. *remember* joins fields of an earlier line by its group ``key``.

    *plain* saves time, no more: expressions of Python's ``re`` that a whole line fits, time and all, where its program
    wrote it as it does by default. Such a line bears a sign, and *match* would tell the same of it. All that repeats is
    possessive, but for one ``.*``, so that they too take linear time.
    """

    kind: Literal["prefix", "line", "json", "table"]
    mta: str | None = None
    signs: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    remember: str | None = None
    underscored: bool = False
    items: str | None = None
    fields: tuple[Field, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    samples: tuple[FormatSample, ...]
    sources: tuple[Reference, ...] = ()


class Framing(Entry, frozen=True, kw_only=True):
    """
    How software frames a server's words: an RE2 expression with the fields it tells as named groups.

    *use* says where it is looked for: around a reply (``words``), for the SMTP command alone (``stage``), in the
    header or the body of a mail, or where a copy of the original message begins (``copy``). A ``subject`` makes a mail
    a bounce unless it is a ``person``'s or a newsletter, a ``null-sender`` only if ``failing`` words follow; an
    ``origin`` is whom mail was forwarded from, and counts where no recipient stands above it; where a ``session``
    begins, the words about the recipient before it end.
    """

    use: Literal[
        "words",
        "stage",
        "bounce",
        "subject",
        "null-sender",
        "failing",
        "person",
        "delivered",
        "delayed",
        "auto-reply",
        "complaint",
        "recipient",
        "origin",
        "session",
        "mention",
        "copy",
    ]
    match: Annotated[str, msgspec.Meta(min_length=3)]
    needle: str | None = None
    command: Stage | None = None
    mta: str | None = None
    samples: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
