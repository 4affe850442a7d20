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
_CODE = re.compile(
    r"```(?:[a-zA-Z0-9_+-]*\n)?(?P<block>.+?)```|(?<!\\)(?P<ticks>`{1,2})(?P<span>[^`\n]+)(?P=ticks)", re.S
)
_FENCE = re.compile(r"```(?:[a-zA-Z0-9_+-]*\n)?")
_QUOTE = re.compile(r"(?m)^> ?")
_HELD = re.compile("\x00(\\d+)\x00")
_SPOILER = re.compile(r"\|\|([^|]{1,4000})\|\|")
_STYLE = re.compile(r"(?<![\w*])(\*\*|__|~~)(?=\S)(.{1,500}?)(?<=\S)\1(?![\w*])")
_LINE = re.compile(r"(?m)^(?:>>> |> |-# |#{1,3} )")
_ESCAPED = re.compile(r"\\([*_~`|>#\-<@:])")


def to_plain(text: str) -> str:
    """*text* as its writer saw it: without styles, quotes and mentions; links as words, code as it stands."""
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        """What is code is no markup; it waits under its number, so that styles around it are undone all the same."""
        code = found["block"]
        if code is None:
            held.append(found["span"])
            return f"\x00{len(held) - 1}\x00"
        is_quoted = found.string.startswith(">", found.string.rfind("\n", 0, found.start()) + 1)
        held.append(_QUOTE.sub("", code) if is_quoted else code)
        return f"\n\x00{len(held) - 1}\x00\n"

    text = _FENCE.sub("\n", _CODE.sub(hold, text.replace("\x00", "")))
    text = _EMOJI.sub(r"\1", _MENTION.sub(" ", text))
    text = _TIME.sub(r"\1", text)
    text = _NO_PREVIEW.sub(r"\1", _MASKED.sub(r"\1", text))
    text = _SPOILER.sub(r"\1", _LINE.sub("", text))
    text = _ESCAPED.sub(r"\1", _STYLE.sub(r"\2", text))
    text = _HELD.sub(lambda found: held[int(found[1])], text)
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
