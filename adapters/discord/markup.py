"""Discord's markup: undone in what comes in, and what its messages hold as text."""

import re
from collections.abc import Sequence

import discord

# repetitions are bounded so that no text takes more than linear time
_MENTION = re.compile(r"<(?:@[!&]?|#)\d+>|</[^:>]+:\d+>")
_EMOJI = re.compile(r"<a?(:\w+:)\d+>")
_TIME = re.compile(r"<t:(\d+)(?::[tTdDfFR])?>")
_MASKED = re.compile(r"\[([^\[\]\n]{1,500})\]\(<?https?://[^)\s]{1,2000}>?\)")
_NO_PREVIEW = re.compile(r"<(https?://[^>\s]+)>")
_FENCE = re.compile(r"```(?:[a-zA-Z0-9_+-]*\n)?")
_CODE = re.compile(r"(`{1,2})([^`\n]+)\1")
_SPOILER = re.compile(r"\|\|([^|]{1,4000})\|\|")
_STYLE = re.compile(r"(?<![\w*])(\*\*|__|~~)(?=\S)(.{1,500}?)(?<=\S)\1(?![\w*])")
_LINE = re.compile(r"(?m)^(?:>>> |> |-# |#{1,3} )")
_ESCAPED = re.compile(r"\\([*_~`|>#\-<@:])")


def to_plain(text: str) -> str:
    """*text* as its writer saw it: no fences, styles, spoilers, quotes and mentions; links as words."""
    text = _EMOJI.sub(r"\1", _MENTION.sub(" ", text))
    text = _TIME.sub(r"\1", text)
    text = _NO_PREVIEW.sub(r"\1", _MASKED.sub(r"\1", text))
    text = _SPOILER.sub(r"\1", _LINE.sub("", text))
    text = _CODE.sub(r"\2", _FENCE.sub("\n", text))
    text = _ESCAPED.sub(r"\1", _STYLE.sub(r"\2", text))
    return text.replace("\u00a0", " ").strip()


def text_of(message: discord.Message) -> str:
    """All text of a message: its own, that of its embeds, and that of what it forwards."""
    parts = [message.content, *_texts(message.embeds)]
    for forwarded in message.message_snapshots:
        parts += [forwarded.content, *_texts(forwarded.embeds)]
    return to_plain("\n".join(part for part in parts if part))


def _texts(embeds: Sequence[discord.Embed]) -> list[str]:
    texts = []
    for embed in embeds:
        texts += [embed.title or "", embed.description or ""]
        texts += [f"{field.name}: {field.value}" for field in embed.fields]
    return texts
