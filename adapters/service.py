"""All configured adapters in one process, from start to signal."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping

from bot.answering import Bot
from knowledge.errors import SettingMissing

STOPPED = 0
FORM = "%(levelname)s %(name)s %(message)s"

Start = Callable[[asyncio.Event], Awaitable[None]]


async def serve(environ: Mapping[str, str], bot: Bot, platform: str | None = None) -> int:
    """
    Run the adapters that are configured, or the one that is named, until SIGTERM or SIGINT.

    Raises:
        SettingMissing: nothing is configured, or the platform lacks a setting.
        ExceptionGroup: of ValueError: a setting is wrong, or a platform refuses its token.
    """
    logging.basicConfig(level=environ.get("SMTPBOT_LOG_LEVEL", "INFO").upper(), format=FORM)
    starts = _starts(environ, bot, platform)
    if not starts:
        raise SettingMissing("SLACK_BOT_TOKEN", "at least one platform")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:
        for start in starts:
            group.create_task(_until(start, stop))
    return STOPPED


async def _until(start: Start, stop: asyncio.Event) -> None:
    """Run one adapter; when it ends, for whatever reason, all end."""
    try:
        await start(stop)
    finally:
        stop.set()


def _starts(environ: Mapping[str, str], bot: Bot, platform: str | None) -> list[Start]:
    starts: list[Start] = []
    if platform == "slack" or (platform is None and (environ.get("SLACK_BOT_TOKEN") or environ.get("SLACK_CLIENT_ID"))):
        from adapters.slack.running import run
        from adapters.slack.settings import settings_from

        settings = settings_from(environ)
        starts.append(lambda stop: run(settings, bot, stop))
    return starts
