"""All configured adapters in one process, from start to signal."""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from adapters.desk import Current, Desk
from adapters.health import served
from adapters.logs import set_up
from adapters.metrics import Metrics
from adapters.reloading import keep_current
from adapters.settings import CommonSettings, read
from bot.answering import Bot
from knowledge.errors import SettingMissing

STOPPED = 0
LOG = logging.getLogger(__name__)

Run = Callable[[Desk, asyncio.Event], Awaitable[None]]


async def serve(
    given: Mapping[str, str], bot: Bot, overlays: Sequence[Path], cache: Path | None, platform: str | None = None
) -> int:
    """
    Run the adapters that are configured, or the one that is named, until SIGTERM or SIGINT.

    Args:
        given: the variables.
        bot: what answers until the knowledge is read anew, with *overlays* and *cache*.
        platform: the only one to run.

    Raises:
        SettingMissing: nothing is configured, or the platform lacks a setting.
        ExceptionGroup: of ValueError: a setting is wrong, or a platform refuses its token.
    """
    settings = read(CommonSettings, given)
    set_up(settings.log_level, settings.log_format)
    runs = _runs(given, platform)
    metrics, current, stop = Metrics(), Current(bot, settings.language), asyncio.Event()
    metrics.uses(bot.knowledge.version)
    desks = {name: Desk(name, current, metrics) for name in runs}
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await asyncio.to_thread(bot.explainer)  # so that nobody's first bounce has to wait for it
    gc.collect()
    gc.freeze()  # the knowledge stays: to look through it for garbage again and again would hold up answers
    async with contextlib.AsyncExitStack() as stack:
        if settings.metrics_port is not None:
            pages = served(tuple(desks.values()), metrics, settings.metrics_host, settings.metrics_port)
            LOG.info("health and metrics on port %d", await stack.enter_async_context(pages))
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_current(current, overlays, cache, metrics, stop))
            for name, run in runs.items():
                group.create_task(_until(run(desks[name], stop), stop))
        if bot.mailbox is not None:
            await bot.mailbox.close()
    return STOPPED


async def _until(running: Awaitable[None], stop: asyncio.Event) -> None:
    """Run one adapter; when it ends, for whatever reason, all end."""
    try:
        await running
    finally:
        stop.set()


def _runs(given: Mapping[str, str], platform: str | None) -> dict[str, Run]:
    """What runs each platform that is configured; their libraries are loaded only then."""
    runs: dict[str, Run] = {}
    if platform == "slack" or (platform is None and (given.get("SLACK_BOT_TOKEN") or given.get("SLACK_CLIENT_ID"))):
        from adapters.slack import running as slack
        from adapters.slack.settings import settings_from as slack_settings

        chosen = slack_settings(given)
        runs["slack"] = lambda desk, stop: slack.run(chosen, desk, stop)
    if platform == "discord" or (platform is None and given.get("DISCORD_TOKEN")):
        from adapters.discord import running as discord
        from adapters.discord.settings import settings_from as discord_settings

        told = discord_settings(given)
        runs["discord"] = lambda desk, stop: discord.run(told, desk, stop)
    if not runs:
        raise SettingMissing("SLACK_BOT_TOKEN", "at least one platform (or DISCORD_TOKEN)")
    return runs
