"""Mailbox checks in Slack: answered to the asker alone, whatever way they are asked for."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from bot.answering import Bot
from bot.mailbox.allowing import Rules
from bot.mailbox.client import CheckSettings, Mailbox
from tests.adapters.slack.conftest import Start
from tests.standins.doh import DohStandIn
from tests.standins.slack import SlackStandIn

BOUNCE = "550 5.1.1 <jo@good.example>: Recipient address rejected: User unknown in local recipient table"


@pytest.fixture
async def able(bot: Bot) -> AsyncIterator[Bot]:
    """A bot that checks for one person."""
    async with DohStandIn({"good.example": "@ IN MX 10 mx.good.example.\nmx IN A 9.9.9.9"}) as doh:
        mailbox = Mailbox(CheckSettings(doh.url, rules=Rules(people=("U1",))), bot.knowledge)
        yield msgspec.structs.replace(bot, mailbox=mailbox)
        await mailbox.close()


async def test_a_check_in_a_channel_is_seen_by_the_asker_alone(slack: SlackStandIn, start: Start, able: Bot) -> None:
    await start(bot=able)
    await slack.send_event(slack.message("smtp check good.example", "U1", channel="C1"))
    [call] = await slack.wait_for("chat.postEphemeral")
    assert call.arguments["user"] == "U1"
    assert "the domain takes mail" in call.arguments["text"]
    assert slack.calls_of("chat.postMessage") == []


async def test_slacks_own_markup_of_addresses_is_no_hindrance(slack: SlackStandIn, start: Start, able: Bot) -> None:
    await start(bot=able)
    await slack.send_event(slack.message("check <mailto:jo@good.example|jo@good.example>", "U1", channel="D1"))
    [call] = await slack.wait_for("chat.postEphemeral")
    assert call.arguments["text"].startswith("jo@good.example")


async def test_who_may_not_check_is_told_so(slack: SlackStandIn, start: Start, able: Bot) -> None:
    await start(bot=able)
    await slack.send_event(slack.message("check good.example", "U2", channel="D2"))
    [call] = await slack.wait_for("chat.postEphemeral")
    assert "certain people only" in call.arguments["text"]


async def test_a_command_is_answered_without_a_button_that_shares(slack: SlackStandIn, start: Start, able: Bot) -> None:
    await start(bot=able)
    await slack.send_command("check good.example")
    [call] = await slack.wait_for("respond")
    assert call.arguments["response_type"] == "ephemeral"
    assert "share" not in str(call.arguments["blocks"])


async def test_an_explained_bounce_has_a_button_that_checks_its_recipient(
    slack: SlackStandIn, start: Start, able: Bot
) -> None:
    await start(bot=able)
    await slack.send_event(slack.message(BOUNCE, "U1", channel="D1"))
    await slack.wait_for("chat.postMessage")
    [answer] = [message for message in slack.messages.values() if message.get("blocks")]
    buttons = [item for block in answer["blocks"] if block["type"] == "actions" for item in block["elements"]]
    pressed = next(item for item in buttons if item["text"]["text"] == "Check this address")
    await slack.send_action(pressed, channel="D1", message=answer)
    [call] = await slack.wait_for("chat.postEphemeral")
    assert call.arguments["text"].startswith("jo@good.example")
