"""Not a tool for abuse: who may check what, how often, and who gets to see it. And how a check is asked for."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from adapters.checks import check_settings
from bot.answering import Bot
from bot.mailbox.allowing import WINDOW, Allowance, Rules
from bot.mailbox.client import CheckSettings, Mailbox
from bot.message import Message
from bot.question import Bounce, MailboxCheck
from knowledge.errors import SettingMissing, SettingWrong
from knowledge.schema import Knowledge
from tests.bot.mailbox.conftest import Check
from tests.standins.doh import DohStandIn
from tests.standins.verification import KICKBOX, VerificationStandIn

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.mark.parametrize(
    ("text", "asked", "selector"),
    [
        ("check someone@example.com", "someone@example.com", None),
        ("check example.com", "example.com", None),
        ("Check <someone@example.com>", "someone@example.com", None),
        ("please check jo@example.com?", "jo@example.com", None),
        ("verify jo@example.com.", "jo@example.com", None),
        ("check example.com selector s1", "example.com", "s1"),
        ("check example.com dkim 2024-key", "example.com", "2024-key"),
        ("vérifier jo@exemple.fr", "jo@exemple.fr", None),
        ("verifier exemple.fr sélecteur s1", "exemple.fr", "s1"),
        ("check", "", None),
        ("check?", "", None),
    ],
)
def test_a_check_is_understood(bot: Bot, text: str, asked: str, selector: str | None) -> None:
    question = bot.understand(Message(text))
    assert isinstance(question, MailboxCheck)
    assert (question.wanted.asked, question.wanted.selector) == (asked, selector)


@pytest.mark.parametrize(
    "text",
    [
        "check 5.7.1",
        "check spf",
        "check 550",
        "check the log: 550 5.1.1 <jo@b.example>: User unknown",
        "check this\n550 5.1.1 <jo@b.example>: User unknown",
        "550 5.7.1 check your address jo@b.example",
        "check 550 5.1.1 unknown <jo@b.example>",
    ],
)
def test_what_only_mentions_a_check_is_something_else(bot: Bot, text: str) -> None:
    assert not isinstance(bot.understand(Message(text)), MailboxCheck)


def test_in_french_it_is_answered_in_french(bot: Bot) -> None:
    answer = bot.answer(bot.understand(Message("vérifier jo@exemple.fr")))
    assert answer.language == "fr"
    assert "ne sont pas activées" in answer.title


async def test_until_it_is_set_up_it_says_how(bot: Bot) -> None:
    answer = await bot.reply(Message("check jo@example.com"))
    assert answer is not None
    assert (answer.kind, "SMTPBOT_CHECK=on" in answer.summary) == ("mailbox", True)


@pytest.mark.parametrize(
    "text", ["check", "check jo@@example.com", "check jo@-example.com", f"check {'a' * 80}@b.example"]
)
async def test_what_cannot_be_checked_gets_what_would_work(check: Check, doh: DohStandIn, text: str) -> None:
    answer = await check(text)
    assert answer.kind == "mailbox"
    assert "check example.com selector s1" in answer.summary
    assert doh.asked == []


@pytest.mark.parametrize(
    ("rules", "asker", "place", "text", "said"),
    [
        (Rules(people=("U2",)), "U1", "C1", "check good.example", "certain people"),
        (Rules(places=("C2",)), "U1", "C1", "check good.example", "certain channels"),
        (Rules(domains=("our.example",)), "U1", "C1", "check good.example", "certain domains"),
        (Rules(domains=("example",)), "U1", "C1", "check jo@badexample", "neither an address"),
    ],
)
async def test_who_may_not_is_told_and_nothing_is_asked(
    check: Check, doh: DohStandIn, rules: Rules, asker: str, place: str, text: str, said: str
) -> None:
    answer = await check(text, rules=rules, asker=asker, place=place)
    assert said in answer.summary
    assert doh.asked == []


async def test_who_may_is_answered(check: Check) -> None:
    rules = Rules(people=("U1",), places=("C1",), domains=("good.example",))
    assert (await check("check good.example", rules=rules)).tone == "success"


async def test_too_many_checks_are_refused_per_person_and_in_all(check: Check) -> None:
    rules = Rules(per_person=2, overall=3)
    answers = [await check("check good.example", rules=rules, asker=asker) for asker in ("U1", "U1", "U1", "U2", "U3")]
    assert ["Too many checks" in answer.summary for answer in answers] == [False, False, True, False, True]


def test_an_hour_later_it_may_be_asked_again_and_memory_stays_bounded() -> None:
    now = [0.0]
    allowance = Allowance(Rules(per_person=1, overall=10**9), lambda: now[0])
    assert allowance.refusal("U1", None, "a.example") is None
    assert allowance.refusal("U1", None, "a.example") == "too-often"
    now[0] = WINDOW + 1
    assert allowance.refusal("U1", None, "a.example") is None
    for number in range(20_000):
        allowance.refusal(f"P{number}", None, "a.example")
    assert len(allowance._by_person) <= 10_000


async def test_addresses_and_keys_reach_no_log(check: Check, caplog: pytest.LogCaptureFixture) -> None:
    async with VerificationStandIn({"/v2/verify": KICKBOX}) as stand_in:
        with caplog.at_level(logging.INFO, "smtpbot"), caplog.at_level(logging.INFO, "bot"):
            await check("check jo.secret@good.example", verifier="kickbox", verifier_url=stand_in.url,
                        verifier_key="key-secret")  # fmt: skip
    ours = "\n".join(
        record.getMessage() for record in caplog.records if record.name.split(".")[0] in ("smtpbot", "bot")
    )
    assert "secret" not in ours


async def test_an_explained_bounce_offers_to_check_its_recipient_only_where_that_is_on(bot: Bot) -> None:
    bounce = Message("550 5.1.1 <jo@b.example>: Recipient address rejected: User unknown in local recipient table")
    off = await bot.reply(bounce)
    on = await msgspec.structs.replace(
        bot, mailbox=Mailbox(CheckSettings("http://127.0.0.1:9/"), bot.knowledge)
    ).reply(bounce)  # fmt: skip
    assert off is not None
    assert on is not None
    assert isinstance(bot.understand(bounce), Bounce)
    assert on.follow_ups[0] == "check jo@b.example"
    assert "check jo@b.example" not in off.follow_ups


def test_settings_are_off_until_they_are_on(bot: Bot) -> None:
    assert check_settings({}, bot.knowledge) is None
    chosen = check_settings({"SMTPBOT_CHECK": "on", "SMTPBOT_CHECK_USERS": "U1, U2"}, bot.knowledge)
    assert chosen is not None
    assert chosen.rules.people == ("U1", "U2")


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"SMTPBOT_VERIFIER": "mailcheck"}, SettingWrong, "one of reacher, zerobounce, kickbox"),
        ({"SMTPBOT_VERIFIER": "reacher"}, SettingMissing, "SMTPBOT_VERIFIER_URL"),
        ({"SMTPBOT_CHECK_TIMEOUT": "soon"}, SettingWrong, "SMTPBOT_CHECK_TIMEOUT"),
        ({"SMTPBOT_CHECK": "perhaps"}, SettingWrong, "on or off"),
    ],
)
def test_a_wrong_setting_is_named(shipped: Knowledge, given: dict[str, str], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        check_settings({"SMTPBOT_CHECK": "on", **given}, shipped)


@pytest.fixture
def shipped(bot: Bot) -> Knowledge:
    return bot.knowledge


async def test_the_command_line_checks_and_says_it_in_its_exit_code(doh: DohStandIn, tmp_path: Path) -> None:
    import asyncio

    async def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, "SMTPBOT_CHECK_USERS": "U9", "SMTPBOT_CHECK_RESOLVER": doh.url, "HOME": str(tmp_path)}
        return await asyncio.to_thread(
            subprocess.run, [sys.executable, "-W", "ignore", "-m", "adapters.cli", "check", *arguments],
            capture_output=True, text=True, cwd=ROOT, env=environ, timeout=60,
        )  # fmt: skip

    done = await run("good.example", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kind"] == "mailbox"
    done = await run("good.example", "--selector", "s1", "--lang", "fr")
    assert "sélecteur `s1`" in done.stdout.replace("\n", " ")
