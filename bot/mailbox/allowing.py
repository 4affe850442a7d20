"""Who may check what, and how often. Not a tool for abuse: off until configured, limited per person and in all."""

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Literal

import msgspec

WINDOW = 3_600.0
"""Seconds over which checks are counted."""

MAX_PEOPLE = 10_000
"""People whose checks are remembered."""

Refusal = Literal["person", "place", "domain", "too-often"]


class Rules(msgspec.Struct, frozen=True):
    """
    What is allowed; an empty list allows all.

    Args:
        people: ids of the platform's users; *places* of its channels.
        domains: that may be asked about, with what is below them.
        per_person: checks in an hour; *overall* of all people together.
    """

    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    per_person: int = 20
    overall: int = 500


class Allowance:
    """Keeps count of the checks of the last hour, by person."""

    def __init__(self, rules: Rules, clock: Callable[[], float]) -> None:
        self._rules, self._clock = rules, clock
        self._all: deque[float] = deque()
        self._by_person: OrderedDict[str, deque[float]] = OrderedDict()

    def refusal(self, person: str | None, place: str | None, domain: str) -> Refusal | None:
        """Why a check is not allowed; None, and the check is counted, where it is."""
        rules, now = self._rules, self._clock()
        if rules.people and person not in rules.people:
            return "person"
        if rules.places and place not in rules.places:
            return "place"
        if rules.domains and not any(domain == own or domain.endswith(f".{own}") for own in rules.domains):
            return "domain"
        own = self._by_person.setdefault(person or "", deque())
        self._by_person.move_to_end(person or "")
        while len(self._by_person) > MAX_PEOPLE:
            self._by_person.popitem(last=False)
        for counted in (own, self._all):
            while counted and counted[0] <= now - WINDOW:
                counted.popleft()
        if len(own) >= rules.per_person or len(self._all) >= rules.overall:
            return "too-often"
        own.append(now)
        self._all.append(now)
        return None
