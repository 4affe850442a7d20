"""The terminal: an Answer as Rich text, and the prompt loop."""

import io
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from bot.answer import Answer, Facts, Paragraph, Quote, Section, Steps, Table, from_json, to_json
from bot.answering import Bot
from bot.language import Words
from bot.message import Message

_TONES = {
    "success": "green",
    "intermediate": "cyan",
    "temporary": "yellow",
    "permanent": "red",
    "neutral": "blue",
}
_LITERAL = re.compile(r"`([^`]+)`")
WIDTH = 100
"""Columns beyond which lines of prose get hard to read."""


def to_text(answer: Answer, words: Words, *, colour: bool) -> RenderableType:
    """
    Draw an answer for a terminal.

    Args:
        colour: with it, literals are coloured; without, they keep their backticks.
    """

    def marked(text: str, style: str = "") -> Text:
        if not colour:
            return Text(text, style)
        drawn = Text(style=style)
        position = 0
        for literal in _LITERAL.finditer(text):
            drawn.append(text[position : literal.start()])
            drawn.append(literal.group(1), "cyan")
            position = literal.end()
        drawn.append(text[position:])
        return drawn

    blocks: list[RenderableType] = [Text(answer.title, f"bold {_TONES[answer.tone]}"), marked(answer.summary)]
    for section in answer.sections:
        blocks += [Text(), Text(section.title, "bold"), Padding(_section(section, marked), (0, 0, 0, 2), expand=False)]
    if answer.sources:
        blocks += [Text(), Text(words.say("label.sources"), "bold")]
        blocks += [Padding(_source(source.title, source.url), (0, 0, 0, 2), expand=False) for source in answer.sources]
    if answer.follow_ups:
        blocks += [Text(), Text(words.say("label.follow-ups"), "bold")]
        asks = (Text.assemble((f"{number} ", "dim"), ask) for number, ask in enumerate(answer.follow_ups, 1))
        blocks += [Padding(ask, (0, 0, 0, 2), expand=False) for ask in asks]
    return Group(*blocks)


def _source(title: str, url: str) -> Text:
    return Text.assemble(title, "  ", (url, "dim"), overflow="fold")


def _section(section: Section, marked: Callable[[str], Text]) -> RenderableType:
    match section:
        case Paragraph():
            spaced = [part for text in section.text for part in (Text(), marked(text))]
            return Group(*spaced[1:])
        case Steps():
            grid = _grid(3)
            for number, step in enumerate(section.steps, 1):
                grid.add_row(f"{number}." if section.ordered else "-", marked(step))
            return grid
        case Facts():
            grid = _grid(max((len(label) for label, _ in section.facts), default=0))
            shown = ""
            for label, value in section.facts:
                grid.add_row(marked(label if label != shown else ""), marked(value))
                shown = label
            return grid
        case Table():
            table = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
            for number, head in enumerate(section.head):
                table.add_column(head, overflow="fold", style="dim" if number == 0 and not section.head[0] else "")
            for row in section.rows:
                table.add_row(*(marked(cell) for cell in row))
            return table
        case Quote():
            return Text(section.text, "italic", overflow="fold")


def _grid(label_width: int) -> RichTable:
    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column(max_width=min(label_width, 26), overflow="fold")
    grid.add_column(overflow="fold")
    return grid


def console_for(stream: TextIO) -> Console:
    """A console no wider than is readable; where *stream* is no terminal, 80 columns and no colour."""
    console = Console(file=stream, highlight=False, emoji=False, markup=False)
    return console if console.width <= WIDTH else Console(
        file=stream, highlight=False, emoji=False, markup=False, width=WIDTH
    )  # fmt: skip


def show(answer: Answer, words: Words, console: Console) -> None:
    """Print one answer."""
    with console.capture() as captured:
        console.print(to_text(_kept(answer), words, colour=console.is_terminal and not console.no_color))
    console.file.write(_freed(captured.get()))
    console.file.flush()


def draw(answer: Answer, words: Words, picture: Path, title: str) -> None:
    """Write one answer as an SVG picture of a terminal."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(to_text(_kept(answer), words, colour=True))
    picture.write_text(_freed(console.export_svg(title=title)), "utf-8")


_HOLD = str.maketrans("\u00a0\u202f", "\uf0a0\uf0af")
_FREE = str.maketrans("\uf0a0\uf0af", "\u00a0\u202f")
"""Rich breaks lines at no-break spaces too; these stand for them until the lines are broken."""


def _kept(answer: Answer) -> Answer:
    """*answer* with spaces at which no line is broken."""
    return from_json(to_json(answer).decode().translate(_HOLD).encode())


def _freed(drawn: str) -> str:
    return drawn.translate(_FREE)


def chat(bot: Bot, language: str | None, history: Path, lines: Iterable[str] | None, console: Console) -> None:
    """
    Talk until the input ends.

    Args:
        language: the person's choice; None goes by each question.
        history: the file in which what was asked is kept for the arrow keys.
        lines: what is asked, one question a line; None prompts for it.
    """
    import asyncio

    last: Answer | None = None
    own = bot.words(language or bot.knowledge.language)
    for line in prompted(bot, history, console, own) if lines is None else lines:
        text = line.strip()
        if last and text.isascii() and text.isdigit() and 1 <= int(text) <= len(last.follow_ups):
            text = last.follow_ups[int(text) - 1]
            console.print(Text(f"> {text}", "dim"))
        message = Message(text, language=language, chosen=language is not None)
        answer = asyncio.run(bot.reply(message))
        if answer is not None:
            show(answer, bot.words(answer.language), console)
            console.print()
            last = answer


def prompted(bot: Bot, history: Path, console: Console, words: Words) -> Iterable[str]:
    """Lines from a prompt with history and completion; Ctrl-C clears the line, Ctrl-D ends."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory

    kept: History = InMemoryHistory()
    try:
        history.parent.mkdir(parents=True, exist_ok=True)
        history.touch(mode=0o600)
        kept = FileHistory(str(history))
    except OSError:
        console.print(Text(f"({words.pair(str(history), words.say('cli.no-history'))})", "dim"))
    names = [
        *bot.knowledge.reply_codes,
        *bot.lexicon.enhanced,
        *(topic.name.lower() for topic in words.knowledge.topics.values()),
    ]
    session: PromptSession[str] = PromptSession(
        history=kept, completer=WordCompleter(names, ignore_case=True, sentence=False, match_middle=False)
    )
    while True:
        try:
            yield session.prompt("smtp> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
