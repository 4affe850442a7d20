"""Mails in the shapes that programs really send: transcripts, wrappers, broken encodings; and notices of other things."""

import base64

import pytest

from bot.answering import Bot
from bot.bounce.diagnosis import Diagnosis
from bot.bounce.explaining import explain_file

DAEMON = "From: MAILER-DAEMON@mx.example.org\nTo: app@example.org\nSubject: Undelivered Mail\n"
OFFICE = "Return-Path: <>\nFrom: Postmaster <postmaster@example.com>\nTo: app@example.org\nSubject: Your mail\n"


def explain(bot: Bot, mail: str | bytes) -> list[Diagnosis]:
    return list(explain_file(mail if isinstance(mail, bytes) else mail.encode(), bot.explainer(), "a.eml"))


def told(bot: Bot, mail: str | bytes) -> list[tuple[str | None, str | None, str]]:
    return [(d.evidence.recipient, d.evidence.reply, d.reason) for d in explain(bot, mail)]


TRANSCRIPT = """
   ----- The following addresses had permanent fatal errors -----
<ann@example.com>
<bob@example.net>
<cy@nowhere.example>

   ----- Transcript of session follows -----
... while talking to mx.example.com.:
>>> RCPT To:<ann@example.com>
<<< 550 <ann@example.com>... User unknown
550 <ann@example.com>... User unknown
... while talking to mx.example.net.:
>>> RCPT To:<bob@example.net>
<<< 552 mailbox full
552 <bob@example.net>... mailbox full
550 <cy@nowhere.example>... Host unknown (Name server: nowhere.example: host not found)

   ----- Original message follows -----

To: ann@example.com
"""


def test_a_transcript_tells_each_recipient_its_own(bot: Bot) -> None:
    assert told(bot, DAEMON + TRANSCRIPT) == [
        ("ann@example.com", "550", "mailbox-unknown"),
        ("bob@example.net", "552", "mailbox-full"),
        ("cy@nowhere.example", "550", "domain-unknown"),
    ]


BODIES = {
    "bracketed": ("\tann@example.com (550 Mailbox does not exist)", "550"),
    "labelled": ("\tRecipient: [SMTP:ann@example.com]\n\tReason: Remote Server Returned: 550 No such user here", "550"),
    "dashed": ("ann@example.com - 550 User unknown", "550"),
    "dotted": (" <ann@example.com> ... failed: 550 User unknown", "550"),
    "session": (
        "> ann@example.com\n\n10:30: --> RCPT To:<ann@example.com>\n10:30: <-- 550 unknown user\n10:30: --> QUIT",
        "550",
    ),
    "hashes": ("ann@example.com\nmx.example.com #550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##", "550"),
    "exchange code": ("ann@example.com am 23.11.1998 10:31\n  MSEXCH:IMS:A:B:MAIL 3550 (000B09B6) 550 unknown user", "550"),
    "in a sentence": ("User not known at this site: ann@example.com", None),
    "Chinese": ("收件人：ann@example.com\n退信原因：收件人邮件地址（ann@example.com）不存在\nhost said: 550 User not found", "550"),
    "after a word": ("The message could not be delivered to:\n\nAddressee: ann@example.com\nReason: No such local user.", None),
    "listed": (">>> ann@example.com <ann@example.com>\n\n  sender:\n\n<app@example.org>\n\n550 User unknown", "550"),
    "behind a quoted name": ("not reachable:\n\n'ann@example.com' 550 Requested action: mailbox unavailable", "550"),
    "origin": ("  ann@example.com\n    (ultimately generated from sales@mx.example.org)\n    550 No such user", "550"),
}  # fmt: skip


@pytest.mark.parametrize("shape", BODIES)
def test_the_recipient_is_found(bot: Bot, shape: str) -> None:
    body, reply = BODIES[shape]
    mail = f"{DAEMON}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nDelivery failed:\n\n{body}\n"
    assert told(bot, mail) == [("ann@example.com", reply, "mailbox-unknown")]


INNER = f"{DAEMON}\n<ann@example.com>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 User unknown\n"
MIXED = """MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="w"

--w
Content-Type: text/plain

{text}
--w
Content-Type: message/rfc822

{inner}
--w--
"""


@pytest.mark.parametrize("text", ["The attached message could not be delivered.", "Not delivered: <ann@example.com>"])
def test_a_bounce_that_a_gateway_wrapped_is_read(bot: Bot, text: str) -> None:
    mail = OFFICE + MIXED.format(text=text, inner=INNER)
    assert told(bot, mail) == [("ann@example.com", "550", "mailbox-unknown")]


def test_a_transcript_in_place_of_the_original_is_read(bot: Bot) -> None:
    transcript = "\n   ----- Transcript of session follows -----\n>>> RCPT To:<ann@example.com>\n<<< 550 User unknown"
    mail = DAEMON + MIXED.format(text="Not delivered: <ann@example.com>", inner=transcript)
    assert told(bot, mail) == [("ann@example.com", "550", "mailbox-unknown")]


def test_a_bounce_that_bounced_is_about_its_own_recipient(bot: Bot) -> None:
    mail = DAEMON + MIXED.format(text="<bounce@app.example>: Host or domain name not found.", inner=INNER)
    assert told(bot, mail) == [("bounce@app.example", None, "domain-unknown")]


WORDS = "<ann@example.com>: host mx.example.com[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command)\n"


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("utf-16", WORDS.encode()),
        ("us-ascii", base64.encodebytes(("\ufeff" + WORDS).encode("utf-16-le"))),
        ("utf-8", base64.encodebytes(WORDS.encode("utf-16-be"))),
        ("no-such-charset", WORDS.encode()),
    ],
)
def test_a_wrong_charset_is_no_obstacle(bot: Bot, charset: str, body: bytes) -> None:
    encoding = "7bit" if body.startswith(b"<") else "base64"
    head = f"{DAEMON}Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
    assert told(bot, head.encode() + body) == [("ann@example.com", "550", "mailbox-unknown")]


REPORT = """Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: message/{kind}

Reporting-MTA: dns; mx.example.org

Final-Recipient: {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown
--x--
"""


@pytest.mark.parametrize(
    ("recipient", "wanted"),
    [
        ("utf-8; jürgen@bücher.example", "jürgen@bücher.example"),
        ("utf-8; j\\x{FC}rgen@example.com", "jürgen@example.com"),
        ('rfc822; "ann b"@example.com', '"ann b"@example.com'),
        ("rfc822; <bob+tag@example.com> (Bob)", "bob+tag@example.com"),
        ("rfc822;ann@[192.0.2.7]", "ann@[192.0.2.7]"),
        ("rfc822; o'neil@example.com", "o'neil@example.com"),
        ("rfc822; <SRS0=ab=cd=example.net=ann@example.com>", "SRS0=ab=cd=example.net=ann@example.com"),
        ("rfc822; ann..b.@example.com", "ann..b.@example.com"),
        ("rfc822; ann@example.com_", "ann@example.com_"),
    ],
)
@pytest.mark.parametrize("kind", ["delivery-status", "global-delivery-status"])
def test_unusual_addresses_are_read(bot: Bot, kind: str, recipient: str, wanted: str) -> None:
    mail = DAEMON + REPORT.format(kind=kind, recipient=recipient)
    assert [d.evidence.recipient for d in explain(bot, mail)] == [wanted]


MDN = """Return-Path: <>
From: postmaster@example.com
To: app@example.org
Subject: Rejected: Hello
Auto-Submitted: auto-replied (rejected)
Content-Type: multipart/report; report-type=disposition-notification; boundary="m"

--m
Content-Type: text/plain

{text}
--m
Content-Type: message/disposition-notification

Final-Recipient: rfc822; ann@example.com
Disposition: automatic-action/MDN-sent-automatically; deleted
--m--
"""


def test_a_rejection_by_a_rule_is_a_failure_and_a_deleted_mail_is_none(bot: Bot) -> None:
    rejected = "Your message to <ann@example.com> was automatically rejected:\nQuota exceeded"
    assert told(bot, MDN.format(text=rejected)) == [("ann@example.com", None, "mailbox-full")]
    assert told(bot, MDN.format(text="Your message was deleted without being read.")) == []


@pytest.mark.parametrize(
    "mail",
    [
        "From: Pete <pete@example.net>\nSubject: Re: Undelivered Mail Returned to Sender\n\nAny idea?\n\n> " + WORDS,
        "From: News <n@example.net>\nSubject: Failure notice explained\nList-Unsubscribe: <https://example.net/u>\n\n"
        + WORDS,
        OFFICE.replace("<>", "<postmaster@example.com>") + "\nThe server is down on Saturday. Ask help@example.com.\n",
        OFFICE.replace("Your mail", "Re: SPF") + "\nPublish it as 550 says: ann@example.com could not be delivered.\n",
        "Return-Path: <>\nFrom: a@parcels.example\nSubject: Delivery failed\n\nYour parcel 552 could not be delivered.\n",
        "Return-Path: <>\nFrom: help@example.com\nSubject: Ticket 550\n\nThank you, ann@example.com. We will answer.\n",
        "Return-Path: <>\nFrom: tls@example.com\nSubject: Report\nContent-Type: multipart/report; report-type=tlsrpt; "
        'boundary="t"\n\n--t\nContent-Type: text/plain\n\n3 sessions failed: certificate expired\n--t--\n',
    ],
)
def test_mail_about_other_things_claims_nothing(bot: Bot, mail: str) -> None:
    assert told(bot, mail.replace("Subject:", "To: app@example.org\nSubject:", 1)) == []


@pytest.mark.parametrize(
    ("status", "reason"), [("4.4.1", "network"), ("4.2.2", "mailbox-full"), ("5.4.7", "expired"), ("4.0.0", "delayed")]
)
def test_a_delayed_report_gives_the_cause_that_it_names_as_temporary(bot: Bot, status: str, reason: str) -> None:
    report = REPORT.format(kind="delivery-status", recipient="rfc822; ann@example.com")
    mail = DAEMON + report.replace("failed", "delayed").replace("550 5.1.1 User unknown", "").replace("5.1.1", status)
    assert [(d.reason, d.permanent) for d in explain(bot, mail)] == [(reason, False)]


def test_the_refused_command_is_read_where_only_the_part_for_people_names_it(bot: Bot) -> None:
    report = REPORT.format(kind="delivery-status", recipient="rfc822; ann@example.com").replace("5.1.1 User", "User")
    words = "<ann@example.com>: host mx.example.com[192.0.2.1] said: 550 User unknown (in reply to end of DATA command)"
    mail = DAEMON + report.replace("--x\n", f"--x\nContent-Type: text/plain\n\n{words}\n\n--x\n", 1)
    assert [d.evidence.command for d in explain(bot, mail)] == ["end-of-data"]


def test_a_comment_behind_the_status_says_why_where_nothing_else_does(bot: Bot) -> None:
    report = REPORT.format(kind="delivery-status", recipient="rfc822; ann@example.com")
    mail = DAEMON + report.replace("Status: 5.1.1", "Status: 4.0.0 (example.com: host name lookup failure)")
    mail = mail.replace("Diagnostic-Code: smtp; 550 5.1.1 User unknown\n", "")
    assert [(d.evidence.status, d.reason) for d in explain(bot, mail)] == [("4.0.0", "dns-failure")]


def test_a_permanent_reply_is_a_failure_whatever_was_delayed_before(bot: Bot) -> None:
    body = "It could not be delivered; it has been delayed 3 times before.\n\n<ann@example.com>:\n550 No such user"
    assert told(bot, f"{DAEMON}\n{body}\n") == [("ann@example.com", "550", "mailbox-unknown")]


def test_a_deferral_told_by_its_words_is_temporary(bot: Bot) -> None:
    body = "This is a temporary error. The following address(es) deferred:\n\n  ann@example.com\n    On hold"
    assert [(d.evidence.recipient, d.permanent) for d in explain(bot, f"{DAEMON}\n{body}\n")] == [
        ("ann@example.com", False)
    ]


@pytest.mark.parametrize(
    "body",
    [
        "Your message has been successfully relayed to the following recipients:\n\n  ann@example.com",
        "Your message was successfully delivered to ann@example.com.",
    ],
)
def test_a_notice_of_success_for_people_is_no_failure(bot: Bot, body: str) -> None:
    assert [d.reason for d in explain(bot, f"{DAEMON}\n{body}\n")] == ["delivered"]


def test_asking_to_be_removed_is_a_complaint(bot: Bot) -> None:
    mail = (
        "From: Ann <ann@example.com>\nTo: unsub-1@example.org\nSubject: Unsubscribe\nAuto-Submitted: auto-generated\n"
        "X-Apple-Unsubscribe: true\n\nPlease.\n"
    )
    assert told(bot, mail) == [("ann@example.com", None, "complaint")]


EXPIRED = """
   ----- The following addresses had permanent fatal errors -----
<ann@example.com>
<bob@example.net>
    (reason: 450 4.7.1 <bob@example.net>: Greylisted)

   ----- Transcript of session follows -----
<ann@example.com>... Deferred: Connection refused by mx.example.com.
Message could not be delivered for 5 days
... while talking to mx.example.net.:
>>> DATA
<<< 450 4.7.1 <bob@example.net>: Greylisted
"""


def test_another_session_is_not_about_the_recipient_before_it(bot: Bot) -> None:
    found = told(bot, DAEMON + EXPIRED)
    assert [(recipient, reply) for recipient, reply, _ in found] == [
        ("ann@example.com", None),
        ("bob@example.net", "450"),
    ]


@pytest.mark.parametrize("front", ["\n\n", "\r\n", "\ufeff", "\ufeff\n"])
def test_what_stands_before_a_mail_is_no_obstacle(bot: Bot, front: str) -> None:
    assert told(bot, f"{front}{DAEMON}\n{WORDS}") == [("ann@example.com", "550", "mailbox-unknown")]


@pytest.mark.parametrize(("kind", "count"), [("abuse", 1), ("fraud", 1), ("auth-failure", 0), ("not-spam", 0)])
def test_feedback_on_other_things_is_no_complaint(bot: Bot, kind: str, count: int) -> None:
    mail = (
        "From: a@b.example\nTo: c@d.example\nSubject: x\nContent-Type: multipart/report; "
        f'report-type=feedback-report; boundary="f"\n\n--f\nContent-Type: message/feedback-report\n\n'
        f"Feedback-Type: {kind}\nOriginal-Rcpt-To: ann@example.com\n--f--\n"
    )
    assert len(explain(bot, mail)) == count


def test_a_reply_after_a_wide_colon_is_read(bot: Bot) -> None:
    assert told(bot, f"{DAEMON}\n无法送达：ann@example.com\n原因：550 No such user\n") == [
        ("ann@example.com", "550", "mailbox-unknown")
    ]


def test_the_case_of_letters_makes_no_second_recipient(bot: Bot) -> None:
    mail = f"{DAEMON}\nANN@EXAMPLE.COM\n  550 <ann@example.com>... No such user\n\nann@example.com\n"
    assert [d.evidence.recipient for d in explain(bot, mail)] == ["ANN@EXAMPLE.COM"]


@pytest.mark.parametrize("delay", ["9" * 5_000, "0:" + "0" * 5_000, "1" * 5_000 + "+00:00:01"])
def test_a_delay_beyond_all_measure_is_none_and_no_fault(bot: Bot, delay: str) -> None:
    line = (
        f"Nov 23 10:15:02 mx1 sendmail[210]: 4ANG000380: to=<ann@example.com>, delay={delay}, xdelay=00:00:03, "
        "mailer=esmtp, pri=120345, relay=mx.example.com. [192.0.2.1], dsn=5.1.1, stat=User unknown"
    )
    assert [(d.evidence.delay, d.reason) for d in explain(bot, line)] == [(None, "mailbox-unknown")]
