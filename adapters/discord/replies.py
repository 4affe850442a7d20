"""From an interaction or a message to what is posted: in time, in the asker's language, seen by who may see it."""

import asyncio
import io
import logging
from collections.abc import Callable, Sequence
from typing import Any

import discord
import msgspec

from adapters.attached import MAX_FILES, Fetched, files_of, may_hold_bounces, unread
from adapters.desk import PRIVATE, Desk
from adapters.discord.acknowledging import UNKNOWN
from adapters.discord.components import LOST, Asked, view_of
from adapters.discord.markup import text_of
from adapters.discord.rendering import Rendered, to_embed
from adapters.discord.settings import DiscordSettings
from adapters.discord.sharing import NO_MENTIONS
from adapters.recent import Recent
from adapters.working import Say, Tell
from bot.answer import Answer
from bot.answering import KEPT
from bot.language import Words
from bot.message import Attachment, Message
from bot.question import Question

LOG = logging.getLogger(__name__)
QUICK = 1.0
"""Seconds after which an answer that is not there yet is announced; Discord gives up after three."""

KEPT_FILES = 2_000_000
"""Bytes of one message's files that are kept, so that More knows them."""

Interaction = discord.Interaction[Any]


class Replies:
    """Answers for one Discord application."""

    def __init__(self, settings: DiscordSettings, desk: Desk) -> None:
        self.settings = settings
        self.desk = desk
        self.memory: Recent[str, Asked] = Recent(1_000)
        self.answered: Recent[int, discord.Message] = Recent()
        self.drawn: Recent[tuple[int, bool], tuple[Answer, Rendered]] = Recent(KEPT)
        """By the answer's identity, which is kept with it so that no other answer can have it."""

    async def ask(self, interaction: Interaction, text: str, language: str) -> None:
        """Answer a pressed question, as visibly as the answer it stands under."""
        private = interaction.message is not None and interaction.message.flags.ephemeral
        message = Message(text, language=language, chosen=True)
        await self.respond(interaction, message, private=private)

    async def more(self, interaction: Interaction, asked: Asked | None) -> None:
        """Show what was folded or left out to who pressed, and to nobody else."""
        if asked is None:
            text = self.words_for(interaction).say("ui.forgotten")
            await interaction.response.send_message(text, ephemeral=True, allowed_mentions=NO_MENTIONS)
            return
        message = Message(asked.text, asked.attachments, asked.language, chosen=True)
        await self.respond(interaction, message, private=True, rest=True)

    async def respond(
        self, interaction: Interaction, message: Message, *, private: bool, rest: bool = False,
        fetch: Sequence[discord.Attachment] = (),
    ) -> None:  # fmt: skip
        """
        Answer an interaction: at once, or, where that takes longer, after saying so within Discord's three seconds.

        The first message after a deferral fills the placeholder and takes its privacy, so that is decided before.
        """
        message = msgspec.structs.replace(
            message, asker=str(interaction.user.id), place=str(interaction.channel_id or "")
        )
        question: Question | None = self.desk.understand(message)
        secret = question is not None and self.desk.is_private(question)
        private = private or secret
        if fetch or message.attachments or secret:
            await interaction.response.defer(ephemeral=private, thinking=True)
        fetched = await self.fetch(fetch)
        if fetched.attachments:
            question = None  # it was understood without them
            message = msgspec.structs.replace(message, attachments=message.attachments + fetched.attachments)
        working = asyncio.ensure_future(self.desk.reply(message, question))
        await asyncio.sleep(0)  # most answers wait for nothing: they are there when their turn has come
        if not working.done() and not interaction.response.is_done():
            await asyncio.wait([working], timeout=QUICK)
            if not working.done():
                await interaction.response.defer(ephemeral=private, thinking=True)
        answer = await working
        assert answer is not None  # who speaks to us is always answered
        if answer.kind == "digest" and not interaction.response.is_done():
            await interaction.response.defer(ephemeral=private, thinking=True)
        told = await self._drawn(answer, message, fetched, rest=rest, share=private and not secret)
        if interaction.response.is_done():
            await interaction.followup.send(**told, ephemeral=private)
        else:
            await interaction.response.send_message(**told, ephemeral=private)

    async def answer(self, asked: discord.Message, *, addressed: bool) -> None:
        """Answer a message where it stands, or change the answer that it has already."""
        fetched = await self.fetch(asked.attachments)
        language = str(asked.guild.preferred_locale) if asked.guild else None
        message = Message(
            text_of(asked), fetched.attachments, language, addressed=addressed, asker=str(asked.author.id),
            place=str(asked.channel.id),
        )  # fmt: skip
        answer = await self.desk.reply(message)
        if answer is None:
            return
        told = await self._drawn(answer, message, fetched, rest=False, share=False)
        if answer.kind in PRIVATE and asked.guild is not None:
            await asked.author.send(**told)  # in a channel everybody would see it
            return
        before = self.answered.get(asked.id)
        if before is not None:
            files = told.pop("files", [])
            view = told.pop("view", None)
            await before.edit(**told, attachments=files, view=view)
            return
        self.answered.put(asked.id, await asked.reply(**told, mention_author=False))

    async def unreadable(self, asked: discord.Message) -> None:
        """Say how to ask, to somebody whose message mentions us in a way that does not let us read it."""
        words = self.desk.words_in(str(asked.guild.preferred_locale) if asked.guild else None)
        told = await asked.reply(words.say("discord.unreadable"), mention_author=False)
        self.answered.put(asked.id, told)

    async def take_away(self, message: int) -> None:
        """Delete the answer to a message that was deleted."""
        answer = self.answered.drop(message)
        if answer is not None:
            await answer.delete()

    async def fetch(self, attachments: Sequence[discord.Attachment]) -> Fetched:
        """The files of a message that may hold bounces."""
        found, refused, too_large = [], [], []
        for attachment in attachments[:MAX_FILES]:
            if not may_hold_bounces(attachment.filename, attachment.content_type):
                refused.append(attachment.filename)
            elif attachment.size > self.settings.max_file:
                too_large.append(attachment.filename)
            else:
                try:
                    found.append(Attachment(attachment.filename, await attachment.read()))
                except discord.HTTPException as error:
                    LOG.warning("a file could not be fetched: %d", error.status)
                    refused.append(attachment.filename)
        refused += [attachment.filename for attachment in attachments[MAX_FILES:]]
        return Fetched(tuple(found), tuple(refused), tuple(too_large))

    def words_for(self, interaction: Interaction) -> Words:
        """The words of who asks."""
        return self.desk.words_in(locale_of(interaction))

    def teller(self, interaction: Interaction) -> Tell:
        """What tells the asker of an interaction something, and nobody else."""

        async def tell(say: Say) -> None:
            send: Callable[..., Any] = (
                interaction.followup.send if interaction.response.is_done() else interaction.response.send_message
            )
            await send(say(self.words_for(interaction)), ephemeral=True, allowed_mentions=NO_MENTIONS)

        return tell

    async def _drawn(
        self, answer: Answer, message: Message, fetched: Fetched, *, rest: bool, share: bool
    ) -> dict[str, Any]:
        """What to post: the embed, its buttons, and a digest's files."""
        words = self.desk.words(answer.language)
        drawn = self._embed(answer, words, rest=rest)
        told: dict[str, Any] = {"embed": drawn.embed, "allowed_mentions": NO_MENTIONS}
        if answer.kind == "digest":
            found = await asyncio.to_thread(self.desk.digest, message)
            files = await asyncio.to_thread(files_of, answer, found, words)
            told["files"] = [discord.File(io.BytesIO(content), name) for name, content in files]
            if any(name.endswith(".png") for name, _ in files):
                drawn.embed.set_image(url=f"attachment://{files[0][0]}")
        kept = sum(len(part.content) for part in message.attachments) <= KEPT_FILES
        asked = Asked(message.text if kept else LOST, answer.language, message.attachments if kept else ())
        view = view_of(answer.follow_ups, asked, words, self.memory, more=drawn.folded, share=share)
        if view is not None:
            told["view"] = view
        lost = unread(fetched, words, self.settings.max_file)
        if lost:
            told["content"] = discord.utils.escape_markdown(lost)[:MAX_CONTENT]
        return told

    def _embed(self, answer: Answer, words: Words, *, rest: bool) -> Rendered:
        """An answer drawn; the same one again where the bot gives the same answer again."""
        if answer.kind in OF_SOMEBODY:
            return to_embed(answer, words, rest=rest)
        found = self.drawn.get((id(answer), rest))
        if found is None:
            found = (answer, to_embed(answer, words, rest=rest))
            self.drawn.put((id(answer), rest), found)
        return found[1]


MAX_CONTENT = 2_000
OF_SOMEBODY = ("bounce", "digest", "mailbox", "not_understood")
"""Kinds of answers that say what somebody wrote: each is drawn for itself, and nothing of it is kept."""


def locale_of(interaction: Interaction) -> str:
    """The asker's locale, which Discord always tells."""
    return str(interaction.locale)


def refusal(error: BaseException) -> str | None:
    """What to log of a call that Discord refuses; None for every other exception."""
    if isinstance(error, discord.NotFound) and error.code == UNKNOWN:
        return f"a response that came too late: {error.status}, code {error.code}"
    if isinstance(error, discord.HTTPException):
        return f"a call: {error.status}, code {error.code}"
    return None
