"""
The knowledge of the day: read at the start, read anew at SIGHUP or when a file changes, replaced whole or not at all.

What is wrong with the new knowledge is logged with file, line and field; the last good one goes on answering.
"""

import asyncio
import logging
import signal
from collections.abc import Sequence
from pathlib import Path

import msgspec

from adapters.desk import Current
from adapters.metrics import Metrics
from bot.answering import Bot, make_bot
from bot.bounce.proving import prove
from knowledge.checking import check
from knowledge.errors import KnowledgeInvalid
from knowledge.loading import ROOT, read

LOG = logging.getLogger(__name__)


def proven(overlays: Sequence[Path], cache: Path | None = None) -> Bot:
    """
    A Bot on knowledge that passed all three proofs: its shape, its references, and every sample.

    Raises:
        KnowledgeInvalid: with every fault.
    """
    reading = read(overlays)
    faults = reading.faults or tuple(check(reading)) or tuple(prove(reading))
    if faults:
        raise KnowledgeInvalid(faults)
    return make_bot(overlays, cache=cache)


async def keep_current(
    current: Current, overlays: Sequence[Path], cache: Path | None, metrics: Metrics, stop: asyncio.Event
) -> None:
    """Replace the Bot whenever a file of the knowledge changes or SIGHUP comes, until *stop*."""
    again = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, again.set)
    watching = asyncio.create_task(_watch([*overlays, ROOT], again, stop))
    try:
        while await _either(again, stop):
            again.clear()
            await _replace(current, overlays, cache, metrics)
    finally:
        watching.cancel()
        await asyncio.wait([watching])


async def _replace(current: Current, overlays: Sequence[Path], cache: Path | None, metrics: Metrics) -> None:
    try:
        bot = await asyncio.to_thread(proven, overlays, cache)
    except KnowledgeInvalid as error:
        metrics.reloads.labels("refused").inc()
        for fault in error.faults:
            LOG.error("knowledge: %s", fault)
        LOG.error("knowledge: %d faults; the last good one stays", len(error.faults))
        return
    except OSError as error:
        metrics.reloads.labels("refused").inc()
        LOG.error("knowledge: %s; the last good one stays", error.strerror)
        return
    current.bot = msgspec.structs.replace(bot, mailbox=current.bot.mailbox)  # its counts and connections go on
    metrics.reloads.labels("taken").inc()
    metrics.uses(bot.knowledge.version)
    LOG.info("knowledge: read anew, version %s", bot.knowledge.version)


async def _watch(folders: Sequence[Path], again: asyncio.Event, stop: asyncio.Event) -> None:
    from watchfiles import awatch

    present = [folder for folder in folders if folder.is_dir()]
    async for changes in awatch(*present, stop_event=stop):
        if any(path.endswith(".yaml") for _, path in changes):
            again.set()


async def _either(again: asyncio.Event, stop: asyncio.Event) -> bool:
    """Wait for one of the two; False at the end."""
    waiting = [asyncio.create_task(event.wait()) for event in (again, stop)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    return not stop.is_set()
