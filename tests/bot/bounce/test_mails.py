"""Whole mails: reports, bounces for people, and what is neither."""

import base64

import pytest

from bot.answering import Bot
from bot.bounce.diagnosis import Diagnosis
from bot.bounce.explaining import explain_file

REPORT = """\
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: app@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--x
Content-Type: message/delivery-status{encoding}

{status}
--x
Content-Type: message/rfc822

From: app@example.org
To: ann@example.com
Subject: Hello

Text
--x--
"""
STATUS = """\
Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4WbQkz
X-Postfix-Sender: rfc822; app@example.org
Arrival-Date: Mon, 23 Nov 2026 10:31:00 +0000

Final-Recipient: rfc822; ann@example.com
Action: {action}
Status: 5.2.2
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; 552 5.2.2 <ann@example.com>: the mailbox
    is full

Final-Recipient: rfc822; bob@example.net
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <bob@example.net>: User unknown
"""


def explain(bot: Bot, mail: str | bytes) -> list[Diagnosis]:
    data = mail if isinstance(mail, bytes) else mail.encode()
    return list(explain_file(data, bot.explainer(), "a.eml"))


def test_a_report_tells_of_each_recipient(bot: Bot) -> None:
    found = explain(bot, REPORT.format(encoding="", status=STATUS.format(action="failed")))
    told = [(d.evidence.recipient, d.evidence.reply, d.evidence.status, d.reason, d.permanent) for d in found]
    assert told == [
        ("ann@example.com", "552", "5.2.2", "mailbox-full", True),
        ("bob@example.net", "550", "5.1.1", "mailbox-unknown", True),
    ]
    assert [d.suppress for d in found] == [False, True]
    first = found[0].evidence
    assert (first.queue_id, first.sender, first.mta) == ("4WbQkz", "app@example.org", "postfix")
    assert (first.remote_host, first.time, first.source) == ("mx.example.com", "2026-11-23T10:31:00+00:00", "a.eml")


def test_a_base64_report_is_read(bot: Bot) -> None:
    body = base64.encodebytes(STATUS.format(action="failed").encode()).decode()
    mail = REPORT.format(encoding="\nContent-Transfer-Encoding: base64", status=body)
    assert [d.reason for d in explain(bot, mail)] == ["mailbox-full", "mailbox-unknown"]


@pytest.mark.parametrize(("action", "reason"), [("delivered", "delivered"), ("relayed", "delivered")])
def test_a_report_of_success_is_no_failure(bot: Bot, action: str, reason: str) -> None:
    found = explain(bot, REPORT.format(encoding="", status=STATUS.format(action=action)))
    assert {d.reason for d in found} == {reason}


QMAIL = """\
From: MAILER-DAEMON@out.example.org
Subject: failure notice

Hi. This is the qmail-send program at out.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.

<zoe@example.com>:
192.0.2.10 does not like recipient.
Remote host said: 550 5.1.1 User unknown
Giving up on 192.0.2.10.

<yan@example.net>:
Connected to 192.0.2.11 but sender was rejected.
Remote host said: 554 5.7.1 Spam

--- Below this line is a copy of the message.

Return-Path: <app@example.org>
To: zoe@example.com
"""
EXIM = """\
From: Mail Delivery System <Mailer-Daemon@out.example.org>
X-Failed-Recipients: amy@example.com
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  amy@example.com
    host mx.example.com [192.0.2.10]
    SMTP error from remote mail server after RCPT TO:<amy@example.com>:
    550 No such user here

------ This is a copy of the message, including all the headers. ------

Received: from app
"""
EXCHANGE = """\
From: Microsoft Outlook <postmaster@example.org>
Subject: Undeliverable: Hello

Delivery has failed to these recipients or groups:

yves@example.com
The email address you entered couldn't be found.

Diagnostic information for administrators:
Generating server: EX01.example.org

yves@example.com
Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'
"""


def test_bounces_for_people_are_read(bot: Bot) -> None:
    told = [(d.evidence.recipient, d.evidence.reply, d.reason) for d in explain(bot, QMAIL)]
    assert told[0] == ("zoe@example.com", "550", "mailbox-unknown")
    assert told[1][:2] == ("yan@example.net", "554")
    exim = explain(bot, EXIM)
    assert [(d.evidence.recipient, d.evidence.remote_host, d.evidence.command) for d in exim] == [
        ("amy@example.com", "mx.example.com", "rcpt")
    ]
    exchange = explain(bot, EXCHANGE)
    assert [(d.evidence.recipient, d.evidence.status, d.reason) for d in exchange] == [
        ("yves@example.com", "5.1.10", "mailbox-unknown")
    ]


def test_an_mbox_is_read_mail_by_mail(bot: Bot) -> None:
    mails = (QMAIL, EXIM, "From: a@b.example\nSubject: lunch?\nTo: c@d.example\n\nAt noon. >From here.\n")
    mbox = "".join(f"From MAILER-DAEMON Mon Nov 23 10:31:00 2026\n{mail}\n" for mail in mails)
    found = list(explain_file(mbox.encode(), bot.explainer(), "box"))
    assert [d.evidence.recipient for d in found] == ["zoe@example.com", "yan@example.net", "amy@example.com"]


SUBJECTS = [
    "Hello", "Re: failure of the pump", "Newsletter: how to lower your bounce rate", "Invoice 550", "Meeting at 4.2.2",
    "Why 550 5.1.1 happens", "Your mailbox is almost full", "Delivery of your parcel", "Order returned", "RE: user unknown?",
]  # fmt: skip
BODIES = [
    "See you at noon.", "A hard bounce such as 550 5.1.1 User unknown means that the mailbox does not exist.",
    "Our sale ends today! Unsubscribe at https://example.com/u.", "status=bounced (host said: 550) is what Postfix logs.",
    "Please free some space: your mailbox is full at 95 %.", "> 550 5.7.1 relay denied\nI got this, any idea?",
    "<ann@example.com>: write to her", "Final price: 550 EUR", "The recipient's inbox is out of storage space, they said.",
    "Delivery failed for parcel 452. Please try again later.",
]  # fmt: skip


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("extra", ["", "List-Id: <news.example.com>\nPrecedence: bulk\n"])
def test_ordinary_mail_is_no_failure(bot: Bot, subject: str, body: str, extra: str) -> None:
    mail = f"From: Ann <ann@example.com>\nTo: bob@example.org\nSubject: {subject}\n{extra}\n{body}\n"
    assert explain(bot, mail) == []


@pytest.mark.parametrize(
    "header",
    ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: auto_reply"],
)
@pytest.mark.parametrize("sender", ["Return-Path: <>", "Return-Path: <ann@example.com>"])
@pytest.mark.parametrize(
    "subject", ["Out of office", "Automatic reply: Hello", "Away until May", "Réponse automatique"]
)
def test_an_auto_reply_is_told_apart(bot: Bot, header: str, sender: str, subject: str) -> None:
    mail = f"{sender}\nFrom: ann@example.com\nTo: bob@example.org\nSubject: {subject}\n{header}\n\nI am away.\n"
    assert [d.reason for d in explain(bot, mail)] == ["auto-reply"]


@pytest.mark.parametrize(
    "subject", ["Warning: could not send message for past 4 hours", "Delivery Status Notification (Delay)"]
)
def test_a_delayed_notice_is_told_apart(bot: Bot, subject: str) -> None:
    mail = (
        f"From: MAILER-DAEMON@example.org\nTo: app@example.org\nSubject: {subject}\n\n"
        "THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\n"
        "<ann@example.com>... Deferred: will keep trying\n"
    )
    assert [d.reason for d in explain(bot, mail)] == ["delayed"]


def test_a_complaint_is_told_apart(bot: Bot) -> None:
    mail = """\
From: feedback@provider.example
To: abuse@example.org
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="x"

--x
Content-Type: text/plain

This is an abuse report.
--x
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1
Original-Rcpt-To: ann@example.com
Source-IP: 192.0.2.1
--x
Content-Type: message/rfc822

From: app@example.org
To: ann@example.com

Hello
--x--
"""
    assert [(d.reason, d.evidence.recipient) for d in explain(bot, mail)] == [("complaint", "ann@example.com")]


@pytest.mark.parametrize("cut", range(0, 1_600, 40))
def test_a_broken_report_never_fails(bot: Bot, cut: int) -> None:
    mail = REPORT.format(encoding="", status=STATUS.format(action="failed"))
    for diagnosis in explain(bot, mail[:cut] + mail[cut + 7 :]):
        assert diagnosis.reason in bot.knowledge.reasons
