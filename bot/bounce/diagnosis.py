"""
Evidence to Diagnosis: what went wrong, whether for good, who wrote it, and what decided.

Order of trust: a provider's own pattern, then one of its MTA, filter or sending platform, then a generic wording,
then the enhanced code, then the reply code. Within a tier the pattern with more literal characters wins, then its id.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import re2

from bot.bounce.evidence import Evidence
from bot.bounce.wording import literal_length, normal, options
from knowledge.basics import Actor, ProviderKind
from knowledge.codes import EnhancedCode
from knowledge.errors import NotACode
from knowledge.schema import Knowledge, Pattern, Provider

TIER: Mapping[ProviderKind, int] = {"mailbox": 0, "filter": 1, "mta": 1, "sender": 1, "generic": 3}
BLOCKLIST_TIER = 2
"""A list's sign in the words weighs more than a generic wording, less than what a provider itself says."""

UNKNOWN = "unknown"


class Diagnosis(msgspec.Struct, frozen=True):
    """
    What a bounce means.

    Args:
        permanent: will the same message fail again? None where nothing says.
        suppress: is the address dead, so that mailing it again only hurts?
        provider: the id of who answered, by host, by its words or by the recipient's domain, in that order of trust.
        retry_after: seconds, where the words name a time.
        matched: what decided: the id of a pattern, ``blocklist/…``, ``status/…``, ``reply/…`` or ``notice/…``.
    """

    evidence: Evidence
    reason: str
    permanent: bool | None
    suppress: bool
    acts: Actor
    provider: str | None
    blocklist: str | None
    retry_after: int | None
    matched: str | None


class _Candidate(msgspec.Struct, frozen=True):
    tier: int
    literals: int
    id: str
    reason: str
    pattern: Pattern | None = None

    @property
    def rank(self) -> tuple[int, int, str]:
        return self.tier, -self.literals, self.id


class Patterns(msgspec.Struct, frozen=True):
    """All wordings compiled into sets that are searched at once, and who uses which host and domain."""

    knowledge: Knowledge
    wordings: Any
    candidates: tuple[_Candidate, ...]
    owners: tuple[Provider, ...]
    signs: Any
    signed: tuple[str, ...]
    hosts: Mapping[str, str]
    domains: Mapping[str, str]
    retry_times: tuple[tuple[Any, int], ...]


def compile_patterns(knowledge: Knowledge) -> Patterns:
    """Compile every pattern and sign; about a second of work, once."""
    owners, candidates, expressions = [], [], []
    for provider in knowledge.providers.values():
        for pattern in provider.patterns:
            owners.append(provider)
            length = literal_length(pattern.match)
            candidates.append(_Candidate(TIER[provider.kind], length, pattern.id, pattern.reason, pattern))
            expressions.append(pattern.match)
    signs = [(sign, f"provider/{p.id}") for p in knowledge.providers.values() for sign in p.signs]
    signs += [(sign, f"blocklist/{b.id}") for b in knowledge.blocklists.values() for sign in b.signs]
    providers = [p for p in knowledge.providers.values() if p.kind != "generic"]
    return Patterns(
        knowledge=knowledge,
        wordings=_set_of(expressions),
        candidates=tuple(candidates),
        owners=tuple(owners),
        signs=_set_of([sign for sign, _ in signs]),
        signed=tuple(owner for _, owner in signs),
        hosts={host.lower().strip("."): p.id for p in providers for host in p.hosts},
        domains={domain.lower(): p.id for p in providers for domain in p.domains},
        retry_times=tuple((re2.compile(t.match, options()), t.seconds) for t in knowledge.retry_times.values()),
    )


def diagnose(evidence: Evidence, patterns: Patterns) -> Diagnosis:
    """Decide what *evidence* means; the same evidence and knowledge always give the same diagnosis."""
    text = normal(evidence.text)
    signed = {patterns.signed[index] for index in patterns.signs.Match(text) or ()} if text else set()
    at_host = _by_suffix(evidence.remote_host, patterns.hosts)
    by_sign = sorted(owner.partition("/")[2] for owner in signed if owner.startswith("provider/"))
    known = patterns.knowledge
    by_domain = _by_suffix((evidence.recipient or "").rpartition("@")[2], patterns.domains)
    present = {name for name in (at_host, *by_sign, by_domain) if name}
    lists = sorted(owner.partition("/")[2] for owner in signed if owner.startswith("blocklist/"))
    best = min(
        _candidates(text, evidence, patterns, present, at_host, lists), key=lambda found: found.rank, default=None
    )
    reason, matched = _decide(evidence, best, known)
    pattern = best.pattern if best and best.id == matched else None
    entry = known.reasons[reason]
    permanent = _permanent(evidence, pattern, entry.permanent)
    mailboxes = [name for name in by_sign if known.providers[name].kind == "mailbox"]
    return Diagnosis(
        evidence=evidence,
        reason=reason,
        permanent=permanent,
        suppress=_suppress(pattern, entry.suppress, permanent),
        acts=entry.acts,
        provider=at_host or next(iter(mailboxes or by_sign), None) or by_domain,
        blocklist=(pattern.blocklist if pattern and pattern.blocklist else None) or next(iter(lists), None),
        retry_after=max((seconds for seconds in _retry_times(text, patterns)), default=None),
        matched=matched,
    )


def is_known(diagnosis: Diagnosis) -> bool:
    """Whether words decided, not only a code."""
    return (diagnosis.matched or "status/").partition("/")[0] not in ("status", "reply", "notice")


def _candidates(
    text: str, evidence: Evidence, patterns: Patterns, present: set[str], at_host: str | None, lists: list[str]
) -> Iterator[_Candidate]:
    """The patterns that match and may count here, each in its tier."""
    for name in lists:
        yield _Candidate(BLOCKLIST_TIER, 0, f"blocklist/{name}", "blocklisted")
    for index in (patterns.wordings.Match(text) or ()) if text else ():
        candidate, owner = patterns.candidates[index], patterns.owners[index]
        pattern = candidate.pattern
        if pattern is None or (pattern.commands and evidence.command not in pattern.commands):
            continue
        if pattern.own_host_only and owner.id not in present:
            continue
        foreign = owner.kind == "mailbox" and at_host is not None and owner.id not in present
        yield msgspec.structs.replace(candidate, tier=TIER["generic"]) if foreign else candidate


def _decide(evidence: Evidence, best: _Candidate | None, known: Knowledge) -> tuple[str, str | None]:
    if evidence.kind in ("auto-reply", "complaint", "delivered"):
        return evidence.kind, f"notice/{evidence.kind}"
    if best is not None:
        return best.reason, best.id
    for decided in (_by_status(evidence.status, known), _by_reply(evidence.reply, known)):
        if decided is not None:
            return decided
    return (evidence.kind, f"notice/{evidence.kind}") if evidence.kind == "delayed" else (UNKNOWN, None)


def _by_status(status: str | None, known: Knowledge) -> tuple[str, str] | None:
    try:
        code = EnhancedCode.parse(status or "")
    except NotACode:
        return None
    entry = known.enhanced_codes.get(code.entry)
    if entry is None:
        return None
    of_class = next((advice.reason for advice in entry.classes if advice.id == str(code.class_)), None)
    reason = of_class or entry.reason
    return (reason, f"status/{code}") if reason else None


def _by_reply(reply: str | None, known: Knowledge) -> tuple[str, str] | None:
    entry = known.reply_codes.get(reply or "")
    return (entry.reason, f"reply/{reply}") if entry and entry.reason else None


def _permanent(evidence: Evidence, pattern: Pattern | None, usual: bool | None) -> bool | None:
    if pattern is not None and pattern.permanent is not None:
        return pattern.permanent
    for code in (evidence.reply, evidence.status):
        if code and code[0] in "45":
            return code[0] == "5"
    return usual


def _suppress(pattern: Pattern | None, usual: bool, permanent: bool | None) -> bool:
    if pattern is not None and pattern.suppress is not None:
        return pattern.suppress
    return usual and permanent is not False


def _by_suffix(name: str | None, owners: Mapping[str, str]) -> str | None:
    """Who has *name* or a domain above it."""
    rest = (name or "").lower().strip(".[]")
    while rest:
        if rest in owners:
            return owners[rest]
        rest = rest.partition(".")[2]
    return None


def _retry_times(text: str, patterns: Patterns) -> Iterator[int]:
    for expression, seconds in patterns.retry_times:
        found = expression.search(text)
        if found:
            yield int(found.group(1)) * seconds


def _set_of(expressions: list[str]) -> Any:
    found = re2.Set.SearchSet(options())
    for expression in expressions:
        found.Add(expression)
    found.Compile()
    return found
