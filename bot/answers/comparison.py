"""Two to six subjects side by side: what each is, when, how to fix it, how they differ, which applies when."""

from collections.abc import Iterator, Sequence

import msgspec

from bot.answer import Answer, Facts, Paragraph, Section, Table, Tone
from bot.answers import parts
from bot.language import Words
from bot.lexicon import Subject
from bot.question import Comparison
from knowledge.basics import Actor, Reference, Retry, Stage
from knowledge.codes import Severity

SHOWN_ITEMS = 3
"""Situations and steps of one subject that a comparison shows; its own answer has them all."""


class Side(msgspec.Struct, frozen=True):
    """One subject, made comparable."""

    code: str
    name: str
    summary: str
    severity: Severity | None
    acts: Actor | None
    retry: Retry | None
    stages: tuple[Stage, ...] = ()
    when: tuple[str, ...] = ()
    use: str | None = None
    fix: tuple[str, ...] = ()
    enhanced: tuple[str, ...] = ()
    confused: tuple[tuple[str, str], ...] = ()
    sources: tuple[Reference, ...] = ()


def answer_comparison(question: Comparison, words: Words) -> Answer:
    """Compare the subjects; those beyond six are named as left out."""
    sides = [_side(subject, words) for subject in question.subjects]
    codes = tuple(side.code for side in sides)
    dropped = ", ".join(subject.id for subject in question.dropped)
    tones = {side.severity for side in sides}
    return Answer(
        kind="comparison",
        subjects=codes,
        language=words.language,
        title=" vs ".join(f"{side.code}" for side in sides),
        summary=" ".join(
            (_summary(sides, words), *((words.say("comparison.dropped", dropped=dropped),) if dropped else ()))
        ),
        tone=_tone(tones),
        sections=(
            *parts.notes(words, codes),
            _table(sides, words),
            _facts("description", "label.description", [(side, (side.summary,)) for side in sides], words, 8),
            _facts("when", "label.when", [(side, side.when) for side in sides], words, 6),
            *_fix(sides, words),
            *parts.items(words, "differences", "label.differences", tuple(_differences(sides, words)), 9),
            *_which(sides, words),
            *_session(sides, words),
            *_enhanced(sides, words),
        ),
        sources=parts.sources_of(*(side.sources for side in sides)),
        follow_ups=tuple(dict.fromkeys(subject.id for subject in question.subjects)),
    )


def _tone(severities: set[Severity | None]) -> Tone:
    only = next(iter(severities)) if len(severities) == 1 else None
    return only or "neutral"


def _side(subject: Subject, words: Words) -> Side:
    known, code = words.knowledge, subject.id
    stages = parts.stages_of(known, subject)
    if subject.kind == "reply" and code in known.reply_codes:
        reply = known.reply_codes[code]
        enhanced = tuple(found for found in reply.enhanced if found[0] == code[0])
        confused = tuple((other.id, other.why) for other in reply.confused)
        return Side(code, reply.name, reply.summary, parts.severity_of(code), reply.acts, reply.retry,
                    reply.after, reply.when, reply.use, reply.sender or reply.receiver, enhanced, confused,
                    reply.sources)  # fmt: skip
    if subject.kind in ("status", "pair", "entry"):
        status = code.split(" ")[-1]
        entry = parts.enhanced_entry(known, status)
        if entry is not None:
            advice = tuple(advice.advice for advice in entry.classes if advice.id == status[0])
            severity = None if subject.kind == "entry" else parts.severity_of(code)
            confused = tuple((other.id.replace("x", status[0], 1), other.why) for other in entry.confused)
            retry, fix = parts.retry_of(entry, status), entry.sender or entry.receiver
            return Side(code, entry.name, entry.summary, severity, entry.acts, retry, stages,
                        (*advice, *entry.when), None, fix, (), confused, entry.sources)  # fmt: skip
    if code in known.classes:
        family = known.classes[code]
        severity = parts.severity_of(code) if code[0] != "x" else None
        return Side(code, family.name, family.summary, severity, family.acts, family.retry,
                    (), (family.meaning,), None, family.steps, sources=family.sources)  # fmt: skip
    return _worded(subject, words) or _undefined(subject, words)


def _worded(subject: Subject, words: Words) -> Side | None:
    """A side that is asked in words: a topic, a reason, a blocklist, a provider."""
    known = words.knowledge
    match subject.kind:
        case "topic" if topic := known.topics.get(subject.id):
            enhanced = tuple(note.id for note in topic.codes)
            return Side(topic.name, topic.name, topic.summary, None, None, None, (), topic.body[:1], None,
                        topic.sender or topic.receiver, enhanced, sources=topic.sources)  # fmt: skip
        case "reason" if reason := known.reasons.get(subject.id):
            return Side(reason.name, reason.name, reason.summary, None, reason.acts, reason.retry, (), (), None,
                        reason.sender or reason.receiver, reason.codes, sources=reason.sources)  # fmt: skip
        case "blocklist" if blocklist := known.blocklists.get(subject.id):
            return Side(blocklist.name, blocklist.name, blocklist.meaning, None, None, None, (), (), None,
                        blocklist.fix, sources=blocklist.sources)  # fmt: skip
        case "provider" if provider := known.providers.get(subject.id):
            return Side(provider.name, provider.name, provider.about or provider.name, None, None, None, (), (), None,
                        provider.fix)  # fmt: skip
    return None


def _undefined(subject: Subject, words: Words) -> Side:
    code = subject.id
    name = words.say("title.undefined", code=code)
    if code[0] not in "2345":
        return Side(code, name, name, None, None, None)
    severity = parts.severity_of(code)
    family = words.knowledge.classes.get(f"{code[0]}xx")
    summary = words.say("code.undefined-reply", code=code, severity=words.say(f"severity.{severity}"))
    if family is None:
        return Side(code, name, summary, severity, None, None)
    return Side(
        code, name, summary, severity, family.acts, family.retry, (), (), None, family.steps, sources=family.sources
    )


def _summary(sides: Sequence[Side], words: Words) -> str:
    """Which is which, in one or two sentences."""
    named = (words.say("comparison.use", code=side.code, summary=side.name) for side in sides)
    opening = words.series(named) + "."
    severities = [side.severity for side in sides if side.severity]
    if len(severities) == 2 and len(sides) == 2 and severities[0] != severities[1]:
        first, second = (words.say(f"severity.{severity}").lower() for severity in severities)
        values = {"first": sides[0].code, "second": sides[1].code, "severity_first": first, "severity_second": second}
        return f"{opening} {words.say('comparison.summary', **values)}"
    return opening


def _table(sides: Sequence[Side], words: Words) -> Table:
    """One row a question, one column a subject."""
    dash = "-"
    rows = [
        (words.say("label.name"), [side.name for side in sides]),
        (
            words.say("label.class"),
            [words.say(f"severity.{side.severity}") if side.severity else dash for side in sides],
        ),
        (words.say("label.stage"), [_stage_cell(side, words) or dash for side in sides]),
        (words.say("label.acts"), [words.say(f"actor.{side.acts}") if side.acts else dash for side in sides]),
        (words.say("label.retry"), [words.say(f"retry.{side.retry}") if side.retry else dash for side in sides]),
    ]
    return Table(
        id="side-by-side",
        title=words.say("label.side-by-side"),
        head=("", *(side.code for side in sides)),
        rows=tuple((label, *cells) for label, cells in rows if any(cell != dash for cell in cells)),
        weight=9,
    )


def _stage_cell(side: Side, words: Words) -> str:
    found = parts.stage_names(words.knowledge, side.stages)
    if not found:
        return words.say("word.any-command") if "any" in side.stages else ""
    return ", ".join(stage.command for stage in found)


def _facts(
    identity: str, label: str, values: Sequence[tuple[Side, tuple[str, ...]]], words: Words, weight: int
) -> Section:
    facts = tuple((side.code, text) for side, texts in values for text in texts[:SHOWN_ITEMS])
    return Facts(id=identity, title=words.say(label), facts=facts, weight=weight)


def _fix(sides: Sequence[Side], words: Words) -> Iterator[Section]:
    values = [(side, side.fix) for side in sides]
    if any(side.fix for side in sides):
        yield _facts("fix", "label.fix", values, words, 8)


def _differences(sides: Sequence[Side], words: Words) -> Iterator[str]:
    """What the knowledge itself says of how they differ, then class, stage and who acts where those differ."""
    codes = {side.code for side in sides}
    for side in sides:
        yield from (why for code, why in side.confused if code in codes)
    classes = {side.severity for side in sides if side.severity}
    if len(classes) == 1:
        yield words.say("comparison.same-class", severity=words.say(f"severity.{next(iter(classes))}"))
    if len(classes) > 1:
        yield _each("label.class", [(side.code, f"severity.{side.severity}") for side in sides if side.severity], words)
    if len({side.retry for side in sides if side.retry}) > 1:
        yield _each("label.retry", [(side.code, f"retry.{side.retry}") for side in sides if side.retry], words)
    if len({side.acts for side in sides if side.acts}) > 1:
        yield _each("label.acts", [(side.code, f"actor.{side.acts}") for side in sides if side.acts], words)


def _each(label: str, values: Sequence[tuple[str, str]], words: Words) -> str:
    """One line: what is compared, then each subject's value."""
    cells = words.series(words.pair(code, words.say(value)) for code, value in values)
    return words.say("comparison.each", label=words.say(label).rstrip("?\u00a0 "), cells=cells)


def _which(sides: Sequence[Side], words: Words) -> Iterator[Section]:
    facts = tuple(
        (side.code, text) for side in sides for text in ((side.use,) if side.use else side.when[:1] or (side.summary,))
    )
    yield Facts(id="which", title=words.say("label.which"), facts=facts, weight=8)


def _session(sides: Sequence[Side], words: Words) -> Iterator[Section]:
    """That two of them can be met in one session: the go-ahead for the message, then the verdict on it."""
    go_ahead = [side.code for side in sides if side.severity == "intermediate" and "data" in side.stages]
    verdict = [side.code for side in sides if "end-of-data" in side.stages]
    if go_ahead and verdict:
        text = words.say("comparison.both-in-session", first=go_ahead[0], second=words.either(verdict))
        yield Paragraph(id="session", title=words.say("label.session"), text=(text,), weight=7)


def _enhanced(sides: Sequence[Side], words: Words) -> Iterator[Section]:
    facts = tuple(
        (words.pair(side.code, f"`{code}`"), name)
        for side in sides
        for code in side.enhanced
        if (name := parts.code_name(words.knowledge, code))
    )
    if facts:
        yield Facts(id="enhanced", title=words.say("label.enhanced"), facts=facts, weight=5)
