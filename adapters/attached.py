"""Files that came with a message: which of them are read, what could not be, and what a digest sends back."""

import contextlib

import msgspec

from bot.answer import Answer
from bot.bounce.digest import Digest
from bot.language import Words
from bot.message import Attachment
from knowledge.errors import SettingMissing

KINDS = (".txt", ".log", ".eml", ".csv", ".json", ".jsonl", ".gz", ".mbox", ".msg", ".text")
TYPES = ("text/", "message/", "application/json", "application/gzip")
MAX_FILES = 10


class Fetched(msgspec.Struct, frozen=True):
    """The files that could be read, and the names of those that could not: of another kind, too large, or lost."""

    attachments: tuple[Attachment, ...] = ()
    refused: tuple[str, ...] = ()
    too_large: tuple[str, ...] = ()


def may_hold_bounces(name: str, kind: str | None) -> bool:
    """Whether a file is read, judged by its name and its MIME type."""
    return name.lower().endswith(KINDS) or (kind or "").startswith(TYPES)


def unread(fetched: Fetched, words: Words, limit: int) -> str:
    """What is told of the files that were not read; empty where all were. *limit* is in bytes."""
    parts = []
    if fetched.too_large:
        size = words.number(limit // 1_000_000)
        parts.append(words.say("ui.too-large", names=", ".join(fetched.too_large), limit=size))
    if fetched.refused:
        parts.append(words.say("ui.not-read", names=", ".join(fetched.refused)))
    return " ".join(parts)


def files_of(answer: Answer, found: Digest, words: Words) -> list[tuple[str, bytes]]:
    """Names and contents of what goes with a digest: the chart, where it can be drawn, and the records."""
    from adapters.chart import draw

    records = b"".join(msgspec.json.encode(bounce) + b"\n" for bounce in answer.bounces)
    files = [("bounces.jsonl", records)]
    with contextlib.suppress(SettingMissing):  # the extra is not installed; the records say the same
        files.insert(0, ("bounces.png", draw(found, words)))
    return files
