"""Commands, buttons, shortcuts, the modal and App Home: acknowledged at once, answered for whom they are meant."""

from typing import Any

import msgspec
import pytest

from bot.answering import Bot
from tests.adapters.slack.conftest import Start
from tests.standins.slack import Object, SlackStandIn

BOUNCE = "550 5.1.1 <jo@b.example>: Recipient address rejected: User unknown"


def button_of(answer: Object, action: str) -> Object:
    """A button of an answer, as it stands there."""
    elements = [item for block in answer["blocks"] if block["type"] == "actions" for item in block["elements"]]
    return next(item for item in elements if item["action_id"] == action)


async def responded(slack: SlackStandIn, count: int = 1) -> Object:
    """What was last sent to a response URL, once *count* of them were used."""
    return (await slack.wait_for("respond", count))[-1].arguments


async def answered(slack: SlackStandIn, text: str, channel: str = "C1", **more: Any) -> Object:
    """A question's answer, as it stands in the channel."""
    await slack.send_event(slack.message(f"smtp {text}", channel=channel, **more))
    [call] = await slack.wait_for("chat.postMessage")
    return next(message for message in slack.messages.values() if message.get("blocks") == call.arguments["blocks"])


# Commands


async def test_a_command_is_answered_for_the_asker_alone(slack: SlackStandIn, start: Start) -> None:
    await start()
    ack = await slack.send_command("354 vs 550")
    assert ack.payload is None
    answer = await responded(slack)
    assert answer["response_type"] == "ephemeral"
    assert any(block["type"] == "table" for block in answer["blocks"])
    assert button_of(answer, "share")
    assert slack.calls_of("chat.postMessage") == []


async def test_a_command_alone_says_what_can_be_asked(slack: SlackStandIn, start: Start, bot: Bot) -> None:
    await start()
    await slack.send_command("")
    assert (await responded(slack))["text"].startswith(bot.words("en").say("title.help"))


async def test_a_command_is_acknowledged_before_anything_else_is_asked_of_slack(
    slack: SlackStandIn, start: Start
) -> None:
    await start()
    release = slack.hold("users.info")
    await slack.send_command("550")
    assert slack.calls_of("respond") == []
    release.set()
    assert (await responded(slack))["text"].startswith("550")


async def test_share_posts_the_answer_for_everybody(slack: SlackStandIn, start: Start) -> None:
    await start()
    await slack.send_command("550")
    private = await responded(slack)
    await slack.send_action(button_of(private, "share"), message=private)
    public = await responded(slack, 2)
    assert (public["response_type"], public["delete_original"]) == ("in_channel", True)
    assert public["text"] == private["text"]
    assert not any(item["action_id"] == "share" for block in public["blocks"] if block["type"] == "actions"
                   for item in block["elements"])  # fmt: skip


async def test_a_long_pasted_bounce_can_be_shared_too(slack: SlackStandIn, start: Start) -> None:
    await start()
    await slack.send_command(BOUNCE + "\n" + "Received: from a.example by b.example; x\n" * 100)
    private = await responded(slack)
    await slack.send_action(button_of(private, "share"), message=private)
    assert (await responded(slack, 2))["text"] == private["text"]


# Buttons


async def test_more_shows_what_was_folded(slack: SlackStandIn, start: Start) -> None:
    await start()
    answer = await answered(slack, "550")
    await slack.send_action(button_of(answer, "more"), message=answer)
    whole = await responded(slack)
    assert whole["replace_original"] is True
    assert len(whole["blocks"]) > len(answer["blocks"])
    assert not any(item["action_id"] == "more" for item in whole["blocks"][-1]["elements"])


async def test_more_keeps_the_language_of_the_answer(slack: SlackStandIn, start: Start) -> None:
    slack.locales["U2"] = "fr-FR"
    await start()
    answer = await answered(slack, "550")
    await slack.send_action(button_of(answer, "more"), "U2", message=answer)
    whole = await responded(slack)
    kept = [block for block in whole["blocks"] if block in answer["blocks"] and block["type"] != "actions"]
    assert len(kept) >= len(answer["blocks"]) - 2
    await slack.send_command("421", "U2")
    french = await responded(slack, 2)
    assert msgspec.json.decode(button_of(french, "share")["value"])["language"] == "fr"
    await slack.send_action(button_of(french, "share"), "U1", message=french)
    shared = await responded(slack, 3)
    assert msgspec.json.decode(button_of(shared, "more")["value"])["language"] == "fr"


async def test_more_of_an_explained_file_still_knows_the_file(slack: SlackStandIn, start: Start) -> None:
    await start()
    lines = b"550 5.7.26 Unauthenticated email from a.example is not accepted due to domain's DMARC policy.\n"
    files = [slack.add_file("mail.log", lines)]
    answer = await answered(slack, "what is this?", channel="D1", files=files, subtype="file_share")
    assert "5.7.26" in str(answer["blocks"])
    await slack.send_action(button_of(answer, "more"), channel="D1", message=answer)
    assert (await responded(slack))["text"] == answer["text"]


async def test_more_of_an_answer_without_tables_still_works(slack: SlackStandIn, start: Start) -> None:
    slack.fail("chat.postMessage", error="invalid_blocks")
    await start()
    answer = await answered(slack, "550")
    await slack.send_action(button_of(answer, "more"), message=answer)
    assert (await responded(slack))["text"] == answer["text"]


async def test_an_answer_whose_file_is_gone_is_forgotten(slack: SlackStandIn, start: Start, bot: Bot) -> None:
    running = await start()
    files = [slack.add_file("mail.log", BOUNCE.encode())]
    answer = await answered(slack, "what is this?", channel="D1", files=files, subtype="file_share")
    await running.stop()
    await start()
    await slack.send_action(button_of(answer, "more"), channel="D1", message=answer)
    assert (await responded(slack))["text"] == bot.words("en").say("ui.forgotten")


async def test_a_forgotten_answer_is_said_to_be_forgotten(slack: SlackStandIn, start: Start, bot: Bot) -> None:
    await start()
    more = {"type": "button", "action_id": "more", "value": "0123456789abcdef0123456789abcdef"}
    await slack.send_action(more, message={"ts": "1600000000.000001", "text": "550"})
    answer = await responded(slack)
    assert answer["text"] == bot.words("en").say("ui.forgotten")
    assert answer["replace_original"] is False


@pytest.mark.parametrize("value", ["", "{", "{}", '{"text": 1}', "null", "\N{SNOWMAN}" * 2_000])
async def test_a_button_that_we_never_made_does_no_harm(slack: SlackStandIn, start: Start, value: str) -> None:
    await start()
    more = {"type": "button", "action_id": "more", "value": value}
    await slack.send_action(more, message={"ts": "1600000000.000001", "text": "550"})
    assert (await responded(slack))["response_type"] == "ephemeral"


async def test_a_follow_up_is_answered_in_the_thread(slack: SlackStandIn, start: Start) -> None:
    await start()
    answer = await answered(slack, "550")
    follow_up = button_of(answer, "ask:0")
    await slack.send_action(follow_up, message=answer)
    calls = await slack.wait_for("chat.postMessage", 2)
    assert calls[1].arguments["thread_ts"] == answer["thread_ts"]


async def test_a_follow_up_of_a_private_answer_stays_private(slack: SlackStandIn, start: Start) -> None:
    await start()
    await slack.send_command("550")
    private = await responded(slack)
    await slack.send_action(button_of(private, "ask:0"), message=private)
    second = await responded(slack, 2)
    assert (second["response_type"], second["replace_original"]) == ("ephemeral", False)
    assert slack.calls_of("chat.postMessage") == []


# Shortcuts


async def test_a_message_s_bounce_is_explained_for_who_points_at_it(slack: SlackStandIn, start: Start) -> None:
    await start()
    pointed = slack.message("550 5.1.1 &lt;<mailto:jo@b.example|jo@b.example>&gt;: User unknown", "U9")
    ack = await slack.send_shortcut("explain_message", message=pointed)
    assert ack.payload is None
    answer = await responded(slack)
    assert answer["response_type"] == "ephemeral"
    assert answer["replace_original"] is False
    assert "5.1.1" in str(answer["blocks"])


async def test_an_alert_s_attachment_is_explained(slack: SlackStandIn, start: Start) -> None:
    await start()
    alert = slack.message("", "U9", bot_id="BALERT", attachments=[{"title": "Delivery failed", "text": BOUNCE}])
    await slack.send_shortcut("explain_message", message=alert)
    assert "5.1.1" in str((await responded(slack))["blocks"])


async def test_an_alert_s_blocks_are_explained(slack: SlackStandIn, start: Start) -> None:
    await start()
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "Delivery failed:\n```550 5.7.1 Blocked```"}}
    await slack.send_shortcut("explain_message", message=slack.message("alert", "U9", blocks=[section]))
    assert "5.7.1" in str((await responded(slack))["blocks"])


async def test_a_message_s_file_is_explained_and_can_be_shared(slack: SlackStandIn, start: Start) -> None:
    await start()
    file = slack.add_file("mail.log", BOUNCE.encode())
    await slack.send_shortcut("explain_message", message=slack.message("look", "U9", files=[file]))
    private = await responded(slack)
    assert "5.1.1" in str(private["blocks"])
    await slack.send_action(button_of(private, "share"), message=private)
    assert (await responded(slack, 2))["text"] == private["text"]


# The modal


async def opened(slack: SlackStandIn) -> Object:
    """The modal of the global shortcut."""
    await slack.send_shortcut("explain")
    await slack.wait_for("views.open")
    [view] = [view for view in slack.views.values() if view["type"] == "modal"]
    return view


def typed(view: Object, *texts: str, files: list[Object] | None = None) -> Object:
    """A modal's state with *texts* in its inputs, in order, and *files* in the last."""
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    values: Object = {}
    fields = [block for block in inputs if block["element"]["type"] == "plain_text_input"]
    for number, block in enumerate(fields):
        text = texts[number] if number < len(texts) else None
        values[block["block_id"]] = {block["element"]["action_id"]: {"type": "plain_text_input", "value": text}}
    for block in inputs:
        if block["element"]["type"] == "file_input":
            values[block["block_id"]] = {block["element"]["action_id"]: {"type": "file_input", "files": files or []}}
    return values


async def test_the_modal_says_slack_s_limit_and_takes_more_than_one_field(slack: SlackStandIn, start: Start) -> None:
    await start()
    view = await opened(slack)
    fields = [block["element"] for block in view["blocks"] if block["type"] == "input"]
    assert [field["max_length"] for field in fields if field["type"] == "plain_text_input"] == [3_000] * 3
    assert "3,000" in str(view["blocks"])
    assert any(field["type"] == "file_input" for field in fields)


async def test_a_pasted_bounce_is_explained_in_the_modal(slack: SlackStandIn, start: Start) -> None:
    await start()
    view = await opened(slack)
    ack = await slack.send_view_submission(view, typed(view, BOUNCE))
    assert ack.payload is not None
    assert ack.payload["response_action"] == "update"
    [update] = await slack.wait_for("views.update")
    assert update.arguments["view_id"] == view["id"]
    assert "5.1.1" in str(slack.views[view["id"]]["blocks"])


async def test_what_one_field_cut_is_joined_again(slack: SlackStandIn, start: Start) -> None:
    await start()
    view = await opened(slack)
    padding = "Received: from a.example by b.example; Mon\n" * 80
    whole = padding[: 3_000 - 20] + "\n550 5.7.26 This mai" + "l is unauthenticated\n"
    await slack.send_view_submission(view, typed(view, whole[:3_000], whole[3_000:]))
    await slack.wait_for("views.update")
    assert "5.7.26" in str(slack.views[view["id"]]["blocks"])


async def test_a_file_handed_over_in_the_modal_is_explained(slack: SlackStandIn, start: Start) -> None:
    await start()
    view = await opened(slack)
    file = slack.add_file("mail.log", BOUNCE.encode())
    await slack.send_view_submission(view, typed(view, files=[file]))
    await slack.wait_for("views.update")
    assert "5.1.1" in str(slack.views[view["id"]]["blocks"])


async def test_an_empty_modal_does_no_harm(slack: SlackStandIn, start: Start) -> None:
    await start()
    view = await opened(slack)
    await slack.send_view_submission(view, typed(view))
    await slack.wait_for("views.update")
    assert slack.views[view["id"]]["blocks"]


async def test_a_pasted_bounce_of_any_size_fits_the_modal(slack: SlackStandIn, start: Start) -> None:
    await start()
    view = await opened(slack)
    texts = ["".join(f"550 5.1.{n % 9} <u{n}@b{n}.example>: User unknown\n" for n in range(60))[:3_000]] * 3
    await slack.send_view_submission(view, typed(view, *texts))
    await slack.wait_for("views.update")
    assert slack.views[view["id"]]["blocks"]


# App Home


async def home(slack: SlackStandIn, user: str = "U1") -> Object:
    """Open App Home."""
    await slack.send_event({"type": "app_home_opened", "user": user, "channel": "D1", "tab": "home", "event_ts": "1.1"})
    await slack.until(lambda: user in slack.home, "App Home")
    return slack.home[user]


async def test_the_home_says_what_it_can_do_and_what_it_keeps(slack: SlackStandIn, start: Start, bot: Bot) -> None:
    await start()
    view = await home(slack)
    words = bot.words("en")
    for said in ("help.summary", "slack.home", "slack.kept"):
        assert words.say(said) in str(view["blocks"])


async def test_an_example_is_answered_in_a_direct_message(slack: SlackStandIn, start: Start) -> None:
    await start()
    example = button_of(await home(slack), "ask:0")
    await slack.send_action(example)
    [call] = await slack.wait_for("chat.postMessage")
    assert call.arguments["channel"] in ("U1", "D1")


async def test_the_messages_tab_publishes_no_home(slack: SlackStandIn, start: Start) -> None:
    running = await start()
    await slack.send_event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"})
    await home(slack, "U2")
    await running.stop()
    assert set(slack.home) == {"U2"}


async def test_a_chosen_language_wins_over_the_locale(slack: SlackStandIn, start: Start) -> None:
    await start()
    view = await home(slack)
    select = next(block["accessory"] for block in view["blocks"] if "accessory" in block)
    assert select["initial_option"]["value"] == "en"
    french = next(option for option in select["options"] if option["value"] == "fr")
    await slack.send_action({**select, "selected_option": french})
    await slack.wait_for("views.publish", 2)
    chosen = next(block["accessory"] for block in slack.home["U1"]["blocks"] if "accessory" in block)
    assert chosen["initial_option"]["value"] == "fr"
    await slack.send_command("what is 550?")
    assert msgspec.json.decode(button_of(await responded(slack), "share")["value"])["language"] == "fr"
