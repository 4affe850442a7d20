"""Words as patterns see them: the normal form of a text, and how much of a pattern is literal."""

import re

import re2

from bot.lexicon import tidy

MAX_WORDS = 6_000
"""Characters of a server's words that are searched: replies are short, and what follows is a copy of the message."""

MEMORY = 256 * 1024 * 1024
"""Bytes that RE2 may use for the states of one set of patterns."""


def options() -> re2.Options:
    """How all expressions of the knowledge are compiled: without regard to case, in time linear in the text."""
    chosen = re2.Options()
    chosen.case_sensitive = False
    chosen.log_errors = False
    chosen.max_mem = MEMORY
    return chosen


class Expression:
    """An RE2 expression over bytes, which gives its named groups as text; bytes because offsets then cost nothing."""

    __slots__ = ("_find", "_groups")

    def __init__(self, expression: str) -> None:
        compiled = re2.compile(expression.encode(), options())
        self._find = compiled.search
        self._groups = tuple((name.decode(), number) for name, number in compiled.groupindex.items())

    def fields(self, text: bytes) -> dict[str, str] | None:
        """The named groups that took part in the first match, or None where nothing matches."""
        found = self._find(text)
        if found is None:
            return None
        fields = {}
        for name, number in self._groups:
            start, end = found.span(number)
            if end > start:
                fields[name] = text[start:end].decode("utf-8", "replace")
        return fields

    def span(self, text: bytes) -> tuple[int, int] | None:
        """Where the first match begins and ends, in bytes."""
        found = self._find(text)
        return None if found is None else found.span()


def normal(text: str) -> str:
    """
    *text* as patterns are written for: quotes straight, white space single, at most `MAX_WORDS` characters.

    What differs from message to message, and never decides, is the same in all: addresses of IP, ids of sessions and
    messages, times. So the words of a server are the same text again and again, and are searched once.
    """
    return _VARYING.sub(_same, tidy(text[:MAX_WORDS]))


_VARYING = re.compile(
    r"(?<![\w.])(?!127\.)[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w.]*\w)"
    r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){4,7}[0-9A-Fa-f:]{1,9}"
    r"|(?<![\w./=@-])(?=[A-Za-z-]*[0-9])[A-Za-z0-9]{12,}(?:-[A-Za-z0-9]+)*(?![\w./@-]*[\w/@])"
    r"|(?<![\w./=@-])[a-z]{1,3}[0-9]{1,3}-[0-9a-f]{12,}(?:-[A-Za-z0-9]+)*(?![\w./@-]*[\w/@])"
    r"|(?<![\w.])[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}[.0-9Z]*"
)


def _same(found: re.Match[str]) -> str:
    text = found.group(0)
    if ":" in text:
        return "2026-11-23T10:15:02Z" if "-" in text else "2001:db8::1"
    return "192.0.2.1" if text.count(".") == 3 else "x0123456789abcdef"


_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\(\?(?:P<\w+>|[a-zA-Z-]*:|[a-zA-Z-]+(?=\)))|[(|)]|\{\d+(?:,\d*)?\}|[?*+]|.",
    re.DOTALL,
)


def literal_length(expression: str) -> int:
    """
    How many literal characters a text must have to match: the least over alternatives, without what is optional.

    It ranks patterns of one tier, so that the more specific one wins wherever it stands.
    """
    tokens = _TOKEN.findall(expression)
    length, _ = _alternatives(tokens, 0)
    return length


def _alternatives(tokens: list[str], position: int) -> tuple[int, int]:
    shortest: int | None = None
    current = last = 0
    while position < len(tokens):
        part = tokens[position]
        position += 1
        if part == ")":
            break
        if part == "|":
            shortest = current if shortest is None else min(shortest, current)
            current = last = 0
        elif part[0] == "(":
            last, position = _alternatives(tokens, position)
            current += last
        elif part in ("?", "*") or part.startswith(("{0", "{,")):
            current -= last
            last = 0
        elif part == "+" or (part[0] == "{" and len(part) > 1):
            continue
        else:
            last = int(_is_literal(part))
            current += last
    return (current if shortest is None else min(shortest, current)), position


def _is_literal(part: str) -> bool:
    if part[0] == "\\":
        return not part[1].isalpha() or part[1] in "tnrfv"
    return part not in ("^", "$", ".") and part[0] != "["
