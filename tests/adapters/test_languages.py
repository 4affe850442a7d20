"""What people meet on each platform in a language: drawn answers, buttons, modals, pages, commands."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from rich.console import Console

from adapters.discord.rendering import to_embed
from adapters.fitting import label_of
from adapters.slack.rendering import to_blocks
from adapters.slack.views import home_view, paste_view, result_view
from adapters.terminal import show
from bot.answer import Answer
from bot.answering import Bot
from tests.prose import badly_set, english_in

DIALOGUES = yaml.safe_load((Path(__file__).parent.parent / "dialogues" / "french.yaml").read_text("utf-8"))
ASKED = [dialogue["ask"] for dialogue in DIALOGUES if dialogue["kind"] != "bounce"]
QUOTED = {"rich_text_preformatted", "link"}


def said(node: Any) -> Iterator[str]:
    """The texts of Slack's blocks as they are read: what stands in one line together, literals in backticks."""
    if isinstance(node, list):
        for item in node:
            yield from said(item)
    elif isinstance(node, dict) and node.get("type") not in QUOTED:
        if node.get("type") == "rich_text_section":
            yield from "".join(map(spoken, node["elements"])).split("\n")
        elif isinstance(node.get("text"), str):
            yield node["text"]
        else:
            yield from said([value for key, value in node.items() if key not in ("value", "action_id", "block_id")])


def spoken(element: dict[str, Any]) -> str:
    if element["type"] in QUOTED:
        return "`x`"
    text = str(element.get("text") or "")
    return f"`{text}`" if element.get("style", {}).get("code") else text


def without_pages(answer: Answer) -> Answer:
    """An answer without the titles of other people's pages, which stay as they are."""
    sections = tuple(section for section in answer.sections if section.id != "pages")
    return msgspec.structs.replace(answer, sections=sections)


def assert_french(texts: Iterator[str] | list[str]) -> None:
    for text in texts:
        assert english_in(text) == [], text
        assert badly_set(text) == [], text


@pytest.mark.parametrize("asked", ASKED)
def test_an_answer_is_drawn_in_french_in_slack(bot: Bot, ask: Callable[..., Answer], asked: str) -> None:
    answer, words = without_pages(ask(asked, "fr")), bot.words("fr")
    for tables in (True, False):
        drawn = to_blocks(answer, words, share=True, tables=tables)
        assert_french(said(drawn.blocks))


@pytest.mark.parametrize("asked", ASKED)
def test_an_answer_is_drawn_in_french_in_discord(bot: Bot, ask: Callable[..., Answer], asked: str) -> None:
    answer, words = without_pages(ask(asked, "fr")), bot.words("fr")
    drawn = to_embed(answer, words).embed
    sources = words.say("label.sources")
    shown = [str(drawn.title), *str(drawn.description).splitlines()]
    shown += [part for field in drawn.fields if field.name != sources for part in str(field.value).splitlines()]
    assert_french([text.replace("**", "").replace("\\", "") for text in shown])


def test_an_answer_is_drawn_in_french_in_a_terminal(bot: Bot, ask: Callable[..., Answer]) -> None:
    written = io.StringIO()
    show(ask("354 contre 550"), bot.words("fr"), Console(file=written, width=2_000))
    shown = written.getvalue().split(bot.words("fr").say("label.sources"))[0]
    assert_french(shown.splitlines())
    assert "Côte à côte" in shown


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_line_in_a_terminal_begins_with_what_belongs_to_the_line_before(
    bot: Bot, ask: Callable[..., Answer], width: int
) -> None:
    written = io.StringIO()
    for asked in ("354 contre 550", "liste grise", "4xx"):
        show(ask(asked, "fr"), bot.words("fr"), Console(file=written, width=width))
    lines = [line.strip() for line in written.getvalue().splitlines()]
    assert [line for line in lines if line.startswith((";", ":", "?", "!", "»")) or line.endswith("«")] == []
    assert "Réessayer peut-il aider\u00a0?" in written.getvalue() or width < 60


def test_slacks_modals_and_home_are_french(bot: Bot) -> None:
    words = bot.words("fr")
    languages = [(tag, bot.words(tag).say("language")) for tag in bot.lexicon.languages]
    homes = [home_view(words, languages, shared=shared) for shared in (False, True)]
    views = [*homes, paste_view(words), result_view([], words)]
    for view in views:
        texts = list(said(view["blocks"])) + [
            view[part]["text"] for part in ("title", "submit", "close") if part in view
        ]
        assert_french([text for text in texts if "Explain this bounce" not in text])
        assert texts
    assert "Français" in str(views[0])


def test_every_label_of_a_button_is_french(bot: Bot) -> None:
    words = bot.words("fr")
    labels = [words.say(word) for word in words.knowledge.words if word.startswith(("ui.", "slack.", "discord."))]
    labels += [label_of("vérifier a@example.com", words), *words.signals("help.examples")]
    assert "Vérifier cette adresse" in labels
    assert_french([label.replace("Explain this bounce", "") for label in labels])


def test_discord_takes_every_name_and_description(bot: Bot) -> None:
    """https://docs.discord.com/developers/interactions/application-commands: names in lower case, 1 to 32 characters."""
    words = bot.words("fr")
    for word in words.knowledge.words:
        if not word.startswith("discord.") or word in ("discord.menu", "discord.pick", "discord.unreadable"):
            continue
        text = words.say(word)
        if word.endswith(".about"):
            assert 1 <= len(text) <= 100, word
        else:
            assert re.fullmatch(r"[\w-]{1,32}", text), word
            assert text == text.lower(), word
