"""What verification services say, and what is made of it: never more than they said, and their worst days told."""

from typing import Any

import pytest

from bot.answer import Answer, Facts, Quote, Steps
from tests.bot.mailbox.conftest import Check
from tests.standins.verification import HUGE, KEY, KICKBOX, REACHER, ZEROBOUNCE, VerificationStandIn

REACHER_V0, REACHER_V1 = "/v0/check_email", "/v1/check_email"


def shown(answer: Answer) -> str:
    """Everything that an answer says."""
    parts = [answer.title, answer.summary]
    for section in answer.sections:
        match section:
            case Steps():
                parts += section.steps
            case Facts():
                parts += [f"{label}: {value}" for label, value in section.facts]
            case Quote():
                parts.append(section.text)
    return "\n".join(parts)


def changed(answer: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An answer of a service with some fields, by dotted path with ``__``, changed."""
    made: dict[str, Any] = {name: dict(v) if isinstance(v, dict) else v for name, v in answer.items()}
    for path, value in changes.items():
        *above, name = path.split("__")
        place = made
        for part in above:
            place = place[part]
        place[name] = value
    return made


CASES: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("reacher", REACHER_V1, REACHER, "success", "says that the mailbox takes mail"),
    ("reacher", REACHER_V0, REACHER, "success", "says that the mailbox takes mail"),
    ("reacher", REACHER_V1, changed(REACHER, is_reachable="invalid"), "permanent", "takes no mail"),
    ("reacher", REACHER_V1, changed(REACHER, is_reachable="risky", smtp__is_catch_all=True), "temporary",
     "takes mail for every address"),
    ("reacher", REACHER_V1, changed(REACHER, is_reachable="risky", smtp__has_full_inbox=True), "temporary", "is full"),
    ("reacher", REACHER_V1, changed(REACHER, is_reachable="invalid", smtp__is_disabled=True), "permanent", "disabled"),
    ("reacher", REACHER_V1, changed(REACHER, is_reachable="risky", misc__is_role_account=True), "temporary", "function"),
    ("reacher", REACHER_V1, changed(REACHER, is_reachable="risky", misc__is_disposable=True), "temporary", "throw-away"),
    ("reacher", REACHER_V1, changed(REACHER, is_reachable="unknown"), "neutral", "could not tell"),
    ("reacher", REACHER_V1, changed(REACHER, is_reachable="something new"), "neutral", "could not tell"),
    ("zerobounce", "/v2/validate", ZEROBOUNCE, "success", "takes mail"),
    ("zerobounce", "/v2/validate", changed(ZEROBOUNCE, status="invalid", sub_status="mailbox_not_found"), "permanent",
     "takes no mail"),
    ("zerobounce", "/v2/validate", changed(ZEROBOUNCE, status="catch-all"), "temporary", "takes mail for every address"),
    ("zerobounce", "/v2/validate", changed(ZEROBOUNCE, status="do_not_mail", sub_status="role_based"), "temporary",
     "function"),
    ("zerobounce", "/v2/validate", {"error": "Invalid API key or your account ran out of credits"}, "neutral",
     "refuses our key"),
    ("kickbox", "/v2/verify", KICKBOX, "success", "takes mail"),
    ("kickbox", "/v2/verify", changed(KICKBOX, result="undeliverable", reason="rejected_email"), "permanent",
     "takes no mail"),
    ("kickbox", "/v2/verify", changed(KICKBOX, result="risky", accept_all=True), "temporary", "every address"),
    ("kickbox", "/v2/verify", changed(KICKBOX, result="unknown", reason="timeout"), "neutral", "could not tell"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "path", "says", "tone", "said"), CASES)
async def test_a_verdict_is_what_the_service_says(
    check: Check, service: str, path: str, says: dict[str, Any], tone: str, said: str
) -> None:
    async with VerificationStandIn({path: says}) as stand_in:
        answer = await check(
            "check jo@good.example", verifier=service, verifier_url=stand_in.url, verifier_key=KEY
        )  # fmt: skip
    assert answer.tone == tone
    assert said in shown(answer)


@pytest.mark.parametrize(
    ("service", "path", "says"),
    [("reacher", REACHER_V1, REACHER), ("zerobounce", "/v2/validate", ZEROBOUNCE), ("kickbox", "/v2/verify", KICKBOX)],
)
async def test_the_key_and_the_address_go_where_the_service_wants_them(
    check: Check, service: str, path: str, says: dict[str, Any]
) -> None:
    async with VerificationStandIn({path: says}) as stand_in:
        await check("check jo@good.example", verifier=service, verifier_url=stand_in.url, verifier_key=KEY)
    [asked] = stand_in.asked
    places = {"reacher": ("secret", "json"), "zerobounce": ("query", "query"), "kickbox": ("query", "query")}
    key, address = places[service]
    assert asked[key] == KEY or KEY in asked[key].values()
    assert "jo@good.example" in asked[address].values()


async def test_what_the_mailboxs_server_said_is_quoted_and_explained(check: Check) -> None:
    says = changed(REACHER, is_reachable="invalid", smtp={"error": {"type": "SmtpError", "message":
                   "550 5.1.1 <jo@good.example>: Recipient address rejected: User unknown"}})  # fmt: skip
    async with VerificationStandIn({REACHER_V1: says}) as stand_in:
        answer = await check("check jo@good.example", verifier="reacher", verifier_url=stand_in.url)
    assert "User unknown" in shown(answer)
    assert "Mailbox unknown" in [section.title for section in answer.sections]


@pytest.mark.parametrize(
    ("status", "headers", "why"),
    [
        (401, {}, "refuses our key"),
        (402, {}, "is used up"),
        (403, {}, "refuses our key"),
        (429, {"Retry-After": "30"}, "too many questions"),
        (500, {}, "out of order"),
        (302, {"Location": "http://127.0.0.1:9/elsewhere"}, "out of order"),
        (404, {}, "out of order"),
    ],
)
async def test_a_service_that_refuses_is_told_with_why_and_the_dns_stands(
    check: Check, status: int, headers: dict[str, str], why: str
) -> None:
    async with VerificationStandIn({}) as stand_in:
        stand_in.status, stand_in.headers = status, headers
        answer = await check("check jo@good.example", verifier="kickbox", verifier_url=stand_in.url)
    assert why in shown(answer)
    assert ("in 30 s" in shown(answer)) == (status == 429)
    assert "mx1.good.example" in shown(answer)
    assert answer.tone == "neutral"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"other": 1}', b"x" * HUGE])
async def test_an_answer_that_is_none_does_no_harm(check: Check, body: bytes) -> None:
    async with VerificationStandIn({}) as stand_in:
        stand_in.body = body
        answer = await check("check jo@good.example", verifier="kickbox", verifier_url=stand_in.url)
    assert answer.tone == "neutral"
    assert "could not be read" in shown(answer) or "too large" in shown(answer)


async def test_a_service_that_hangs_costs_only_its_own_fact(check: Check) -> None:
    async with VerificationStandIn({}) as stand_in:
        stand_in.hangs = True
        answer = await check("check jo@good.example", verifier="kickbox", verifier_url=stand_in.url, limit=0.5)
    assert "no answer in time" in shown(answer)
    assert "p=reject" in shown(answer)


async def test_without_a_service_it_says_that_the_mailbox_was_not_checked(check: Check) -> None:
    answer = await check("check jo@good.example")
    assert "was not checked" in answer.summary
    assert answer.tone == "success"


async def test_a_domain_that_takes_no_mail_outweighs_what_a_service_says(check: Check) -> None:
    async with VerificationStandIn({"/v2/verify": KICKBOX}) as stand_in:
        answer = await check("check jo@nowhere.example", verifier="kickbox", verifier_url=stand_in.url)
    assert answer.tone == "permanent"
