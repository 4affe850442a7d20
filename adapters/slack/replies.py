"""From an event to what is posted: who asks, in which language, where the answer goes, and that it is told once."""

import logging
import uuid
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

import msgspec
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.files import Fetched, fetch
from adapters.slack.markup import text_of
from adapters.slack.memory import Memory
from adapters.slack.rendering import MAX_VALUE, Rendered, to_blocks
from adapters.slack.settings import SlackSettings
from bot.answer import Answer
from bot.answering import Bot
from bot.language import Words
from bot.message import Message

LOG = logging.getLogger(__name__)
NO_TABLES = ("invalid_blocks", "invalid_attachments")
"""What Slack answers where a client or workspace takes no table blocks."""


KEPT_FILES = 2_000_000
"""Bytes of one message's files that are kept, so that More and Share know them."""


class Asked(msgspec.Struct, frozen=True):
    """A question as buttons carry it: its text, the language it was answered in, and the key of its files."""

    text: str
    language: str | None = None
    files: str | None = None


class Replies:
    """Answers for one Slack app."""

    def __init__(self, settings: SlackSettings, bot: Bot, memory: Memory) -> None:
        self.settings = settings
        self.bot = bot
        self.memory = memory

    async def message(
        self, client: AsyncWebClient, event: Mapping[str, Any], *, addressed: bool, edited: bool = False
    ) -> None:
        """Answer a message in the thread it stands in; where it was edited, change the answer that it has already."""
        channel, ts = event["channel"], event["ts"]
        text, fetched = text_of(event), await fetch(event.get("files") or (), self.settings, client.token)
        answer = await self._answer(client, text, event.get("user", ""), fetched, addressed)
        if answer is None:
            if not edited:
                await self.memory.put((channel, ts), "")
            return
        before = await self.memory.answer_to((channel, ts)) if edited else None
        asked = self.asked(text, answer, fetched)
        if before:
            await self._post(client.chat_update, answer, asked, channel=channel, ts=before)
            return
        thread = event.get("thread_ts") or (None if event.get("channel_type") == "im" else ts)
        posted = await self._post(
            client.chat_postMessage,
            answer,
            asked, channel=channel, thread_ts=thread,
            unfurl_links=False, unfurl_media=False,
        )  # fmt: skip
        await self.memory.put((channel, ts), posted["ts"])
        self.memory.threads.put((channel, event.get("thread_ts") or ts), True)
        if answer.kind == "digest":
            await self._attach(client, answer, Message(text, fetched.attachments), channel, thread or posted["ts"])
        if fetched.refused or fetched.too_large:
            await client.chat_postMessage(channel=channel, thread_ts=thread or posted["ts"], text=self._unread(fetched))

    async def follow_up(self, client: AsyncWebClient, event: Mapping[str, Any]) -> None:
        """Answer a pressed question, in the thread of the answer it stands under."""
        answer, asked = await self.answer_for(client, str(event["text"]), str(event["user"]))
        await self._post(
            client.chat_postMessage, answer, asked, channel=event["channel"],
            thread_ts=event.get("thread_ts"), unfurl_links=False, unfurl_media=False,
        )  # fmt: skip

    def words_in(self, language: str | None) -> Words:
        """The words of a person's language, the base language's where we have no other."""
        tag = (language or "").replace("_", "-").split("-")[0].lower()
        return self.bot.words(tag if tag in self.bot.lexicon.languages else self.bot.knowledge.language)

    def languages(self) -> list[tuple[str, str]]:
        """Tag and own name of every language."""
        tags = self.bot.lexicon.languages
        return [(tag, self.bot.words(tag).say("language")) for tag in tags]

    async def take_away(self, client: AsyncWebClient, key: tuple[str, str]) -> None:
        """Delete the answer to a message that was deleted."""
        ts = await self.memory.drop(key)
        if ts:
            await client.chat_delete(channel=key[0], ts=ts)

    async def answer_for(
        self, client: AsyncWebClient, text: str, user: str, *, files: Sequence[Mapping[str, Any]] = ()
    ) -> tuple[Answer, Asked]:
        """The answer to somebody who spoke to us, and what its buttons carry."""
        fetched = await fetch(files, self.settings, client.token)
        answer = await self._answer(client, text, user, fetched, True)
        assert answer is not None  # who speaks to us is always answered
        return answer, self.asked(text, answer, fetched)

    async def again(self, asked: Asked) -> Answer:
        """The same answer once more, in the language it was given in."""
        files = self.memory.files.get(asked.files or "") or ()
        answer = await self.bot.reply(Message(asked.text, files, asked.language, chosen=True))
        assert answer is not None  # who speaks to us is always answered
        return answer

    def asked(self, text: str, answer: Answer, fetched: Fetched) -> Asked:
        """What was asked, its files remembered by a key."""
        if not fetched.attachments:
            return Asked(text, answer.language)
        key = uuid.uuid4().hex
        if sum(len(attachment.content) for attachment in fetched.attachments) <= KEPT_FILES:
            self.memory.files.put(key, fetched.attachments)
        return Asked(text, answer.language, key)

    def rendered(
        self, answer: Answer, asked: Asked, *, whole: bool = False, share: bool = False, tables: bool = True
    ) -> Rendered:
        """An answer as blocks whose buttons know what was asked."""
        words = self.bot.words(answer.language)
        return to_blocks(answer, words, whole=whole, share=share, tables=tables, asked=self.carried(asked))

    def carried(self, asked: Asked) -> str:
        """What a button carries: the question, or, where that is too long, the key it is remembered by."""
        value = msgspec.json.encode(asked).decode()
        if len(value) <= MAX_VALUE:
            return value
        key = uuid.uuid4().hex
        self.memory.asked.put(key, value)
        return key

    def asked_by(self, value: str) -> Asked | None:
        """What `carried` carried; None where it is forgotten."""
        text = value if value.startswith("{") else self.memory.asked.get(value)
        try:
            asked = None if text is None else msgspec.json.decode(text, type=Asked)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return None
        gone = asked is not None and asked.files is not None and self.memory.files.get(asked.files) is None
        return None if gone else asked

    async def language_of(self, client: AsyncWebClient, user: str) -> tuple[str | None, bool]:
        """The language somebody chose here, else the locale of their Slack; and whether it was chosen."""
        team = team_of(client)
        chosen = await self.memory.language_of(team, user)
        if chosen is not None:
            return chosen, True
        locale = self.memory.locales.get((team, user))
        if locale is None and user:
            try:
                info = await client.users_info(user=user, include_locale=True)
                locale = str((info.get("user") or {}).get("locale") or "")
            except SlackApiError as error:
                LOG.warning("users.info: %s", error.response.get("error"))
                locale = ""
            self.memory.locales.put((team, user), locale)
        return locale or None, False

    async def is_ours(self, client: AsyncWebClient, channel: str, thread: str, bot_user: str) -> bool:
        """Whether the bot spoke, or was spoken to, in a thread."""
        known = await self.memory.spoke_in((channel, thread))
        if known is None:
            try:
                found = await client.conversations_replies(channel=channel, ts=thread, limit=200)
                messages = found.get("messages") or []
            except SlackApiError as error:
                LOG.warning("conversations.replies: %s", error.response.get("error"))
                return False
            known = any(m.get("user") == bot_user or f"<@{bot_user}>" in (m.get("text") or "") for m in messages)
            self.memory.threads.put((channel, thread), known)
        return known

    async def _answer(
        self, client: AsyncWebClient, text: str, user: str, fetched: Fetched, addressed: bool
    ) -> Answer | None:
        language, chosen = await self.language_of(client, user)
        message = Message(text, fetched.attachments, language, chosen, addressed or bool(fetched.attachments))
        return await self.bot.reply(message)

    async def _post(self, call: Any, answer: Answer, asked: Asked, **where: Any) -> Mapping[str, Any]:
        """Post or change a message; once more without table blocks where those are refused."""
        try:
            drawn = self.rendered(answer, asked)
            posted = await call(text=drawn.text, blocks=drawn.blocks, **where)
        except SlackApiError as error:
            if error.response.get("error") not in NO_TABLES:
                raise
            drawn = self.rendered(answer, asked, tables=False)
            posted = await call(text=drawn.text, blocks=drawn.blocks, **where)
        return posted  # type: ignore[no-any-return]  # the SDK's response is a mapping

    async def _attach(
        self, client: AsyncWebClient, answer: Answer, message: Message, channel: str, thread: str
    ) -> None:
        """The chart, where it can be drawn, and the records."""
        from adapters.chart import draw
        from knowledge.errors import SettingMissing

        words = self.bot.words(answer.language)
        records = b"".join(msgspec.json.encode(bounce) + b"\n" for bounce in answer.bounces)
        uploads: list[dict[str, Any]] = [{"file": records, "filename": "bounces.jsonl", "title": answer.title}]
        try:
            picture = draw(self.bot.digest(message), words)
            uploads.insert(0, {"file": picture, "filename": "bounces.png", "title": answer.title})
        except SettingMissing:
            LOG.info("no chart: the extra is not installed")
        await client.files_upload_v2(channel=channel, thread_ts=thread, file_uploads=uploads)

    def _unread(self, fetched: Fetched) -> str:
        words = self.bot.words(self.bot.knowledge.language)
        parts = []
        if fetched.too_large:
            limit = words.number(self.settings.max_file // 1_000_000)
            parts.append(words.say("slack.too-large", names=", ".join(fetched.too_large), limit=limit))
        if fetched.refused:
            parts.append(words.say("slack.not-read", names=", ".join(fetched.refused)))
        return " ".join(parts)


def team_of(client: AsyncWebClient) -> str:
    """The workspace whose event Bolt made a client for: people's ids are unique only within one."""
    return str(client.default_params.get("team_id") or "")


async def guarded(work: Awaitable[None], tell: Any, words: Any) -> None:
    """Do *work*; a bug becomes an id for the asker and a trace for the log, and never a text of the message."""
    try:
        await work
    except SlackApiError as error:
        LOG.error("Slack refuses %s: %s %s", error.response.get("api_url", ""), error.response.get("error"),
                  error.response.get("needed", ""))  # fmt: skip
    except Exception:
        incident = uuid.uuid4().hex[:8]
        LOG.exception("incident %s", incident)
        try:
            await tell(words.say("slack.bug", incident=incident))
        except SlackApiError as error:
            LOG.error("incident %s could not be told: %s", incident, error.response.get("error"))
