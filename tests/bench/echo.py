"""
A bot on the same clients that answers every question with what was drawn before: an answer of the usual size without us.
"""

import asyncio
import logging
import os
import signal
import sys
from typing import Any

from bot.answering import make_bot
from bot.message import Message

logging.basicConfig(level=logging.ERROR)


async def slack(stop: asyncio.Event) -> None:
    """Echo in Slack, by Bolt and Socket Mode."""
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"])
    client.base_url = os.environ["SLACK_API_URL"]
    app = AsyncApp(client=client)

    answer = drawn_for_slack()

    @app.event("message")
    async def heard(event: dict[str, Any], client: AsyncWebClient) -> None:
        if not event.get("bot_id"):
            await client.chat_postMessage(channel=event["channel"], text=event["text"], blocks=answer)

    handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"], web_client=client)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    await stop.wait()
    await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


async def discord(stop: asyncio.Event) -> None:
    """Echo in Discord, by discord.py."""
    import discord
    from discord import app_commands

    discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
    client = discord.AutoShardedClient(intents=discord.Intents(guilds=True))
    answer = drawn_for_discord()
    tree = app_commands.CommandTree(client)

    @tree.command(name="smtp", description="Echo.")
    async def smtp(interaction: discord.Interaction[Any], question: str) -> None:
        del question
        await interaction.response.send_message(embed=answer, allowed_mentions=discord.AllowedMentions.none())

    running = asyncio.create_task(client.start(os.environ["DISCORD_TOKEN"]))
    await stop.wait()
    await client.close()
    await running


def drawn_for_slack() -> list[dict[str, Any]]:
    """An answer's blocks."""
    from adapters.slack.rendering import to_blocks

    bot = make_bot()
    return to_blocks(bot.answer(bot.understand(Message("550"))), bot.words("en")).blocks


def drawn_for_discord() -> Any:
    """An answer's embed."""
    from adapters.discord.rendering import to_embed

    bot = make_bot()
    return to_embed(bot.answer(bot.understand(Message("550"))), bot.words("en")).embed


async def main(platform: str) -> None:
    """Run until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await {"slack": slack, "discord": discord}[platform](stop)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
