"""Every answer as blocks, judged by Slack's documented limits as the stand-in knows them, not by our own check."""

import pytest

from adapters.slack.rendering import to_blocks
from adapters.slack.views import home_view, paste_view, result_view
from bot.answering import Bot
from bot.message import Message
from tests.answers import GROUPS, answers
from tests.standins.slack_limits import faults_of_message, faults_of_view, is_too_long


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("group", GROUPS)
def test_slack_takes_every_answer_that_the_knowledge_can_give(bot: Bot, group: str, language: str) -> None:
    refused = {}
    given = list(answers(group, bot, language))
    for text, answer in given:
        for whole in (False, True):
            blocks = to_blocks(answer, bot.words(language), whole=whole, tables=not whole, share=True).blocks
            if faults := faults_of_message(blocks) or ["too long"] * is_too_long(blocks):
                refused[text, whole] = faults
    assert refused == {}
    assert len(given) > 10


@pytest.mark.parametrize("language", ["en", "fr"])
def test_slack_takes_the_modal_the_home_and_the_result(bot: Bot, language: str) -> None:
    words = bot.words(language)
    assert faults_of_view(paste_view(words)) == []
    assert faults_of_view(home_view(words, [("en", "English"), ("fr", "Français")])) == []
    assert faults_of_view(result_view([], words)) == []
    answer = bot.answer(bot.understand(Message("354 vs 550", language=language, chosen=True)))
    drawn = to_blocks(answer, words, whole=True, tables=False)
    blocks = [block for block in drawn.blocks if block["type"] != "actions"]
    assert faults_of_view(result_view(blocks, words)) == []


def test_a_link_in_a_pasted_bounce_is_shown_and_cannot_be_clicked(bot: Bot) -> None:
    line = (
        "Oct  1 10:00:00 mx postfix/smtp[1]: 4Rq1: to=<jo@b.example>, relay=mx.b.example[192.0.2.1]:25, dsn=5.7.1, "
        "status=bounced (host mx.b.example[192.0.2.1] said: 550 5.7.1 Message blocked, see https://evil.example/x "
        "(in reply to RCPT TO command))"
    )
    shown = str(to_blocks(bot.answer(bot.understand(Message(line))), bot.words("en"), whole=True).blocks)
    assert "https://evil.example/x" in shown
    assert "'url': 'https://evil.example" not in shown
