"""The last few things of a kind: what a conversation needs for a while. Bounded, and lost at a restart."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

KEPT = 10_000
"""Conversations that are remembered; the oldest go first."""


class Recent(Generic[Key, Value]):
    """The last few things that were put in."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def put(self, key: Key, value: Value) -> None:
        """Remember *value*, and forget the oldest where there are too many."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def get(self, key: Key) -> Value | None:
        """What was put in for *key*, or None where nothing is remembered."""
        return self._kept.get(key)

    def drop(self, key: Key) -> Value | None:
        """The same, and forget it."""
        return self._kept.pop(key, None)

    def claim(self, key: Key, value: Value) -> bool:
        """Put in *value*; False where *key* was there already, which then stays as it was."""
        if key in self._kept:
            return False
        self.put(key, value)
        return True
