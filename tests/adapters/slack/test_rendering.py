"""Every answer that the knowledge can give, as blocks within Slack's limits."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.rendering import MAX_BLOCKS, faults_of, to_blocks
from bot.answer import Answer
from bot.answering import Bot, make_bot
from bot.message import Message

KNOWN = make_bot().knowledge
ASKED = (
    *(f"smtp {code}" for code in KNOWN.reply_codes),
    *(code.replace("x", "5", 1) for code in KNOWN.enhanced_codes),
    *KNOWN.classes,
    *(topic.name for topic in KNOWN.topics.values()),
    *(blocklist.name for blocklist in KNOWN.blocklists.values()),
    *(provider.aliases[0] for provider in KNOWN.providers.values() if provider.aliases),
    "354 vs 550", "450 vs 451 vs 452 vs 421 vs 550 vs 554", "550 5.1.1", "all codes", "help", "nonsense zzz", "599",
)  # fmt: skip


@pytest.mark.parametrize("text", ASKED)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_answer_keeps_every_limit(bot: Bot, text: str, language: str) -> None:
    answer = bot.answer(bot.understand(Message(text, language=language, chosen=True)))
    for whole in (False, True):
        for tables in (False, True):
            drawn = to_blocks(answer, bot.words(language), whole=whole, tables=tables, share=True)
            assert faults_of(drawn.blocks) == []
            assert drawn.text
            assert answer.title[:40] in json.dumps(drawn.blocks, ensure_ascii=False)


@pytest.mark.parametrize("provider", [p.id for p in KNOWN.providers.values() if p.patterns])
def test_every_explained_bounce_keeps_every_limit(bot: Bot, provider: str) -> None:
    for pattern in KNOWN.providers[provider].patterns[:6]:
        answer = bot.answer(bot.understand(Message(f"{pattern.samples[0]}\n{'x' * 2500}")))
        assert faults_of(to_blocks(answer, bot.words("en"), whole=True).blocks) == []


def test_a_digest_of_thousands_keeps_every_limit(bot: Bot) -> None:
    lines = "\n".join(f"550 5.1.1 <user{n}@example{n % 300}.com>: unknown user {n}" for n in range(3000))
    answer = bot.answer(bot.understand(Message(lines)))
    assert answer.kind == "digest"
    assert faults_of(to_blocks(answer, bot.words("en"), whole=True).blocks) == []


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=4000))
def test_no_text_breaks_a_limit(bot: Bot, text: str) -> None:
    answer = bot.answer(bot.understand(Message(f"550 5.7.1 {text}")))
    assert faults_of(to_blocks(answer, bot.words("en"), whole=True).blocks) == []


def test_what_is_pasted_cannot_mention_anybody_nor_become_a_link(bot: Bot) -> None:
    hostile = "550 5.7.1 <!channel> <@U123> *bold* <https://evil.example|click> @everyone said"
    drawn = to_blocks(bot.answer(bot.understand(Message(hostile))), bot.words("en"), whole=True)
    assert "<!channel>" not in drawn.text
    assert "&lt;!channel&gt;" in drawn.text or "channel" not in drawn.text
    shown = json.dumps(drawn.blocks)
    assert '"mrkdwn"' not in shown
    assert '"url": "https://evil.example"' not in shown


def test_a_comparison_is_a_table_and_without_tables_still_says_it(ask: Callable[..., Answer], bot: Bot) -> None:
    answer = ask("354 vs 550")
    words = bot.words("en")
    assert any(block["type"] == "table" for block in to_blocks(answer, words).blocks)
    plain = to_blocks(answer, words, tables=False).blocks
    assert not any(block["type"] == "table" for block in plain)
    assert "Who acts" in json.dumps(plain)


def test_folded_sections_wait_behind_a_button(ask: Callable[..., Answer], bot: Bot) -> None:
    answer = ask("smtp 550")
    folded, whole = to_blocks(answer, bot.words("en")), to_blocks(answer, bot.words("en"), whole=True)
    assert folded.folded
    assert len(folded.blocks) < len(whole.blocks) <= MAX_BLOCKS
    assert any(item["action_id"] == "more" for item in folded.blocks[-1]["elements"])
    assert not any(item["action_id"] == "more" for item in whole.blocks[-1]["elements"])
