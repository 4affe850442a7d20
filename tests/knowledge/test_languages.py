"""
Every language that says it is complete: nothing missing, nothing left over, nothing lost, and no English in its answers.

What is looked at are not only the texts but every answer that can be made of them.
"""

import functools
import itertools
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import babel
import msgspec
import pytest

from bot.answer import Answer, Table
from bot.answering import Bot, make_bot
from bot.answers.mailbox import answer_mailbox
from bot.bounce.digest import digest
from bot.bounce.explaining import explain_text
from bot.language import Words
from bot.lexicon import Subject
from bot.mailbox.facts import Dkim, Dmarc, Host, MailboxFacts, Missing, Mx, Spf, Verification
from bot.message import MAX_TEXT, Message
from bot.question import (
    Bounce,
    Codes,
    Comparison,
    Help,
    Listing,
    MailboxCheck,
    Question,
    Topic,
    Unclear,
    Wanted,
)
from knowledge.loading import ROOT, Reading, languages, load, read
from knowledge.schema import Knowledge
from knowledge.translating import pairs, placeholders
from tests.prose import badly_set, english_in, prose_of

TAGS = languages()[1:]
_LITERAL = re.compile(r"`([^`]+)`")
_GROUPED = re.compile(r"(?<=\d)[,\u00a0\u202f](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)*(?!-[A-Z])")


@functools.cache
def reading_of(tag: str) -> Reading:
    return read(language=tag)


COMPLETE = [tag for tag in TAGS if reading_of(tag).knowledge.words["language"].complete]
"""What falls back to English in a language that is still growing is no copy, and has English names."""


@functools.cache
def texts_of(tag: str) -> list[tuple[str, str, str]]:
    """Where each text stands, in English, and in the language."""
    base, other = reading_of("en").knowledge, reading_of(tag).knowledge
    return [
        (f"{kind}/{identity}.{path}", own, given)
        for kind in base.__struct_fields__
        if isinstance(getattr(base, kind), dict)
        for identity, entry in getattr(base, kind).items()
        for path, own, given in pairs(entry, getattr(other, kind)[identity])
    ]


def numbers_in(text: str) -> set[str]:
    """Codes and numbers, however a language groups them and marks their decimals."""
    return set(_NUMBER.findall(re.sub(r"(?<=\d),(?=\d)", ".", _GROUPED.sub("", text))))


def is_question(literal: str, bot: Bot) -> bool:
    """Whether a literal is an example of what can be asked, or a command with a placeholder in capitals."""
    asked = bot.understand(Message(literal))
    return not isinstance(asked, Unclear | Bounce) or re.search(r" [A-Z]+$", literal) is not None


def test_french_is_there_and_says_that_it_is_complete() -> None:
    assert "fr" in COMPLETE


@pytest.mark.parametrize("tag", TAGS)
def test_every_translation_has_its_entry_and_its_placeholders(tag: str) -> None:
    assert [str(fault) for fault in reading_of(tag).faults] == []


@pytest.mark.parametrize("tag", COMPLETE)
def test_every_entry_of_a_complete_language_is_translated(tag: str) -> None:
    assert reading_of(tag).untranslated == ()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The knowledge with a language of its own, in a few words."""
    root = tmp_path / "knowledge"
    (root / "xx").mkdir(parents=True)
    (root / "providers").mkdir()
    for name in ("words.yaml", "classes.yaml", "reply-codes.yaml"):
        shutil.copy(ROOT / name, root)
    (root / "xx" / "words.yaml").write_text("- id: language\n  text: Xx\n", "utf-8")
    return root


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("- id: label.nothing\n  text: X\n", "label.nothing translates no entry"),
        ("- id: title.code\n  text: '{code}'\n", "title.code.text: {name} is missing"),
        ("- id: title.code\n  text: '{code} {nom}: {name}'\n", "title.code.text: {nom} is not in the original"),
        ("- id: digest.title\n  count: {other: '{number}'}\n", "digest.title.count.other: {count} is missing and"),
        ("- id: label.code\n  text: X\n  count: {other: '{count}'}\n", "label.code.count: orphan"),
    ],
)
def test_what_does_not_fit_its_entry_is_told_with_its_line(tree: Path, written: str, wrong: str) -> None:
    (tree / "xx" / "words.yaml").write_text(f"- id: language\n  text: Xx\n{written}", "utf-8")
    (fault,) = read(language="xx", root=tree).faults
    assert wrong in str(fault)
    assert str(fault).startswith("knowledge/xx/words.yaml:3: ")


def test_what_is_lost_from_a_list_of_texts_is_told(tree: Path) -> None:
    (tree / "xx" / "reply-codes.yaml").write_text("- id: '550'\n  when: [Einmal.]\n", "utf-8")
    assert any("1 texts instead of" in fault.text for fault in read(language="xx", root=tree).faults)


def test_one_form_for_all_numbers_leaves_no_english_form(tree: Path) -> None:
    (tree / "xx" / "words.yaml").write_text("- id: digest.title\n  count: {other: '{count} Xx'}\n", "utf-8")
    words = Words(msgspec.structs.replace(read(language="xx", root=tree).knowledge, language="de"))
    assert words.count("digest.title", 1) == "1 Xx"


@pytest.mark.parametrize("tag", TAGS)
def test_placeholders_are_those_of_the_original(tag: str) -> None:
    lost = [
        (place, given)
        for place, own, given in texts_of(tag)
        if placeholders(own) != placeholders(given) and ".count." not in place
    ]
    assert lost == []


@pytest.mark.parametrize("tag", TAGS)
def test_literals_stay_as_they_are(bot: Bot, tag: str) -> None:
    """Codes, commands, names of headers, servers' words: only examples of questions are said anew."""
    lost = [
        (place, literal)
        for place, own, given in texts_of(tag)
        for literal in set(_LITERAL.findall(own)) - set(_LITERAL.findall(given))
        if not (place.startswith("words/") and is_question(literal, bot))
    ]
    assert lost == []


@pytest.mark.parametrize("tag", TAGS)
def test_no_number_and_no_code_is_lost(tag: str) -> None:
    lost = [
        (place, gone)
        for place, own, given in texts_of(tag)
        if (gone := numbers_in(_LITERAL.sub("", own)) - numbers_in(given))
    ]
    assert lost == []


@pytest.mark.parametrize("tag", COMPLETE)
def test_no_text_is_only_copied(tag: str) -> None:
    """The same text in both languages is a name or a quotation, never a sentence."""
    same = [
        (place, own)
        for place, own, given in texts_of(tag)
        if own == given and len(re.findall(r"(?<![\w.])[a-z]{3,}(?![\w.])", _LITERAL.sub("", own))) > 2
    ]
    assert same == []


@pytest.mark.parametrize("tag", COMPLETE)
def test_what_counts_has_every_form_that_the_language_needs(tag: str) -> None:
    needed = {babel.Locale.parse(tag).plural_form(number) for number in (*range(200), 1_000, 1_000_000)}
    for word in reading_of(tag).knowledge.words.values():
        if word.count is not None:
            assert all(getattr(word.count, form) for form in needed), word.id


ASKED = """
import asyncio, json, sys
from pathlib import Path
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
from bot.answering import make_bot
from bot.message import Message
bot = make_bot(cache=Path(sys.argv[1]))
for text in ("550", "354 vs 550", "what is greylisting?", "4xx", "help"):
    assert asyncio.run(bot.reply(Message(text))).language == "en"
english = len(opened)
assert asyncio.run(bot.reply(Message("c'est quoi le 550"))).language == "fr"
print(json.dumps([opened[:english], opened[english:]]))
"""


def files_read(cache: Path) -> tuple[set[str], set[str]]:
    """The files of French that a process reads for English questions, and then for the first one in French."""
    asking = [sys.executable, "-c", ASKED, str(cache)]
    done = subprocess.run(asking, capture_output=True, text=True, cwd=ROOT.parent, check=True)
    english, french = ({Path(path).name for path in paths if is_french(path)} for paths in json.loads(done.stdout))
    return english, french


def is_french(path: str) -> bool:
    return Path(path).is_relative_to(ROOT / "fr") or "knowledge-fr-" in path


def test_a_language_is_read_at_its_first_question(tmp_path: Path) -> None:
    """English alone reads nothing of French but, when it is compiled, how questions are asked in it."""
    english, french = files_read(tmp_path)
    assert english == {"words.yaml", "topics.yaml"}
    assert {"reply-codes.yaml", "enhanced-codes.yaml", "google.yaml"} <= french
    english, french = files_read(tmp_path)
    assert english == set()
    assert len(french) == 1


def test_a_change_in_another_languages_prose_compiles_nothing_anew(tree: Path, tmp_path: Path) -> None:
    before = load(root=tree, cache=tmp_path / "cache").version
    (tree / "xx" / "reply-codes.yaml").write_text("- id: '550'\n  name: Xx\n", "utf-8")
    assert load(root=tree, cache=tmp_path / "cache").version == before
    (tree / "xx" / "words.yaml").write_text("- id: signal.common\n  phrases: [xx]\n", "utf-8")
    assert load(root=tree, cache=tmp_path / "cache").version != before


def test_a_misnamed_file_of_a_language_is_told(tree: Path) -> None:
    (tree / "xx" / "reply_code.yaml").write_text("- id: '550'\n  name: Xx\n", "utf-8")
    assert any("reply_code.yaml" in str(fault) for fault in read(language="xx", root=tree).faults)


def test_layers_of_a_language_add_to_one_another(tree: Path, tmp_path: Path) -> None:
    (tree / "xx" / "reply-codes.yaml").write_text("- id: '550'\n  name: Name\n  summary: Satz.\n", "utf-8")
    ours = tmp_path / "ours"
    (ours / "xx").mkdir(parents=True)
    (ours / "xx" / "reply-codes.yaml").write_text("- id: '550'\n  summary: Unser Satz.\n", "utf-8")
    reading = read([ours], language="xx", root=tree)
    entry = reading.knowledge.reply_codes["550"]
    assert (entry.name, entry.summary) == ("Name", "Unser Satz.")
    assert not {("reply_codes/550", "name"), ("reply_codes/550", "summary")} & set(reading.untranslated)


# Every answer.


def codes(known: Knowledge, tag: str) -> Iterator[Question]:
    replies = [*known.reply_codes, "299", "399", "499", "599"]
    yield from (Codes(Subject("reply", code), tag) for code in replies)
    for identity, entry in known.enhanced_codes.items():
        yield Codes(Subject("entry", identity), tag)
        for advice in entry.classes:
            status = identity.replace("x", advice.id, 1)
            yield Codes(Subject("status", status), tag)
            yield from (Codes(Subject("pair", f"{basic} {status}"), tag) for basic in entry.basic if basic in replies)
    yield from (Codes(Subject("status", f"{digit}.{topic}.777"), tag) for digit in "245" for topic in range(9))
    yield from (Codes(Subject("pair", pair), tag) for pair in ("550 4.1.1", "250 5.1.1", "450 5.7.999", "599 5.7.1"))
    for provider in known.providers.values():
        for own in provider.codes:
            subject = Subject("pair" if " " in own.id else "status" if "." in own.id else "reply", own.id)
            yield Codes(subject, tag, provider.id)


def named(known: Knowledge, tag: str) -> Iterator[Question]:
    yield from (Topic(Subject("topic", identity), tag) for identity in known.topics)
    yield from (Topic(Subject("blocklist", identity), tag) for identity in known.blocklists)
    yield from (Topic(Subject("provider", identity), tag) for identity in known.providers)
    yield from (Topic(Subject("reason", identity), tag) for identity in known.reasons)
    yield from (Listing(family, tag) for family in (None, *known.classes))


def comparisons(known: Knowledge, tag: str) -> Iterator[Question]:
    replies = [Subject("reply", code) for code in known.reply_codes]
    families = [Subject("family", family) for family in known.classes]
    topics = [Subject("topic", topic) for topic in known.topics]
    words = [Subject("blocklist", next(iter(known.blocklists))), Subject("provider", next(iter(known.providers)))]
    yield from (Comparison(two, tag) for two in itertools.pairwise([*replies, *families, *topics, *words]))
    for code, entry in known.reply_codes.items():
        yield from (Comparison((Subject("reply", code), Subject("reply", other.id)), tag) for other in entry.confused)
    for code, enhanced in known.enhanced_codes.items():
        for other in enhanced.confused:
            two = (code.replace("x", "5", 1), other.id.replace("x", "5", 1))
            yield Comparison(tuple(Subject("status", status) for status in two), tag)
    yield Comparison((Subject("reply", "354"), Subject("reply", "550")), tag)
    yield Comparison((Subject("reply", "599"), Subject("status", "5.7.777"), Subject("pair", "550 5.1.1")), tag)
    yield Comparison(tuple(replies[:6]), tag, tuple(replies[6:9]))


def odd(tag: str) -> Iterator[Question]:
    yield Help(tag)
    yield from (
        Unclear("99", tag, wrong, ("550", "5.7.1"))
        for wrong in ("nothing", "no-reply-code", "no-enhanced-code", "too-long", "no-failure")
    )
    yield Bounce(Message("all is well"), tag)
    yield MailboxCheck(Wanted(""), Message(""), tag)


def bounces(known: Knowledge, tag: str) -> Iterator[Question]:
    samples = [sample for p in known.providers.values() for pattern in p.patterns for sample in pattern.samples]
    samples += [sample.text for log in known.log_formats.values() for sample in log.samples]
    yield from (Bounce(Message(sample[:MAX_TEXT]), tag) for sample in samples)
    for status in known.enhanced_codes:
        yield Bounce(Message(f"550 {status.replace('x', '5', 1)} wxyz"), tag)
    yield Bounce(Message("554 rejected, see 127.255.255.254"), tag)
    yield Bounce(Message("450 4.2.1 wait, retry in 300 seconds"), tag)


def checks() -> Iterator[MailboxFacts]:
    mail = Mx("explicit", (Host("mx.example.com", 10, ("192.0.2.1",)),))
    lost = Missing("timeout", 30)
    for refused in ("syntax", "person", "place", "domain", "too-often"):
        yield MailboxFacts(asked="a@example.com", refused=refused)
    for verdict in ("deliverable", "undeliverable", "risky", "unknown"):
        flags = ("catch-all", "role", "disposable", "full", "disabled")
        said = Verification("Kickbox", verdict, flags, "550 5.1.1 No such user here")
        yield MailboxFacts(asked="a@example.com", address="a@example.com", mx=mail, mailbox=said, mta_sts=False)
    for why in ("timeout", "server-failure", "refused", "malformed", "too-large", "network", "unauthorised",
                "no-credit", "rate-limited", "unavailable"):  # fmt: skip
        yield MailboxFacts(asked="example.com", domain="example.com", mx=Missing(why, 30), exists=True)
    yield MailboxFacts(
        asked="a@example.com", address="a@example.com", exists=lost, mx=lost, spf=lost, dkim=lost, dmarc=lost,
        mta_sts=lost, tls_rpt=lost, dnssec=True, mailbox=lost,
    )  # fmt: skip
    yield MailboxFacts(asked="gmial.com", domain="gmial.com", shown="gmial.com", suggestion="gmail.com", exists=False)
    for kind in ("null", "none", "implicit"):
        yield MailboxFacts(asked="example.com", mx=Mx(kind, ()), tls_rpt=False, mta_sts=True)
    yield MailboxFacts(asked="example.com", mx=Mx("explicit", (Host("mx.example.com", 10),)))
    for error in (None, "several", "syntax", "too-many-lookups", "too-many-void", "loop"):
        yield MailboxFacts(asked="example.com", mx=mail, spf=Spf(("v=spf1 -all",), "pass", 1, 0, error))
    yield MailboxFacts(asked="example.com", mx=mail, spf=Spf(()), dmarc=Dmarc("example.com"))
    for key in ({}, {"revoked": True}, {"testing": True}, {"broken": True}, {"kind": "rsa", "bits": 512}):
        exists = bool(key)
        yield MailboxFacts(asked="example.com", mx=mail, dkim=msgspec.structs.replace(Dkim("s1", exists), **key))
    for policy in ({"policy": "none"}, {"policy": "reject", "testing": True}, {"error": "several"}):
        dmarc = msgspec.structs.replace(Dmarc("example.com", "example.com"), **policy)
        yield MailboxFacts(asked="example.com", mx=mail, dmarc=dmarc)


@functools.cache
def answers_in(tag: str) -> tuple[Answer, ...]:
    """Every answer that the knowledge can give in a language."""
    bot = make_bot()
    known = bot.knowledge
    asked = itertools.chain(
        codes(known, tag), named(known, tag), comparisons(known, tag), odd(tag), bounces(known, tag)
    )
    words = bot.words(tag)
    explained = [
        diagnosis
        for provider in known.providers.values()
        for pattern in provider.patterns
        for diagnosis in explain_text(pattern.samples[0], bot.explainer())
    ]
    return (
        *(bot.answer(question) for question in asked),
        *(answer_mailbox(facts, words, explained[0]) for facts in checks()),
        bot.explain(digest(explained, known), words),
        bot.explain(digest(explained[:2], known), words),
        bot.explain(digest([], known), words),
    )


@functools.cache
def said_in(tag: str) -> frozenset[str]:
    """Everything said in those answers, and every text that adapters say of their own accord."""
    said = {text for answer in answers_in(tag) for text in prose_of(answer)}
    return frozenset(said | {given for _, _, given in texts_of(tag)})


def test_every_kind_of_answer_is_among_those_that_are_looked_at() -> None:
    kinds = {answer.kind for answer in answers_in("fr")}
    assert kinds == {"code", "comparison", "list", "topic", "bounce", "digest", "mailbox", "help", "not_understood"}
    assert {answer.language for answer in answers_in("fr")} == {"fr"}
    assert len(answers_in("fr")) > 5_000


def test_no_english_is_left_in_any_french_answer() -> None:
    assert {text: found for text in said_in("fr") if (found := english_in(text))} == {}


def test_french_has_its_no_break_spaces() -> None:
    assert {text: found for text in said_in("fr") if (found := badly_set(text))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "Le serveur refuse. The sender should wait.",
        "Lire the log.",
        "Boîte pleine : ask your admin.",
        "Réessayez when it works.",
        "the mailbox is full",
    ],
)
def test_an_english_sentence_would_be_seen(text: str) -> None:
    assert english_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Le serveur dit « the mailbox is full » puis `550 not here`.",
        "Après MAIL FROM et RCPT TO, l'en-tête From compte ; voir https://example.com/how-to-fix.",
        "Amazon SES, Symantec Email Security et Trend Micro l'emploient.",
    ],
)
def test_what_servers_say_and_how_things_are_called_is_no_english_sentence(text: str) -> None:
    assert english_in(text) == []


@pytest.mark.parametrize("text", ["Quoi?", "Quoi ?", "Ceci: cela", "« ceci »", "ceci ; cela", "Halte!", "Oui : non"])
def test_french_that_is_badly_set_would_be_seen(text: str) -> None:
    assert badly_set(text)


@pytest.mark.parametrize(
    "text",
    [
        "Quoi\u00a0?",
        "À 10:15, port smtp.example.com:25\u202f; « `a: b` »".replace("« ", "«\u00a0").replace(" »", "\u00a0»"),
    ],
)
def test_french_that_is_well_set_is_left_alone(text: str) -> None:
    assert badly_set(text) == []


def test_the_comparison_has_its_french_headings(ask: Callable[..., Answer]) -> None:
    titles = [section.title for section in ask("354 contre 550").sections if not isinstance(section, Table)]
    expected = ["Description", "Quand vous le voyez", "Comment résoudre", "Différences clés", "Quand utiliser lequel"]
    assert [title for title in titles if title in expected] == expected


@pytest.mark.parametrize("tag", TAGS)
def test_every_follow_up_is_understood_in_its_language(bot: Bot, tag: str) -> None:
    """Pressed without anything that tells the language, a follow-up leads where the English one does."""
    for follow_up in {text for answer in answers_in(tag) for text in answer.follow_ups}:
        asked = bot.understand(Message(follow_up, language=tag, chosen=True))
        assert not isinstance(asked, Unclear | Bounce), (follow_up, asked)


@pytest.mark.parametrize("tag", COMPLETE)
def test_a_topic_is_found_by_its_name_in_the_language(bot: Bot, tag: str) -> None:
    for identity, topic in reading_of(tag).knowledge.topics.items():
        for name in (topic.name, *topic.aliases):
            asked: Any = bot.understand(Message(name))
            assert asked == Topic(Subject("topic", identity), asked.language) or isinstance(asked, Codes | Listing), (
                name
            )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 rejet"),
        (1, "1 rejet"),
        (2, "2 rejets"),
        (1_000, "1\u202f000 rejets"),
        (1_000_000, "1\u202f000\u202f000 de rejets"),
        (1_234_567, "1\u202f234\u202f567 rejets"),
    ],
)
def test_french_counts_as_french_does(bot: Bot, number: int, said: str) -> None:
    assert bot.words("fr").count("digest.title", number) == said


def test_french_lists_and_numbers_are_french(bot: Bot) -> None:
    words = bot.words("fr")
    assert words.all_of(["a", "b", "c"]) == "a, b et c"
    assert words.either(["a", "b"]) == "a ou b"
    assert words.number(12_345.5) == "12\u202f345,5"
