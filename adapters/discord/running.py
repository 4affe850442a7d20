"""Discord's adapter from start to end."""

import asyncio
import logging

import aiohttp
import discord

from adapters.desk import Desk
from adapters.discord.acknowledging import respond_quickly
from adapters.discord.events import Client
from adapters.discord.settings import DiscordSettings

LOG = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between attempts to reach Discord at the start; doubled each time."""

AWAY = (OSError, aiohttp.ClientError, discord.GatewayNotFound, discord.DiscordServerError, TimeoutError)


async def run(settings: DiscordSettings, desk: Desk, stop: asyncio.Event) -> None:
    """
    Answer in Discord until *stop* is set; then finish the answers under way.

    Raises:
        ValueError: Discord refuses the token or an intent; the text is one line that says what to change.
    """
    if settings.api_url is not None:
        discord.http.Route.BASE = settings.api_url  # one for the whole process: the SDK has no other way
    respond_quickly()
    wait = FIRST_WAIT
    while not stop.is_set():
        client = Client(settings, desk)
        try:
            await _until(client, settings.token, stop)
            return
        except AWAY as error:
            LOG.warning("Discord cannot be reached (%s); next attempt in %.0f s", type(error).__name__, wait)
        except discord.LoginFailure as error:
            raise ValueError(
                "DISCORD_TOKEN: Discord does not know this token; reset and copy it on the page Bot"
            ) from error
        except discord.PrivilegedIntentsRequired as error:
            raise ValueError(
                "DISCORD_PREFIX: Discord refuses the message content intent; switch it on on the page Bot"
            ) from error
        except discord.Forbidden as error:
            raise ValueError(f"Discord refuses to register the commands: {error.status}, code {error.code}") from error
        finally:
            await client.close()
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            wait = min(2 * wait, LONGEST_WAIT)


async def _until(client: Client, token: str, stop: asyncio.Event) -> None:
    """Run a client until it ends by itself, or until *stop*; then finish the answers under way."""
    running = asyncio.create_task(client.start(token))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not running.done():
        await client.under_way.finish()
        await client.close()
    try:
        await running
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
