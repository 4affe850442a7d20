"""
Slack's documented limits of blocks and views, checked as the platform does it; apart from the adapter's own check.

Source: https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/block-kit/block-elements
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Node = Mapping[str, Any]
MAX_MESSAGE_BLOCKS, MAX_VIEW_BLOCKS = 50, 100
MAX_MESSAGE_CHARACTERS = 12_000
"""Of all blocks; beyond about that, Slack answers msg_blocks_too_long."""


def faults_of_message(blocks: Sequence[Node]) -> list[str]:
    """What is wrong with the blocks of a message."""
    faults = list(_faults_of_blocks(blocks, MAX_MESSAGE_BLOCKS))
    tables = [block for block in blocks if block.get("type") == "table"]
    if len(tables) > 1:
        faults.append("only_one_table_allowed")
    if sum(_characters(table) for table in tables) > 10_000:
        faults.append("table: more than 10,000 characters")
    return faults


def is_too_long(blocks: Sequence[Node]) -> bool:
    """Whether a message's blocks hold more characters than one message may."""
    return sum(_characters(block) for block in blocks) > MAX_MESSAGE_CHARACTERS


def faults_of_view(view: Node) -> list[str]:
    """What is wrong with a modal or a Home tab."""
    faults = list(_faults_of_blocks(view.get("blocks") or (), MAX_VIEW_BLOCKS))
    if any(block.get("type") == "table" for block in view.get("blocks") or ()):
        faults.append("view: a table, which only messages take")
    if view.get("type") == "modal":
        faults += _text(view.get("title"), 24, "view.title", plain=True)
        for name in ("submit", "close"):
            if name in view:
                faults += _text(view[name], 24, f"view.{name}", plain=True)
        if any(block.get("type") == "input" for block in view.get("blocks") or ()) and "submit" not in view:
            faults.append("view: inputs without submit")
    elif view.get("type") != "home":
        faults.append("view.type")
    for name, most in (("callback_id", 255), ("private_metadata", 3_000), ("external_id", 255)):
        if len(view.get(name) or "") > most:
            faults.append(f"view.{name}")
    return faults


def _faults_of_blocks(blocks: Sequence[Node], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield f"no more than {most} items allowed"
    named = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(named) != len(set(named)):
        yield "block_id twice"
    for number, block in enumerate(blocks):
        for fault in _CHECKS.get(block.get("type", ""), _unknown)(block):
            yield f"/blocks/{number} {block.get('type')}: {fault}"


def _unknown(block: Node) -> Iterator[str]:
    yield f"unsupported type {block.get('type')}"


def _text(text: Any, most: int, what: str, *, plain: bool = False) -> Iterator[str]:
    """A text object: of a right type, with something in it, not too long."""
    if not isinstance(text, Mapping) or text.get("type") not in ({"plain_text"} if plain else {"plain_text", "mrkdwn"}):
        yield f"{what}: no text object"
    elif not isinstance(text.get("text"), str) or not 0 < len(text["text"]) <= most:
        yield f"{what}: not 1 to {most} characters"


def _header(block: Node) -> Iterator[str]:
    yield from _text(block.get("text"), 150, "text", plain=True)


def _section(block: Node) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield "neither text nor fields"
    if "text" in block:
        yield from _text(block["text"], 3_000, "text")
    fields = block.get("fields") or ()
    if len(fields) > 10:
        yield "more than 10 fields"
    for field in fields:
        yield from _text(field, 2_000, "field")
    if "accessory" in block:
        yield from _element(block["accessory"])


def _context(block: Node) -> Iterator[str]:
    if not 0 < len(block.get("elements") or ()) <= 10:
        yield "not 1 to 10 elements"
    for element in block.get("elements") or ():
        if element.get("type") != "image":
            yield from _text(element, 3_000, "element")


def _actions(block: Node) -> Iterator[str]:
    elements = block.get("elements") or ()
    if not 0 < len(elements) <= 25:
        yield "not 1 to 25 elements"
    ids = [element["action_id"] for element in elements if "action_id" in element]
    if len(ids) != len(set(ids)):
        yield "action_id twice"
    for element in elements:
        yield from _element(element)


def _element(element: Node) -> Iterator[str]:
    kind = element.get("type", "")
    if len(element.get("action_id") or "") > 255:
        yield "action_id longer than 255"
    if "placeholder" in element:
        yield from _text(element["placeholder"], 150, "placeholder", plain=True)
    if kind in _MOST_OPTIONS:
        yield from _options(element, _MOST_OPTIONS[kind])
    elif kind == "button":
        yield from _button(element)
    elif kind == "plain_text_input":
        if not 0 < element.get("max_length", 3_000) <= 3_000 or len(element.get("initial_value") or "") > 3_000:
            yield "plain_text_input: more than 3,000 characters"
    elif kind != "file_input" or not 0 < element.get("max_files", 10) <= 10:
        yield f"{kind}: unsupported, or not 1 to 10 files"


_MOST_OPTIONS = {"static_select": 100, "overflow": 5, "radio_buttons": 10, "checkboxes": 10}


def _button(element: Node) -> Iterator[str]:
    yield from _text(element.get("text"), 75, "button", plain=True)
    if not 0 < len(element.get("value", "usual")) <= 2_000:
        yield "button: value not 1 to 2,000 characters"
    if len(element.get("url") or "") > 3_000 or element.get("style", "primary") not in ("primary", "danger"):
        yield "button: url or style"


def _options(element: Node, most: int) -> Iterator[str]:
    options = element.get("options") or ()
    if not 0 < len(options) <= most:
        yield f"not 1 to {most} options"
    for option in options:
        yield from _text(option.get("text"), 75, "option", plain=most not in (10,))
        if not 0 < len(option.get("value") or "") <= 150:
            yield "option: value not 1 to 150 characters"
    if element.get("initial_option") and element["initial_option"] not in options:
        yield "initial_option is none of the options"


def _input(block: Node) -> Iterator[str]:
    yield from _text(block.get("label"), 2_000, "label", plain=True)
    if "hint" in block:
        yield from _text(block["hint"], 2_000, "hint", plain=True)
    yield from _element(block.get("element") or {})


def _table(block: Node) -> Iterator[str]:
    rows = block.get("rows") or ()
    if not 0 < len(rows) <= 100 or any(not 0 < len(row) <= 20 for row in rows):
        yield "not 1 to 100 rows of 1 to 20 cells"
    if len(block.get("column_settings") or ()) > 20:
        yield "more than 20 column settings"
    for row in rows:
        for cell in row:
            if cell.get("type") == "rich_text":
                yield from _rich_text(cell)
            elif cell.get("type") != "raw_text" or not cell.get("text"):
                yield "a cell without text"


_INLINE = {
    "text": "text",
    "link": "url",
    "emoji": "name",
    "user": "user_id",
    "channel": "channel_id",
    "broadcast": "range",
    "date": "format",
}


def _rich_text(block: Node) -> Iterator[str]:
    elements = block.get("elements")
    if not elements:
        yield "no elements"
    for element in elements or ():
        kind = element.get("type")
        if kind == "rich_text_list":
            if element.get("style") not in ("bullet", "ordered") or not 0 <= element.get("indent", 0) <= 8:
                yield "list: style or indent"
            if not element.get("elements"):
                yield "an empty list"
            for item in element.get("elements") or ():
                if item.get("type") != "rich_text_section":
                    yield "list: an item that is no section"
                yield from _inline(item, _INLINE)
        elif kind == "rich_text_preformatted":
            yield from _inline(element, ("text", "link"))
        elif kind in ("rich_text_section", "rich_text_quote"):
            yield from _inline(element, _INLINE)
        else:
            yield f"unsupported element {kind}"


def _inline(parent: Node, kinds: Sequence[str] | Mapping[str, str]) -> Iterator[str]:
    for element in parent.get("elements") or ():
        kind = element.get("type", "")
        if kind not in kinds:
            yield f"{parent['type']}: unsupported {kind}"
        elif not element.get(_INLINE[kind]) or element.get("text") == "":
            yield f"{parent['type']}: an empty {kind}"
        elif not set(element.get("style") or ()) <= {"bold", "italic", "strike", "code", "underline"}:
            yield f"{parent['type']}: style"
        elif kind == "link" and not element["url"].startswith(("https://", "http://", "mailto:")):
            yield f"{parent['type']}: no link"


def _divider(block: Node) -> Iterator[str]:
    if set(block) - {"type", "block_id"}:
        yield "has more than a block_id"


_CHECKS: dict[str, Callable[[Node], Iterator[str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "table": _table,
    "rich_text": _rich_text,
    "divider": _divider,
}


def _characters(node: Any) -> int:
    """All that is shown; not what buttons carry."""
    if isinstance(node, list | tuple):
        return sum(map(_characters, node))
    if isinstance(node, Mapping):
        return sum(len(item) if name == "text" and isinstance(item, str) else _characters(item)
                   for name, item in node.items())  # fmt: skip
    return 0
