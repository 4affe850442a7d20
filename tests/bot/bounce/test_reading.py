"""What is read from replies, logs and records, however they are pasted."""

import gzip
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answer import Answer
from bot.answering import Bot
from bot.bounce.evidence import Evidence
from bot.bounce.explaining import explain_file, explain_text
from bot.bounce.reading import read_text, unpacked
from bot.bounce.replies import codes_of
from bot.message import Message

REPLY = "550 5.1.1 The email account that you tried to reach does not exist. Please try again"


def read(bot: Bot, text: str) -> list[Evidence]:
    return read_text(text, bot.explainer().formats)


def answer(bot: Bot, text: str) -> Answer:
    return bot.answer(bot.understand(Message(text)))


@pytest.mark.parametrize(
    "pasted",
    [
        REPLY,
        "550-5.1.1 The email account that you tried to reach\n550-5.1.1 does not exist. Please\n550 5.1.1 try again",
        "550-5.1.1 The email account that you tried to reach 550-5.1.1 does not exist. Please 550 5.1.1 try again",
        "550-The email account that you tried to reach\n550 does not exist. Please try again",
        f"> {REPLY}",
        f"> > {REPLY[:36]}\n> > {REPLY[36:]}",
        f"```\n{REPLY}\n```",
        REPLY.replace(" ", "\u00a0"),
        f"smtp; {REPLY}",
        f"Diagnostic-Code: smtp; {REPLY}",
        f"<<< {REPLY}",
        f"<ann@example.com>: host mx.example.com[192.0.2.1] said: {REPLY} (in reply to RCPT TO command)",
        f"SMTP error from remote mail server after RCPT TO:<ann@example.com>: {REPLY}",
        f"192.0.2.1 does not like recipient.\nRemote host said: {REPLY}\nGiving up on 192.0.2.1.",
        f"The response from the remote server was:\n{REPLY}",
        f"Remote Server returned '{REPLY}'",
    ],
)
def test_a_reply_is_the_same_however_it_is_pasted(bot: Bot, pasted: str) -> None:
    found = read(bot, pasted)
    assert len(found) == 1
    assert found[0].reply == "550"
    assert found[0].status in ("5.1.1", None)
    assert "tried to reach does not exist. Please try again" in found[0].text.replace("\u00a0", " ")
    assert explain_text(pasted, bot.explainer())[0].reason == "mailbox-unknown"


def test_a_phone_s_quotes_hide_no_field_of_a_record(bot: Bot) -> None:
    told = [sample for form in bot.knowledge.log_formats.values() for sample in form.samples if '"' in sample.text]
    assert len(told) > 10
    for sample in told:
        curly = re.sub(r'"([^"]*)"', "“\\1”", sample.text)
        assert answer(bot, curly).bounces == answer(bot, sample.text).bounces


def test_a_quoted_reply_is_explained_as_the_reply(bot: Bot) -> None:
    assert answer(bot, "> 550 dnsblocklist hit") == answer(bot, "550 dnsblocklist hit")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("550 5.1.1 unknown", ("550", "5.1.1")),
        ("550-5.1.1 unknown", ("550", "5.1.1")),
        ("550 #5.1.0 Address rejected.", ("550", "5.1.0")),
        ("550 sorry, no mailbox here by that name (#5.1.1 - chkusr)", ("550", "5.1.1")),
        ("452-4.2.2 full", ("452", "4.2.2")),
        ("5.7.1 Relaying denied", (None, "5.7.1")),
        ("SMTP error 554", ("554", None)),
        ("421 too many connections from 192.0.2.450", ("421", None)),
        ("delivered 550 messages in 450 seconds", (None, None)),
        ("version 5.1.1.2 of mta 4.2", (None, None)),
        ("550 5.1.1 no 503 5.5.1 need RCPT", ("550", "5.1.1")),
        ("id=550a 10.5.1.1", (None, None)),
        ("", (None, None)),
    ],
)
def test_only_what_can_be_a_code_is_one(text: str, codes: tuple[str | None, str | None]) -> None:
    assert codes_of(text) == codes


def test_several_replies_are_several_bounces(bot: Bot) -> None:
    found = read(bot, "550 5.1.1 <a@example.com> unknown\n452 4.2.2 <b@example.com> mailbox full")
    assert [(e.reply, e.status) for e in found] == [("550", "5.1.1"), ("452", "4.2.2")]


@pytest.mark.parametrize("command", ["rcpt", "mail", "connect", "end-of-data"])
def test_the_refused_command_is_read(bot: Bot, command: str) -> None:
    words = {"rcpt": "RCPT TO command", "mail": "MAIL FROM command", "end-of-data": "end of DATA command"}
    text = f"host mx.example.com[192.0.2.1] said: 550 no (in reply to {words.get(command)})"
    if command == "connect":
        text = "host mx.example.com[192.0.2.1] refused to talk to me: 550 no"
    assert read(bot, text)[0].command == command


def test_delivered_mail_is_no_failure(bot: Bot) -> None:
    line = (
        "Nov 23 10:15:02 mx1 postfix/smtp[2211]: 4WbQkz: to=<a@example.com>, relay=mx.example.com[192.0.2.10]:25, "
        "delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9C2A)"
    )
    assert explain_text(line, bot.explainer())[0].reason == "delivered"
    log = "\n".join([line, line.replace("smtp[", "qmgr[").split(": 4Wb")[0] + ": 4WbQkz: removed"] * 50)
    assert list(explain_file(log.encode(), bot.explainer(), "mail.log")) == []


def test_a_log_gives_its_failures_with_their_line_numbers(bot: Bot) -> None:
    good = "Nov 23 10:15:02 mx1 postfix/qmgr[1]: 4WbQkz: removed"
    bad = (
        "Nov 23 10:15:03 mx1 postfix/smtp[2]: 4WbQky: to=<a@example.com>, relay=none, delay=1, delays=0/0/0/1, "
        "dsn=4.4.1, status=deferred (connect to mx.example.com[192.0.2.1]:25: Connection timed out)"
    )
    found = list(explain_file("\n".join([good, bad, good, good, bad]).encode(), bot.explainer(), "mail.log"))
    assert [d.evidence.source for d in found] == ["mail.log:2", "mail.log:5"]
    assert {d.reason for d in found} == {"network"}
    assert found[0].evidence.time == "--11-23T10:15:03"


def test_a_recipient_on_another_line_is_joined(bot: Bot) -> None:
    log = (
        "@4000000067419a2c0b1d2e3f starting delivery 7: msg 1311 to remote grace@example.com\n"
        "@4000000067419a2d12345678 delivery 7: failure: Remote_host_said:_550_5.1.1_User_unknown/\n"
    )
    found = read(bot, log)
    assert [(e.recipient, e.queue_id, e.reply) for e in found] == [("grace@example.com", "1311", "550")]


def test_compressed_files_are_unpacked_and_damaged_ones_refused(bot: Bot) -> None:
    packed = gzip.compress(b"550 5.1.1 unknown user\n")
    assert [d.reason for d in explain_file(packed, bot.explainer(), "f.gz")] == ["mailbox-unknown"]
    with pytest.raises(ValueError, match="damaged"):
        unpacked(packed[:-9] + b"garbage!!")


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=2_000))
def test_any_bytes_are_read(bot: Bot, data: bytes) -> None:
    for diagnosis in explain_file(data if data[:2] != b"\x1f\x8b" else b"x" + data, bot.explainer(), "f"):
        assert diagnosis.reason in bot.knowledge.reasons


PIECES = st.sampled_from([
    "550 ", "5.1.1", "550-5.1.1 ", "\n", "said: ", "<a@example.com>: ", "host mx.example.com[192.0.2.1] ", "{", "}", "[",
    '"event":"bounce"', "\x00", "é", "From: a@b\n", "Subject: Undeliverable\n", "\n\n", "Final-Recipient: rfc822; a@b\n",
    "Content-Type: multipart/report; boundary=x\n", "--x\n", "status=bounced (", "stat=", " ** ", "Nov 23 10:15:02 h ", ">",
    "Action: failed\n", "Status: 5.0.0\n", "=?utf-8?b?zz?=", "delivery 7: failure: ", "type,timeLogged\n", "```", "#<", ";",
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(parts=st.lists(PIECES, max_size=40))
def test_any_mix_of_what_bounces_hold_is_read(bot: Bot, parts: list[str]) -> None:
    text = "".join(parts)
    for diagnosis in (*explain_text(text, bot.explainer()), *explain_file(text.encode(), bot.explainer(), "f")):
        assert diagnosis.reason in bot.knowledge.reasons
        evidence = diagnosis.evidence
        assert evidence.reply is None or len(evidence.reply) == 3
