"""An Answer too big for a platform to one that fits, by rules, and what was left out."""

from collections.abc import Callable
from typing import TypeVar, assert_never

import msgspec

from bot.answer import Answer, Facts, Paragraph, Quote, Section, Steps, Table
from bot.language import Words

Thing = TypeVar("Thing")
Made = TypeVar("Made")

SHORT_TEXT = 300
"""Characters that a shortened text keeps at most; it ends at a sentence or a word, never in a literal or a link."""


class Fitted(msgspec.Struct, frozen=True):
    """An answer that fits; *left_out* are the ids of sections that were shortened or dropped, lightest first."""

    answer: Answer
    left_out: tuple[str, ...] = ()


def fit(answer: Answer, fits: Callable[[Answer], bool]) -> Fitted:
    """
    Make an answer fit: the lightest section is shortened first, then dropped, then the next.

    When no section is left, sources and follow-ups go, then the summary is shortened; the title stays.
    """
    left_out: list[str] = []
    while not fits(answer) and answer.sections:
        at = min(range(len(answer.sections)), key=lambda index: (answer.sections[index].weight, -index))
        section = answer.sections[at]
        shorter = shortened(section)
        if section.id not in left_out:
            left_out.append(section.id)
        kept = () if shorter == section else (shorter,)
        sections = (*answer.sections[:at], *kept, *answer.sections[at + 1 :])
        answer = msgspec.structs.replace(answer, sections=sections)
    while not fits(answer) and answer.sources:
        answer = msgspec.structs.replace(answer, sources=answer.sources[:-1])
    while not fits(answer) and answer.follow_ups:
        answer = msgspec.structs.replace(answer, follow_ups=answer.follow_ups[:-1])
    limit = len(answer.summary)
    while not fits(answer) and limit > 20:
        limit //= 2
        answer = msgspec.structs.replace(answer, summary=cut(answer.summary, limit))
    return Fitted(answer, tuple(left_out))


def once(make: Callable[[Thing], Made]) -> Callable[[Thing], Made]:
    """*make*, called once for each thing, told apart by identity: fitting tries the same sections again and again."""
    kept: dict[int, tuple[Thing, Made]] = {}  # the thing too, so that its identity stays its own

    def made(thing: Thing) -> Made:
        found = kept.get(id(thing))
        if found is None:
            found = kept[id(thing)] = (thing, make(thing))
        return found[1]

    return made


def fold(answer: Answer, least: int) -> Fitted:
    """The sections that weigh at least *least*; the others are left out, to be shown when asked for."""
    kept = tuple(section for section in answer.sections if section.weight >= least)
    folded = tuple(section.id for section in answer.sections if section.weight < least)
    return Fitted(msgspec.structs.replace(answer, sections=kept or answer.sections), folded if kept else ())


def shortened(section: Section) -> Section:
    """About half of a section; the same where there is nothing left to halve."""
    match section:
        case Paragraph():
            if len(section.text) > 1:
                return msgspec.structs.replace(section, text=section.text[: (len(section.text) + 1) // 2])
            return msgspec.structs.replace(section, text=tuple(cut(text, SHORT_TEXT) for text in section.text))
        case Steps():
            if len(section.steps) > 1:
                return msgspec.structs.replace(section, steps=section.steps[: (len(section.steps) + 1) // 2])
            return msgspec.structs.replace(section, steps=tuple(cut(step, SHORT_TEXT) for step in section.steps))
        case Facts():
            return msgspec.structs.replace(section, facts=section.facts[: (len(section.facts) + 1) // 2])
        case Table():
            return msgspec.structs.replace(section, rows=section.rows[: (len(section.rows) + 1) // 2])
        case Quote():
            return msgspec.structs.replace(section, text=cut(section.text, SHORT_TEXT))
        case _:
            assert_never(section)


def label_of(follow_up: str, words: Words) -> str:
    """What a button says that asks *follow_up*: the question itself, but nobody's address."""
    is_check = follow_up.startswith(f"{words.signals('signal.check')[0]} ") and "@" in follow_up
    return words.say("check.button") if is_check else follow_up


def cut(text: str, limit: int) -> str:
    """At most *limit* characters of a text and an ellipsis: ended at a space, outside of backticks."""
    if len(text) <= limit:
        return text
    end = text.rfind(" ", 0, limit - 1)
    end = end if end > 0 else limit - 1
    if text.count("`", 0, end) % 2:
        end = text.rfind("`", 0, end)
    return f"{text[:end].rstrip()}…" if end > 0 else "…"
