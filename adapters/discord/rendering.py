"""An Answer as an embed, within Discord's limits (https://docs.discord.com/developers/resources/message)."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, assert_never

import discord
import msgspec

from adapters.discord.escaping import NOTHING, escaped, marked
from adapters.fitting import cut, fit, fold, once
from bot.answer import Answer, Facts, Paragraph, Quote, Section, Steps, Table
from bot.language import Words
from knowledge.basics import Source

MAX_TITLE = 256
MAX_DESCRIPTION = 4_096
MAX_FIELDS = 25
MAX_NAME = 256
MAX_VALUE = 1_024
MAX_TOTAL = 6_000
"""Characters of all embeds of a message."""

FOLDED_BELOW = 5
"""Weight below which a section waits behind "More"."""

COLOURS = {
    "success": 0x2EB67D,
    "intermediate": 0x3B88C3,
    "temporary": 0xECB22E,
    "permanent": 0xE01E5A,
    "neutral": 0x949BA4,
}


class Rendered(msgspec.Struct, frozen=True):
    """What is posted, and whether some of the answer waits behind More."""

    embed: discord.Embed
    folded: bool


def to_embed(answer: Answer, words: Words, *, rest: bool = False) -> Rendered:
    """
    Draw an answer for Discord.

    Args:
        rest: only what the first drawing folded or shortened.
    """
    draw = _drawing(words)
    folded = fold(answer, FOLDED_BELOW)
    fitted = fit(folded.answer, lambda part: _fits(draw(part, True)))
    left_out = {*folded.left_out, *fitted.left_out}
    if rest:
        sections = tuple(section for section in answer.sections if section.id in left_out)
        remaining = msgspec.structs.replace(answer, sections=sections)
        fitted = fit(remaining, lambda part: _fits(draw(part, True)))
    draft = draw(fitted.answer, bool(fitted.left_out))
    embed = discord.Embed(title=draft.title, description=draft.description, colour=COLOURS[answer.tone])
    for name, value, inline in draft.fields:
        embed.add_field(name=name, value=value, inline=inline)
    return Rendered(embed, bool(left_out) and not rest)


class _Draft(NamedTuple):
    """What an embed will say; fields are name, value, and whether they stand side by side."""

    title: str
    description: str
    fields: list[tuple[str, str, bool]]


def _drawing(words: Words) -> Callable[[Answer, bool], _Draft]:
    """What drafts an answer, cut short or not; what its trials have in common is drawn once."""
    summary, columns, links = once(marked), once(_columns), once(_links)
    body = once(partial(_body, words))

    def draw(answer: Answer, cut_short: bool) -> _Draft:
        beside = next((s for s in answer.sections if isinstance(s, Table) and s.head[:1] == ("",)), None)
        parts = [summary(answer.summary), *(body(section) for section in answer.sections if section is not beside)]
        if cut_short:
            parts.append(f"-# {marked(words.say('ui.left-out'))}")
        fields = [] if beside is None else [*columns(beside)]
        if answer.sources and (shown := links(answer.sources)):
            fields.append((words.say("label.sources"), shown, False))
        return _Draft(cut(escaped(answer.title), MAX_TITLE), "\n".join(part for part in parts if part), fields)

    return draw


def _fits(draft: _Draft) -> bool:
    """Whether a draft keeps Discord's limits."""
    in_fields = sum(len(name) + len(value) for name, value, _ in draft.fields)
    return (
        len(draft.title) + len(draft.description) + in_fields <= MAX_TOTAL
        and 0 < len(draft.title) <= MAX_TITLE
        and len(draft.description) <= MAX_DESCRIPTION
        and len(draft.fields) <= MAX_FIELDS
        and all(0 < len(name) <= MAX_NAME and 0 < len(value) <= MAX_VALUE for name, value, _ in draft.fields)
    )


def _columns(table: Table) -> list[tuple[str, str, bool]]:
    """A comparison's subjects side by side: a field each, with the labels of the rows in all of them."""
    labels = [f"**{escaped(row[0])}**" for row in table.rows]
    fields = []
    for at, subject in enumerate(table.head[1:], start=1):
        rows = [f"{label}\n{marked(row[at])}" for label, row in zip(labels, table.rows, strict=True) if row[at]]
        fields.append((escaped(subject), "\n".join(rows) or NOTHING, True))
    return fields


def _body(words: Words, section: Section) -> str:
    """A section under its title."""
    title = [f"### {escaped(section.title)}"] if section.title else []
    return "\n".join(line for line in (*title, *_lines(section, words)) if line)


def _lines(section: Section, words: Words) -> Iterator[str]:
    match section:
        case Paragraph():
            yield from map(marked, section.text)
        case Steps():
            for number, step in enumerate(section.steps, start=1):
                yield f"{f'{number}.' if section.ordered else '-'} {marked(step)}"
        case Facts():
            for label, value in section.facts:
                yield f"**{marked(words.labelled(label))}** {_value(value)}"
        case Table():
            for row in section.rows:
                first, *rest = (marked(cell) for cell in row)
                yield f"- **{first}** " + " · ".join(cell for cell in rest if cell)
        case Quote():
            yield f"```\n{section.text.replace('```', NOTHING.join('```'))}\n```"
        case _:
            assert_never(section)


def _value(value: str) -> str:
    """A value; an address of the web that is our own is a link."""
    return value if value.startswith("https://") and " " not in value else marked(value)


def _links(sources: Sequence[Source]) -> str:
    """As many sources as fit, each a whole link."""
    shown = ""
    for source in sources:
        link = f"[{escaped(source.title)}]({source.url})"
        longer = f"{shown} · {link}" if shown else link
        if len(longer) <= MAX_VALUE:
            shown = longer
    return shown
