"""A Discord application at work: the adapter as it runs for people, against the stand-in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any, Self

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket

from adapters.desk import Current, Desk
from adapters.discord.running import run
from adapters.discord.settings import DiscordSettings
from adapters.metrics import Metrics
from bot.answering import Bot
from tests.standins.discord import TOKEN, DiscordStandIn


class Running:
    """The adapter under way; leaving the context stops it as SIGTERM does, with the answers under way finished."""

    def __init__(self, stand_in: DiscordStandIn, bot: Bot, **settings: Any) -> None:
        self.stand_in = stand_in
        self.settings = DiscordSettings(**{"token": TOKEN, "api_url": stand_in.api_url, **settings})
        self.current = Current(bot)
        self.desk = Desk("discord", self.current, Metrics())
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


@pytest.fixture(autouse=True)
def addresses() -> Iterator[None]:
    """The SDK keeps Discord's addresses for the whole process; they are put back."""
    base, gateway = discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    yield
    discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, yarl.URL(str(gateway))


@pytest.fixture
async def discord_() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def start(discord_: DiscordStandIn, bot: Bot) -> AsyncIterator[Start]:
    """Start the adapter and wait until it listens, with settings other than the usual where given."""
    async with AsyncExitStack() as stack:

        async def started(bot: Bot = bot, *, listening: bool = True, **settings: Any) -> Running:
            running = await stack.enter_async_context(Running(discord_, bot, **settings))
            if listening:
                await discord_.ready()
            return running

        yield started
