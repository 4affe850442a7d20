"""What people do in Discord with commands, menus and buttons, and what they get."""

import gzip
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from bot.answering import Bot
from bot.mailbox.client import CheckSettings, Mailbox
from tests.adapters.discord.conftest import Start
from tests.standins.discord import CHANNEL, DM, EPHEMERAL, DiscordStandIn, files_of, items_of, labels_of
from tests.standins.discord_limits import faults_of_commands
from tests.standins.doh import DohStandIn

BOUNCE = "550 5.1.1 <jo@b.example>: Recipient address rejected: User unknown in local recipient table"
LOG = (
    b"Oct  1 10:00:00 mx postfix/smtp[1]: 4Rq1XyZ2kTz1: to=<jo@b.example>, relay=mx.b.example[192.0.2.1]:25, dsn=5.1.1, "
    b"status=bounced (host mx.b.example[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n"
    b"Oct  1 11:00:00 mx postfix/smtp[1]: 4Rq2XyZ2kTz2: to=<al@b.example>, relay=mx.b.example[192.0.2.1]:25, dsn=5.2.2, "
    b"status=bounced (host mx.b.example[192.0.2.1] said: 552 5.2.2 Mailbox full (in reply to RCPT TO command))\n"
)


async def test_the_commands_are_registered_within_discords_limits_and_in_french(
    discord_: DiscordStandIn, start: Start
) -> None:
    await start()
    names = {command["name"]: command for command in discord_.commands}
    assert set(names) == {"smtp", "compare", "explain", "help", "Explain bounce"}
    assert faults_of_commands(discord_.commands) == []
    assert names["compare"]["name_localizations"] == {"fr": "comparer"}
    assert names["Explain bounce"]["name_localizations"] == {"fr": "Expliquer le rejet"}
    assert names["smtp"]["description_localizations"]["fr"].startswith("Poser une question")
    assert names["smtp"]["options"][1]["name_localizations"] == {"fr": "privé"}
    for command in names.values():
        assert sorted(command["contexts"]) == [0, 1, 2]
        assert sorted(command["integration_types"]) == [0, 1]


async def test_the_commands_are_told_only_when_they_changed(discord_: DiscordStandIn, start: Start) -> None:
    await (await start()).stop()
    await (await start()).stop()
    assert discord_.synced == 1
    discord_.commands[0]["description"] = "an older one"
    await start()
    assert discord_.synced == 2


@pytest.mark.parametrize("path", [["name_localizations"], ["options", 0, "description_localizations"]])
@pytest.mark.parametrize(
    "change",
    [lambda told: told.update(de="alt"), lambda told: told.pop("fr"), lambda told: told.update(fr="vieux"), dict.clear],
    ids=["one that we dropped", "one that is new", "one that we changed", "all"],
)
async def test_the_commands_are_told_when_a_translation_changed(
    discord_: DiscordStandIn, start: Start, path: list[Any], change: Callable[[dict[str, str]], None]
) -> None:
    await (await start()).stop()
    told: Any = next(command for command in discord_.commands if command["name"] == "compare")
    for step in path:
        told = told[step]
    change(told)
    await (await start()).stop()
    assert discord_.synced == 2
    await start()
    assert discord_.synced == 2


async def test_a_slash_command_is_answered_at_once_for_everybody(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    asked = await discord_.answered(await discord_.slash("smtp", {"question": "550"}))
    assert asked.first is not None
    assert asked.first["type"] == 4
    assert asked.message["embeds"][0]["title"] == "550: Mailbox unavailable"
    assert asked.message["flags"] == 0


async def test_a_private_answer_is_seen_by_the_asker_alone_and_can_be_shared(
    discord_: DiscordStandIn, start: Start
) -> None:
    await start()
    asked = await discord_.answered(await discord_.slash("smtp", {"question": "550", "private": True}))
    assert asked.message["flags"] == EPHEMERAL
    assert "Share in channel" in labels_of(asked.message)
    shared = await discord_.answered(await discord_.press(asked.message, "Share in channel"))
    assert shared.message["flags"] == 0
    assert shared.message["embeds"][0]["title"] == asked.message["embeds"][0]["title"]
    assert "Share in channel" not in labels_of(shared.message)


@pytest.mark.parametrize("again", [False, True], ids=["at once", "after a restart"])
async def test_a_shared_digest_has_its_chart_and_records_again(
    discord_: DiscordStandIn, start: Start, again: bool
) -> None:
    running = await start()
    asked = await discord_.answered(await discord_.slash("explain", {"mail.log": LOG, "private": True}))
    if again:
        await running.stop()
        await start()
    uploaded, discord_.uploads = discord_.uploads, {}
    shared = await discord_.answered(await discord_.press(asked.message, "Share in channel"))
    assert shared.message["flags"] == 0
    assert files_of(shared.message) == {"bounces.png", "bounces.jsonl"}
    assert shared.message["embeds"][0]["image"]["url"].endswith("/bounces.png")
    assert shared.message["embeds"][0]["image"] != asked.message["embeds"][0]["image"]
    assert discord_.uploads == uploaded
    assert "Share in channel" not in labels_of(shared.message)


async def test_a_file_that_discord_lost_does_not_keep_a_digest_from_being_shared(
    discord_: DiscordStandIn, start: Start
) -> None:
    await start()
    asked = await discord_.answered(await discord_.slash("explain", {"mail.log": LOG, "private": True}))
    discord_.files.clear()
    shared = await discord_.answered(await discord_.press(asked.message, "Share in channel"))
    assert shared.message["embeds"][0]["title"] == asked.message["embeds"][0]["title"]
    assert files_of(shared.message) == set()


async def test_a_comparison_stands_side_by_side(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    asked = await discord_.answered(await discord_.slash("compare", {"first": "354", "second": "550", "third": "450"}))
    columns = [field for field in asked.message["embeds"][0]["fields"] if field.get("inline")]
    assert [column["name"] for column in columns] == ["354", "550", "450"]
    assert "Permanent failure" in columns[1]["value"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("55", ["550", "551", "552"]),
        ("5.7.2", ["5.7.2", "5.7.20"]),
        ("grey", ["Greylisting"]),
        ("354 vs", ["354 vs 550"]),
        ("354 vs 45", ["354 vs 450"]),
        ("mailbx", ["Mailbox full"]),
        ("", ["smtp 550"]),
    ],
)
async def test_while_typing_the_best_come_first(
    discord_: DiscordStandIn, start: Start, typed: str, offered: list[str]
) -> None:
    await start()
    values = [choice["value"] for choice in await discord_.complete("smtp", "question", typed)]
    assert 0 < len(values) <= 25
    assert values[0] == offered[0] or offered[0] in values[:5]
    assert set(offered) <= set(values)


async def test_what_is_offered_can_be_asked_in_french_too(discord_: DiscordStandIn, start: Start) -> None:
    discord_.locale = "fr"
    await start()
    choices = await discord_.complete("compare", "first", "liste gr")
    asked = await discord_.answered(await discord_.slash("smtp", {"question": choices[0]["value"]}))
    assert asked.message["embeds"][0]["title"] == choices[0]["name"]


async def test_each_word_typed_is_completed_within_the_limits(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    for typed in ("5", "x", "é", "`", "550 ", "vs", "vs 5", " ", "a" * 6_000, "450 vs 550 vs "):
        assert len(await discord_.complete("smtp", "question", typed)) <= 25
    assert discord_.refused == []


async def test_explain_opens_a_field_to_paste_into(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    modal = await discord_.answered(await discord_.slash("explain", {}))
    assert modal.first is not None
    assert modal.first["type"] == 9
    asked = await discord_.answered(await discord_.submit(modal, f"```\n{BOUNCE}\n```"))
    assert "Mailbox unknown" in asked.message["embeds"][0]["title"]


async def test_each_of_many_who_paste_at_once_is_answered_as_they_asked_even_after_a_restart(
    discord_: DiscordStandIn, start: Start
) -> None:
    running = await start()
    opened = [
        await discord_.answered(await discord_.slash("explain", {"private": private}, user=user))
        for user, private in ((7, True), (8, False), (9, True))
    ]
    for modal, flags in zip(opened, (EPHEMERAL, 0, EPHEMERAL), strict=True):
        asked = await discord_.answered(await discord_.submit(modal, BOUNCE))
        assert asked.message["flags"] == flags
    await running.stop()
    await start()
    asked = await discord_.answered(await discord_.submit(opened[0], BOUNCE))
    assert asked.message["flags"] == EPHEMERAL


@pytest.mark.parametrize(("name", "packed"), [("mail.log", LOG), ("mail.log.gz", gzip.compress(LOG))])
async def test_a_file_is_explained_after_a_placeholder_with_its_chart_and_records(
    discord_: DiscordStandIn, start: Start, name: str, packed: bytes
) -> None:
    await start()
    asked = await discord_.answered(await discord_.slash("explain", {name: packed, "private": True}))
    assert asked.first == {"type": 5, "data": {"flags": EPHEMERAL}}
    assert asked.message["flags"] == EPHEMERAL
    assert files_of(asked.message) == {"bounces.png", "bounces.jsonl"}
    assert asked.message["embeds"][0]["image"]["url"].endswith("bounces.png")
    assert b'"recipient":"jo@b.example"' in discord_.uploads["bounces.jsonl"]


async def test_a_file_of_a_strange_kind_or_too_large_is_said_to_be_so(discord_: DiscordStandIn, start: Start) -> None:
    await start(max_file=100)
    asked = await discord_.answered(await discord_.slash("explain", {"mail.log": LOG}))
    assert "mail.log" in asked.message["content"]
    asked = await discord_.answered(await discord_.slash("explain", {"cat.png": b"\x89PNG"}))
    assert "cat.png" in asked.message["content"]
    assert ".eml" in asked.message["content"]


async def test_the_menu_explains_a_message_with_its_embeds_and_files(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    message = await discord_.say("look at this", mention=False)
    message["embeds"] = [{"title": "Bounce", "description": BOUNCE, "type": "rich"}]
    asked = await discord_.answered(await discord_.menu("Explain bounce", message))
    assert "Mailbox unknown" in asked.message["embeds"][0]["title"]
    assert asked.message["flags"] == EPHEMERAL
    with_file = await discord_.say("and this", mention=False, files={"b.log": LOG})
    asked = await discord_.answered(await discord_.menu("Explain bounce", with_file))
    assert "2" in asked.message["embeds"][0]["title"]


async def test_help_helps(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    asked = await discord_.answered(await discord_.slash("help", {"private": True}))
    assert "354 vs 550" in asked.message["embeds"][0]["description"]
    assert asked.message["flags"] == EPHEMERAL


async def test_follow_ups_still_work_after_a_restart(discord_: DiscordStandIn, start: Start) -> None:
    running = await start()
    asked = await discord_.answered(await discord_.slash("smtp", {"question": "251"}))
    follow_up = next(label for label in labels_of(asked.message) if label != "More")
    await running.stop()
    await start()
    again = await discord_.answered(await discord_.press(asked.message, follow_up))
    assert follow_up.split(" ")[0] in again.message["embeds"][0]["title"]
    assert discord_.refused == []


async def test_more_shows_everything_to_who_pressed_even_after_a_restart(
    discord_: DiscordStandIn, start: Start
) -> None:
    running = await start()
    asked = await discord_.answered(await discord_.slash("smtp", {"question": "550"}))
    await running.stop()
    await start()
    whole = await discord_.answered(await discord_.press(asked.message, "More"))
    assert whole.message["flags"] == EPHEMERAL
    first, rest = (message["embeds"][0]["description"] for message in (asked.message, whole.message))
    assert "Often confused with" in rest
    assert "What it means" in first
    assert "What it means" not in rest
    assert "More" not in labels_of(whole.message)


async def test_more_of_a_long_question_is_remembered_and_after_a_restart_says_that_it_is_not(
    discord_: DiscordStandIn, start: Start
) -> None:
    running = await start()
    asked = await discord_.answered(await discord_.slash("smtp", {"question": BOUNCE + " " + "x" * 200}))
    assert (await discord_.answered(await discord_.press(asked.message, "More"))).message["embeds"]
    await running.stop()
    await start()
    late = await discord_.answered(await discord_.press(asked.message, "More"))
    assert "too old" in late.message["content"]
    assert late.message["flags"] == EPHEMERAL


async def test_more_follow_ups_than_buttons_are_a_menu_that_outlives_a_restart(
    discord_: DiscordStandIn, start: Start
) -> None:
    running = await start()
    asked = await discord_.answered(await discord_.slash("smtp", {"question": "help"}))
    menus = [item for item in items_of(asked.message) if item["type"] == 3]
    assert len(menus) == 1
    await running.stop()
    await start()
    picked = await discord_.answered(await discord_.pick(asked.message, "354 vs 550"))
    assert picked.message["embeds"][0]["title"].startswith("354")


async def test_the_askers_locale_decides_and_without_it_the_question(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    discord_.locale = "fr"
    asked = await discord_.answered(await discord_.slash("smtp", {"question": "550"}))
    assert "Comment" in asked.message["embeds"][0]["description"]
    discord_.locale = "en-US"
    asked = await discord_.answered(await discord_.slash("smtp", {"question": "c'est quoi le 550"}))
    assert "Comment" in asked.message["embeds"][0]["description"]
    asked = await discord_.answered(await discord_.slash("smtp", {"question": "what is 550"}))
    assert "How to fix it" in asked.message["embeds"][0]["description"]


async def test_nothing_pasted_can_mention_style_or_link(discord_: DiscordStandIn, start: Start, bot: Bot) -> None:
    await start()
    text = "550 5.7.1 <jo@b.example>: @everyone <@7> **Blocked** see https://evil.example/x and [here](https://evil.example)"
    asked = await discord_.answered(await discord_.slash("smtp", {"question": text}))
    assert asked.first is not None
    assert asked.first["data"]["allowed_mentions"] == {"parse": []}
    description = asked.message["embeds"][0]["description"]
    outside = "".join(part for at, part in enumerate(description.replace("```", "`").split("`")) if at % 2 == 0)
    assert "evil.example" not in outside
    assert "@everyone" not in outside


async def test_in_a_direct_message_a_command_is_answered_too(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    asked = await discord_.answered(await discord_.slash("smtp", {"question": "421"}, dm=True))
    assert asked.message["embeds"][0]["title"].startswith("421")


def checking(bot: Bot, doh: DohStandIn) -> Bot:
    """The bot with the mailbox check on."""
    return msgspec.structs.replace(bot, mailbox=Mailbox(CheckSettings(doh.url), bot.knowledge))


async def test_a_check_is_seen_by_the_asker_alone_and_cannot_be_shared(
    discord_: DiscordStandIn, start: Start, bot: Bot
) -> None:
    async with DohStandIn({"good.example": "@ IN MX 10 mx.good.example.\nmx IN A 9.9.9.9"}) as doh:
        able = checking(bot, doh)
        await start(bot=able)
        assert "check" in {command["name"] for command in discord_.commands}
        asked = await discord_.answered(await discord_.slash("check", {"address": "good.example", "selector": "s1"}))
        assert asked.first == {"type": 5, "data": {"flags": EPHEMERAL}}
        assert "the domain takes mail" in asked.message["embeds"][0]["title"]
        assert asked.message["flags"] == EPHEMERAL
        assert "Share in channel" not in labels_of(asked.message)
        asked = await discord_.answered(await discord_.slash("smtp", {"question": "check good.example"}))
        assert asked.message["flags"] == EPHEMERAL
        bounce = await discord_.answered(await discord_.slash("smtp", {"question": BOUNCE}))
        picked = await discord_.answered(await discord_.pick(bounce.message, "check jo@b.example"))
        assert picked.message["flags"] == EPHEMERAL
        assert able.mailbox is not None
        await able.mailbox.close()


async def test_a_check_asked_for_in_a_channel_is_answered_in_a_direct_message(
    discord_: DiscordStandIn, start: Start, bot: Bot
) -> None:
    async with DohStandIn({"good.example": "@ IN MX 10 mx.good.example.\nmx IN A 9.9.9.9"}) as doh:
        able = checking(bot, doh)
        await start(bot=able)
        await discord_.say("check good.example")
        await discord_.until(
            lambda: any(m["channel_id"] == str(DM) and m["embeds"] for m in discord_.messages.values())
        )
        assert not [m for m in discord_.messages.values() if m["channel_id"] == str(CHANNEL) and m["embeds"]]
        assert able.mailbox is not None
        await able.mailbox.close()
