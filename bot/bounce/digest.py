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


class _Counts:
    """What is counted while a stream of diagnoses goes by."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}
        self.providers: Counter[str] = Counter()
        self.domains: Counter[str] = Counter()
        self.hours: dict[str, Counter[str]] = {}
        self.suppress: dict[str, None] = {}
        self.total = self.more = 0

    def add(self, found: Diagnosis, known: Knowledge) -> None:
        evidence = found.evidence
        self.total += 1
        self.group(Group(found.reason, 1, evidence.time, evidence.time, found))
        if found.provider:
            self.providers[found.provider] += 1
        domain = (evidence.recipient or "").rpartition("@")[2].lower()
        if domain:
            self.domains[domain if domain in self.domains or len(self.domains) < MAX_DOMAINS else OTHER] += 1
        if evidence.time and known.reasons[found.reason].kind != "no-failure":
            self.hours.setdefault(evidence.time.partition(":")[0], Counter())[found.reason] += 1
        if found.suppress and evidence.recipient:
            self.dead(evidence.recipient)

    def group(self, other: Group) -> None:
        known = self.groups.get(other.reason)
        self.groups[other.reason] = other if known is None else _joined(known, other)

    def dead(self, address: str) -> None:
        if address in self.suppress:
            return
        if len(self.suppress) < MAX_SUPPRESSED:
            self.suppress[address] = None
        else:
            self.more += 1

    def join(self, part: Digest) -> None:
        self.total += part.total
        self.more += part.suppressed_more
        self.providers.update(part.providers)
        self.domains.update(part.domains)
        for group in part.groups:
            self.group(group)
        for address in part.suppress:
            self.dead(address)
        for hour, counts in part.hours.items():
            self.hours.setdefault(hour, Counter()).update(counts)

    def done(self) -> Digest:
        ranked = tuple(sorted(self.groups.values(), key=lambda group: (-group.count, group.reason)))
        return Digest(
            self.total, ranked, _ranked(self.providers), _ranked(self.domains), tuple(self.suppress), self.more,
            dict(sorted(self.hours.items())),
        )  # fmt: skip


def digest(diagnoses: Iterable[Diagnosis], knowledge: Knowledge) -> Digest:
    """Count failures; what is no failure (delivered, auto-replies and the like) is counted under its own reason."""
    counts = _Counts()
    for found in diagnoses:
        counts.add(found, knowledge)
    return counts.done()


def merged(parts: Iterable[Digest]) -> Digest:
    """The digest of everything that *parts* are digests of, in their order."""
    counts = _Counts()
    for part in parts:
        counts.join(part)
    return counts.done()


def _joined(group: Group, other: Group) -> Group:
    times = [time for time in (group.first, group.last, other.first, other.last) if time]
    return Group(
        group.reason, group.count + other.count, min(times, default=None), max(times, default=None), group.sample
    )


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
