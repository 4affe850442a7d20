"""What somebody who is still typing may mean: codes, topics, and pairs to compare, best first. Knows no platform."""

from collections.abc import Iterable, Iterator

import msgspec

from bot.lexicon import Lexicon, bare, name_of
from knowledge.schema import Knowledge, Topic

ALIKE = 80.0
"""How alike (0 to 100) a mistyped word must be to be offered."""

LEAST = 3
"""Letters up to which what was typed is no mistyped word."""


class Suggestion(msgspec.Struct, frozen=True):
    """A question that can be asked as it is, and how it is shown."""

    text: str
    shown: str


def suggest(typed: str, lexicon: Lexicon, knowledge: Knowledge, limit: int = 25) -> tuple[Suggestion, ...]:
    """
    Complete a question.

    Args:
        typed: what is there so far; nothing gives the examples of the help text.
        knowledge: in the language that names are shown in.
        limit: of how many suggestions.
    """
    said = bare(typed)
    versus = list(lexicon.versus.finditer(said))
    if versus:
        first, second = said[: versus[-1].start()].strip(), said[versus[-1].end() :].strip()
        return _best(_pairs(first, second, lexicon, knowledge), limit) if first else ()
    if not said:
        return _best((Suggestion(text, text) for text in knowledge.words["help.examples"].phrases), limit)
    return suggest_subject(typed, lexicon, knowledge, limit)


def suggest_subject(typed: str, lexicon: Lexicon, knowledge: Knowledge, limit: int = 25) -> tuple[Suggestion, ...]:
    """Complete one thing that can be asked about: a reply code, an enhanced code, or a topic."""
    said = lexicon.core(bare(typed)) if typed.strip() else ""
    return _best(_subjects(said, knowledge), limit)


def _subjects(said: str, knowledge: Knowledge) -> Iterator[Suggestion]:
    codes = list(_codes(knowledge))
    topics = [(topic, _names(topic)) for topic in knowledge.topics.values()]
    begun = [code for code in codes if code.text.startswith(said)]
    yield from (code for code in begun if code.text == said)
    yield from begun
    if not said or said[0].isdigit():
        return
    wanted = name_of(said)
    yield from (_topic(topic) for topic, names in topics if any(name.startswith(wanted) for name in names))
    yield from (_topic(topic) for topic, names in topics if any(f" {wanted}" in name for name in names))
    yield from (code for code in codes if wanted in name_of(code.shown))
    if len(wanted) > LEAST:
        yield from (_topic(topic) for topic in _alike(wanted, topics))


def _codes(knowledge: Knowledge) -> Iterator[Suggestion]:
    """Reply codes and enhanced codes in each class that has an entry."""
    for code, entry in knowledge.reply_codes.items():
        yield Suggestion(code, f"{code} – {entry.name}")
    for identity, enhanced in knowledge.enhanced_codes.items():
        for advice in enhanced.classes:
            code = identity.replace("x", advice.id, 1)
            yield Suggestion(code, f"{code} – {enhanced.name}")


def _topic(topic: Topic) -> Suggestion:
    return Suggestion(topic.name, topic.name)


def _names(topic: Topic) -> list[str]:
    return [name_of(name) for name in (topic.id, topic.name, *topic.aliases)]


def _alike(wanted: str, topics: list[tuple[Topic, list[str]]]) -> list[Topic]:
    """The topics whose names look like what was typed."""
    from rapidfuzz import fuzz, process

    names = {name: topic for topic, called in topics for name in called}
    found = process.extract(wanted, list(names), scorer=fuzz.partial_ratio, score_cutoff=ALIKE, limit=10)
    return [names[name] for name, _, _ in found]


def _pairs(first: str, second: str, lexicon: Lexicon, knowledge: Knowledge) -> Iterator[Suggestion]:
    """What *first* is usually compared with, then everything that *second* may become."""
    last = next(iter(reversed(first.split())), "")
    entry = knowledge.reply_codes.get(last)
    family = last.replace(last[:1], "x", 1) if last.count(".") == 2 else ""
    enhanced = knowledge.enhanced_codes.get(family)
    usual: Iterable[str] = ()
    if entry is not None:
        usual = (confusion.id for confusion in entry.confused)
    elif enhanced is not None:
        usual = (confusion.id.replace("x", last[0], 1) for confusion in enhanced.confused)
    texts = [text for text in usual if text.startswith(second)]
    texts += [found.text for found in suggest_subject(second, lexicon, knowledge)] if second else []
    yield from (Suggestion(f"{first} vs {text}", f"{first} vs {text}") for text in texts if text != last)


def _best(found: Iterable[Suggestion], limit: int) -> tuple[Suggestion, ...]:
    """The first few, each once."""
    return tuple({one.text: one for one in found}.values())[:limit]
