"""A Slack app at work: the adapter as it runs for people, against the stand-in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Self

import pytest

from adapters.desk import desk
from adapters.slack.running import run
from adapters.slack.settings import SlackSettings
from bot.answering import Bot
from tests.standins.slack import APP_TOKEN, BOT_TOKEN, SlackStandIn


class Running:
    """The adapter under way; leaving the context stops it as SIGTERM does, with the answers under way finished."""

    def __init__(self, stand_in: SlackStandIn, bot: Bot, **settings: Any) -> None:
        given = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "api_url": stand_in.api_url, **settings}
        self.settings = SlackSettings(**given)
        self.desk = desk("slack", bot)
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(run(self.settings, self.desk, self._stop))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop, with every answer told."""
        assert self._task is not None
        self._stop.set()
        await asyncio.wait_for(self._task, 20)


Start = Callable[..., Awaitable[Running]]


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def start(slack: SlackStandIn, bot: Bot) -> AsyncIterator[Start]:
    """Start the adapter, with settings other than the usual where given; it is stopped at the end of the test."""
    async with AsyncExitStack() as stack:

        async def started(bot: Bot = bot, **settings: Any) -> Running:
            return await stack.enter_async_context(Running(slack, bot, **settings))

        yield started
