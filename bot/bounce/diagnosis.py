"""
Evidence to Diagnosis: what went wrong, whether for good, who wrote it, and what decided.

Order of trust: a provider's own pattern, then one of its MTA, filter or sending platform, then a generic wording,
then the enhanced code, then the reply code. Within a tier a pattern for the stage of the session wins, then the one
with more literal characters, then its id. That time ran out is the last thing to say: whatever else the words tell
is why.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
import re2

from bot.bounce.evidence import Evidence, EvidenceKind
from bot.bounce.wording import literal_length, normal, options
from knowledge.basics import Actor, ProviderKind
from knowledge.codes import EnhancedCode
from knowledge.errors import NotACode
from knowledge.schema import Knowledge, Pattern, Provider

TIER: Mapping[ProviderKind, int] = {"mailbox": 0, "filter": 1, "mta": 1, "sender": 1, "generic": 3}
BLOCKLIST_TIER = 2
"""A list's sign in the words weighs more than a generic wording, less than what a provider itself says."""

UNKNOWN = "unknown"
EXPIRED = "expired"
VAGUE = "system-error"
DELIVERED = "delivered"

SOMEBODY = "somebody@"
"""What stands for the local part of the recipient in words that are searched."""

REMEMBERED = 32_768
"""Different words whose matches are kept."""


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
    def rank(self) -> tuple[bool, int, bool, int, str]:
        staged = self.pattern is not None and bool(self.pattern.commands)
        return self.reason == EXPIRED, self.tier, not staged, -self.literals, self.id


class _Match(msgspec.Struct, frozen=True):
    """What a text matches: indexes of wordings, ids of providers and blocklists whose signs it bears, seconds."""

    wordings: tuple[int, ...]
    providers: tuple[str, ...]
    blocklists: tuple[str, ...]
    retry_after: int | None


class Patterns(msgspec.Struct, frozen=True):
    """
    All wordings compiled, to be searched at once, and who uses which host and domain.

    *search* and *judge* keep what they found for the last `REMEMBERED` texts: servers say the same things again and
    again.
    """

    knowledge: Knowledge
    search: Callable[[str], _Match]
    judge: Callable[[Any], Any]
    candidates: tuple[_Candidate, ...]
    owners: tuple[Provider, ...]
    hosts: Mapping[str, str]
    domains: Mapping[str, str]


def compile_patterns(knowledge: Knowledge) -> Patterns:
    """Compile every pattern and sign; about a second of work, once."""
    owners, candidates, expressions = [], [], []
    for provider in knowledge.providers.values():
        for pattern in provider.patterns:
            owners.append(provider)
            length = literal_length(pattern.match)
            candidates.append(_Candidate(TIER[provider.kind], length, pattern.id, pattern.reason, pattern))
            expressions.append(pattern.match)
    providers = [p for p in knowledge.providers.values() if p.kind != "generic"]
    found = Patterns(
        knowledge=knowledge,
        judge=lambda told: _judged(found, told),
        search=functools.lru_cache(REMEMBERED)(_searcher(expressions, knowledge)),
        candidates=tuple(candidates),
        owners=tuple(owners),
        hosts={host.lower().strip("."): p.id for p in providers for host in p.hosts},
        domains={domain.lower(): p.id for p in providers for domain in p.domains},
    )
    return msgspec.structs.replace(found, judge=functools.lru_cache(REMEMBERED)(found.judge))


def _searcher(expressions: list[str], knowledge: Knowledge) -> Callable[[str], _Match]:
    providers = [(sign, p.id) for p in knowledge.providers.values() for sign in p.signs]
    blocklists = [(sign, b.id) for b in knowledge.blocklists.values() for sign in b.signs]
    wordings = _filter_of(expressions)
    provider_signs = _filter_of([sign for sign, _ in providers])
    blocklist_signs = _filter_of([sign for sign, _ in blocklists])
    times = [(re2.compile(t.match.encode(), options()), t.seconds) for t in knowledge.retry_times.values()]

    def search(text: str) -> _Match:
        data = text.encode("utf-8", "replace")
        waits = [int(found.group(1)) * seconds for expression, seconds in times if (found := expression.search(data))]
        return _Match(
            tuple(wordings.Match(data) or ()) if text else (),
            tuple(sorted({providers[at][1] for at in provider_signs.Match(data) or ()})) if text else (),
            tuple(sorted({blocklists[at][1] for at in blocklist_signs.Match(data) or ()})) if text else (),
            max(waits, default=None),
        )

    return search


def _filter_of(expressions: list[str]) -> Any:
    """Expressions that are searched together: only those are tried whose literals are in the text."""
    found = re2.Filter()
    for expression in expressions or ["[^\\s\\S]"]:
        found.Add(expression, options())
    found.Compile()
    return found


def diagnose(evidence: Evidence, patterns: Patterns) -> Diagnosis:
    """Decide what *evidence* means; the same evidence and knowledge always give the same diagnosis."""
    words, domain = evidence.text, ""
    if evidence.recipient:
        domain = evidence.recipient.rpartition("@")[2]
        words = words.replace(evidence.recipient, f"{SOMEBODY}{domain}")
    told = _Told(
        words, _by_suffix(evidence.remote_host, patterns.hosts), _by_suffix(domain, patterns.domains),
        evidence.command, evidence.kind, evidence.reply, evidence.status,
    )  # fmt: skip
    return Diagnosis(evidence, *patterns.judge(told))


class _Told(NamedTuple):
    """All of the evidence that a verdict depends on: what differs from recipient to recipient is not in it."""

    words: str
    at_host: str | None
    by_domain: str | None
    command: str | None
    kind: EvidenceKind
    reply: str | None
    status: str | None


_Verdict = tuple[str, bool | None, bool, Actor, str | None, str | None, int | None, str | None]
"""The fields of a Diagnosis after its evidence, in their order."""


def _judged(patterns: Patterns, told: _Told) -> _Verdict:
    known = patterns.knowledge
    match, best = _found(told.words, told, patterns)
    if best is None and told.reply and (at := told.words.find(told.reply)) > 0:
        match, best = _found(told.words[at:], told, patterns)
    reason, matched = _decide(told, best, known)
    pattern = best.pattern if best and best.id == matched else None
    entry = known.reasons[reason]
    permanent = _permanent(told, pattern, entry.permanent)
    return (
        reason, permanent, _suppress(pattern, entry.suppress, permanent), entry.acts,
        told.at_host or _author(match, matched, known) or told.by_domain,
        (pattern.blocklist if pattern and pattern.blocklist else None) or next(iter(match.blocklists), None),
        match.retry_after, matched,
    )  # fmt: skip


def _best(candidates: list[_Candidate]) -> _Candidate | None:
    """Who decides; that something was not available, in general words, explains less than that time ran out."""
    best = min(candidates, key=lambda found: found.rank, default=None)
    if best is None or best.reason != VAGUE or best.tier != TIER["generic"]:
        return best
    return next((found for found in candidates if found.reason == EXPIRED), best)


def _found(words: str, told: _Told, patterns: Patterns) -> tuple[_Match, _Candidate | None]:
    """What *words* match, and the best of it."""
    match = patterns.search(normal(words))
    present = {name for name in (told.at_host, *match.providers, told.by_domain) if name}
    return match, _best(list(_candidates(match, told, patterns, present)))


def _author(match: _Match, matched: str | None, known: Knowledge) -> str | None:
    """Who wrote the words: the mailbox provider whose pattern decided, else one whose sign they bear."""
    owner = known.providers.get((matched or "").partition("/")[0])
    mailboxes = [name for name in match.providers if known.providers[name].kind == "mailbox"]
    if owner is not None and owner.kind == "mailbox" and (owner.id in mailboxes or not match.providers):
        return owner.id
    return next(iter(mailboxes or match.providers), None)


def is_known(diagnosis: Diagnosis) -> bool:
    """Whether words decided, not only a code."""
    return (diagnosis.matched or "status/").partition("/")[0] not in ("status", "reply", "notice")


def _candidates(match: _Match, told: _Told, patterns: Patterns, present: set[str]) -> Iterator[_Candidate]:
    """The patterns that match and may count here, each in its tier."""
    for name in match.blocklists:
        yield _Candidate(BLOCKLIST_TIER, 0, f"blocklist/{name}", "blocklisted")
    for index in match.wordings:
        candidate, owner = patterns.candidates[index], patterns.owners[index]
        pattern = candidate.pattern
        if pattern is None or (pattern.commands and told.command not in pattern.commands):
            continue
        if pattern.own_host_only and owner.id not in present:
            continue
        foreign = owner.kind == "mailbox" and told.at_host is not None and owner.id not in present
        yield msgspec.structs.replace(candidate, tier=TIER["generic"]) if foreign else candidate


def _decide(told: _Told, best: _Candidate | None, known: Knowledge) -> tuple[str, str | None]:
    if told.kind in ("auto-reply", "complaint", "delivered"):
        return told.kind, f"notice/{told.kind}"
    if best is not None:
        return best.reason, best.id
    for decided in (_by_status(told.status, known), _by_reply(told.reply, known)):
        if decided is not None:
            return decided
    return (told.kind, f"notice/{told.kind}") if told.kind == "delayed" else (UNKNOWN, None)


def _by_status(status: str | None, known: Knowledge) -> tuple[str, str] | None:
    try:
        code = EnhancedCode.parse(status or "")
    except NotACode:
        return None
    entry = known.enhanced_codes.get(code.entry)
    if entry is None:
        return None
    of_class = next((advice.reason for advice in entry.classes if advice.id == str(code.class_)), None)
    reason = of_class or (DELIVERED if code.class_ == 2 else entry.reason)
    return (reason, f"status/{code}") if reason else None


def _by_reply(reply: str | None, known: Knowledge) -> tuple[str, str] | None:
    entry = known.reply_codes.get(reply or "")
    return (entry.reason, f"reply/{reply}") if entry and entry.reason else None


def _permanent(told: _Told, pattern: Pattern | None, usual: bool | None) -> bool | None:
    if told.kind == "delayed":
        return False
    if pattern is not None and pattern.permanent is not None:
        return pattern.permanent
    for code in (told.reply, told.status):
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
