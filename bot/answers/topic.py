"""Answers to words: topics, reasons, blocklists, providers; help; and what was not understood."""

from collections.abc import Iterator

from bot.answer import Answer, Facts, Paragraph, Section
from bot.answers import parts
from bot.language import Words
from bot.question import MAX_QUESTION, Topic, Unclear
from knowledge.basics import Source
from knowledge.schema import Blocklist, Provider, Reason
from knowledge.schema import Topic as TopicEntry


def answer_topic(question: Topic, words: Words) -> Answer:
    """Answer with the entry that was named."""
    known, identity = words.knowledge, question.subject.id
    match question.subject.kind:
        case "blocklist":
            return _blocklist(known.blocklists[identity], words)
        case "provider":
            return _provider(known.providers[identity], words)
        case "reason":
            return _reason(known.reasons[identity], words)
        case _:
            return _topic(known.topics[identity], words)


def _topic(topic: TopicEntry, words: Words) -> Answer:
    codes = tuple((f"`{note.id}`", note.why) for note in topic.codes)
    return _answer(
        topic.id,
        topic.name,
        topic.summary,
        (
            *parts.notes(words, (topic.id,)),
            Paragraph(id="meaning", title=words.say("label.meaning"), text=topic.body, weight=8),
            *parts.steps(words, "fix", "label.fix-sender", topic.sender, 9),
            *parts.steps(words, "fix-receiver", "label.fix-receiver", topic.receiver, 8),
            *_facts("codes", "label.shows-as", codes, words, 7),
        ),
        words,
        sources=(*parts.note_links(words, (topic.id,)), *parts.sources_of(topic.sources)),
        follow_ups=(*(note.id for note in topic.codes[:3]), *parts.topic_names(words, topic.related)),
    )


def _reason(reason: Reason, words: Words) -> Answer:
    facts = (
        (words.say("label.acts"), words.say(f"actor.{reason.acts}")),
        (words.say("label.retry"), words.say(f"retry.{reason.retry}")),
        (words.say("label.suppress"), words.say("word.yes" if reason.suppress else "word.no")),
    )
    codes = tuple((f"`{code}`", name) for code in reason.codes if (name := parts.code_name(words.knowledge, code)))
    return _answer(
        reason.id,
        reason.name,
        reason.summary,
        (
            *parts.notes(words, (reason.id,)),
            *_facts("facts", "label.what", facts, words, 8),
            *parts.steps(words, "fix", "label.fix-sender", reason.sender, 9),
            *parts.steps(words, "fix-receiver", "label.fix-receiver", reason.receiver, 8),
            *_facts("codes", "label.shows-as", codes, words, 6),
        ),
        words,
        sources=parts.sources_of(reason.sources),
        follow_ups=(*reason.codes[:3], *parts.topic_names(words, reason.topics[:3])),
    )


def _blocklist(blocklist: Blocklist, words: Words) -> Answer:
    status = (
        words.say("word.gone", since=blocklist.gone_since)
        if blocklist.status == "gone"
        else words.say(f"word.{blocklist.status}")
    )
    facts = [(words.say("label.status"), status)]
    if blocklist.operator:
        facts.append((words.say("label.operator"), blocklist.operator))
    if blocklist.zones:
        facts.append((words.say("label.zones"), ", ".join(f"`{zone}`" for zone in blocklist.zones)))
    if blocklist.lookup:
        facts.append((words.say("label.lookup"), blocklist.lookup))
    if blocklist.delist:
        facts.append((words.say("label.delist"), blocklist.delist))
    returns = tuple((f"`{code.id}`", code.means) for code in blocklist.returns)
    return _answer(
        blocklist.id,
        blocklist.name,
        blocklist.meaning,
        (
            *parts.notes(words, (blocklist.id,)),
            *_facts("facts", "label.what", tuple(facts), words, 8),
            *parts.steps(words, "fix", "label.fix", blocklist.fix, 9),
            *_facts("returns", "label.returns", returns, words, 6),
        ),
        words,
        sources=parts.sources_of(blocklist.sources),
        follow_ups=(*parts.topic_names(words, ("blocklists",)), "554 5.7.1"),
    )


def _provider(provider: Provider, words: Words) -> Answer:
    codes = tuple((f"`{code.id}`", code.meaning) for code in provider.codes)
    pages = tuple((page.title, page.url) for page in provider.help)
    return _answer(
        provider.id,
        provider.name,
        provider.about or words.say("unclear.summary"),
        (
            *parts.steps(words, "fix", "label.fix", provider.fix, 9),
            *_facts("codes", "label.provider-codes", codes, words, 7),
            *_facts("pages", "label.help-pages", pages, words, 8),
        ),
        words,
        sources=parts.sources_of(provider.help, *(code.sources for code in provider.codes)),
        follow_ups=tuple(
            f"{provider.aliases[0] if provider.aliases else provider.name} {code.id}" for code in provider.codes[:5]
        ),
    )


def _answer(
    identity: str,
    name: str,
    summary: str,
    sections: tuple[Section, ...],
    words: Words,
    *,
    sources: tuple[Source, ...],
    follow_ups: tuple[str, ...],
) -> Answer:
    return Answer(
        kind="topic",
        subjects=(identity,),
        language=words.language,
        title=name,
        summary=summary,
        sections=sections,
        sources=sources,
        follow_ups=tuple(dict.fromkeys(follow_ups))[: parts.MAX_FOLLOW_UPS],
    )


def _facts(
    identity: str, label: str, facts: tuple[tuple[str, str], ...], words: Words, weight: int
) -> Iterator[Section]:
    if facts:
        yield Facts(id=identity, title=words.say(label), facts=facts, weight=weight)


HELP_TOPICS = ("help.code", "help.provider", "help.comparison", "help.list", "help.topic", "help.bounce")


def answer_help(words: Words) -> Answer:
    """What can be asked, with examples that work when pressed."""
    return Answer(
        kind="help",
        subjects=(),
        language=words.language,
        title=words.say("title.help"),
        summary=words.say("help.summary"),
        sections=tuple(parts.items(words, "what", "help.what", tuple(words.say(topic) for topic in HELP_TOPICS), 9)),
        follow_ups=words.signals("help.examples")[: parts.MAX_FOLLOW_UPS],
    )


def answer_unclear(question: Unclear, words: Words) -> Answer:
    """Say what was not understood, and what would work."""
    if question.wrong in ("no-reply-code", "no-enhanced-code"):
        title = words.say(f"title.{question.wrong}", code=question.text)
        summary = words.say(f"unclear.{question.wrong}")
    elif question.wrong == "too-long":
        title = words.say("title.too-long")
        summary = words.say("unclear.too-long", limit=words.number(MAX_QUESTION))
    elif question.wrong == "no-failure":
        title, summary = words.say("title.no-failure"), words.say("unclear.no-failure")
    else:
        title, summary = words.say("title.unclear"), words.say("unclear.summary")
    near = tuple(f"`{name}`" for name in question.near)
    topics = tuple(words.say(topic) for topic in HELP_TOPICS)
    return Answer(
        kind="not_understood",
        subjects=(),
        language=words.language,
        title=title,
        summary=summary,
        sections=(
            *parts.items(words, "near", "unclear.near", near, 9),
            *parts.items(words, "what", "help.what", topics, 5),
        ),
        follow_ups=tuple(dict.fromkeys((*question.near, *words.signals("help.examples"))))[: parts.MAX_FOLLOW_UPS],
    )
