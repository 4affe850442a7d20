"""Facts about an address and its domain to a verdict: what was found, what to mend, what senders see because of it."""

from collections.abc import Iterator
from typing import Any

import msgspec

from bot.answer import Answer, Facts, Paragraph, Quote, Section, Steps, Tone
from bot.bounce.diagnosis import Diagnosis
from bot.language import Words
from bot.mailbox.facts import Dkim, Dmarc, MailboxFacts, Missing, Mx, Spf, Verification
from bot.question import MailboxCheck
from knowledge.schema import Finding
from knowledge.sources import source_of

SHORTEST_KEY, GOOD_KEY = 1_024, 2_048
"""Bits of an RSA key (RFC 8301 §3.2)."""

MAX_SHOWN = 200
"""Characters of a record that are shown."""

Verdict = str
TONES: dict[Verdict, Tone] = {
    "deliverable": "success", "open": "success", "undeliverable": "permanent", "risky": "temporary",
    "unknown": "neutral",
}  # fmt: skip


class Told(msgspec.Struct, frozen=True):
    """A finding with its placeholders filled."""

    finding: Finding
    text: str
    fix: tuple[str, ...]


def answer_not_checked(question: MailboxCheck, words: Words, *, is_on: bool) -> Answer:
    """What to write, or, where checks are off, how to set them up."""
    title, summary = ("check.usage.title", "check.usage") if is_on else ("check.off.title", "check.off")
    return Answer(
        kind="mailbox", subjects=(), language=question.language, title=words.say(title), summary=words.say(summary)
    )


def answer_mailbox(facts: MailboxFacts, words: Words, heard: Diagnosis | None = None) -> Answer:
    """Judge *facts*; *heard* is what the mailbox's server said to the verification service, explained."""
    if facts.refused is not None:
        return Answer(
            kind="mailbox", subjects=(facts.asked,), language=words.language,
            title=words.say("check.refused.title", asked=facts.asked),
            summary=words.say(f"check.refused.{facts.refused}"),
        )  # fmt: skip
    told = [_filled(words.knowledge.findings[identity], given) for identity, given in _findings(facts)]
    verdict = verdict_of(facts)
    codes = dict.fromkeys(code for one in told for code in one.finding.codes)
    sources = dict.fromkeys(source_of(reference) for one in told for reference in one.finding.sources)
    return Answer(
        kind="mailbox",
        subjects=(facts.asked,),
        language=words.language,
        title=words.say("check.title", asked=facts.asked, verdict=words.say(f"check.verdict.{verdict}")),
        summary=_summary(facts, told, words),
        tone=TONES[verdict],
        sections=tuple(_sections(facts, told, words, heard)),
        sources=tuple(sources)[:10],
        follow_ups=tuple(codes)[:6],
    )


def verdict_of(facts: MailboxFacts) -> Verdict:
    """What the facts say of an address or domain; a fact that is missing proves nothing."""
    dead = facts.exists is False or (
        isinstance(facts.mx, Mx)
        and (facts.mx.kind in ("null", "none") or not any(set(h.addresses) - set(h.private) for h in facts.mx.hosts))
    )
    if dead:
        return "undeliverable"
    if isinstance(facts.mailbox, Verification):
        return facts.mailbox.verdict
    if isinstance(facts.mailbox, Missing) or not isinstance(facts.mx, Mx):
        return "unknown"
    return "open"


def _summary(facts: MailboxFacts, told: list[Told], words: Words) -> str:
    worst = next((one.text for one in told if one.finding.severity == "problem"), None)
    if verdict_of(facts) == "undeliverable" and not isinstance(facts.mailbox, Verification) and worst:
        return worst
    if isinstance(facts.mailbox, Verification):
        return words.say(f"check.summary.{facts.mailbox.verdict}", service=facts.mailbox.service)
    if isinstance(facts.mailbox, Missing):
        return words.say("check.summary.lost")
    if isinstance(facts.mx, Missing):
        return words.say("check.summary.dns")
    return words.say("check.summary.domain" if facts.address is None else "check.summary.no-service")


def _sections(facts: MailboxFacts, told: list[Told], words: Words, heard: Diagnosis | None) -> Iterator[Section]:
    yield Facts(id="facts", title=words.say("check.label.facts"), facts=tuple(_rows(facts, words)), weight=8)
    for severity, label, weight in (("problem", "problems", 9), ("weakness", "weaknesses", 6)):
        steps = tuple(_step(one, words) for one in told if one.finding.severity == severity)
        if steps:
            yield Steps(id=label, title=words.say(f"check.label.{label}"), steps=steps, ordered=False, weight=weight)
    if isinstance(facts.mailbox, Verification) and facts.mailbox.reply:
        title = words.say("check.label.reply")
        yield Quote(id="reply", title=title, text=facts.mailbox.reply, weight=6)
        if heard is not None:
            reason = words.knowledge.reasons[heard.reason]
            yield Paragraph(id="heard", title=reason.name, text=(reason.summary,), weight=6)
    lost = tuple(_lost(facts, words))
    if lost:
        yield Facts(id="missing", title=words.say("check.label.missing"), facts=lost, weight=7)


def _step(told: Told, words: Words) -> str:
    seen = words.say("check.senders", codes=words.all_of([f"`{code}`" for code in told.finding.codes]))
    return " ".join((told.text, *([seen] if told.finding.codes else []), *told.fix))


def _filled(finding: Finding, given: dict[str, object]) -> Told:
    return Told(finding, finding.text.format(**given), tuple(fix.format(**given) for fix in finding.fix))


def _rows(facts: MailboxFacts, words: Words) -> Iterator[tuple[str, str]]:
    """Labels and what was found, for everything that was."""

    def label(name: str) -> str:
        return words.say(f"check.label.{name}")

    def yes(value: bool) -> str:
        return words.say("check.yes" if value else "check.no")

    if isinstance(facts.mx, Mx):
        hosts = [f"`{host.preference} {host.name}`" for host in facts.mx.hosts]
        yield label("mx"), ", ".join(hosts) or words.say("check.none")
    if isinstance(facts.spf, Spf):
        yield label("spf"), _spf(facts.spf, words)
    if isinstance(facts.dkim, Dkim):
        key = {"selector": facts.dkim.selector, "kind": facts.dkim.kind, "bits": facts.dkim.bits}
        yield label("dkim"), words.say("check.dkim-key", **key) if facts.dkim.bits else words.say("check.none")
    if isinstance(facts.dmarc, Dmarc):
        found = facts.dmarc.policy and words.say(
            "check.dmarc-at", policy=facts.dmarc.policy, holder=facts.dmarc.domain
        )  # fmt: skip
        yield label("dmarc"), found or words.say("check.none")
    for name, value in (("mta-sts", facts.mta_sts), ("tls-rpt", facts.tls_rpt), ("dnssec", facts.dnssec)):
        if isinstance(value, bool):
            yield label(name), yes(value)
    if isinstance(facts.mailbox, Verification):
        yield label("mailbox"), words.say(f"check.verdict.{facts.mailbox.verdict}")


def _spf(spf: Spf, words: Words) -> str:
    if not spf.records:
        return words.say("check.none")
    shown = [record if len(record) <= MAX_SHOWN else f"{record[:MAX_SHOWN]}…" for record in spf.records]
    if spf.lookups is not None and len(shown) == 1:
        return words.say("check.spf-lookups", record=shown[0], lookups=spf.lookups)
    return ", ".join(f"`{record}`" for record in shown)


def _lost(facts: MailboxFacts, words: Words) -> Iterator[tuple[str, str]]:
    for field in ("exists", "mx", "spf", "dkim", "dmarc", "mta_sts", "tls_rpt", "mailbox"):
        value = getattr(facts, field)
        if isinstance(value, Missing):
            again = value.retry_after and words.say("check.again", seconds=value.retry_after)
            why = words.say(f"check.why.{value.why}")
            yield words.say(f"check.label.{field.replace('_', '-')}"), words.series((why, again) if again else (why,))


Found = tuple[str, dict[str, object]]


def _findings(facts: MailboxFacts) -> Iterator[Found]:
    """Ids of what was found, worst first, and what fills their placeholders."""
    given: dict[str, object] = {"domain": facts.shown, "suggestion": facts.suggestion}
    if facts.exists is False:
        yield "no-domain", given
    if facts.suggestion is not None:
        yield "mistyped", given
    if isinstance(facts.mx, Mx) and facts.exists is not False:
        yield from _mx(facts.mx)
    if isinstance(facts.mailbox, Verification):
        yield from ((flag, {}) for flag in facts.mailbox.flags)
    if facts.exists is not False:
        yield from _authentication(facts)
        yield from _transport(facts, given)


def _authentication(facts: MailboxFacts) -> Iterator[Found]:
    if isinstance(facts.spf, Spf):
        yield from _of_spf(facts.spf)
    if isinstance(facts.dkim, Dkim):
        yield from _of_dkim(facts.dkim, facts.domain)
    if isinstance(facts.dmarc, Dmarc):
        yield from _of_dmarc(facts.dmarc)


def _transport(facts: MailboxFacts, given: dict[str, object]) -> Iterator[Found]:
    takes_mail = isinstance(facts.mx, Mx) and facts.mx.kind in ("explicit", "implicit")
    if facts.mta_sts is False and takes_mail:
        yield "mta-sts-none", given
    if facts.tls_rpt is False and takes_mail:
        yield "tls-rpt-none", given


def _mx(mx: Mx) -> Iterator[Found]:
    if mx.kind == "null":
        yield "null-mx", {}
    elif mx.kind == "none":
        yield "no-mail-host", {}
    elif mx.kind == "implicit":
        yield "implicit-mx", {}
    dangling = [f"`{host.name}`" for host in mx.hosts if not host.addresses]
    if dangling:
        yield "dangling-mx", {"hosts": ", ".join(dangling)}
    private = [f"`{host.name}`" for host in mx.hosts if host.private]
    if private:
        yield "private-mx", {"hosts": ", ".join(private)}


def _of_spf(spf: Spf) -> Iterator[Found]:
    if not spf.records:
        yield "spf-none", {}
    elif spf.error is not None:
        yield f"spf-{spf.error}", {"count": len(spf.records), "lookups": spf.lookups}
    else:
        yield f"spf-{spf.everyone_else or 'neutral'}", {}


def _of_dkim(dkim: Dkim, domain: str) -> Iterator[Found]:
    given: dict[str, object] = {"selector": dkim.selector, "domain": domain, "bits": dkim.bits}
    rsa = dkim.kind == "rsa" and dkim.bits is not None
    wrong: dict[str, Any] = {
        "dkim-none": not dkim.exists,
        "dkim-revoked": dkim.revoked,
        "dkim-broken": dkim.broken,
        "dkim-short": rsa and (dkim.bits or 0) < SHORTEST_KEY,
        "dkim-weak": rsa and SHORTEST_KEY <= (dkim.bits or 0) < GOOD_KEY,
        "dkim-testing": dkim.testing,
    }
    found = [identity for identity, holds in wrong.items() if holds]
    yield from ((identity, given) for identity in found or ["dkim-fine"])


def _of_dmarc(dmarc: Dmarc) -> Iterator[Found]:
    given: dict[str, object] = {"organisation": dmarc.organisation, "holder": dmarc.domain, "policy": dmarc.policy}
    if dmarc.domain is None:
        yield "dmarc-none", given
    elif dmarc.error is not None:
        yield f"dmarc-{dmarc.error}", given
    else:
        yield ("dmarc-monitoring" if dmarc.policy == "none" or dmarc.testing else "dmarc-fine"), given
        if not dmarc.reports:
            yield "dmarc-no-reports", given
