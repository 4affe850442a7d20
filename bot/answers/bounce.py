"""One diagnosis or a digest of many, explained."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.answer import Answer, Facts, Paragraph, Quote, Section, Table, Tone
from bot.answers import parts
from bot.bounce.diagnosis import Diagnosis
from bot.bounce.digest import Digest
from bot.language import Words
from knowledge.basics import Source
from knowledge.schema import Blocklist, Knowledge, Pattern, Provider
from knowledge.sources import source_of

SHOWN_ROWS = 10
SHOWN_SAMPLES = 5
SHOWN_ADDRESSES = 50
SHOWN_WORDS = 1_500
"""Characters of a server's own words that an answer quotes."""

_IP = re.compile(
    r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.]*[\w])|(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}[0-9a-f:]{1,19}", re.I
)
_URL = re.compile(r"https?://[^\s<>\"'\])}]+[^\s<>\"'\])}.,;:]")
_RESOLVER_FAULT = re.compile(r"127\.255\.255\.\d{1,3}")


def record(diagnosis: Diagnosis, knowledge: Knowledge) -> dict[str, Any]:
    """One line of the JSON contract."""
    evidence = diagnosis.evidence
    stage = knowledge.stages.get(evidence.command or "")
    return {
        "source": evidence.source,
        "reply": evidence.reply,
        "status": evidence.status,
        "reason": diagnosis.reason,
        "permanent": diagnosis.permanent,
        "suppress": diagnosis.suppress,
        "recipient": evidence.recipient,
        "sender": evidence.sender,
        "remote_host": evidence.remote_host,
        "provider": diagnosis.provider,
        "mta": evidence.mta,
        "queue_id": evidence.queue_id,
        "command": stage.command if stage else None,
        "blocklist": diagnosis.blocklist,
        "retry_after": diagnosis.retry_after,
        "text": evidence.text,
        "matched": diagnosis.matched,
    }


def answer_bounce(diagnosis: Diagnosis, words: Words) -> Answer:
    """Explain one failed recipient."""
    known, evidence = words.knowledge, diagnosis.evidence
    reason = known.reasons[diagnosis.reason]
    provider = known.providers.get(diagnosis.provider or "")
    owner, pattern = _pattern(diagnosis, known)
    blocklist = known.blocklists.get(diagnosis.blocklist or "") if reason.id == "blocklisted" else None
    codes = " ".join(code for code in (evidence.reply, evidence.status) if code)
    about = (reason.id, *codes.split(" "), codes, *((pattern.id,) if pattern else ()))
    return Answer(
        kind="bounce",
        subjects=tuple(codes.split()) or (reason.id,),
        language=words.language,
        title=words.say("bounce.title", reason=reason.name, codes=codes) if codes else reason.name,
        summary=" ".join(
            (pattern.means if pattern and pattern.means else reason.summary, *_special(diagnosis, blocklist, words))
        ),
        tone=_tone(diagnosis, reason.kind),
        sections=(
            *parts.notes(words, about, provider.id if provider else None),
            _facts(diagnosis, provider, blocklist, words),
            *_fix(diagnosis, pattern, blocklist, provider, words),
            *_found(evidence.text, blocklist, words),
            *_quote(evidence.text, words),
            *_why(diagnosis, owner, pattern, words),
            *_background(diagnosis, provider, words),
        ),
        bounces=(record(diagnosis, known),),
        sources=_sources(pattern, provider, blocklist, words, about, reason.sources),
        follow_ups=tuple(
            dict.fromkeys(
                (*((codes,) if codes else ()), *parts.topic_names(words, reason.topics[:3]), *reason.codes[:2])
            )
        )[:5],
    )


def _pattern(diagnosis: Diagnosis, known: Knowledge) -> tuple[Provider | None, Pattern | None]:
    owner = known.providers.get((diagnosis.matched or "").partition("/")[0])
    found = (p for p in owner.patterns if p.id == diagnosis.matched) if owner else iter(())
    return owner, next(found, None)


def _tone(diagnosis: Diagnosis, kind: str) -> Tone:
    if kind == "no-failure":
        return "neutral" if diagnosis.reason != "delivered" else "success"
    if diagnosis.permanent is None:
        return "neutral"
    return "permanent" if diagnosis.permanent else "temporary"


def _special(diagnosis: Diagnosis, blocklist: Blocklist | None, words: Words) -> Iterator[str]:
    """What only experts know: a dead list, a resolver that is refused."""
    if _RESOLVER_FAULT.search(diagnosis.evidence.text):
        yield words.say("bounce.resolver-fault")
    elif blocklist is not None and blocklist.status == "gone":
        yield words.say("bounce.dead-list", name=blocklist.name, since=blocklist.gone_since)


def _facts(diagnosis: Diagnosis, provider: Provider | None, blocklist: Blocklist | None, words: Words) -> Section:
    evidence, known = diagnosis.evidence, words.knowledge
    stage = known.stages.get(evidence.command or "")
    reason = known.reasons[diagnosis.reason]
    facts = [
        ("label.acts", words.say(f"actor.{diagnosis.acts}")),
        ("label.permanent", _truth(diagnosis.permanent, words)),
        ("label.retry", words.say(f"retry.{'later' if diagnosis.permanent is False else reason.retry}")),
        (
            "label.retry-after",
            words.count("bounce.seconds", diagnosis.retry_after) if diagnosis.retry_after else None,
        ),
        ("label.suppress", words.say("word.yes" if diagnosis.suppress else "word.no")),
        ("label.recipient", f"`{evidence.recipient}`" if evidence.recipient else None),
        ("label.answered-by", provider.name if provider else None),
        ("label.remote-host", f"`{evidence.remote_host}`" if evidence.remote_host else None),
        ("label.blocklist", blocklist.name if blocklist else None),
        ("label.stage", words.say("bounce.stage", command=f"`{stage.command}`", stage=stage.name) if stage else None),
    ]
    shown = tuple((words.say(label), value) for label, value in facts if value)
    return Facts(id="facts", title=words.say("label.verdict"), facts=shown, weight=9)


def _truth(value: bool | None, words: Words) -> str:
    return words.say({True: "bounce.permanent", False: "bounce.temporary", None: "word.depends"}[value])


def _fix(
    diagnosis: Diagnosis, pattern: Pattern | None, blocklist: Blocklist | None, provider: Provider | None, words: Words
) -> Iterator[Section]:
    """The provider's own advice where it has one, else the list's, else the reason's."""
    reason = words.knowledge.reasons[diagnosis.reason]
    if pattern and pattern.fix:
        yield from parts.steps(words, "fix", "label.fix", pattern.fix, 9)
    elif blocklist:
        yield from parts.steps(words, "fix", "label.fix", blocklist.fix, 9)
    else:
        yield from parts.steps(words, "fix", "label.fix-sender", reason.sender, 9)
        yield from parts.steps(words, "fix-receiver", "label.fix-receiver", reason.receiver, 5)
    pages = [(page.title, page.url) for page in (pattern.help if pattern else ())]
    pages += [(page.title, page.url) for page in (provider.help[:2] if provider and not pages else ())]
    if pages:
        yield Facts(id="pages", title=words.say("label.help-pages"), facts=tuple(pages), weight=8)


def _found(text: str, blocklist: Blocklist | None, words: Words) -> Iterator[Section]:
    """The addresses and links inside the reply, and where to look a listing up."""
    ips = tuple(dict.fromkeys(ip for ip in _IP.findall(text) if not ip.startswith("127.")))[:3]
    urls = tuple(dict.fromkeys(_URL.findall(text)))[:3]
    facts = [(words.say("label.ip"), f"`{ip}`") for ip in ips] + [(words.say("label.link"), f"`{url}`") for url in urls]
    if blocklist and blocklist.lookup:
        facts.append((words.say("label.lookup"), blocklist.lookup))
    if blocklist and blocklist.delist and blocklist.delist != blocklist.lookup:
        facts.append((words.say("label.delist"), blocklist.delist))
    if facts:
        yield Facts(id="found", title=words.say("label.found"), facts=tuple(facts), weight=7)


def _quote(text: str, words: Words) -> Iterator[Section]:
    if text:
        shown = text if len(text) <= SHOWN_WORDS else f"{text[:SHOWN_WORDS]}…"
        yield Quote(id="words", title=words.say("label.words"), text=shown, weight=6)


def _why(diagnosis: Diagnosis, owner: Provider | None, pattern: Pattern | None, words: Words) -> Iterator[Section]:
    kind, _, rest = (diagnosis.matched or "").partition("/")
    if pattern and owner:
        text = words.say("bounce.why-pattern", pattern=f"`{pattern.id}`", owner=owner.name)
        if owner.kind == "sender":
            text = f"{text} {words.say('bounce.sender-made', name=owner.name)}"
    elif kind in ("status", "reply", "blocklist", "notice"):
        text = words.say(f"bounce.why-{kind}", code=f"`{rest}`")
    else:
        text = words.say("bounce.why-unknown")
    yield Paragraph(id="why", title=words.say("label.why"), text=(text,), weight=4)


def _background(diagnosis: Diagnosis, provider: Provider | None, words: Words) -> Iterator[Section]:
    """What the code itself means there, and what is known of who answered."""
    status = diagnosis.evidence.status
    texts = []
    if provider and status:
        texts += [own.meaning for own in provider.codes if own.id.split(" ")[-1] == status][:1]
    if provider and provider.about:
        texts.append(provider.about)
    if texts and provider:
        yield Paragraph(
            id="provider", title=words.say("label.provider", provider=provider.name), text=tuple(texts), weight=3
        )


def _sources(
    pattern: Pattern | None,
    provider: Provider | None,
    blocklist: Blocklist | None,
    words: Words,
    about: Sequence[str],
    reason_sources: Sequence[Any],
) -> tuple[Source, ...]:
    own = (source_of(pattern.source),) if pattern else ()
    listed = parts.sources_of(blocklist.sources) if blocklist else ()
    links = parts.note_links(words, about, provider.id if provider else None)
    return tuple(dict.fromkeys((*links, *own, *listed, *parts.sources_of(reason_sources))))


def answer_digest(found: Digest, bounces: Sequence[Diagnosis], words: Words) -> Answer:
    """
    Explain many at once.

    Args:
        found: their digest.
        bounces: as many of them as the answer's JSON shall carry.
    """
    known = words.knowledge
    top = found.groups[0]
    return Answer(
        kind="digest",
        subjects=tuple(group.reason for group in found.groups),
        language=words.language,
        title=words.count("digest.title", found.total),
        summary=words.say("digest.summary", count=words.number(top.count), total=words.number(found.total),
                          reason=known.reasons[top.reason].name),
        tone="permanent" if any(known.reasons[g.reason].permanent for g in found.groups) else "temporary",
        sections=(
            _by_reason(found, words),
            *_first_steps(found, words),
            *_counts("providers", "label.by-provider", found.providers, words),
            *_counts("domains", "label.by-domain", found.domains, words),
            *_samples(found, words),
            *_suppress(found, words),
        ),
        bounces=tuple(record(diagnosis, known) for diagnosis in bounces),
        follow_ups=tuple(
            dict.fromkeys(
                name for g in found.groups for name in parts.topic_names(words, known.reasons[g.reason].topics[:1])
            )
        )[:5],
    )  # fmt: skip


def _by_reason(found: Digest, words: Words) -> Section:
    reasons = words.knowledge.reasons
    rows = []
    for group in found.groups:
        reason = reasons[group.reason]
        seen = " - ".join(dict.fromkeys(_shown(time) for time in (group.first, group.last) if time))
        rows.append((reason.name, words.number(group.count), words.say(f"actor.{reason.acts}"), seen))
    head = (words.say("label.reason"), words.say("label.count"), words.say("label.acts"), words.say("label.seen"))
    if not any(row[3] for row in rows):
        head, rows = head[:3], [row[:3] for row in rows]  # type: ignore[assignment,misc]  # one column fewer in both
    return Table(
        id="reasons", title=words.say("label.by-reason"), head=head, rows=tuple(rows[: 2 * SHOWN_ROWS]), weight=9
    )


def _shown(time: str) -> str:
    """A time for people: ``11-23 10:15:02`` where no year is known."""
    return time.removeprefix("--").replace("T", " ")[:19]


def _first_steps(found: Digest, words: Words) -> Iterator[Section]:
    reasons = words.knowledge.reasons
    failures = [reasons[group.reason] for group in found.groups if reasons[group.reason].kind != "no-failure"]
    steps = tuple(words.pair(reason.name, reason.sender[0]) for reason in failures[:3] if reason.sender)
    yield from parts.steps(words, "first", "label.first", steps, 8)


def _counts(identity: str, label: str, counts: Any, words: Words) -> Iterator[Section]:
    names = words.knowledge.providers
    shown = list(counts.items())[:SHOWN_ROWS]
    if shown:
        facts = tuple((names[name].name if name in names else name, words.number(count)) for name, count in shown)
        yield Facts(id=identity, title=words.say(label), facts=facts, weight=6)


def _samples(found: Digest, words: Words) -> Iterator[Section]:
    samples = [(words.knowledge.reasons[group.reason].name, group.sample.evidence.text[:200]) for group in found.groups]
    shown = tuple((name, text) for name, text in samples[:SHOWN_SAMPLES] if text)
    if shown:
        yield Facts(id="samples", title=words.say("label.samples"), facts=shown, weight=4)


def _suppress(found: Digest, words: Words) -> Iterator[Section]:
    if found.suppress:
        shown = tuple(f"`{address}`" for address in found.suppress[:SHOWN_ADDRESSES])
        more = len(found.suppress) + found.suppressed_more - len(shown)
        rest = (words.count("digest.more-addresses", more),) if more else ()
        yield Paragraph(id="suppress", title=words.say("label.suppress-list"), text=(" ".join(shown), *rest), weight=5)
