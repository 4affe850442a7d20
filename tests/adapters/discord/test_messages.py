"""What people write in Discord's channels and direct messages, and what comes back."""

from pathlib import Path

import pytest

from bot.answering import make_bot
from tests.adapters.discord.conftest import Start
from tests.standins.discord import MESSAGE_CONTENT, DiscordStandIn, files_of, labels_of

BOUNCE = "550 5.1.1 <jo@b.example>: Recipient address rejected: User unknown in local recipient table"
LOG = b"550 5.1.1 <jo@b.example>: User unknown\n552 5.2.2 <al@b.example>: Mailbox full\n"


async def test_a_mention_is_answered_as_a_reply_that_pings_nobody(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    reply = await discord_.reply_to(await discord_.say("354 vs 550"))
    assert reply["embeds"][0]["title"].startswith("354")


async def test_a_direct_message_needs_no_mention(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    reply = await discord_.reply_to(await discord_.say("greylisting", mention=False, dm=True))
    assert reply["embeds"][0]["title"] == "Greylisting"


async def test_a_mention_with_a_pasted_bounce_in_a_fence(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    reply = await discord_.reply_to(await discord_.say(f"what is this\n```log\n{BOUNCE}\n```"))
    assert "Mailbox unknown" in reply["embeds"][0]["title"]


async def test_a_mention_with_a_file_gives_its_digest(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    reply = await discord_.reply_to(await discord_.say("", files={"b.txt": LOG}))
    assert files_of(reply) == {"bounces.png", "bounces.jsonl"}


async def test_the_privileged_intent_is_asked_for_only_with_the_prefix(discord_: DiscordStandIn, start: Start) -> None:
    await (await start()).stop()
    assert not discord_.identified[-1]["intents"] & MESSAGE_CONTENT
    await start(prefix=True)
    assert discord_.identified[-1]["intents"] & MESSAGE_CONTENT
    assert (await discord_.reply_to(await discord_.say("smtp 550", mention=False)))["embeds"]


async def test_a_mention_of_the_bots_role_is_answered_like_one_of_the_bot(
    discord_: DiscordStandIn, start: Start
) -> None:
    await start(prefix=True)
    reply = await discord_.reply_to(await discord_.say("354 vs 550", role=True))
    assert reply["embeds"][0]["title"].startswith("354")


@pytest.mark.parametrize(("locale", "said"), [("en-US", "Mention me by name"), ("fr", "par mon nom")])
async def test_a_mention_of_the_bots_role_that_discord_hides_is_told_how_to_ask(
    discord_: DiscordStandIn, start: Start, locale: str, said: str
) -> None:
    discord_.guild_locale = locale
    await start()
    reply = await discord_.reply_to(await discord_.say("354 vs 550", role=True))
    assert said in reply["content"]


async def test_talk_is_left_alone(discord_: DiscordStandIn, start: Start) -> None:
    running = await start(prefix=True)
    talk = await discord_.say("the 550 of them went to lunch", mention=False)
    await discord_.reply_to(await discord_.say("550"))
    await running.stop()
    assert discord_.replies_to(talk) == []


async def test_an_edited_question_has_its_answer_changed(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    question = await discord_.say("550")
    reply = await discord_.reply_to(question)
    await discord_.edit(question, "421")
    await discord_.until(lambda: reply.get("edited") == 1)
    assert reply["embeds"][0]["title"].startswith("421")
    assert len(discord_.replies_to(question)) == 1


async def test_a_deleted_question_takes_its_answer_along(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    question = await discord_.say("550")
    reply = await discord_.reply_to(question)
    await discord_.delete(question)
    await discord_.until(lambda: discord_.deleted == [int(reply["id"])])


async def test_the_servers_language_answers_a_mention(discord_: DiscordStandIn, start: Start) -> None:
    discord_.guild_locale = "fr"
    await start()
    reply = await discord_.reply_to(await discord_.say("550"))
    assert "Comment" in reply["embeds"][0]["description"]


async def test_a_follow_up_under_a_reply_is_answered(discord_: DiscordStandIn, start: Start) -> None:
    await start()
    reply = await discord_.reply_to(await discord_.say("251"))
    asked = await discord_.answered(
        await discord_.press(reply, next(label for label in labels_of(reply) if label != "More"))
    )
    assert asked.message["flags"] == 0


async def test_new_knowledge_answers_and_draws_anew(discord_: DiscordStandIn, start: Start, tmp_path: Path) -> None:
    running = await start()
    before = await discord_.reply_to(await discord_.say("550"))
    again = await discord_.reply_to(await discord_.say("550"))
    assert again["embeds"] == before["embeds"]
    (tmp_path / "notes.yaml").write_text('- {id: rb-1, about: ["550"], text: Ask Ann first}', "utf-8")
    running.current.bot = make_bot([tmp_path])
    after = await discord_.reply_to(await discord_.say("550"))
    assert "Ask Ann first" in str(after["embeds"])
    assert "Ask Ann first" not in str(before["embeds"])
