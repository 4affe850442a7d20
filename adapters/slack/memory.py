"""
What a conversation in Slack needs for a while: which answer belongs to which message.

Bounded, and lost at a restart; ids and languages are shared with other replicas where there is a database.
"""

import logging
from collections.abc import Awaitable
from typing import Protocol, TypeVar

from adapters.recent import Recent
from bot.message import Attachment

LOG = logging.getLogger(__name__)
Value = TypeVar("Value")


Place = tuple[str, str]
"""A message: its channel and its timestamp."""


class Sharing(Protocol):
    """What replicas remember together; `adapters.slack.database` has it. Each method raises ConnectionError."""

    async def claim(self, channel: str, ts: str, thread: str) -> bool: ...
    async def put(self, channel: str, ts: str, answer: str) -> None: ...
    async def knows(self, channel: str, ts: str) -> bool: ...
    async def answer_to(self, channel: str, ts: str) -> str | None: ...
    async def drop(self, channel: str, ts: str) -> None: ...
    async def spoke_in(self, channel: str, thread: str) -> bool: ...
    async def language_of(self, team: str, person: str) -> str | None: ...
    async def choose(self, team: str, person: str, language: str) -> None: ...
    async def forget_team(self, team: str) -> None: ...


class Memory:
    """
    Everything that one adapter remembers.

    Where the database cannot be reached, what this process knows must do.
    """

    def __init__(self, shared: Sharing | None = None) -> None:
        self.shared = shared
        self.answered: Recent[Place, str] = Recent()
        self.threads: Recent[Place, bool] = Recent()
        self.languages: Recent[tuple[str, str], str] = Recent()
        self.locales: Recent[tuple[str, str], str] = Recent()
        self.asked: Recent[str, str] = Recent(1_000)
        self.files: Recent[str, tuple[Attachment, ...]] = Recent(20)

    async def claim(self, place: Place, thread: str) -> bool:
        """Take a message on; False where it was taken on before."""
        if not self.answered.claim(place, ""):
            return False
        return self.shared is None or await _tried(self.shared.claim(*place, thread), True)

    async def put(self, place: Place, answer: str) -> None:
        """Remember the answer to a message; empty where there was nothing to say."""
        self.answered.put(place, answer)
        if self.shared is not None:
            await _tried(self.shared.put(*place, answer), None)

    async def knows(self, place: Place) -> bool:
        """Whether a message was taken on."""
        if self.answered.get(place) is not None:
            return True
        return self.shared is not None and await _tried(self.shared.knows(*place), False)

    async def answer_to(self, place: Place) -> str | None:
        """The answer to a message that was taken on; another replica's is waited for."""
        answer = self.answered.get(place)
        if answer or self.shared is None:
            return answer
        return await _tried(self.shared.answer_to(*place), None)

    async def drop(self, place: Place) -> str | None:
        """The same, and forget the message."""
        answer = await self.answer_to(place)
        self.answered.drop(place)
        if self.shared is not None:
            await _tried(self.shared.drop(*place), None)
        return answer

    async def spoke_in(self, place: Place) -> bool | None:
        """Whether the bot spoke in a thread, by its first message; None where Slack must be asked."""
        known = self.threads.get(place)
        if known or self.shared is None:
            return known
        return True if await _tried(self.shared.spoke_in(*place), False) else known

    async def language_of(self, team: str, person: str) -> str | None:
        """The language that somebody chose, or None; another replica may have been told of it a moment ago."""
        known = self.languages.get((team, person))
        return known if self.shared is None else await _tried(self.shared.language_of(team, person), known)

    async def choose(self, team: str, person: str, language: str) -> None:
        """Remember a language that somebody chose."""
        self.languages.put((team, person), language)
        if self.shared is not None:
            await _tried(self.shared.choose(team, person, language), None)


async def _tried(asked: Awaitable[Value], otherwise: Value) -> Value:
    try:
        return await asked
    except ConnectionError as error:
        LOG.warning("SLACK_DATABASE cannot be reached (%s); what is remembered here must do", error)
        return otherwise
