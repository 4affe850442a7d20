"""The adapter under way: faults of Slack's API, sockets that drop, HTTP mode, and what is said when it cannot start."""

import asyncio
import json
import logging
import time
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from aiohttp.test_utils import unused_port
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from adapters.desk import desk
from adapters.slack.events import Slack
from adapters.slack.running import run
from adapters.slack.settings import SlackSettings
from bot.answering import Bot
from tests.adapters.slack.conftest import Start
from tests.standins.slack import APP_TOKEN, BOT_TOKEN, Fault, SlackStandIn, signed

# Faults


@pytest.mark.parametrize(
    "fault",
    [{"status": 429}, {"status": 500}, {"status": 503}, {"status": 0}],
    ids=["rate limit", "server error", "unavailable", "cut connection"],
)
async def test_what_slack_fails_to_take_is_sent_again(slack: SlackStandIn, start: Start, fault: dict[str, Any]) -> None:
    running = await start()
    slack.fail("chat.postMessage", **fault)
    await slack.send_event(slack.message("550", channel="D1"))
    await slack.wait_for("chat.postMessage")
    await running.stop()
    assert [call.ok for call in slack.calls_of("chat.postMessage", refused=True)] == [False, True]


async def test_answers_share_a_connection(slack: SlackStandIn, start: Start) -> None:
    await start()
    for number in range(5):
        await slack.send_event(slack.message("550", channel=f"D{number}"))
        await slack.wait_for("chat.postMessage", number + 1)
    assert len({call.peer for call in slack.calls_of("chat.postMessage")}) == 1


async def test_a_fault_while_the_locale_is_asked_for_loses_no_answer(slack: SlackStandIn, start: Start) -> None:
    await start()
    slack.fail("users.info", status=500)
    slack.fail("users.info", status=429)
    await slack.send_event(slack.message("550", channel="D1"))
    await slack.wait_for("chat.postMessage")


async def test_a_channel_that_refuses_us_stops_nobody_else(
    slack: SlackStandIn, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    await start()
    slack.fail("chat.postMessage", error="missing_scope", needed="chat:write")
    with caplog.at_level(logging.ERROR):
        await slack.send_event(slack.message("550", channel="D1"))
        await slack.wait_for("chat.postMessage", refused=True)
        await slack.send_event(slack.message("421", channel="D2"))
        await slack.wait_for("chat.postMessage")
    [line] = [record.getMessage() for record in caplog.records]
    assert "missing_scope" in line
    assert "chat:write" in line
    assert "\n" not in line


# Sockets


async def test_a_dropped_socket_is_opened_again(slack: SlackStandIn, start: Start) -> None:
    running = await start()
    await slack.send_event(slack.message("550", channel="D1"))
    await slack.wait_for("chat.postMessage")
    await slack.drop_sockets()
    await slack.send_event(slack.message("421", channel="D1"))
    await slack.wait_for("chat.postMessage", 2)
    await running.stop()
    assert slack.connections == 2
    assert len(slack.calls_of("chat.postMessage")) == 2


async def test_a_socket_is_renewed_when_slack_asks(slack: SlackStandIn, start: Start) -> None:
    await start()
    await slack.ask_to_reconnect()
    await slack.send_event(slack.message("550", channel="D1"))
    await slack.wait_for("chat.postMessage")
    assert slack.connections == 2


async def test_a_socket_that_dies_without_a_word_is_opened_again(slack: SlackStandIn, bot: Bot) -> None:
    settings = SlackSettings(bot_token=BOT_TOKEN, app_token=APP_TOKEN, api_url=slack.api_url)
    app = Slack(settings, desk("slack", bot))
    handler = AsyncSocketModeHandler(app.app, APP_TOKEN, ping_interval=0.3)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    try:
        await slack.send_event(slack.message("550", channel="D1"))
        await slack.drop_sockets(abruptly=True)
        await slack.deliver(slack.message("421", channel="D1"))
        await slack.wait_for("chat.postMessage", 2)
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    await app.under_way.finish()
    assert slack.connections == 2
    assert len(slack.calls_of("chat.postMessage")) == 2


async def test_an_event_whose_socket_drops_before_the_ack_is_answered_once(slack: SlackStandIn, start: Start) -> None:
    running = await start()
    question = slack.message("550", channel="D1")
    await slack.send_event(question, event_id="Ev0", acknowledged=False)
    await slack.drop_sockets()
    await slack.send_event(question, event_id="Ev0", retry_num=1)
    await slack.wait_for("chat.postMessage")
    await running.stop()
    assert len(slack.calls_of("chat.postMessage")) == 1


async def test_an_answer_under_way_is_still_told_at_the_end(slack: SlackStandIn, start: Start) -> None:
    running = await start()
    release = slack.hold("users.info")
    await slack.send_event(slack.message("550", channel="D1"))
    command = asyncio.create_task(slack.send_command("421"))
    await command
    stopping = asyncio.create_task(running.stop())
    release.set()
    await stopping
    assert len(slack.calls_of("chat.postMessage")) == 1
    assert len(slack.calls_of("respond")) == 1


async def test_under_faults_nothing_is_lost_and_nothing_doubled(slack: SlackStandIn, start: Start) -> None:
    storm = Fault(429, "ratelimited", 0), Fault(500), Fault(0)

    def weather(method: str, number: int) -> Fault | None:
        return storm[number // 15 % 3] if number % 15 == 14 else None

    running = await start()
    slack.weather = weather
    questions = [slack.message("550", f"U{number % 20}", channel=f"D{number}") for number in range(90)]
    for number, question in enumerate(questions):
        await slack.deliver(question)
        if number % 30 == 29:
            await slack.drop_sockets()
    await slack.wait_for("chat.postMessage", len(questions))
    await running.stop()
    told = [call.arguments["channel"] for call in slack.calls_of("chat.postMessage")]
    assert sorted(told) == sorted(question["channel"] for question in questions)
    assert max(ack.seconds for ack in slack.acks) < 3


# HTTP mode

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class Door:
    """The adapter in HTTP mode, and how Slack knocks."""

    def __init__(self, start: Start, slack: SlackStandIn) -> None:
        self._start, self._slack, self.port = start, slack, unused_port()

    async def open(self) -> None:
        """Start the adapter, and wait until it listens."""
        self.running = await self._start(app_token=None, signing_secret=SECRET, host="127.0.0.1", port=self.port)
        async with asyncio.timeout(10):
            while not await self._listens():
                pass

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    async def knock(self, body: bytes, kind: str = "application/json", **headers: str) -> httpx.Response:
        """Post to the request URL."""
        async with httpx.AsyncClient(trust_env=False) as client:
            address = f"http://127.0.0.1:{self.port}/slack/events"
            return await client.post(address, content=body, headers={"Content-Type": kind, **headers})

    async def event(self, event: dict[str, Any], secret: str = SECRET, at: float | None = None) -> httpx.Response:
        """Post an event, signed."""
        body = json.dumps(self._slack.event_body(event)).encode()
        return await self.knock(body, **signed(body, secret, at))


@pytest.fixture
async def door(start: Start, slack: SlackStandIn) -> Door:
    door = Door(start, slack)
    await door.open()
    return door


async def test_a_signed_event_is_answered(slack: SlackStandIn, door: Door) -> None:
    assert (await door.event(slack.message("550", channel="D1"))).status_code == 200
    [call] = await slack.wait_for("chat.postMessage")
    assert call.arguments["text"].startswith("550")
    assert slack.connections == 0


async def test_the_address_proves_itself(door: Door) -> None:
    body = json.dumps({"type": "url_verification", "token": "t", "challenge": "c-1"}).encode()
    response = await door.knock(body, **signed(body, SECRET))
    assert response.status_code == 200
    assert "c-1" in response.text


async def test_a_signed_command_is_answered(slack: SlackStandIn, door: Door) -> None:
    body = urlencode(slack.command_body("354 vs 550")).encode()
    response = await door.knock(body, "application/x-www-form-urlencoded", **signed(body, SECRET))
    assert (response.status_code, response.text) == (200, "")
    [call] = await slack.wait_for("respond")
    assert call.arguments["response_type"] == "ephemeral"


async def test_a_delivery_that_slack_repeats_is_answered_once(slack: SlackStandIn, door: Door) -> None:
    body = json.dumps(slack.event_body(slack.message("550", channel="D1"), "Ev0")).encode()
    for number in range(3):
        again = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"} if number else {}
        assert (await door.knock(body, **signed(body, SECRET), **again)).status_code == 200
    await slack.wait_for("chat.postMessage")
    await door.running.stop()
    assert len(slack.calls_of("chat.postMessage")) == 1


async def test_who_cannot_sign_is_turned_away(slack: SlackStandIn, door: Door) -> None:
    event = slack.message("550", channel="D1")
    body = json.dumps(slack.event_body(event)).encode()
    forged = await door.event(event, "another secret")
    stale = await door.event(event, at=time.time() - 600)
    early = await door.event(event, at=time.time() + 600)
    unsigned = await door.knock(body)
    changed = await door.knock(body.replace(b"550", b"421"), **signed(body, SECRET))
    garbled = await door.knock(body, **{"X-Slack-Request-Timestamp": "now", "X-Slack-Signature": "v0=0"})
    assert garbled.status_code >= 400
    responses = [forged, stale, early, unsigned, changed]
    assert [response.status_code for response in responses] == [401] * len(responses)
    await door.running.stop()
    assert slack.calls_of("chat.postMessage") == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"payload=%7B"])
async def test_a_signed_body_that_is_no_event_does_no_harm(slack: SlackStandIn, door: Door, body: bytes) -> None:
    response = await door.knock(body, **signed(body, SECRET))
    assert response.status_code in (200, 400, 401, 404, 500)
    assert (await door.event(slack.message("550", channel="D1"))).status_code == 200
    await slack.wait_for("chat.postMessage")


# What keeps it from starting


async def refused(slack: SlackStandIn, bot: Bot, **settings: Any) -> str:
    """The line it ends with."""
    given = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "api_url": slack.api_url, **settings}
    with pytest.raises(ValueError, match="SLACK") as caught:
        await asyncio.wait_for(run(SlackSettings(**given), desk("slack", bot), asyncio.Event()), 5)
    return str(caught.value)


async def test_a_bot_token_that_slack_does_not_know_is_one_line(slack: SlackStandIn, bot: Bot) -> None:
    line = await refused(slack, bot, bot_token="xoxb-wrong")
    assert line.startswith("SLACK_BOT_TOKEN")
    assert "\n" not in line
    assert "xoxb-wrong" not in line


async def test_an_app_token_that_slack_does_not_know_is_one_line(slack: SlackStandIn, bot: Bot) -> None:
    line = await refused(slack, bot, app_token="xapp-wrong")
    assert line.startswith("SLACK_APP_TOKEN")
    assert "\n" not in line


async def test_an_app_token_without_its_scope_is_one_line_that_names_it(slack: SlackStandIn, bot: Bot) -> None:
    slack.fail("apps.connections.open", error="missing_scope", needed="connections:write")
    line = await refused(slack, bot)
    assert line.startswith("SLACK_APP_TOKEN")
    assert "connections:write" in line


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_each_refusal_of_the_bot_token_says_what_to_change(slack: SlackStandIn, bot: Bot, error: str) -> None:
    slack.fail("auth.test", error=error)
    assert (await refused(slack, bot)).startswith("SLACK_BOT_TOKEN")


async def test_slack_that_is_away_at_the_start_is_waited_for(slack: SlackStandIn, start: Start) -> None:
    slack.fail("auth.test", error="service_unavailable")
    await start()
    await slack.send_event(slack.message("550", channel="D1"))
    await slack.wait_for("chat.postMessage")


async def test_it_can_be_stopped_while_slack_is_away(slack: SlackStandIn, start: Start) -> None:
    slack.fail("auth.test", 100, error="service_unavailable")
    running = await start()
    await slack.wait_for("auth.test", refused=True)
    await running.stop()
    assert slack.connections == 0
