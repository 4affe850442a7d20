"""What Discord tells us: a client that hands interactions and messages on to what answers."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket

from adapters.desk import Desk
from adapters.discord.commands import Commands, pasted, sync
from adapters.discord.components import DYNAMIC
from adapters.discord.markup import to_plain
from adapters.discord.replies import Interaction, Replies, locale_of, refusal
from adapters.discord.settings import DiscordSettings
from adapters.working import MOST, Say, UnderWay
from bot.message import Message

LOG = logging.getLogger(__name__)
PREFIX = "smtp "
TOO_MANY = 429
BROKEN = 500


class Client(discord.AutoShardedClient):
    """One Discord application: the SDK's client around `Replies`, and the answers that are under way."""

    def __init__(self, settings: DiscordSettings, desk: Desk) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=settings.prefix)
        shards: dict[str, Any] = {"shard_ids": list(settings.shard_ids)} if settings.shard_ids else {}
        super().__init__(
            intents=intents, shard_count=settings.shard_count, **shards,
            allowed_mentions=discord.AllowedMentions.none(), http_trace=_counting(desk),
            member_cache_flags=discord.MemberCacheFlags.none(), chunk_guilds_at_startup=False, max_messages=None,
        )  # fmt: skip
        self.settings = settings
        self.replies = Replies(settings, desk)
        self.under_way = UnderWay(desk, refusal, at_once=MOST)
        self.connected: set[int] = set()
        self.turns: dict[int, asyncio.Task[None]] = {}
        self.tree = app_commands.CommandTree(self)
        desk.watch(self._is_connected)

    async def setup_hook(self) -> None:
        """After the login: the buttons of older answers, and the commands."""
        self.add_dynamic_items(*DYNAMIC)
        for command in Commands(self.replies, self.begin).all():
            self.tree.add_command(command)
        if await sync(self.tree, self.replies):
            LOG.info("the commands changed; Discord was told")
        if self.settings.shard_count is not None or self.settings.api_url is not None:
            # with a given number of shards, and after an invalid session, the SDK asks nobody for the gateway's address
            _, address, _ = await self.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)

    async def on_message(self, message: discord.Message) -> None:
        """Answer who mentions us or our role, who writes to us alone, and, where that is on, who uses the prefix."""
        if message.author.bot or self.user is None:
            return
        prefixed = self.settings.prefix and message.content.lower().startswith(PREFIX)
        by_role = _mentions_role(message)
        if by_role and not message.content:  # Discord shows what mentions a role to nobody without the intent
            self._next(message.id, self.replies.unreadable(message), message)
        elif self.user in message.mentions or message.guild is None or prefixed or by_role:
            self._next(message.id, self.replies.answer(message, addressed=True), message)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Explain what was pasted into a field; commands and buttons find their way by themselves."""
        given = pasted(interaction)
        if given is not None:
            text, private = given
            message = Message(to_plain(text), language=locale_of(interaction))
            self.begin(interaction, self.replies.respond(interaction, message, private=private))

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Change the answer to a question that was edited."""
        if self.replies.answered.get(payload.message_id) is not None and "content" in payload.data:
            self._next(payload.message_id, self.replies.answer(payload.message, addressed=True), payload.message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Take away the answer to a question that was deleted."""
        self._next(payload.message_id, self.replies.take_away(payload.message_id), None)

    async def on_shard_connect(self, shard: int) -> None:
        """A shard has its connection."""
        self.connected.add(shard)

    async def on_shard_resumed(self, shard: int) -> None:
        """A shard has its connection again."""
        self.connected.add(shard)

    async def on_shard_disconnect(self, shard: int) -> None:
        """A shard lost its connection."""
        self.connected.discard(shard)

    async def on_error(self, event: str, /, *_: Any, **__: Any) -> None:
        """A bug in a listener; the SDK's own report would quote the message."""
        LOG.exception("in %s", event, exc_info=False)
        self.replies.desk.failed()

    def begin(self, interaction: Interaction, work: Coroutine[Any, Any, None]) -> None:
        """Answer an interaction beside everything else."""
        self.under_way.start(work, self.replies.teller(interaction))

    def _next(self, key: int, work: Coroutine[Any, Any, None], asked: discord.Message | None) -> None:
        """Do what concerns one message in turn: an edit waits for the answer that is under way."""
        before = self.turns.get(key)

        async def in_turn() -> None:
            if before is not None:
                await asyncio.wait([before])
            await work

        async def tell(say: Say) -> None:
            if asked is not None:
                locale = str(asked.guild.preferred_locale) if asked.guild else None
                words = self.replies.desk.words_for(Message(asked.content, language=locale))
                await asked.reply(say(words), mention_author=False)

        task = self.under_way.start(in_turn(), tell)
        self.turns[key] = task
        task.add_done_callback(lambda done: self.turns.pop(key, None) if self.turns.get(key) is done else None)

    async def _is_connected(self) -> bool:
        return not self.is_closed() and 0 < len(self.connected) == len(self.shards)


def _mentions_role(message: discord.Message) -> bool:
    """Whether a message mentions the role that a server made for us, which is offered beside our name."""
    role = message.guild.self_role if message.guild is not None and message.role_mentions else None
    return role is not None and role in message.role_mentions


def _counting(desk: Desk) -> aiohttp.TraceConfig:
    """Count the calls that Discord refuses for now; the SDK makes them again."""
    trace = aiohttp.TraceConfig()

    async def ended(_: object, __: object, done: aiohttp.TraceRequestEndParams) -> None:
        if done.response.status == TOO_MANY or done.response.status >= BROKEN:
            desk.retried()

    async def failed(_: object, __: object, ___: object) -> None:
        desk.retried()

    trace.on_request_end.append(ended)
    trace.on_request_exception.append(failed)
    return trace
