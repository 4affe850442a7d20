"""What is under way: answers being made, bounded, waited for at the end, and whose bugs are told with an id."""

import asyncio
import logging
import traceback
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from adapters.desk import Desk
from bot.language import Words

LOG = logging.getLogger(__name__)
AT_ONCE = 100
"""Answers that are made and posted at the same time; the others wait their turn."""
MOST = 2_000
"""Questions under way or waiting; who comes after is told to ask again."""
WAITED_FOR = 10.0
"""Seconds that answers under way are waited for at the end."""

Say = Callable[[Words], str]
Tell = Callable[[Say], Coroutine[Any, Any, None]]
"""Tells the asker something, in the asker's language."""


class UnderWay:
    """
    The work of one adapter.

    Args:
        desk: where what goes wrong is counted.
        refusal: what to log of an exception with which the platform refuses a call; None where it is no such thing.
        at_once: how many are worked on at the same time.
    """

    def __init__(self, desk: Desk, refusal: Callable[[BaseException], str | None], at_once: int = AT_ONCE) -> None:
        self._desk = desk
        self._refusal = refusal
        self._turns = asyncio.Semaphore(at_once)
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], tell: Tell) -> asyncio.Task[None]:
        """Do *work* beside everything else; what goes wrong, or that there is too much, is told by *tell*."""
        if len(self._tasks) >= MOST:
            work.close()
            self._desk.metrics.refused.labels(self._desk.platform).inc()
            work = tell(lambda words: words.say("ui.busy"))
        task = asyncio.create_task(self._guarded(work, tell))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finish(self) -> None:
        """Wait for what is under way, up to the limit."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=WAITED_FOR)

    async def _guarded(self, work: Coroutine[Any, Any, None], tell: Tell) -> None:
        """Do *work*; a bug becomes an id for the asker and a trace for the log, and never a text of the message."""
        try:
            async with self._turns:
                await work
        except Exception as error:
            self._desk.failed()
            refusal = self._refusal(error)
            if refusal is not None:
                LOG.error("%s refuses %s", self._desk.platform, refusal)
                return
            incident = uuid.uuid4().hex[:8]
            # the trace without the exception's own words, which may quote what somebody wrote
            trace = "".join(traceback.format_tb(error.__traceback__))
            LOG.error("incident %s: %s\n%s", incident, type(error).__name__, trace.rstrip())
            try:
                await tell(lambda words: words.say("ui.bug", incident=incident))
            except Exception as untold:
                LOG.error("incident %s could not be told: %s", incident, self._refusal(untold) or type(untold).__name__)
