"""From an event to what is posted: who asks, in which language, where the answer goes, and that it is told once."""

import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.attached import Fetched, files_of, unread
from adapters.desk import PRIVATE, Desk
from adapters.slack.files import fetch
from adapters.slack.markup import text_of
from adapters.slack.memory import Memory
from adapters.slack.rendering import MAX_VALUE, Rendered, to_blocks
from adapters.slack.settings import SlackSettings
from bot.answer import Answer
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

    def __init__(self, settings: SlackSettings, desk: Desk, memory: Memory) -> None:
        self.settings = settings
        self.desk = desk
        self.memory = memory

    async def message(
        self, client: AsyncWebClient, event: Mapping[str, Any], *, addressed: bool, edited: bool = False
    ) -> None:
        """Answer a message in the thread it stands in; where it was edited, change the answer that it has already."""
        channel, ts = event["channel"], event["ts"]
        text, fetched = text_of(event), await fetch(event.get("files") or (), self.settings, client.token)
        answer = await self._answer(client, text, event.get("user", ""), fetched, addressed, channel)
        if answer is None:
            if not edited:
                await self.memory.put((channel, ts), "")
            return
        before = await self.memory.answer_to((channel, ts)) if edited else None
        asked = self.asked(text, answer, fetched)
        if answer.kind in PRIVATE:
            await self._whisper(client, answer, asked, event)
            return
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
            text = unread(fetched, self.desk.words(answer.language), self.settings.max_file)
            await client.chat_postMessage(channel=channel, thread_ts=thread or posted["ts"], text=text)

    async def follow_up(self, client: AsyncWebClient, event: Mapping[str, Any]) -> None:
        """Answer a pressed question, in the thread of the answer it stands under."""
        answer, asked = await self.answer_for(client, str(event["text"]), str(event["user"]), place=event["channel"])
        if answer.kind in PRIVATE:
            await self._whisper(client, answer, asked, event)
            return
        await self._post(
            client.chat_postMessage, answer, asked, channel=event["channel"],
            thread_ts=event.get("thread_ts"), unfurl_links=False, unfurl_media=False,
        )  # fmt: skip

    def languages(self) -> list[tuple[str, str]]:
        """Tag and own name of every language."""
        tags = self.desk.lexicon.languages
        return [(tag, self.desk.words(tag).say("language")) for tag in tags]

    async def take_away(self, client: AsyncWebClient, key: tuple[str, str]) -> None:
        """Delete the answer to a message that was deleted."""
        ts = await self.memory.drop(key)
        if ts:
            await client.chat_delete(channel=key[0], ts=ts)

    async def answer_for(
        self,
        client: AsyncWebClient,
        text: str,
        user: str,
        *,
        files: Sequence[Mapping[str, Any]] = (),
        place: str | None = None,
    ) -> tuple[Answer, Asked]:
        """The answer to somebody who spoke to us, and what its buttons carry."""
        fetched = await fetch(files, self.settings, client.token)
        answer = await self._answer(client, text, user, fetched, True, place)
        assert answer is not None  # who speaks to us is always answered
        return answer, self.asked(text, answer, fetched)

    async def again(self, asked: Asked) -> Answer:
        """The same answer once more, in the language it was given in."""
        files = self.memory.files.get(asked.files or "") or ()
        answer = await self.desk.reply(Message(asked.text, files, asked.language, chosen=True))
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
        words = self.desk.words(answer.language)
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
        self, client: AsyncWebClient, text: str, user: str, fetched: Fetched, addressed: bool, place: str | None
    ) -> Answer | None:
        language, chosen = await self.language_of(client, user)
        message = Message(
            text, fetched.attachments, language, chosen, addressed or bool(fetched.attachments), user, place
        )  # fmt: skip
        return await self.desk.reply(message)

    async def _whisper(self, client: AsyncWebClient, answer: Answer, asked: Asked, event: Mapping[str, Any]) -> None:
        """Post an answer that only the asker may see, where they asked."""
        await self._post(
            client.chat_postEphemeral, answer, asked, channel=event["channel"], user=str(event.get("user", "")),
            thread_ts=event.get("thread_ts"),
        )  # fmt: skip

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
        files = files_of(answer, self.desk.digest(message), self.desk.words(answer.language))
        uploads = [{"file": content, "filename": name, "title": answer.title} for name, content in files]
        await client.files_upload_v2(channel=channel, thread_ts=thread, file_uploads=uploads)


def team_of(client: AsyncWebClient) -> str:
    """The workspace whose event Bolt made a client for: people's ids are unique only within one."""
    return str(client.default_params.get("team_id") or "")


def refusal(error: BaseException) -> str | None:
    """What to log of a call that Slack refuses; None for every other exception."""
    if not isinstance(error, SlackApiError):
        return None
    told = error.response
    return f"{told.get('api_url', '')}: {told.get('error')} {told.get('needed', '')}".rstrip()
