"""Text that Discord shows as it is, whatever it looks like (https://support.discord.com/hc/en-us/articles/210298617)."""

import re

NOTHING = "\u200b"
"""What Discord takes where it takes no empty text; it shows nothing."""

_LITERAL = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"(https?://[^\s<>\"]+)")
# one class of characters, so that the search runs over plain text as fast as it can
_MARK = re.compile(r"[\\*_~|`<\[]")
_LINE = re.compile(r"(?m)^([ \t]*)(?=[>#-])")
_MENTION = re.compile(r"@(?=everyone|here)")
_OPENING = (">", "#", "-")


def marked(text: str) -> str:
    """Text with its literals as code, and nothing else in it that Discord would read as markup, mention or link."""
    if "`" not in text:
        return _unlinked(text)
    parts = _LITERAL.split(text)
    return "".join(f"`{part}`" if at % 2 else _unlinked(part) for at, part in enumerate(parts))


def escaped(text: str) -> str:
    """*text* so that Discord shows it as it is."""
    text = _MARK.sub(_slashed, text)
    if "\n" in text or text.lstrip(" \t")[:1] in _OPENING:
        text = _LINE.sub(r"\1\\", text)
    return _MENTION.sub(f"@{NOTHING}", text) if "@" in text else text


def _unlinked(text: str) -> str:
    """An address that somebody pasted is shown as code, so that nobody is led there by a click."""
    if "://" not in text:
        return escaped(text)
    return "".join(f"`{part}`" if at % 2 else escaped(part) for at, part in enumerate(_LINK.split(text)))


def _slashed(found: re.Match[str]) -> str:
    return "\\" + found[0]
