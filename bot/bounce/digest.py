"""A stream of diagnoses to counts: by reason, provider and domain, with the first and last time and one sample each."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from bot.bounce.diagnosis import Diagnosis
from knowledge.schema import Knowledge

MAX_DOMAINS = 10_000
"""Different domains that are counted apart; those that come later are counted together as `OTHER`."""

MAX_SUPPRESSED = 100_000
"""Addresses to suppress that are kept; more are counted."""

OTHER = "…"


class Group(msgspec.Struct, frozen=True):
    """All failures of one reason; *first* and *last* are ISO times, None where no line told one."""

    reason: str
    count: int
    first: str | None
    last: str | None
    sample: Diagnosis


class Digest(msgspec.Struct, frozen=True):
    """
    Many diagnoses in flat memory.

    Args:
        groups: most frequent first.
        suppress: addresses that are dead, each once, in the order they came; *suppressed_more* were not kept.
        hours: for each hour (``2026-11-23T10``) how many of each reason; what tells no time is left out.
    """

    total: int
    groups: tuple[Group, ...]
    providers: Mapping[str, int]
    domains: Mapping[str, int]
    suppress: tuple[str, ...]
    suppressed_more: int
    hours: Mapping[str, Mapping[str, int]]


def digest(diagnoses: Iterable[Diagnosis], knowledge: Knowledge) -> Digest:
    """Count failures; what is no failure (delivered, auto-replies and the like) is counted under its own reason."""
    groups: dict[str, Group] = {}
    providers: Counter[str] = Counter()
    domains: Counter[str] = Counter()
    hours: dict[str, Counter[str]] = {}
    suppress: dict[str, None] = {}
    total = more = 0
    for found in diagnoses:
        total += 1
        evidence = found.evidence
        groups[found.reason] = _grown(groups.get(found.reason), found)
        if found.provider:
            providers[found.provider] += 1
        domain = (evidence.recipient or "").rpartition("@")[2].lower()
        if domain:
            domains[domain if domain in domains or len(domains) < MAX_DOMAINS else OTHER] += 1
        if evidence.time and knowledge.reasons[found.reason].kind != "no-failure":
            hours.setdefault(evidence.time.partition(":")[0], Counter())[found.reason] += 1
        if found.suppress and evidence.recipient and evidence.recipient not in suppress:
            if len(suppress) < MAX_SUPPRESSED:
                suppress[evidence.recipient] = None
            else:
                more += 1
    ranked = tuple(sorted(groups.values(), key=lambda group: (-group.count, group.reason)))
    return Digest(
        total, ranked, _ranked(providers), _ranked(domains), tuple(suppress), more, dict(sorted(hours.items()))
    )


def merged(parts: Iterable[Digest]) -> Digest:
    """The digest of everything that *parts* are digests of, in their order."""
    groups: dict[str, Group] = {}
    providers: Counter[str] = Counter()
    domains: Counter[str] = Counter()
    hours: dict[str, Counter[str]] = {}
    suppress: dict[str, None] = {}
    total = more = 0
    for part in parts:
        total += part.total
        more += part.suppressed_more
        for group in part.groups:
            groups[group.reason] = _joined(groups.get(group.reason), group)
        providers.update(part.providers)
        domains.update(part.domains)
        suppress.update(dict.fromkeys(part.suppress))
        for hour, counts in part.hours.items():
            hours.setdefault(hour, Counter()).update(counts)
    ranked = tuple(sorted(groups.values(), key=lambda group: (-group.count, group.reason)))
    return Digest(
        total, ranked, _ranked(providers), _ranked(domains), tuple(suppress), more, dict(sorted(hours.items()))
    )


def _grown(group: Group | None, found: Diagnosis) -> Group:
    time = found.evidence.time
    return _joined(group, Group(found.reason, 1, time, time, found))


def _joined(group: Group | None, other: Group) -> Group:
    if group is None:
        return other
    times = [time for time in (group.first, group.last, other.first, other.last) if time]
    return Group(
        group.reason, group.count + other.count, min(times, default=None), max(times, default=None), group.sample
    )


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
