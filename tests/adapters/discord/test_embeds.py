"""Every answer as an embed with its buttons, judged by Discord's documented limits, not by our own check."""

import discord
import pytest

from adapters.discord.components import Asked, view_of
from adapters.discord.escaping import escaped, marked
from adapters.discord.rendering import to_embed
from adapters.recent import Recent
from bot.answer import Answer
from bot.answering import Bot
from bot.message import Message
from tests.answers import GROUPS, answers
from tests.standins.discord_limits import faults_of_message


def payload(bot: Bot, answer: Answer, text: str, *, rest: bool) -> dict[str, object]:
    """What is posted, as the SDK would send it."""
    words = bot.words(answer.language)
    drawn = to_embed(answer, words, rest=rest)
    asked = Asked(text, answer.language)
    view = view_of(answer.follow_ups, asked, words, Recent[str, Asked](), more=drawn.folded, share=True)
    return {"embeds": [drawn.embed.to_dict()], "components": view.to_components() if view else [],
            "allowed_mentions": discord.AllowedMentions.none().to_dict()}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("group", GROUPS)
async def test_discord_takes_every_answer_that_the_knowledge_can_give(bot: Bot, group: str, language: str) -> None:
    refused = {}
    given = list(answers(group, bot, language))
    for text, answer in given:
        assert answer.language == language
        for rest in (False, True):
            if faults := faults_of_message(payload(bot, answer, text, rest=rest)):
                refused[text, rest] = faults
    assert refused == {}
    assert len(given) > 10


def test_first_and_rest_together_hold_every_section(bot: Bot) -> None:
    answer = bot.answer(bot.understand(Message("5.7.26")))
    words = bot.words("en")
    shown = "".join(to_embed(answer, words, rest=rest).embed.description or "" for rest in (False, True))
    assert [section.title for section in answer.sections if escaped(section.title) not in shown] == []


@pytest.mark.parametrize(
    "text",
    ["**bold**", "a_b_c __x__", "||spoiler||", "@here", "<@123456789012345678>", "[x](https://e.example)", "# h"],
)
def test_text_that_looks_like_markup_is_shown_as_it_is(text: str) -> None:
    shown = marked(text)
    assert shown != text
    assert "`" in shown or "\\" in shown or "\u200b" in shown
