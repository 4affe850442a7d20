"""What people write, and what it is taken for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering import Bot
from bot.lexicon import Subject
from bot.message import Message
from bot.question import Codes, Comparison, Help, Listing, Topic, Unclear

CODES = {
    "550": "550",
    "smtp 550": "550",
    "SMTP 550?": "550",
    "what is 550?": "550",
    "What's a 421": "421",
    "how do I fix a 550": "550",
    "error code 554": "554",
    "550 error": "550",
    "smtp error 550 meaning": "550",
    "why do I get 451 from their server": "451",
    "c'est quoi le 550": "550",
    "que signifie 421 ?": "421",
    "comment corriger une erreur 554": "554",
    "smpt 550": "550",
    "55O": "550",
    "smtp 55o": "550",
    "smtp-550": "550",
    "(550)": "550",
    "“550”": "550",
    "550!": "550",
    "smtp\u00a0550": "550",
    "\u200b550": "550",
    "smtp 599": "599",
    "5.7.26": "5.7.26",
    "#5.7.26": "5.7.26",
    "what does 5.1.1 mean": "5.1.1",
    "4.2.2": "4.2.2",
    "x.7.25": "x.7.25",
    "X.7.25": "x.7.25",
    "5.7.999": "5.7.999",
    "550 5.1.1": "550 5.1.1",
    "550-5.1.1": "550 5.1.1",
    "550 (5.1.1)": "550",
    "550 #5.1.1": "550 5.1.1",
    "smtp 450 4.7.1?": "450 4.7.1",
    "@smtpbot 550 please": "550",
}


@pytest.mark.parametrize(("text", "code"), {k: v for k, v in CODES.items() if k != "550 (5.1.1)"}.items())
def test_a_code_is_found_however_it_is_asked(bot: Bot, text: str, code: str) -> None:
    question = bot.understand(Message(text))
    assert isinstance(question, Codes), question
    assert question.subject.id == code


@pytest.mark.parametrize(
    ("text", "provider", "code"),
    [
        ("gmail 5.7.26", "google", "5.7.26"),
        ("5.7.27 from Gmail", "google", "5.7.27"),
        ("what does microsoft 365 mean by 5.1.10", "microsoft365", "5.1.10"),
        ("yahoo 553", "yahoo", "553"),
    ],
)
def test_a_provider_named_with_a_code_is_kept(bot: Bot, text: str, provider: str, code: str) -> None:
    question = bot.understand(Message(text))
    assert isinstance(question, Codes), question
    assert (question.provider, question.subject.id) == (provider, code)


COMPARISONS = {
    "354 vs 550": ("354", "550"),
    "354 VS. 550": ("354", "550"),
    "354 versus 550": ("354", "550"),
    "354/550": ("354", "550"),
    "354 / 550": ("354", "550"),
    "354 or 550": ("354", "550"),
    "354 contre 550": ("354", "550"),
    "différence entre 354 et 550": ("354", "550"),
    "quelle est la difference entre 450 et 550 ?": ("450", "550"),
    "difference between 450 and 550": ("450", "550"),
    "what's the difference between a 450 and a 550?": ("450", "550"),
    "compare 421 with 451": ("421", "451"),
    "compare 421, 450 and 451": ("421", "450", "451"),
    "550 vs 551 vs 553": ("550", "551", "553"),
    "550, 551, 553": ("550", "551", "553"),
    "450 451 452": ("450", "451", "452"),
    "535 vs 5.7.8": ("535", "5.7.8"),
    "4xx vs 5xx": ("4xx", "5xx"),
    "4XX vs 5yz": ("4xx", "5xx"),
    "450 4.7.1 vs 550 5.7.1": ("450 4.7.1", "550 5.7.1"),
    "5.1.1 vs 5.1.10": ("5.1.1", "5.1.10"),
    "spf vs dkim": ("spf", "dkim"),
    "550 vs greylisting": ("550", "greylisting"),
    "354->550": ("354", "550"),
}


@pytest.mark.parametrize(("text", "subjects"), COMPARISONS.items())
def test_a_comparison_is_found_with_its_subjects_in_order(bot: Bot, text: str, subjects: tuple[str, ...]) -> None:
    question = bot.understand(Message(text))
    assert isinstance(question, Comparison), question
    assert tuple(subject.id for subject in question.subjects) == subjects


def test_more_than_six_subjects_are_cut_and_the_rest_named(bot: Bot) -> None:
    question = bot.understand(Message("450 vs 451 vs 452 vs 550 vs 551 vs 552 vs 553 vs 554"))
    assert isinstance(question, Comparison)
    assert len(question.subjects) == 6
    assert [subject.id for subject in question.dropped] == ["553", "554"]


def test_a_code_compared_with_itself_is_the_code(bot: Bot) -> None:
    assert bot.understand(Message("550 vs 550")) == Codes(Subject("reply", "550"), "en")


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("5xx", "5xx"),
        ("list 4xx", "4xx"),
        ("what are 5xx codes", "5xx"),
        ("5.7.x", "5.7.x"),
        ("x.7.x", "x.7.x"),
        ("5.x.x", "5.x.x"),
        ("5.7", "5.7.x"),
        ("all codes", None),
        ("list all smtp codes", None),
        ("codes", None),
        ("tous les codes", None),
        ("liste des codes 4xx", "4xx"),
    ],
)
def test_a_family_or_all_codes_are_listed(bot: Bot, text: str, family: str | None) -> None:
    question = bot.understand(Message(text))
    assert isinstance(question, Listing), question
    assert question.family == family


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("greylisting", "greylisting"),
        ("what is greylisting?", "greylisting"),
        ("graylisting", "greylisting"),
        ("greylistng", "greylisting"),
        ("mailbox full", "mailbox-full"),
        ("mailbx full", "mailbox-full"),
        ("why is the mailbox full?", "mailbox-full"),
        ("relay access denied", "relay-denied"),
        ("spf fail", "spf"),
        ("SPF", "spf"),
        ("dmarc", "dmarc"),
        ("MTA-STS", "mta-sts"),
        ("mta sts", "mta-sts"),
        ("reverse dns", "reverse-dns"),
        ("rdns", "reverse-dns"),
        ("null mx", "null-mx"),
        ("dot stuffing", "dot-stuffing"),
        ("8bitmime", "8bitmime"),
        ("errno 111", "not-smtp-codes"),
        ("boîte pleine", "mailbox-full"),
        ("boite pleine", "mailbox-full"),
        ("liste grise", "greylisting"),
        ("c'est quoi le greylisting", "greylisting"),
    ],
)
def test_a_topic_is_found_by_its_names_and_near_them(bot: Bot, text: str, topic: str) -> None:
    question = bot.understand(Message(text))
    assert isinstance(question, Topic), question
    assert question.subject == Subject("topic", topic)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("spamhaus pbl", "blocklist", "spamhaus-pbl"),
        ("spamcop", "blocklist", "spamcop"),
        ("gmail", "provider", "google"),
    ],
)
def test_a_blocklist_and_a_provider_are_found_by_name(bot: Bot, text: str, kind: str, name: str) -> None:
    question = bot.understand(Message(text))
    assert isinstance(question, Topic), question
    assert (question.subject.kind, question.subject.id) == (kind, name)


@pytest.mark.parametrize("text", ["", "   ", "help", "?", "Help!", "aide", "\u200b", "hello"])
def test_nothing_and_help_give_help(bot: Bot, text: str) -> None:
    assert isinstance(bot.understand(Message(text)), Help)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("smtp 650", "no-reply-code"),
        ("042", "no-reply-code"),
        ("5.7.12345", "no-enhanced-code"),
        ("5.1.1.1", "no-enhanced-code"),
    ],
)
def test_what_only_looks_like_a_code_is_said_to_be_none(bot: Bot, text: str, wrong: str) -> None:
    question = bot.understand(Message(text))
    assert isinstance(question, Unclear), question
    assert question.wrong == wrong


@pytest.mark.parametrize(
    "text", ["we sold 550 tickets today", "room 421 is free for the meeting", "the invoice 5.1.1 was paid yesterday"]
)
async def test_talk_with_numbers_is_left_alone_in_a_channel(bot: Bot, text: str) -> None:
    assert await bot.reply(Message(text, addressed=False)) is None


@pytest.mark.parametrize(
    "text", ["550", "what is 550?", "354 vs 550", "greylisting?", "550 5.1.1 User unknown", "why do we get 421"]
)
async def test_what_reads_as_a_question_is_answered_in_a_channel(bot: Bot, text: str) -> None:
    assert await bot.reply(Message(text, addressed=False)) is not None


@pytest.mark.parametrize("text", ["shall we have lunch", "the printer is on fire again today", "🙂", "x" * 300])
async def test_what_asks_nothing_is_not_understood_and_left_alone_in_a_channel(bot: Bot, text: str) -> None:
    assert bot.answer(bot.understand(Message(text))).kind == "not_understood"
    assert await bot.reply(Message(text, addressed=False)) is None


@pytest.mark.parametrize(
    ("text", "locale", "chosen", "language"),
    [
        ("what is 550", None, False, "en"),
        ("c'est quoi le 550", None, False, "fr"),
        ("c'est quoi le 550", "en-US", False, "fr"),
        ("550", "fr-FR", False, "fr"),
        ("550", "fr_CA", True, "fr"),
        ("c'est quoi le 550", "en", True, "en"),
        ("what is 550", "fr", True, "fr"),
        ("boîte pleine", None, False, "fr"),
        ("550", "xx", False, "en"),
        ("550", None, False, "en"),
    ],
)
def test_the_language_is_the_choice_then_the_locale_then_the_questions_own(
    bot: Bot, text: str, locale: str | None, chosen: bool, language: str
) -> None:
    assert bot.understand(Message(text, language=locale, chosen=chosen)).language == language


@settings(max_examples=400, deadline=None)
@given(text=st.text(max_size=2_100))
def test_any_text_is_answered(bot: Bot, text: str) -> None:
    answer = bot.answer(bot.understand(Message(text)))
    assert answer.title
    assert answer.summary


PIECES = st.sampled_from([
    "550", "5.7.26", "354", " vs ", "/", " and ", "4xx", "x.7.1", "gmail", "check", "list", "?", "\n", " ", "#", "5.",
    ".1", "difference between ", "é", "550-", "mailbox full", "\u00a0", "’", "0", "9" * 40, "<a@b>", "`", "{", "}",
    "%s", "*", "status=bounced (", "said: 550 ", "** ", "To: a@example.com", "\nStatus: 5.1.1\n", "{\"event\":", "\x00",
])  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(parts=st.lists(PIECES, max_size=14))
def test_any_mix_of_what_people_write_is_answered(bot: Bot, parts: list[str]) -> None:
    answer = bot.answer(bot.understand(Message("".join(parts))))
    assert answer.title
    assert answer.summary


@settings(max_examples=200, deadline=None)
@given(code=st.integers(200, 599), before=st.sampled_from(["", "smtp ", "what is ", "error ", "c'est quoi le "]))
def test_every_number_of_the_right_shape_is_answered_as_a_code(bot: Bot, code: int, before: str) -> None:
    answer = bot.answer(bot.understand(Message(f"{before}{code}")))
    assert answer.subjects == (str(code),) or answer.subjects == ("not-smtp-codes",)
    assert answer.kind == ("code" if answer.subjects == (str(code),) else "topic")
    assert answer.kind == "code" or str(code) not in bot.knowledge.reply_codes


@settings(max_examples=200, deadline=None)
@given(class_=st.sampled_from("245"), subject=st.integers(0, 7), detail=st.integers(0, 999))
def test_every_enhanced_code_is_answered_as_one(bot: Bot, class_: str, subject: int, detail: int) -> None:
    code = f"{class_}.{subject}.{detail}"
    answer = bot.answer(bot.understand(Message(code)))
    assert (answer.kind, answer.subjects) == ("code", (code,))
