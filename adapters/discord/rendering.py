"""An Answer as an embed, within Discord's limits (https://docs.discord.com/developers/resources/message)."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import assert_never

import discord
import msgspec

from adapters.fitting import cut, fit, fold
from bot.answer import Answer, Facts, Paragraph, Quote, Section, Steps, Table
from bot.language import Words

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
NOTHING = "\u200b"
"""What Discord takes where it takes no empty text."""

_LITERAL = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"(https?://[^\s<>\"]+)")


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
    lines = _remembered(words)
    folded = fold(answer, FOLDED_BELOW)
    fitted = fit(folded.answer, lambda part: not faults_of(_embed(part, words, lines, cut_short=True)))
    left_out = {*folded.left_out, *fitted.left_out}
    if rest:
        sections = tuple(section for section in answer.sections if section.id in left_out)
        remaining = msgspec.structs.replace(answer, sections=sections)
        fitted = fit(remaining, lambda part: not faults_of(_embed(part, words, lines, cut_short=True)))
    embed = _embed(fitted.answer, words, lines, cut_short=bool(fitted.left_out))
    return Rendered(embed, bool(left_out) and not rest)


Lines = Callable[[Section], tuple[str, ...]]


def _remembered(words: Words) -> Lines:
    """The lines of sections, each drawn once: fitting tries the same ones again and again."""
    drawn: dict[int, tuple[Section, tuple[str, ...]]] = {}  # the section too, so that its id stays its own

    def lines(section: Section) -> tuple[str, ...]:
        if id(section) not in drawn:
            drawn[id(section)] = (section, tuple(_lines(section, words)))
        return drawn[id(section)][1]

    return lines


def _embed(answer: Answer, words: Words, lines: Lines, *, cut_short: bool) -> discord.Embed:
    parts = [marked(answer.summary)]
    columns = next((s for s in answer.sections if isinstance(s, Table) and s.head[:1] == ("",)), None)
    for section in answer.sections:
        if section is not columns:
            parts += [f"### {escaped(section.title)}" if section.title else "", *lines(section)]
    if cut_short:
        parts.append(f"-# {marked(words.say('ui.left-out'))}")
    embed = discord.Embed(
        title=cut(answer.title, MAX_TITLE),
        description="\n".join(part for part in parts if part),
        colour=COLOURS[answer.tone],
    )
    for name, value in _columns(columns):
        embed.add_field(name=name, value=value, inline=True)
    links = _links(answer)
    if links:
        embed.add_field(name=words.say("label.sources"), value=links, inline=False)
    return embed


def _columns(table: Table | None) -> Iterator[tuple[str, str]]:
    """A comparison's subjects side by side: a field each, with the labels of the rows in all of them."""
    for at, subject in enumerate(table.head[1:] if table else (), start=1):
        rows = [f"**{escaped(row[0])}**\n{marked(row[at])}" for row in table.rows if row[at]] if table else []
        yield escaped(subject), "\n".join(rows) or NOTHING


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


def _links(answer: Answer) -> str:
    """As many sources as fit, each a whole link."""
    shown = ""
    for source in answer.sources:
        link = f"[{escaped(source.title)}]({source.url})"
        longer = f"{shown} · {link}" if shown else link
        if len(longer) <= MAX_VALUE:
            shown = longer
    return shown


def marked(text: str) -> str:
    """Text with its literals as code, and nothing else in it that Discord would read as markup, mention or link."""
    parts = _LITERAL.split(text)
    return "".join(f"`{part}`" if at % 2 else _unlinked(part) for at, part in enumerate(parts))


def _unlinked(text: str) -> str:
    """An address that somebody pasted is shown as code, so that nobody is led there by a click."""
    return "".join(f"`{part}`" if at % 2 else escaped(part) for at, part in enumerate(_LINK.split(text)))


def escaped(text: str) -> str:
    """*text* so that Discord shows it as it is."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text, ignore_links=False))


def faults_of(embed: discord.Embed) -> Sequence[str]:
    """Which of Discord's limits an embed breaks; empty where none."""
    faults = []
    if len(embed) > MAX_TOTAL:
        faults.append("characters in all")
    if not 0 < len(embed.title or "") <= MAX_TITLE:
        faults.append("title")
    if len(embed.description or "") > MAX_DESCRIPTION:
        faults.append("description")
    if len(embed.fields) > MAX_FIELDS:
        faults.append("fields")
    for field in embed.fields:
        fits = 0 < len(field.name or "") <= MAX_NAME and 0 < len(field.value or "") <= MAX_VALUE
        faults += [] if fits else ["field"]
    return faults
