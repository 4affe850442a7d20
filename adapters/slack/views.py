"""Slack's modal and App Home."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.fitting import cut
from adapters.slack.rendering import Block, button
from bot.language import Words

INPUTS = 3
"""Slack takes 3,000 characters in one input (https://docs.slack.dev/reference/block-kit/block-elements)."""

MAX_INPUT = 3_000
MAX_TITLE = 24
FILE_TYPES = ("txt", "log", "eml", "csv", "json", "gz")


def paste_view(words: Words) -> Block:
    """The modal to paste a bounce into, in several inputs, or to hand over files."""
    inputs: list[Block] = [_input(number, words) for number in range(INPUTS)]
    files = {
        "type": "input", "block_id": "files", "optional": True, "label": _plain(words.say("slack.files")),
        "element": {"type": "file_input", "action_id": "files", "filetypes": list(FILE_TYPES), "max_files": 5},
    }  # fmt: skip
    return {
        "type": "modal", "callback_id": "paste", "title": _plain(cut(words.say("ui.explain"), MAX_TITLE)),
        "submit": _plain(cut(words.say("slack.submit"), MAX_TITLE)),
        "close": _plain(cut(words.say("slack.close"), MAX_TITLE)), "blocks": [*inputs, files],
    }  # fmt: skip


def _input(number: int, words: Words) -> Block:
    label = words.say("ui.paste") if number == 0 else words.say("slack.paste-more")
    return {
        "type": "input", "block_id": f"text{number}", "optional": True, "label": _plain(label),
        "hint": _plain(words.say("slack.paste-hint", limit=words.number(MAX_INPUT))),
        "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": MAX_INPUT},
    }  # fmt: skip


def pasted(view: Mapping[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """What stands in a submitted modal: the inputs' text joined as it was cut, and the files."""
    values = view.get("state", {}).get("values", {})
    texts = [values.get(f"text{number}", {}).get("text", {}).get("value") or "" for number in range(INPUTS)]
    joined = "".join(text if len(text) == MAX_INPUT else f"{text}\n" for text in texts if text)
    files = values.get("files", {}).get("files", {}).get("files") or []
    return joined.strip("\n"), list(files)


def result_view(blocks: Sequence[Block], words: Words) -> Block:
    """The modal with an answer, or, without blocks, while one is sought."""
    waiting = {"type": "section", "text": _plain(words.say("ui.working"))}
    return {
        "type": "modal", "callback_id": "result", "title": _plain(cut(words.say("ui.explain"), MAX_TITLE)),
        "close": _plain(cut(words.say("slack.close"), MAX_TITLE)), "blocks": list(blocks) or [waiting],
    }  # fmt: skip


def home_view(words: Words, languages: Sequence[tuple[str, str]], *, shared: bool = False) -> Block:
    """App Home: what can be asked, examples, the language, and what is kept; *shared*: in a database."""
    examples = [button(f"ask:{number}", text, text) for number, text in enumerate(words.signals("help.examples")[:5])]
    options = [{"text": _plain(name), "value": tag} for tag, name in languages]
    chosen = next((option for option in options if option["value"] == words.language), options[0])
    select = {"type": "static_select", "action_id": "language", "options": options, "initial_option": chosen}
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": _plain(words.say("title.help"))},
            {"type": "section", "text": _plain(words.say("help.summary"))},
            {"type": "section", "text": _plain(words.say("slack.home"))},
            {"type": "actions", "elements": examples},
            {"type": "section", "text": _plain(words.say("slack.language")), "accessory": select},
            {"type": "context", "elements": [_plain(words.say("slack.kept-shared" if shared else "slack.kept"))]},
        ],
    }


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
