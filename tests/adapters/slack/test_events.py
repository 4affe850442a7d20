"""What people write in Slack, and what comes back: where, once, in which language, and what changes with it."""

import logging
from typing import Any

import msgspec
import pytest

from bot.answering import Bot
from tests.adapters.slack.conftest import Start
from tests.standins.slack import BOT_ID, BOT_TOKEN, BOT_USER, Object, SlackStandIn

MENTION = f"<@{BOT_USER}>"
BOUNCE = "550 5.1.1 &lt;<mailto:jo@b.example|jo@b.example>&gt;: Recipient address rejected: User unknown"


def mention_of(message: Object) -> Object:
    """The same message once more, as Slack tells it to who is mentioned."""
    return {name: value for name, value in message.items() if name != "channel_type"} | {"type": "app_mention"}


def changed(message: Object, text: str) -> Object:
    """The event of an edited message."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": message["channel"],
        "channel_type": message["channel_type"],
        "hidden": True,
        "ts": "1700000001.000001",
        "message": {**message, "text": text, "edited": {"user": message["user"], "ts": "1700000001.000000"}},
        "previous_message": message,
    }


def deleted(message: Object) -> Object:
    """The event of a deleted message."""
    about = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": "1700000002.000001"}
    where = {"channel": message["channel"], "channel_type": message["channel_type"]}
    return {**about, **where, "deleted_ts": message["ts"], "previous_message": message}


async def told(slack: SlackStandIn, count: int = 1) -> list[Object]:
    """What was posted, once *count* answers are there."""
    return [call.arguments for call in await slack.wait_for("chat.postMessage", count)]


def button_of(answer: Object, action: str) -> Object:
    """A button of an answer."""
    elements = [item for block in answer["blocks"] if block["type"] == "actions" for item in block["elements"]]
    return next(item for item in elements if item["action_id"] == action)


def language_of(answer: Object) -> str:
    """The language an answer was drawn in, as its button carries it."""
    return str(msgspec.json.decode(button_of(answer, "more")["value"])["language"])


async def test_a_mention_is_answered_in_its_thread(slack: SlackStandIn, start: Start) -> None:
    await start()
    question = slack.message(f"{MENTION} what is 550?")
    await slack.send_event(question)
    [answer] = await told(slack)
    assert (answer["channel"], answer["thread_ts"]) == ("C1", question["ts"])
    assert answer["text"].startswith("550")
    assert answer["blocks"]
    assert answer["unfurl_links"] is False
    assert answer["unfurl_media"] is False


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_mention_that_comes_as_two_events_is_answered_once(
    slack: SlackStandIn, start: Start, order: tuple[int, int]
) -> None:
    running = await start()
    question = slack.message(f"{MENTION} what is 550?")
    events = question, mention_of(question)
    for number in order:
        await slack.send_event(events[number])
    await told(slack)
    await running.stop()
    assert len(slack.calls_of("chat.postMessage")) == 1


async def test_a_mention_in_a_thread_is_answered_in_that_thread(slack: SlackStandIn, start: Start) -> None:
    await start()
    await slack.send_event(mention_of(slack.message(f"{MENTION} 421", thread_ts="1600000000.000001")))
    assert (await told(slack))[0]["thread_ts"] == "1600000000.000001"


async def test_a_direct_message_is_answered_without_a_thread(slack: SlackStandIn, start: Start) -> None:
    await start()
    await slack.send_event(slack.message("354 vs 550", channel="D1"))
    [answer] = await told(slack)
    assert answer["channel"] == "D1"
    assert answer.get("thread_ts") is None
    assert any(block["type"] == "table" for block in answer["blocks"])


async def test_whatever_is_said_in_a_direct_message_gets_an_answer(slack: SlackStandIn, start: Start) -> None:
    await start()
    await slack.send_event(slack.message("good morning to you", channel="D1"))
    assert (await told(slack))[0]["text"]


async def test_a_group_s_talk_is_left_alone_and_its_questions_are_answered(slack: SlackStandIn, start: Start) -> None:
    running = await start()
    await slack.send_event(slack.message("lunch at twelve?", channel="G1"))
    await slack.send_event(slack.message("what does 450 4.2.1 mean?", channel="G1"))
    await told(slack)
    await running.stop()
    [answer] = await told(slack)
    assert "4.2.1" in answer["text"]


async def test_the_prefix_is_enough_in_a_channel(slack: SlackStandIn, start: Start) -> None:
    await start()
    question = slack.message("SMTP 554")
    await slack.send_event(question)
    [answer] = await told(slack)
    assert answer["thread_ts"] == question["ts"]
    assert answer["text"].startswith("554")


@pytest.mark.parametrize(
    ("listen", "heard"),
    [("mentions", []), ("prefix", ["smtp 554"]), ("everything", ["what does 450 4.2.1 mean?", "smtp 554"])],
)
async def test_it_listens_to_what_it_is_set_to(
    slack: SlackStandIn, start: Start, listen: str, heard: list[str]
) -> None:
    running = await start(listen=listen)
    asked = {}
    for text in ("lunch at twelve?", "the queue is long today", "what does 450 4.2.1 mean?", "smtp 554"):
        question = slack.message(text)
        asked[question["ts"]] = text
        await slack.send_event(question)
    await slack.send_event(slack.message("421", channel="D1"))
    await told(slack, len(heard) + 1)
    await running.stop()
    answered = [asked[call.arguments["thread_ts"]] for call in slack.calls_of("chat.postMessage")
                if call.arguments["channel"] == "C1"]  # fmt: skip
    assert sorted(answered) == sorted(heard)


async def test_a_thread_it_was_mentioned_in_may_go_on_without_mentions(slack: SlackStandIn, start: Start) -> None:
    running = await start()
    first = slack.message(f"{MENTION} what is 550?")
    await slack.send_event(first)
    await told(slack)
    await slack.send_event(slack.message("and what is 5.7.26?", thread_ts=first["ts"]))
    await told(slack, 2)
    await slack.send_event(slack.message("thanks, see you at lunch", thread_ts=first["ts"]))
    await slack.send_event(slack.message("what is 5.1.1?", thread_ts=first["ts"]))
    await told(slack, 3)
    await running.stop()
    answers = await told(slack)
    assert {answer["thread_ts"] for answer in answers} == {first["ts"]}
    assert len(answers) == 3


async def test_a_thread_goes_on_after_a_restart(slack: SlackStandIn, start: Start) -> None:
    first = slack.message(f"{MENTION} what is 550?")
    await start()
    await slack.send_event(slack.message("and what is 5.7.26?", thread_ts=first["ts"]))
    assert (await told(slack))[0]["thread_ts"] == first["ts"]
    assert slack.calls_of("conversations.replies")


async def test_other_people_s_threads_are_left_alone(slack: SlackStandIn, start: Start) -> None:
    running = await start()
    first = slack.message("the queue is long")
    await slack.send_event(slack.message("550 5.1.1?", thread_ts=first["ts"]))
    await slack.wait_for("conversations.replies")
    await running.stop()
    assert slack.calls_of("chat.postMessage") == []


async def test_an_edited_question_changes_its_answer(slack: SlackStandIn, start: Start) -> None:
    running = await start()
    question = slack.message(f"{MENTION} 550")
    await slack.send_event(question)
    await told(slack)
    await slack.send_event(changed(question, f"{MENTION} 421"))
    [update] = await slack.wait_for("chat.update")
    assert update.arguments["text"].startswith("421")
    assert slack.messages["C1", update.arguments["ts"]]["thread_ts"] == question["ts"]
    await running.stop()
    assert len(slack.calls_of("chat.postMessage")) == 1


async def test_a_question_edited_while_its_answer_is_sought_is_answered_as_edited(
    slack: SlackStandIn, start: Start
) -> None:
    running = await start()
    release = slack.hold("users.info")
    question = slack.message(f"{MENTION} 550")
    await slack.send_event(question)
    await slack.send_event(changed(question, f"{MENTION} 421"))
    release.set()
    await told(slack)
    await running.stop()
    [message] = [message for message in slack.messages.values() if message.get("bot_id") == BOT_ID]
    assert message["text"].startswith("421")


async def test_a_link_s_preview_is_no_edit(slack: SlackStandIn, start: Start) -> None:
    running = await start()
    question = slack.message("550", channel="D1")
    await slack.send_event(question)
    await told(slack)
    await slack.send_event(changed(question, "550"))
    await slack.send_event(slack.message("421", channel="D1"))
    await told(slack, 2)
    await running.stop()
    assert slack.calls_of("chat.update") == []


async def test_a_deleted_question_takes_its_answer_along(slack: SlackStandIn, start: Start) -> None:
    await start()
    question = slack.message(f"{MENTION} 550")
    await slack.send_event(question)
    await told(slack)
    await slack.send_event(deleted(question))
    [call] = await slack.wait_for("chat.delete")
    assert slack.deleted == [("C1", call.arguments["ts"])]
    assert [message for message in slack.messages.values() if message.get("bot_id")] == []


async def test_a_question_deleted_while_its_answer_is_sought_leaves_no_answer(
    slack: SlackStandIn, start: Start
) -> None:
    running = await start()
    release = slack.hold("users.info")
    question = slack.message(f"{MENTION} 550")
    await slack.send_event(question)
    await slack.send_event(deleted(question))
    release.set()
    await slack.send_event(slack.message("421", channel="D1", user="U2"))
    await told(slack)
    await running.stop()
    assert [key for key, message in slack.messages.items() if message.get("bot_id") and key[0] == "C1"] == []


async def test_what_slack_delivers_again_is_answered_once(slack: SlackStandIn, start: Start) -> None:
    running = await start()
    question = slack.message("550", channel="D1")
    for number in range(3):
        await slack.send_event(question, event_id="Ev0", retry_num=number)
    await told(slack)
    await running.stop()
    assert len(slack.calls_of("chat.postMessage")) == 1


@pytest.mark.parametrize(
    "about",
    [
        {"user": BOT_USER, "bot_id": BOT_ID},
        {"user": "UOTHER", "bot_id": "BOTHER"},
        {"bot_id": "BOTHER", "subtype": "bot_message"},
    ],
)
async def test_bots_start_no_loop(slack: SlackStandIn, start: Start, about: Object) -> None:
    running = await start(listen="everything")
    for channel in ("C1", "D1"):
        await slack.send_event(slack.message(f"{MENTION} what is 550?", channel=channel, **about))
        await slack.send_event(mention_of(slack.message(f"{MENTION} what is 550?", channel=channel, **about)))
    await slack.send_event(slack.message("421", channel="D2"))
    await told(slack)
    await running.stop()
    assert [call.arguments["channel"] for call in slack.calls_of("chat.postMessage")] == ["D2"]


@pytest.mark.parametrize("subtype", ["channel_join", "channel_topic", "pinned_item", "me_message_of_tomorrow"])
async def test_notices_are_no_questions(slack: SlackStandIn, start: Start, subtype: str) -> None:
    running = await start(listen="everything")
    await slack.send_event(slack.message(f"{MENTION} what is 550?", subtype=subtype))
    await slack.send_event(slack.message("421", channel="D2"))
    await told(slack)
    await running.stop()
    assert [call.arguments["channel"] for call in slack.calls_of("chat.postMessage")] == ["D2"]


async def test_the_answer_speaks_the_language_of_the_asker_s_slack(slack: SlackStandIn, start: Start) -> None:
    slack.locales["U2"] = "fr-FR"
    await start()
    await slack.send_event(slack.message("550", channel="D1"))
    await slack.send_event(slack.message("550", user="U2", channel="D2"))
    await told(slack, 2)
    assert {answer["channel"]: language_of(answer) for answer in await told(slack)} == {"D1": "en", "D2": "fr"}
    assert len(slack.calls_of("users.info")) == 2


async def test_a_question_in_another_language_is_answered_in_that(slack: SlackStandIn, start: Start) -> None:
    await start()
    await slack.send_event(slack.message("quelle est la différence entre 354 et 550 ?", channel="D1"))
    await slack.send_event(slack.message("que veut dire 550 ?", channel="D2"))
    answers = {answer["channel"]: answer for answer in await told(slack, 2)}
    assert language_of(answers["D2"]) == "fr"
    assert any(block["type"] == "table" for block in answers["D1"]["blocks"])


async def test_the_locale_is_asked_for_once(slack: SlackStandIn, start: Start) -> None:
    await start()
    for number in range(3):
        await slack.send_event(slack.message("550", channel="D1"))
        await told(slack, number + 1)
    assert len(slack.calls_of("users.info")) == 1


async def test_without_the_right_to_see_locales_it_still_answers(slack: SlackStandIn, start: Start) -> None:
    slack.fail("users.info", error="missing_scope", needed="users:read")
    await start()
    await slack.send_event(slack.message("550", channel="D1"))
    assert (await told(slack))[0]["text"].startswith("550")


async def test_a_pasted_bounce_is_explained_and_its_address_stays_plain(slack: SlackStandIn, start: Start) -> None:
    await start()
    await slack.send_event(slack.message(f"{MENTION} ```{BOUNCE}```"))
    [answer] = await told(slack)
    shown = str(answer["blocks"])
    assert "5.1.1" in shown
    assert "mailto:" not in shown
    assert "&lt;" not in shown


async def test_a_file_that_comes_with_a_mention_is_explained(slack: SlackStandIn, start: Start) -> None:
    await start()
    file = slack.add_file("mail.log", b"550 5.7.26 Unauthenticated email from a.example is not accepted\n")
    await slack.send_event(slack.message(f"{MENTION} what is this?", subtype="file_share", files=[file]))
    [answer] = await told(slack)
    assert "5.7.26" in str(answer["blocks"])


async def test_a_file_in_a_direct_message_needs_no_word(slack: SlackStandIn, start: Start) -> None:
    await start()
    file = slack.add_file("bounce.eml", b"Diagnostic-Code: smtp; 550 5.1.1 User unknown\n", "message/rfc822")
    await slack.send_event(slack.message("", channel="D1", subtype="file_share", files=[file]))
    assert "5.1.1" in str((await told(slack))[0]["blocks"])


async def test_many_bounces_come_with_a_chart_and_their_records(slack: SlackStandIn, start: Start) -> None:
    await start()
    lines = "".join(f"550 5.1.1 <u{n}@b{n % 3}.example>: User unknown\n451 4.7.1 Greylisted, try later\n"
                    for n in range(20))  # fmt: skip
    question = slack.message(
        f"{MENTION} why?", subtype="file_share", files=[slack.add_file("mail.log", lines.encode())]
    )
    await slack.send_event(question)
    await slack.wait_for("files.completeUploadExternal")
    [shared] = slack.shared
    assert (shared["channel_id"], shared["thread_ts"]) == ("C1", question["ts"])
    assert set(shared["names"]) <= {"bounces.jsonl", "bounces.png"}
    records = [msgspec.json.decode(line) for line in slack.uploads["bounces.jsonl"].splitlines()]
    assert len(records) == 40
    if "bounces.png" in slack.uploads:
        assert slack.uploads["bounces.png"].startswith(b"\x89PNG")


async def test_files_that_cannot_be_read_are_named(slack: SlackStandIn, start: Start) -> None:
    await start(max_file=1_000_000)
    files = [slack.add_file("shot.png", b"\x89PNG", "image/png"), slack.add_file("huge.log", b"x", size=2_000_000)]
    await slack.send_event(slack.message("550", channel="D1", subtype="file_share", files=files))
    said = " ".join(answer["text"] for answer in await told(slack, 2))
    assert "shot.png" in said
    assert "huge.log" in said


async def test_where_tables_are_refused_the_answer_comes_without(slack: SlackStandIn, start: Start) -> None:
    slack.fail("chat.postMessage", error="invalid_blocks")
    await start()
    await slack.send_event(slack.message("354 vs 550", channel="D1"))
    [answer] = await told(slack)
    assert not any(block["type"] == "table" for block in answer["blocks"])
    assert all(code in str(answer["blocks"]) for code in ("354", "550"))


async def test_an_assistant_thread_begins_with_suggestions(slack: SlackStandIn, start: Start) -> None:
    await start()
    thread = {"user_id": "U1", "context": {}, "channel_id": "D1", "thread_ts": "1600000000.000001"}
    event = {"type": "assistant_thread_started", "assistant_thread": thread, "event_ts": "1600000000.000002"}
    await slack.send_event(event)
    [call] = await slack.wait_for("assistant.threads.setSuggestedPrompts")
    assert (call.arguments["channel_id"], call.arguments["thread_ts"]) == ("D1", "1600000000.000001")
    assert (await told(slack))[0]["thread_ts"] == "1600000000.000001"


async def test_an_assistant_thread_speaks_the_language_of_who_opened_it(slack: SlackStandIn, start: Start) -> None:
    slack.locales["U1"] = "fr-FR"
    await start()
    thread = {"user_id": "U1", "context": {}, "channel_id": "D1", "thread_ts": "1600000000.000001"}
    await slack.send_event(
        {"type": "assistant_thread_started", "assistant_thread": thread, "event_ts": "1600000000.000002"}
    )
    [call] = await slack.wait_for("assistant.threads.setSuggestedPrompts")
    assert "354 contre 550" in str(call.arguments["prompts"])
    assert (await told(slack))[0]["text"].startswith("Posez une question")
    await slack.send_event(slack.message("550", channel="D1", thread_ts="1600000000.000001"))
    [status] = await slack.wait_for("assistant.threads.setStatus")
    assert status.arguments["status"].startswith("Un instant")


async def test_a_question_in_an_assistant_thread_is_answered_there_once(slack: SlackStandIn, start: Start) -> None:
    running = await start()
    await slack.send_event(slack.message("550", channel="D1", thread_ts="1600000000.000001"))
    [answer] = await told(slack)
    await running.stop()
    assert answer["thread_ts"] == "1600000000.000001"
    assert slack.calls_of("assistant.threads.setStatus")
    assert len(await told(slack)) == 1


async def test_without_the_assistant_a_thread_of_direct_messages_is_answered(slack: SlackStandIn, start: Start) -> None:
    slack.fail("assistant.threads.setStatus", 5, error="missing_scope", needed="assistant:write")
    await start()
    await slack.send_event(slack.message("550", channel="D1", thread_ts="1600000000.000001"))
    assert (await told(slack))[0]["text"].startswith("550")


async def test_an_edit_in_an_assistant_thread_changes_the_answer(slack: SlackStandIn, start: Start) -> None:
    await start()
    question = slack.message("550", channel="D1", thread_ts="1600000000.000001")
    await slack.send_event(question)
    await told(slack)
    await slack.send_event(changed(question, "421"))
    [update] = await slack.wait_for("chat.update")
    assert update.arguments["text"].startswith("421")


def broken(*_: Any) -> Any:
    raise RuntimeError(BOUNCE)


async def test_a_bug_is_told_by_an_incident_and_never_shows_the_message(
    slack: SlackStandIn, start: Start, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    await start(bot=msgspec.structs.replace(bot, explainer=broken))
    with caplog.at_level(logging.INFO):
        await slack.send_event(slack.message(BOUNCE, channel="D1"))
        [call] = await slack.wait_for("chat.postEphemeral")
    assert call.arguments["user"] == "U1"
    incidents = [record.getMessage() for record in caplog.records if "incident" in record.getMessage()]
    assert len(incidents) == 1
    assert incidents[0].split()[1].rstrip(":") in call.arguments["text"]
    assert "jo@b.example" not in caplog.text


async def test_a_bug_is_told_in_the_language_of_the_asker(slack: SlackStandIn, start: Start, bot: Bot) -> None:
    await start(bot=msgspec.structs.replace(bot, explainer=broken))
    slack.locales["U1"] = "fr-FR"
    await slack.send_event(slack.message(BOUNCE, channel="D1"))
    [call] = await slack.wait_for("chat.postEphemeral")
    assert call.arguments["text"].startswith("Désolé")


async def test_a_bug_is_told_in_french_to_who_wrote_french_in_an_english_workspace(
    slack: SlackStandIn, start: Start, bot: Bot
) -> None:
    await start(bot=msgspec.structs.replace(bot, explainer=broken))
    await slack.send_event(slack.message("Votre message n'a pas pu être remis au destinataire", channel="D1"))
    [call] = await slack.wait_for("chat.postEphemeral")
    assert call.arguments["text"].startswith("Désolé")


async def test_logs_hold_no_text_no_address_and_no_token(
    slack: SlackStandIn, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        running = await start()
        slack.fail("chat.postMessage", error="channel_not_found")
        await slack.send_event(slack.message(BOUNCE, channel="D1"))
        await slack.wait_for("chat.postMessage", refused=True)
        await slack.send_event(slack.message("421", channel="D1"))
        await told(slack)
        await running.stop()
    for secret in ("jo@b.example", "User unknown", BOT_TOKEN, "xapp-"):
        assert secret not in caplog.text
