"""The words by which questions are understood, of all languages at once, made ready from the knowledge."""

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from knowledge.schema import Knowledge

SubjectKind = Literal["reply", "status", "pair", "entry", "family", "topic", "blocklist", "provider", "reason"]


class Subject(msgspec.Struct, frozen=True):
    """One thing asked about; *id* is a code, a pair, ``x.7.25``, a family such as ``5xx``, or an entry's id."""

    kind: SubjectKind
    id: str


_TYPOGRAPHY = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "…": "..."}
)
_CONTROLS = {code: None for code in (*range(32), 127) if not chr(code).isspace()}
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\b[0-9]{3}\b")
_LONGEST_NAME = 10
_PUNCTUATION = " .,;:!?'\"()"


def tidy(text: str) -> str:
    """Quotes and dashes straight, white space single, invisible characters gone; the words themselves untouched."""
    if text.isascii():
        return " ".join(text.translate(_CONTROLS).split())
    seen = (char for char in text.translate(_TYPOGRAPHY) if char.isspace() or unicodedata.category(char)[0] != "C")
    return " ".join("".join(seen).split())


def bare(text: str) -> str:
    """*text* as it is compared: tidy, without case and accents."""
    if text.isascii():
        return tidy(text.casefold())
    decomposed = unicodedata.normalize("NFD", tidy(text).casefold())
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if unicodedata.category(char) != "Mn"))


def name_of(text: str) -> str:
    """*text* as a name is looked up: bare words with single spaces, so that ``MTA-STS`` is ``mta sts``."""
    return " ".join(_WORD.findall(bare(text)))


class Lexicon(msgspec.Struct, frozen=True):
    """
    What people call things.

    Args:
        languages: the base language first.
        phrases: by word id (without ``signal.``), in all languages, bare.
        expressions: the same, each as one expression of whole words.
        common: for each language the words that give it away.
        topical: for each language the names of its topics.
        names: every name of a topic, blocklist, provider or reason, as names are looked up.
        spelt: the same names as people write them, with accents and hyphens.
        providers: every name of a provider.
    """

    languages: tuple[str, ...]
    phrases: Mapping[str, tuple[str, ...]]
    expressions: Mapping[str, re.Pattern[str]]
    versus: re.Pattern[str]
    join: re.Pattern[str]
    common: Mapping[str, re.Pattern[str]]
    topical: Mapping[str, frozenset[str]]
    names: Mapping[str, Subject]
    spelt: Mapping[str, str]
    providers: Mapping[str, str]
    numbered_providers: re.Pattern[str]
    replies: tuple[str, ...]
    enhanced: tuple[str, ...]

    def has(self, word: str, text: str) -> bool:
        """Whether one of the phrases of *word* is in *text*."""
        return self.expressions[word].search(text) is not None

    def without(self, word: str, text: str) -> str:
        """*text* without the phrases of *word*."""
        return " ".join(self.expressions[word].sub(" ", text).split())

    def core(self, text: str) -> str:
        """*text* without the question words at its start and end."""
        expression = self.expressions["question"]
        words = text.strip(_PUNCTUATION)
        while True:
            first = expression.match(words)
            rest = words[first.end() :] if first else words
            last = next((found for found in expression.finditer(rest) if found.end() == len(rest)), None)
            rest = (rest[: last.start()] if last else rest).strip(_PUNCTUATION)
            if rest in ("", words):
                return words
            words = rest

    def whole(self, text: str) -> Subject | None:
        """The topic whose name is all of *text* but question words; the longest such name."""
        words = _WORD.findall(bare(text))
        for start, end in sorted(_runs(len(words)), key=lambda run: run[0] - run[1]):
            named = self.names.get(" ".join(words[start:end]))
            around = " ".join((*words[:start], *words[end:]))
            if named is not None and named.kind == "topic" and not self.expressions["question"].sub("", around).strip():
                return named
        return None

    def is_name(self, text: str) -> bool:
        """Whether all of *text* is one name."""
        return name_of(text) in self.names

    def named(self, text: str) -> Subject | None:
        """What is named in *text*; a topic before anything else, then the longest name."""
        found = [name for name in _spans(text) if name in self.names]
        return self.names[max(found, key=lambda name: (self.names[name].kind == "topic", len(name)))] if found else None

    def provider(self, text: str) -> str | None:
        """The provider named in *text*, by its longest name."""
        found = [name for name in _spans(text) if name in self.providers]
        return self.providers[max(found, key=len)] if found else None

    def hits(self, language: str, text: str) -> int:
        """How many words of *language* are in *text*; a topic's name in it counts for one more than its words."""
        longest = max((name.count(" ") + 1 for name in _spans(text) if name in self.topical[language]), default=0)
        return len(self.common[language].findall(text)) + (longest and longest + 1)


def lexicon_of(knowledge: Knowledge) -> Lexicon:
    """Make the lexicon of a knowledge; some 20 ms of work, once."""
    phrases: dict[str, tuple[str, ...]] = {}
    for signals in knowledge.signals:
        for word, said in signals.phrases.items():
            name = word.removeprefix("signal.")
            phrases[name] = (*phrases.get(name, ()), *map(bare, said))
    return Lexicon(
        languages=tuple(signals.language for signals in knowledge.signals),
        phrases=phrases,
        expressions={name: _any_of(said) for name, said in phrases.items()},
        versus=_any_of(phrases["versus"], r"\s*/\s*|\s*<=?>\s*"),
        join=_any_of((*phrases["versus"], *phrases["and"]), r"\s*[/,;&+]\s*|\s*<=?>\s*"),
        common={s.language: _said_of(tuple(map(bare, s.phrases.get("signal.common", ())))) for s in knowledge.signals},
        topical={
            s.language: frozenset(
                name for aliases in s.aliases.values() for name in map(name_of, aliases) if _says(name)
            )
            for s in knowledge.signals
        },
        names=_names(knowledge),
        spelt=_spelt(knowledge),
        providers={
            name_of(alias): provider.id
            for provider in knowledge.providers.values()
            if provider.kind != "generic"
            for alias in (provider.name, *provider.aliases)
        },
        numbered_providers=_any_of(
            tuple(
                bare(alias)
                for p in knowledge.providers.values()
                for alias in (p.name, *p.aliases)
                if _NUMBER.search(alias)
            )
        ),
        replies=tuple(knowledge.reply_codes),
        enhanced=tuple(
            entry.id.replace("x", advice.id, 1)
            for entry in knowledge.enhanced_codes.values()
            for advice in entry.classes
        ),
    )


def _says(name: str) -> bool:
    """Whether a name tells a language; one of digits does not."""
    return any(char.isalpha() for char in name)


@functools.lru_cache(maxsize=2)  # one question is looked through several times
def _spans(text: str) -> tuple[str, ...]:
    """Every run of words in *text* that could be a name."""
    words = _WORD.findall(bare(text))
    return tuple([" ".join(words[start:end]) for start, end in _runs(len(words))])


def _runs(count: int) -> Iterator[tuple[int, int]]:
    for start in range(count):
        yield from ((start, end) for end in range(start + 1, min(start + _LONGEST_NAME, count) + 1))


def _names(knowledge: Knowledge) -> dict[str, Subject]:
    """What each name leads to; where two kinds share one, the earlier kind here has it."""
    names: dict[str, Subject] = {}
    for name, subject in _called(knowledge):
        if len(name_of(name)) > 1:
            names.setdefault(name_of(name), subject)
    return names


def _spelt(knowledge: Knowledge) -> dict[str, str]:
    """How each name is written; where it is written in several ways, the one with more to see, such as accents."""
    spelt: dict[str, str] = {}
    for name, _ in _called(knowledge):
        key = name_of(name)
        if not name.isascii() or key not in spelt:
            spelt[key] = name.lower()
    return spelt


def _called(knowledge: Knowledge) -> Iterator[tuple[str, Subject]]:
    for signals in knowledge.signals:
        for topic, aliases in signals.aliases.items():
            yield from ((alias, Subject("topic", topic)) for alias in (topic, *aliases))
    yield from ((topic.name, Subject("topic", topic.id)) for topic in knowledge.topics.values())
    for blocklist in knowledge.blocklists.values():
        called = (blocklist.id, blocklist.name, *blocklist.aliases, *blocklist.zones)
        yield from ((name, Subject("blocklist", blocklist.id)) for name in called)
    for provider in knowledge.providers.values():
        if provider.kind != "generic":
            yield from ((name, Subject("provider", provider.id)) for name in (provider.name, *provider.aliases))
    for reason in knowledge.reasons.values():
        yield from ((name, Subject("reason", reason.id)) for name in (reason.id, reason.name))


def _said_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """The same, but not in names of hosts and addresses: ``web.de`` is no French."""
    return re.compile(rf"(?<![.@-]){_any_of(phrases).pattern}(?![@-]|\.\w)")


def _any_of(phrases: tuple[str, ...], separators: str = "") -> re.Pattern[str]:
    """Any of the phrases as whole words, longest first; one that never matches where there is none."""
    longest = sorted({phrase for phrase in phrases if phrase}, key=lambda phrase: (-len(phrase), phrase))
    words = rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)" if longest else "(?!)"
    return re.compile(f"{words}|{separators}" if separators else words)
