"""Slack's markup: undone in what comes in, and what its events hold as text."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")
_MAILTO = re.compile(r"<mailto:([^|>]+)(?:\|([^>]*))?>", re.IGNORECASE)
_LINK = re.compile(r"<(https?://[^|>]+)(?:\|([^>]*))?>", re.IGNORECASE)
_CHANNEL = re.compile(r"<#[A-Z0-9]+(?:\|([^>]*))?>")
_SPECIAL = re.compile(r"<!(?:subteam\^[A-Z0-9]+|date\^[^|>]*|[a-z]+)(?:\|([^>]*))?>")
_FENCE = "```"
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_BULLET = re.compile(r"(?m)^[ \t]*[•◦▪][ \t]+")
_QUOTE = re.compile(r"(?m)^(?:&gt;|>)+[ ]?")


def to_plain(text: str) -> str:
    """*text* as its writer saw it: links and addresses as words, entities as characters, no fences and bullets."""
    text = _MENTION.sub(" ", text)
    text = _MAILTO.sub(lambda found: found.group(2) or found.group(1), text)
    text = _LINK.sub(lambda found: found.group(2) or found.group(1), text)
    text = _CHANNEL.sub(lambda found: f"#{found.group(1) or ''}", text)
    text = _SPECIAL.sub(lambda found: found.group(1) or "", text)
    parts = text.split(_FENCE)
    # between fences a line may begin with what elsewhere is a bullet or a quote; a fence that is not closed is none
    plain = [part if _is_code(parts, at) else _CODE.sub(r"\1", _unlisted(part)) for at, part in enumerate(parts)]
    return html.unescape("\n".join(plain)).replace("\u00a0", " ").strip()


def _is_code(parts: list[str], at: int) -> bool:
    is_quoted = _QUOTE.match(parts[at - 1].rpartition("\n")[2]) is not None
    return at % 2 == 1 and at < len(parts) - 1 and not is_quoted


def _unlisted(text: str) -> str:
    return _BULLET.sub("", _QUOTE.sub("", text))


def text_of(message: Mapping[str, Any]) -> str:
    """All text of a message: its own, that of its attachments, and of its blocks where it has no other."""
    own = message.get("text") or ""
    parts = [own]
    for attachment in message.get("attachments") or ():
        fields = [attachment.get("pretext"), attachment.get("title"), attachment.get("text")]
        fields += [f"{field.get('title', '')}: {field.get('value', '')}" for field in attachment.get("fields") or ()]
        told = [field for field in fields if field]
        parts += told or [attachment.get("fallback") or "", *_texts(attachment.get("blocks"))]
    blocks = list(_texts(message.get("blocks")))
    if len("".join(blocks)) > len(own):
        parts[0] = "\n".join(blocks)
    return to_plain("\n".join(part for part in parts if part))


def _texts(node: Any) -> Iterator[str]:
    """Every text in a tree of blocks, in order; what stands in one line of rich text stays one."""
    if isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, dict):
        if str(node.get("type", "")).startswith("rich_text_") and node["type"] != "rich_text_list":
            yield "".join(part for item in node.get("elements") or () for part in _texts(item))
            return
        text = node.get("text")
        if isinstance(text, str):
            yield text
        elif node.get("type") == "link" and isinstance(node.get("url"), str):
            yield node["url"]
        for name in ("text", "fields", "elements", "rows"):
            if not isinstance(node.get(name), str):
                yield from _texts(node.get(name))
