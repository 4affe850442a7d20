"""Is a mailbox check asked for, and of what? ``check someone@example.com``, ``check example.com selector s1``."""

import re

import msgspec

from bot.lexicon import Lexicon, bare

_ADDRESS = re.compile(r"<?(?:mailto:)?([^\s<>]*@[^\s<>]*?|[^\s<>@/]+\.[^\s<>@/.\d][^\s<>@/]*)>?[?.!,;]*")
_SELECTOR = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
MOST_WORDS = 6


class Wanted(msgspec.Struct, frozen=True):
    """What is to be checked, as it was written; empty where nothing is named; *selector* of a DKIM key."""

    asked: str
    selector: str | None = None


def wanted(text: str, lexicon: Lexicon) -> Wanted | None:
    """What a text of one line asks to check; None where it asks something else."""
    words = text.split()
    if "\n" in text.strip() or not 0 < len(words) <= MOST_WORDS:
        return None
    said = lexicon.core(lexicon.without("address", bare(text)))
    first = lexicon.expressions["check"].match(said)
    if first is None:
        return None
    if not said[first.end() :].strip(" ?.!"):
        return Wanted("")
    found = [(at, match.group(1)) for at, word in enumerate(words) if (match := _ADDRESS.fullmatch(word)) is not None]
    if not found:
        return None
    at, asked = found[0]
    if any(char.isdigit() for word in words[:at] for char in word):
        return None  # a code before the address: that is what a server said
    selector = next(
        (
            after
            for word, after in zip(words[at + 1 :], words[at + 2 :], strict=False)
            if bare(word) in lexicon.phrases["selector"] and _SELECTOR.fullmatch(after)
        ),
        None,
    )
    return Wanted(asked.rstrip(".,;:!?"), selector)
