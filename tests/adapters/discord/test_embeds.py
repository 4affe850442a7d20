"""Every answer as an embed with its buttons, judged by Discord's documented limits, not by our own check."""

import discord
import pytest

from adapters.discord.components import Asked, view_of
from adapters.discord.escaping import escaped, marked
from adapters.discord.rendering import to_embed
from adapters.recent import Recent
from bot.answer import Answer
from bot.answering import Bot, make_bot
from bot.message import Message
from tests.standins.discord_limits import faults_of_message

KNOWN = make_bot().knowledge
ASKED = (
    *(f"smtp {code}" for code in KNOWN.reply_codes),
    *(code.replace("x", "5", 1) for code in KNOWN.enhanced_codes),
    *KNOWN.classes,
    *(topic.name for topic in KNOWN.topics.values()),
    "354 vs 550", "450 vs 451 vs 452 vs 421 vs 550 vs 554", "all codes", "4xx", "help", "nonsense zzz",
)  # fmt: skip


def payload(bot: Bot, answer: Answer, text: str, *, rest: bool) -> dict[str, object]:
    """What is posted, as the SDK would send it."""
    words = bot.words(answer.language)
    drawn = to_embed(answer, words, rest=rest)
    asked = Asked(text, answer.language)
    view = view_of(answer.follow_ups, asked, words, Recent[str, Asked](), more=drawn.folded, share=True)
    return {"embeds": [drawn.embed.to_dict()], "components": view.to_components() if view else [],
            "allowed_mentions": discord.AllowedMentions.none().to_dict()}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_discord_takes_every_answer(bot: Bot, language: str) -> None:
    refused = {}
    for text in ASKED:
        answer = bot.answer(bot.understand(Message(text, language=language, chosen=True)))
        for rest in (False, True):
            if faults := faults_of_message(payload(bot, answer, text, rest=rest)):
                refused[text, rest] = faults
    assert refused == {}


async def test_discord_takes_explained_bounces_of_every_provider(bot: Bot) -> None:
    refused = {}
    for provider in KNOWN.providers.values():
        for pattern in provider.patterns[::5]:
            answer = bot.answer(bot.understand(Message(pattern.samples[0])))
            if faults := faults_of_message(payload(bot, answer, pattern.samples[0], rest=False)):
                refused[pattern.samples[0]] = faults
    assert refused == {}


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
