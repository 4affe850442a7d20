"""
The desk: where adapters bring messages, and get answers from the knowledge of the day.

Each answer is counted and logged in one line: kind, subjects, language, platform and milliseconds, never a text or an
address. Knows the Bot and the metrics, no platform.
"""

import logging
import time
from collections.abc import Awaitable, Callable

import msgspec

from adapters.metrics import Metrics
from bot.answer import Answer
from bot.answering import Bot
from bot.bounce.digest import Digest
from bot.language import Words
from bot.lexicon import Lexicon
from bot.message import Message
from bot.question import MailboxCheck, Question, language_of
from knowledge.schema import Knowledge

LOG = logging.getLogger("smtpbot")
PRIVATE = ("mailbox",)
"""Kinds of answers for the asker alone; their subjects, which are addresses, are not logged."""


class Current:
    """The Bot of the moment, replaced when the knowledge is read anew; and the language where nothing tells one."""

    def __init__(self, bot: Bot, language: str | None = None) -> None:
        self.bot = bot
        self.language = language


class Desk:
    """
    One platform's desk.

    Args:
        platform: its name in log lines and metrics.
        current: the Bot that all desks share.
        metrics: where answers are counted.
        clock: seconds that only go forward.
    """

    def __init__(
        self, platform: str, current: Current, metrics: Metrics, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.platform = platform
        self.metrics = metrics
        self._current = current
        self._clock = clock
        self._probe: Callable[[], Awaitable[bool]] | None = None

    @property
    def knowledge(self) -> Knowledge:
        """The knowledge in the base language."""
        return self._current.bot.knowledge

    @property
    def lexicon(self) -> Lexicon:
        """The words by which questions are understood."""
        return self._current.bot.lexicon

    def words(self, language: str) -> Words:
        """The words of a language."""
        return self._current.bot.words(language)

    def words_in(self, language: str | None) -> Words:
        """The words of a locale such as ``fr-FR``; where we have no such language, the default's."""
        tags = ((tag or "").replace("_", "-").split("-")[0].lower() for tag in (language, self._current.language))
        return self.words(next((tag for tag in tags if tag in self.lexicon.languages), self.knowledge.language))

    def words_for(self, message: Message) -> Words:
        """The words of the language that *message* is answered in."""
        return self.words(language_of(self._here(message), self.lexicon))

    def checks(self) -> bool:
        """Whether addresses are checked here."""
        return self._current.bot.mailbox is not None

    def understand(self, message: Message) -> Question:
        """What a message asks."""
        return self._current.bot.understand(self._here(message))

    def is_private(self, question: Question) -> bool:
        """Whether the answer is for the asker's eyes only: what it says of somebody's mailbox is nobody else's."""
        return isinstance(question, MailboxCheck)

    def digest(self, message: Message) -> Digest:
        """The digest of a paste or of attached files, for a chart."""
        return self._current.bot.digest(message)

    async def reply(self, message: Message, question: Question | None = None) -> Answer | None:
        """The answer, or None where nobody asked us; counted and logged. *question* where it is understood already."""
        began = self._clock()
        answer = await self._current.bot.reply(self._here(message), question)
        if answer is not None:
            self._tell(answer, self._clock() - began)
        return answer

    def watch(self, probe: Callable[[], Awaitable[bool]]) -> None:
        """From now on *probe* tells whether the platform is connected."""
        self._probe = probe

    async def is_ready(self) -> bool:
        """Whether the platform is connected now."""
        ready = self._probe is not None and await self._probe()
        self.metrics.ready.labels(self.platform).set(ready)
        return ready

    def failed(self) -> None:
        """Count a question that ended in an error of ours."""
        self.metrics.errors.labels(self.platform).inc()

    def retried(self) -> None:
        """Count a call that the platform refused or dropped, and that is made again."""
        self.metrics.retries.labels(self.platform).inc()

    def _here(self, message: Message) -> Message:
        """A message with the default language of this place."""
        return msgspec.structs.replace(message, default=self._current.language)

    def _tell(self, answer: Answer, seconds: float) -> None:
        self.metrics.answered(answer.kind, self.platform, seconds)
        facts = {
            "kind": answer.kind,
            "subjects": [] if answer.kind in PRIVATE else list(answer.subjects[:6]),
            "language": answer.language,
            "platform": self.platform,
            "milliseconds": round(seconds * 1000, 1),
        }
        LOG.info("answered", extra=facts)


def desk(platform: str, bot: Bot) -> Desk:
    """A desk of its own, for one adapter alone."""
    return Desk(platform, Current(bot), Metrics())
