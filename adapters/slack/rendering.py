"""An Answer as Block Kit, within Slack's limits (https://docs.slack.dev/reference/block-kit/blocks)."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, assert_never

import msgspec

from adapters.fitting import Fitted, cut, fit, fold, label_of
from bot.answer import Answer, Facts, Paragraph, Quote, Section, Steps, Table
from bot.language import Words

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

    section = _remembered(words)

    def drawn(part: Answer, left_out: Sequence[str] = ()) -> list[Block]:
        more = bool(folded.left_out or left_out)
        shown = list(_blocks(part, words, section, tables=tables, left_out=left_out))
        return [*shown, *_actions(part, words, asked, more=more and not whole, share=share)]

    measure = _measuring()
    fitted = fit(folded.answer, lambda part: not faults_of(drawn(part, ("any",)), measure))
    blocks = drawn(fitted.answer, fitted.left_out)
    return Rendered(cut(escape(f"{answer.title}. {answer.summary}"), MAX_FALLBACK), blocks, bool(folded.left_out))


def escape(text: str) -> str:
    """*text* so that Slack shows it as it is (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


Drawn = Callable[[Section], Block]


def _remembered(words: Words) -> Drawn:
    """Sections as blocks, each drawn once: fitting tries the same ones again and again."""
    drawn: dict[int, tuple[Section, Block]] = {}  # the section too, so that its id stays its own

    def block(section: Section) -> Block:
        if id(section) not in drawn:
            drawn[id(section)] = (section, _rich([_titled(section.title), *_section(section, words)]))
        return drawn[id(section)][1]

    return block


def _measuring() -> Callable[[Block], int]:
    """The characters of a block, each counted once."""
    measured: dict[int, tuple[Block, int]] = {}

    def measure(block: Block) -> int:
        if id(block) not in measured:
            measured[id(block)] = (block, _length(block))
        return measured[id(block)][1]

    return measure


def _blocks(answer: Answer, words: Words, drawn: Drawn, *, tables: bool, left_out: Sequence[str]) -> Iterator[Block]:
    yield {"type": "header", "text": {"type": "plain_text", "text": cut(answer.title, MAX_HEADER), "emoji": False}}
    mark = {"type": "emoji", "name": _EMOJI[answer.tone]}
    yield _rich([{"type": "rich_text_section", "elements": [mark, _plain(" "), *_marked(answer.summary)]}])
    drawn_table = False
    for section in answer.sections:
        if isinstance(section, Table) and tables and not drawn_table:
            yield _rich([_titled(section.title)])
            yield _table(section)
            drawn_table = True
        else:
            yield drawn(section)
    if left_out and any(left_out):
        yield _context([_plain(words.say("ui.left-out"))])
    if answer.sources:
        links = [{"type": "link", "url": source.url, "text": source.title} for source in answer.sources[:10]]
        joined = [part for link in links for part in (link, _plain("  "))][:-1]
        yield _context([_plain(f"{words.labelled(words.say('label.sources'))} "), *joined])


def _context(elements: list[Block]) -> Block:
    """Small print; as rich text, because a context block reads markup."""
    return _rich([{"type": "rich_text_section", "elements": elements}])


def _actions(answer: Answer, words: Words, asked: str, *, more: bool, share: bool) -> Iterator[Block]:
    buttons = [
        button(f"ask:{number}", label_of(ask, words), ask)
        for number, ask in enumerate(answer.follow_ups[: MAX_ACTIONS - 2])
    ]
    if more:
        buttons.append(button("more", words.say("ui.more"), asked))
    if share:
        buttons.append(button("share", words.say("ui.share"), asked))
    if buttons:
        yield {"type": "actions", "elements": buttons}


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


def _length(block: Any) -> int:
    return sum(map(len, _strings(block)))


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _strings(item)
    elif isinstance(node, dict):
        for name, item in node.items():
            if name == "text" and isinstance(item, str):
                yield item
            elif name in ("text", "elements", "rows", "fields"):
                yield from _strings(item)
