"""Every entry that is shipped, one test each: it answers fully, and says more than its title."""

from collections.abc import Callable

import pytest

from bot.answer import Answer, from_json, to_json
from bot.answering import make_bot
from bot.bounce.proving import prove
from knowledge.checking import check
from knowledge.loading import read

KNOWN = make_bot().knowledge
DEFINED = """211 214 220 221 235 250 251 252 253 334 354 421 432 450 451 452 453 454 455 458 459 500 501 502 503 504
521 523 524 525 530 534 535 538 550 551 552 553 554 555 556""".split()
SEEN = "420 422 431 441 442 446 447 449 471 510 511 512 513 541 571".split()


def test_the_shipped_knowledge_has_no_fault() -> None:
    reading = read()
    assert [str(fault) for fault in (*reading.faults, *check(reading))] == []


def test_every_sample_is_read_and_won_by_its_own_entry() -> None:
    assert [str(fault) for fault in prove(read())] == []


@pytest.mark.parametrize("code", DEFINED)
def test_every_code_of_the_rfcs_is_there_and_says_so(code: str) -> None:
    entry = KNOWN.reply_codes[code]
    assert entry.standing in ("standard", "registered", "obsolete")
    assert any(isinstance(source, str) and source.startswith("RFC") for source in entry.sources)


@pytest.mark.parametrize("code", SEEN)
def test_every_code_from_the_wild_says_who_sends_it(code: str) -> None:
    entry = KNOWN.reply_codes[code]
    assert entry.standing in ("seen", "registered")
    assert entry.emitters


@pytest.mark.parametrize(
    "detail", [f"x.{s}.{d}" for s, n in enumerate([0, 10, 4, 6, 7, 6, 10, 30]) for d in range(n + 1)]
)
def test_the_whole_registry_is_there(detail: str) -> None:
    entry = KNOWN.enhanced_codes[detail]
    assert entry.title
    assert entry.classes


@pytest.mark.parametrize("code", KNOWN.reply_codes)
def test_a_reply_code_is_answered_in_full(ask: Callable[..., Answer], code: str) -> None:
    answer = ask(f"smtp {code}")
    entry = KNOWN.reply_codes[code]
    assert answer.subjects == (code,)
    assert entry.name in answer.title
    assert {"facts", "meaning", "when"} <= {section.id for section in answer.sections}
    assert answer.sources
    assert answer.follow_ups
    assert len(entry.meaning) > 1.5 * len(entry.summary) or len(entry.meaning) > 200
    if code[0] in "45":
        assert entry.sender or entry.receiver
    assert from_json(to_json(answer)) == answer


@pytest.mark.parametrize("code", KNOWN.enhanced_codes)
def test_an_enhanced_code_is_answered_in_full_in_each_class(ask: Callable[..., Answer], code: str) -> None:
    entry = KNOWN.enhanced_codes[code]
    for class_ in (advice.id for advice in entry.classes):
        answer = ask(code.replace("x", class_, 1))
        assert entry.name in answer.title
        assert {"facts", "meaning", "classes", "when"} <= {section.id for section in answer.sections}
        assert answer.sources
    assert len(entry.meaning) > 120
    assert entry.meaning.lower() != entry.summary.lower()


@pytest.mark.parametrize("topic", KNOWN.topics)
def test_a_topic_is_found_by_its_own_name_and_answered(ask: Callable[..., Answer], topic: str) -> None:
    entry = KNOWN.topics[topic]
    answer = ask(entry.name)
    assert answer.kind == "topic"
    assert answer.subjects == (topic,)
    assert sum(map(len, entry.body)) > 300
    assert answer.sources


@pytest.mark.parametrize("topic", KNOWN.topics)
def test_every_alias_of_a_topic_leads_to_it(ask: Callable[..., Answer], topic: str) -> None:
    for alias in KNOWN.topics[topic].aliases:
        answer = ask(f"what is {alias}?")
        assert answer.subjects[:1] == (topic,) or answer.kind in ("code", "list"), alias


def test_there_are_at_least_as_many_entries_as_promised() -> None:
    assert len(KNOWN.topics) >= 45
    assert len(KNOWN.blocklists) >= 60


@pytest.mark.parametrize("blocklist", KNOWN.blocklists)
def test_a_blocklist_is_found_by_its_name(ask: Callable[..., Answer], blocklist: str) -> None:
    answer = ask(KNOWN.blocklists[blocklist].name)
    assert answer.kind == "topic"
    assert answer.sections


@pytest.mark.parametrize("reason", KNOWN.reasons)
def test_every_failure_says_what_to_do(reason: str) -> None:
    entry = KNOWN.reasons[reason]
    assert len(entry.summary) > 40
    if entry.kind == "failure":
        assert entry.sender
        assert entry.receiver


@pytest.mark.parametrize("code", [*KNOWN.reply_codes, *KNOWN.classes])
def test_every_follow_up_is_understood(ask: Callable[..., Answer], code: str) -> None:
    for follow_up in ask(code).follow_ups:
        assert ask(follow_up).kind != "not_understood", follow_up


@pytest.mark.parametrize("topic", KNOWN.topics)
def test_every_follow_up_of_a_topic_is_understood(ask: Callable[..., Answer], topic: str) -> None:
    for follow_up in ask(KNOWN.topics[topic].name).follow_ups:
        assert ask(follow_up).kind != "not_understood", follow_up
