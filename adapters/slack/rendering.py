"""An Answer as Block Kit, within Slack's limits (https://docs.slack.dev/reference/block-kit/blocks)."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol, assert_never

import msgspec

from adapters.fitting import Fitted, cut, fit, fold, label_of, once
from bot.answer import Answer, Facts, Paragraph, Quote, Section, Steps, Table
from bot.language import Words
from knowledge.basics import Source

MAX_BLOCKS = 50
MAX_SECTION = 3_000
MAX_HEADER = 150
MAX_BUTTON = 75
MAX_VALUE = 2_000
MAX_TOTAL = 11_000
"""Characters of all blocks of a message."""

MAX_ROWS, MAX_COLUMNS = 100, 20
MAX_FALLBACK = 3_000
MAX_ACTIONS = 25
FOLDED_BELOW = 5
"""Weight below which a section waits behind "More"."""

Block = dict[str, Any]
_LITERAL = re.compile(r"`([^`]+)`")
_EMOJI = {
    "success": "large_green_circle",
    "intermediate": "large_blue_circle",
    "temporary": "large_yellow_circle",
    "permanent": "red_circle",
    "neutral": "white_circle",
}


class Rendered(msgspec.Struct, frozen=True):
    """What is posted: *text* for notifications and screen readers, *blocks*, and whether some wait behind More."""

    text: str
    blocks: list[Block]
    folded: bool


def to_blocks(
    answer: Answer, words: Words, *, whole: bool = False, share: bool = False, tables: bool = True, asked: str = "{}"
) -> Rendered:
    """
    Draw an answer for Slack.

    Args:
        whole: with the sections that are folded at first.
        share: with a button that posts a private answer in the channel.
        tables: with table blocks; without, tables are drawn as text for clients that have none.
        asked: what the buttons "More" and "Share" carry: the question, or the key to it.
    """
    folded = Fitted(answer) if whole else fold(answer, FOLDED_BELOW)
    draw, measure = _drawing(answer, words, asked, tables=tables, share=share), once(_length)

    def drawn(part: Answer, left_out: Sequence[str]) -> list[Block]:
        more = bool(folded.left_out or left_out)
        return list(draw(part, more=more and not whole, left_out=bool(left_out)))

    fitted = fit(folded.answer, lambda part: not faults_of(drawn(part, ("any",)), measure))
    blocks = drawn(fitted.answer, fitted.left_out)
    return Rendered(cut(escape(f"{answer.title}. {answer.summary}"), MAX_FALLBACK), blocks, bool(folded.left_out))


def escape(text: str) -> str:
    """*text* so that Slack shows it as it is (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _drawing(whole: Answer, words: Words, asked: str, *, tables: bool, share: bool) -> "_Draw":
    """What draws an answer or what is left of it; what the trials have in common is drawn once."""
    head, block, table = once(partial(_head, whole)), once(partial(_block, words)), once(_table_of)
    sources, asks = once(partial(_sources, words)), once(partial(_buttons, words))
    notice = _context([_plain(words.say("ui.left-out"))])
    more_button = button("more", words.say("ui.more"), asked)
    shares = [button("share", words.say("ui.share"), asked)] if share else []

    def draw(answer: Answer, *, more: bool, left_out: bool) -> Iterator[Block]:
        yield from head(answer.summary)
        first = next((s for s in answer.sections if isinstance(s, Table)), None) if tables else None
        for section in answer.sections:
            if section is first:
                yield from table(first)
            else:
                yield block(section)
        if left_out:
            yield notice
        if answer.sources:
            yield sources(answer.sources)
        elements = [*asks(answer.follow_ups), *([more_button] if more else []), *shares]
        if elements:
            yield {"type": "actions", "elements": elements}

    return draw


class _Draw(Protocol):
    def __call__(self, answer: Answer, *, more: bool, left_out: bool) -> Iterator[Block]:
        """The blocks of *answer*, with a button for *more*, and a word of what was *left_out*."""


def _head(answer: Answer, summary: str) -> tuple[Block, Block]:
    title = {"type": "plain_text", "text": cut(answer.title, MAX_HEADER), "emoji": False}
    mark = {"type": "emoji", "name": _EMOJI[answer.tone]}
    said = _rich([{"type": "rich_text_section", "elements": [mark, _plain(" "), *_marked(summary)]}])
    return {"type": "header", "text": title}, said


def _block(words: Words, section: Section) -> Block:
    return _rich([_titled(section.title), *_section(section, words)])


def _table_of(section: Table) -> tuple[Block, Block]:
    return _rich([_titled(section.title)]), _table(section)


def _sources(words: Words, sources: Sequence[Source]) -> Block:
    links = [{"type": "link", "url": source.url, "text": source.title} for source in sources[:10]]
    joined = [part for link in links for part in (link, _plain("  "))][:-1]
    return _context([_plain(f"{words.labelled(words.say('label.sources'))} "), *joined])


def _buttons(words: Words, follow_ups: Sequence[str]) -> list[Block]:
    shown = follow_ups[: MAX_ACTIONS - 2]
    return [button(f"ask:{number}", label_of(ask, words), ask) for number, ask in enumerate(shown)]


def _context(elements: list[Block]) -> Block:
    """Small print; as rich text, because a context block reads markup."""
    return _rich([{"type": "rich_text_section", "elements": elements}])


def button(action: str, label: str, value: str) -> Block:
    """A button; label and value are cut to what Slack takes."""
    text = {"type": "plain_text", "text": cut(label, MAX_BUTTON), "emoji": False}
    return {"type": "button", "action_id": action, "text": text, "value": value[:MAX_VALUE]}


def _section(section: Section, words: Words) -> Iterator[Block]:
    match section:
        case Paragraph():
            yield _lines([_marked(text) for text in section.text])
        case Steps():
            items = [{"type": "rich_text_section", "elements": _marked(step)} for step in section.steps]
            style = "ordered" if section.ordered else "bullet"
            yield {"type": "rich_text_list", "style": style, "indent": 0, "elements": items}
        case Facts():
            yield _lines([[_bold(f"{words.labelled(label)} "), *_value(value)] for label, value in section.facts])
        case Table():
            yield {"type": "rich_text_preformatted", "elements": [_plain(_as_text(section, words) or " ")]}
        case Quote():
            yield {"type": "rich_text_preformatted", "elements": [_plain(section.text or " ")]}
        case _:
            assert_never(section)


def _table(section: Table) -> Block:
    rows = [section.head, *section.rows][:MAX_ROWS]
    cells = [[{"type": "raw_text", "text": _bare(cell) or " "} for cell in row[:MAX_COLUMNS]] for row in rows]
    wrapped = [{"is_wrapped": True} for _ in section.head[:MAX_COLUMNS]]
    return {"type": "table", "rows": cells, "column_settings": wrapped}


def _as_text(section: Table, words: Words) -> str:
    """A table as lines, for clients without table blocks: each row's cells under their heads."""
    rows = []
    for row in section.rows:
        cells = [
            words.pair(head, _bare(cell)) if head else _bare(cell) for head, cell in zip(section.head, row, strict=True)
        ]
        rows.append("\n  ".join(cell for cell in cells if cell))
    return "\n".join(rows)


def _bare(text: str) -> str:
    return text.replace("`", "")


def _rich(elements: list[Block]) -> Block:
    return {"type": "rich_text", "elements": elements}


def _titled(title: str) -> Block:
    return {"type": "rich_text_section", "elements": [_bold(title or " "), _plain("\n")]}


def _lines(lines: list[list[Block]]) -> Block:
    elements = [part for line in lines for part in (*line, _plain("\n"))][:-1]
    return {"type": "rich_text_section", "elements": elements or [_plain(" ")]}


def _value(value: str) -> list[Block]:
    """A value; an address of the web that is our own is a link."""
    return [{"type": "link", "url": value}] if value.startswith("https://") and " " not in value else _marked(value)


def _marked(text: str) -> list[Block]:
    """Text with its literals as code; Slack reads no markup in these elements, so nothing in it can fire."""
    parts = _LITERAL.split(text)
    styled = [_code(part) if at % 2 else _plain(part) for at, part in enumerate(parts) if part]
    return styled or [_plain(" ")]


def _plain(text: str) -> Block:
    return {"type": "text", "text": text}


def _bold(text: str) -> Block:
    return {"type": "text", "text": text, "style": {"bold": True}}


def _code(text: str) -> Block:
    return {"type": "text", "text": text, "style": {"code": True}}


def faults_of(blocks: Sequence[Block], measure: Callable[[Block], int] | None = None) -> list[str]:
    """Which of Slack's limits a message breaks; empty where none. *measure* counts a block's characters."""
    measure = measure or _length
    faults = []
    if len(blocks) > MAX_BLOCKS:
        faults.append(f"{len(blocks)} blocks")
    if sum(map(measure, blocks)) > MAX_TOTAL:
        faults.append("characters in all")
    if sum(block["type"] == "table" for block in blocks) > 1:
        faults.append("tables")
    for block in blocks:
        faults += _faults_of_block(block, measure)
    return faults


def _faults_of_block(block: Block, measure: Callable[[Block], int]) -> Iterator[str]:
    match block["type"]:
        case "header":
            broken = not 0 < len(block["text"]["text"]) <= MAX_HEADER
        case "actions":
            broken = not 0 < len(block["elements"]) <= MAX_ACTIONS or not all(map(_is_button, block["elements"]))
        case "table":
            broken = len(block["rows"]) > MAX_ROWS or any(len(row) > MAX_COLUMNS for row in block["rows"])
        case _:
            broken = not 0 < measure(block) <= MAX_SECTION
    if broken:
        yield str(block["type"])


def _is_button(item: Block) -> bool:
    return 0 < len(item["text"]["text"]) <= MAX_BUTTON and len(item.get("value", "")) <= MAX_VALUE


def _length(node: Any) -> int:
    """The characters that a block shows."""
    if isinstance(node, list):
        return sum(map(_length, node))
    total = 0
    for name, item in node.items():
        if name == "text":
            total += len(item) if isinstance(item, str) else _length(item)
        elif name in ("elements", "rows", "fields"):
            total += _length(item)
    return total
