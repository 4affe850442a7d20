"""The adapter under way: faults of the API and the gateway, shards, slow answers, and what keeps it from starting."""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from adapters.desk import desk
from adapters.discord.running import run
from adapters.discord.settings import DiscordSettings, settings_from
from bot.answering import Bot
from knowledge.errors import SettingMissing
from tests.adapters.discord.conftest import Start
from tests.standins.discord import EPHEMERAL, TOKEN, DiscordStandIn

BOUNCE = "550 5.1.1 <jo@b.example>: Recipient address rejected: User unknown in local recipient table"


async def test_a_dropped_socket_is_resumed_and_what_was_missed_is_answered(
    discord_: DiscordStandIn, start: Start
) -> None:
    await start()
    await discord_.drop_sockets()
    question = await discord_.say("550")
    await discord_.reply_to(question)
    assert discord_.resumed == 1
    assert len(discord_.replies_to(question)) == 1


async def test_when_discord_asks_to_reconnect_it_does(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    await discord_.ask_to_reconnect()
    await discord_.until(lambda: discord_.resumed == 1)
    await discord_.reply_to(await discord_.say("550"))


async def test_an_invalid_session_is_begun_anew(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    await discord_.invalidate_session()
    await discord_.until(lambda: len(discord_.identified) == 2)
    await discord_.ready()
    await discord_.reply_to(await discord_.say("550"))


@pytest.mark.parametrize("status", [429, 500, 502])
async def test_refused_calls_are_made_again_and_counted(discord_: DiscordStandIn, start: Start, status: int) -> None:
    running = await start()
    discord_.fail("messages", 1, status)
    question = await discord_.say("550")
    await discord_.reply_to(question)
    assert len(discord_.replies_to(question)) == 1
    assert b'smtpbot_platform_retries_total{platform="discord"} 1.0' in running.desk.metrics.text()


HARM: list[tuple[str, Callable[[DiscordStandIn], None]]] = [
    ("500", lambda discord_: discord_.fail("callback", 2, 500)),
    ("503", lambda discord_: discord_.fail("callback", 2, 503)),
    ("429", lambda discord_: discord_.fail("callback", 2, 429)),
    ("cut", lambda discord_: discord_.fail("callback", 2, 0)),
    ("done", lambda discord_: discord_.fail("callback", 1, 502, done=True)),
]
"""How Discord fails twice to take a first response; a fourth second of waiting would be too late."""


@pytest.mark.parametrize("harm", [harm for _, harm in HARM], ids=[name for name, _ in HARM])
@pytest.mark.parametrize(
    ("command", "given", "kind"),
    [("smtp", {"question": "550"}, 4), ("explain", {}, 9), ("explain", {"b.log": BOUNCE.encode()}, 5)],
    ids=["message", "modal", "placeholder"],
)
async def test_a_first_response_that_fails_twice_still_comes_in_time(
    discord_: DiscordStandIn, start: Start, harm: Callable[[DiscordStandIn], None], command: str,
    given: dict[str, Any], kind: int,
) -> None:  # fmt: skip
    await start()
    harm(discord_)
    asked = await discord_.answered(await discord_.slash(command, given))
    assert asked.first is not None
    assert asked.first["type"] == kind
    assert len(asked.messages) == (0 if kind == 9 else 1)


async def test_what_is_offered_while_typing_survives_failures_too(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    discord_.fail("callback", 2, 500)
    assert await discord_.complete("smtp", "question", "55")


@pytest.mark.parametrize(("command", "given"), [("smtp", {"question": "550"}), ("explain", {})])
async def test_a_response_that_comes_too_late_is_one_line_in_the_log(
    discord_: DiscordStandIn, start: Start, caplog: pytest.LogCaptureFixture, command: str, given: dict[str, Any]
) -> None:
    running = await start()
    discord_.first_within = 0
    await discord_.slash(command, given)
    await discord_.until(lambda: any("Unknown interaction" in told.faults for told in discord_.refused))
    await running.stop()
    [line] = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert "too late" in line
    assert "\n" not in line


async def test_an_offer_that_comes_too_late_is_one_line_in_the_log(
    discord_: DiscordStandIn, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    running = await start()
    discord_.first_within = 0
    await discord_.type("smtp", "question", "55")
    await discord_.until(lambda: bool(discord_.refused))
    await running.stop()
    [line] = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert "too late" in line


class Slow:
    """An explainer that takes until it is let go."""

    def __init__(self, bot: Bot) -> None:
        self.go = threading.Event()
        self._bot = bot

    def __call__(self) -> Any:
        self.go.wait(20)
        return self._bot.explainer()


async def test_an_answer_that_takes_long_is_announced_in_time_and_then_told(
    discord_: DiscordStandIn, start: Start, bot: Bot
) -> None:
    slow = Slow(bot)
    await start(bot=msgspec.structs.replace(bot, explainer=slow))
    asked = await discord_.slash("smtp", {"question": BOUNCE, "private": True})
    await discord_.until(lambda: asked.first is not None)
    assert asked.first == {"type": 5, "data": {"flags": EPHEMERAL}}
    assert asked.seconds < 3
    slow.go.set()
    await discord_.answered(asked)
    assert asked.message["flags"] == EPHEMERAL


async def test_a_follow_up_under_way_is_still_told_at_the_end(discord_: DiscordStandIn, start: Start, bot: Bot) -> None:
    slow = Slow(bot)
    running = await start(bot=msgspec.structs.replace(bot, explainer=slow))
    explained = await discord_.slash("smtp", {"question": BOUNCE + " " + "x" * 200})
    slow.go.set()
    await discord_.answered(explained)
    slow.go.clear()
    asked = await discord_.press(explained.message, "More")
    await discord_.until(lambda: asked.first is not None)
    stopping = asyncio.create_task(running.stop())
    slow.go.set()
    await stopping
    assert asked.messages


async def test_an_answer_under_way_is_still_told_at_the_end(discord_: DiscordStandIn, start: Start, bot: Bot) -> None:
    slow = Slow(bot)
    running = await start(bot=msgspec.structs.replace(bot, explainer=slow))
    asked = await discord_.slash("smtp", {"question": BOUNCE})
    await discord_.until(lambda: asked.first is not None)
    stopping = asyncio.create_task(running.stop())
    slow.go.set()
    await stopping
    assert asked.messages


def broken(*_: Any) -> Any:
    raise RuntimeError(BOUNCE)


async def test_a_bug_is_told_by_an_incident_and_never_shows_the_message(
    discord_: DiscordStandIn, start: Start, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    running = await start(bot=msgspec.structs.replace(bot, explainer=broken))
    discord_.locale = "fr"
    with caplog.at_level(logging.INFO):
        asked = await discord_.answered(await discord_.slash("smtp", {"question": BOUNCE}))
    assert asked.message["content"].startswith("Désolé")
    assert asked.message["flags"] == EPHEMERAL
    incident = next(r.getMessage() for r in caplog.records if "incident" in r.getMessage()).split()[1].rstrip(":")
    assert incident in asked.message["content"]
    assert "jo@b.example" not in caplog.text
    assert b'smtpbot_errors_total{platform="discord"} 1.0' in running.desk.metrics.text()


async def test_logs_hold_no_text_no_address_and_no_token(
    discord_: DiscordStandIn, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        running = await start()
        discord_.fail("messages", 1, 403)
        await discord_.say(BOUNCE)
        await discord_.until(lambda: any(refused.status == 403 for refused in discord_.refused))
        await discord_.reply_to(await discord_.say(BOUNCE))
        await running.stop()
    for secret in ("jo@b.example", "User unknown", TOKEN):
        assert secret not in caplog.text


async def test_readiness_follows_the_connection(discord_: DiscordStandIn, start: Start) -> None:
    running = await start()
    await discord_.reply_to(await discord_.say("550"))
    assert await running.desk.is_ready()
    release = discord_.close_gateway()
    await discord_.drop_sockets(4000)
    await discord_.until(lambda: discord_.knocks > 0)
    assert not await running.desk.is_ready()
    release.set()
    await discord_.reply_to(await discord_.say("550"))
    assert await running.desk.is_ready()
    await running.stop()
    assert not await running.desk.is_ready()


async def test_several_shards_answer_together(discord_: DiscordStandIn, start: Start) -> None:
    discord_.shards = 2
    await start(listening=False)
    await discord_.until(lambda: len(discord_.identified) == 2)
    await discord_.ready()
    assert [told["shard"] for told in discord_.identified] == [[0, 2], [1, 2]]
    asked = await discord_.answered(await discord_.slash("smtp", {"question": "550"}))
    assert asked.message["embeds"]


async def test_a_process_can_take_some_of_the_shards(discord_: DiscordStandIn, start: Start) -> None:
    await start(shard_ids=(1,), shard_count=4)
    assert [told["shard"] for told in discord_.identified] == [[1, 4]]


# What keeps it from starting


async def refused(discord_: DiscordStandIn, bot: Bot, **settings: Any) -> str:
    """The line it ends with."""
    given = {"token": TOKEN, "api_url": discord_.api_url, **settings}
    with pytest.raises(ValueError, match="DISCORD") as caught:
        await asyncio.wait_for(run(DiscordSettings(**given), desk("discord", bot), asyncio.Event()), 10)
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_a_token_that_discord_does_not_know_is_one_line(discord_: DiscordStandIn, bot: Bot) -> None:
    line = await refused(discord_, bot, token="wrong")
    assert line.startswith("DISCORD_TOKEN")
    assert "wrong" not in line


async def test_an_intent_that_is_switched_off_is_one_line(discord_: DiscordStandIn, bot: Bot) -> None:
    discord_.gateway_close = 4014
    assert "message content intent" in await refused(discord_, bot, prefix=True)


AWAY: list[tuple[str, Callable[[DiscordStandIn], None]]] = [
    ("cut", lambda discord_: discord_.fail("users/@me", 6, 0)),
    ("503", lambda discord_: discord_.fail("users/@me", 1, 503)),
    ("gateway", lambda discord_: discord_.fail("gateway", 1, 403)),
]


@pytest.mark.parametrize("harm", [harm for _, harm in AWAY], ids=[name for name, _ in AWAY])
async def test_discord_that_is_away_at_the_start_is_waited_for(
    discord_: DiscordStandIn, start: Start, harm: Callable[[DiscordStandIn], None]
) -> None:
    harm(discord_)
    await start()
    await discord_.reply_to(await discord_.say("550"))


async def test_it_can_be_stopped_while_discord_is_away(discord_: DiscordStandIn, start: Start) -> None:
    discord_.fail("users/@me", 100, 0)
    running = await start(listening=False)
    await discord_.until(lambda: bool(discord_.refused))
    await running.stop()
    assert discord_.identified == []


@pytest.mark.parametrize(
    ("given", "missing"),
    [({}, "DISCORD_TOKEN"), ({"DISCORD_TOKEN": "x", "DISCORD_SHARD_IDS": "1,2"}, "DISCORD_SHARD_COUNT")],
)
def test_what_is_missing_is_named(given: dict[str, str], missing: str) -> None:
    with pytest.raises(SettingMissing, match=missing):
        settings_from(given)


def test_settings_are_read() -> None:
    given = {"DISCORD_TOKEN": "x", "DISCORD_API_URL": "http://127.0.0.1:1/api/v10/", "DISCORD_PREFIX": "on",
             "DISCORD_SHARD_IDS": "1, 2", "DISCORD_SHARD_COUNT": "4"}  # fmt: skip
    assert settings_from(given) == DiscordSettings(
        token="x", api_url="http://127.0.0.1:1/api/v10", prefix=True, shard_ids=(1, 2), shard_count=4
    )
