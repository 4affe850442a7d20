"""What Slack tells us: listeners that acknowledge at once, and hand on to what answers."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.middleware.assistant.async_assistant import AsyncAssistant
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.desk import PRIVATE, Desk
from adapters.slack.client import client_of
from adapters.slack.markup import text_of, to_plain
from adapters.slack.memory import Memory
from adapters.slack.replies import Replies, refusal, team_of
from adapters.slack.settings import SlackSettings
from adapters.slack.views import home_view, paste_view, pasted, result_view
from adapters.working import Say, Tell, UnderWay
from bot.message import Message

if TYPE_CHECKING:
    from adapters.slack.installing import Stores

LOG = logging.getLogger(__name__)
PREFIX = "smtp "


class Slack:
    """One Slack app: Bolt's listeners around `Replies`, and the answers that are under way."""

    def __init__(self, settings: SlackSettings, desk: Desk) -> None:
        self.settings = settings
        client = client_of(settings, desk)
        self.stores = _stores(settings, client)
        self.replies = Replies(settings, desk, Memory(self.stores.shared if self.stores else None))
        self.desk = desk
        self.under_way = UnderWay(desk, refusal)
        self.turns: dict[tuple[str, str], asyncio.Task[None]] = {}
        self.app = AsyncApp(
            client=client, signing_secret=settings.signing_secret or "",
            request_verification_enabled=not settings.by_socket,
            oauth_flow=self.stores.flow if self.stores else None,
        )  # fmt: skip
        self._listen()

    def _listen(self) -> None:
        self.app.use(self._changes)  # before the assistant, which keeps changes in its threads to itself
        assistant = AsyncAssistant()
        assistant.thread_started(self._assistant_started)
        assistant.user_message(self._assistant_asked)
        self.app.assistant(assistant)
        self.app.event("app_mention")(self._mentioned)
        self.app.event("message")(self._message)
        self.app.event("app_home_opened")(self._home)
        self.app.event("app_uninstalled")(self._removed)
        self.app.event("tokens_revoked")(self._revoked)
        self.app.command("/smtp")(self._command)
        self.app.shortcut("explain_message")(self._explain_message)
        self.app.shortcut("explain")(self._explain)
        self.app.view("paste")(self._pasted)
        for action, listener in (("more", self._more), ("share", self._share), ("language", self._language)):
            self.app.action(action)(listener)
        self.app.action(re.compile(r"ask:\d+"))(self._ask)

    async def _mentioned(self, event: dict[str, Any], client: AsyncWebClient, context: dict[str, Any]) -> None:
        await self._answer(event, client, context, addressed=True)

    async def _changes(self, body: dict[str, Any], client: AsyncWebClient, next: Any) -> None:  # noqa: A002  # Bolt's name
        """A question that was edited has its answer changed, one that was deleted has it taken away."""
        event = body.get("event") or {}
        subtype = event.get("subtype") if event.get("type") == "message" else None
        if subtype == "message_changed":
            changed = {**event.get("message", {}), "channel": event["channel"]}
            key = (event["channel"], changed.get("ts", ""))
            edited = changed.get("text") != event.get("previous_message", {}).get("text")
            if edited and await self.replies.memory.knows(key):
                self._work(changed, client, addressed=True, edited=True)
        elif subtype == "message_deleted":
            key = (event["channel"], event.get("deleted_ts", ""))
            if await self.replies.memory.knows(key):
                self._next(key, self.replies.take_away(client, key), _quiet)
        await next()

    async def _message(self, event: dict[str, Any], client: AsyncWebClient, context: dict[str, Any]) -> None:
        if event.get("subtype") in (None, "file_share", "thread_broadcast"):
            await self._heard(event, client, context)

    async def _heard(self, event: dict[str, Any], client: AsyncWebClient, context: dict[str, Any]) -> None:
        kind, text = event.get("channel_type"), event.get("text") or ""
        bot_user = context.get("bot_user_id") or ""
        prefixed = text.lower().startswith(PREFIX) and self.settings.listen != "mentions"
        mentioned = f"<@{bot_user}>" in text
        if mentioned and kind != "im" and self.settings.is_alone:
            return  # it comes as app_mention too, perhaps to a replica that cannot know of an answer given here
        if mentioned or kind == "im" or prefixed:
            await self._answer(event, client, context, addressed=True)
            return
        thread = event.get("thread_ts")
        ours = thread and await self.replies.is_ours(client, event["channel"], thread, bot_user)
        if ours or kind == "mpim" or self.settings.listen == "everything":
            await self._answer(event, client, context, addressed=False)

    async def _answer(
        self, event: dict[str, Any], client: AsyncWebClient, context: dict[str, Any], *, addressed: bool
    ) -> None:
        """Answer a message once, however often and as whatever event it comes."""
        if event.get("bot_id") or event.get("user") == context.get("bot_user_id"):
            return
        thread = event.get("thread_ts") or event["ts"]
        if await self.replies.memory.claim((event["channel"], event["ts"]), thread):
            self._work(event, client, addressed=addressed)

    def _work(self, event: dict[str, Any], client: AsyncWebClient, *, addressed: bool, edited: bool = False) -> None:
        async def post(text: str) -> None:
            await client.chat_postEphemeral(
                channel=event["channel"], user=event.get("user", ""), text=text, thread_ts=event.get("thread_ts")
            )

        tell = self._teller(client, event.get("user", ""), post, event.get("text") or "")
        work = self.replies.message(client, event, addressed=addressed, edited=edited)
        self._next((event["channel"], event["ts"]), work, tell)

    def _teller(
        self, client: AsyncWebClient, user: str, post: Callable[[str], Awaitable[Any]], asked: str = ""
    ) -> Tell:
        """What tells somebody something by *post*, in the language in which *asked* would be answered."""

        async def tell(say: Say) -> None:
            language, chosen = await self.replies.language_of(client, user)
            await post(say(self.desk.words_for(Message(asked, language=language, chosen=chosen))))

        return tell

    def _next(self, key: tuple[str, str], work: Coroutine[Any, Any, None], tell: Tell) -> None:
        """Do what concerns one message in turn: an edit waits for the answer that is under way."""
        before = self.turns.get(key)

        async def in_turn() -> None:
            if before is not None:
                await asyncio.wait([before])
            await work

        task = self.under_way.start(in_turn(), tell)
        self.turns[key] = task
        task.add_done_callback(lambda done: self.turns.pop(key, None) if self.turns.get(key) is done else None)

    async def _command(self, ack: Any, body: dict[str, Any], client: AsyncWebClient, respond: Any) -> None:
        await ack()
        text, place = to_plain(body.get("text") or ""), body.get("channel_id")
        work = self._respond(client, respond, text, body["user_id"], place=place)
        self.under_way.start(work, self._teller(client, body["user_id"], respond, text))

    async def _respond(
        self, client: AsyncWebClient, respond: Any, text: str, user: str, files: Any = (), place: str | None = None,
        **how: Any,
    ) -> None:  # fmt: skip
        """Answer for the asker's eyes only, with a button that shares it."""
        answer, asked = await self.replies.answer_for(client, text, user, files=files, place=place)
        drawn = self.replies.rendered(answer, asked, share=answer.kind not in PRIVATE)
        await respond(text=drawn.text, blocks=drawn.blocks, response_type="ephemeral", unfurl_links=False, **how)

    async def _explain_message(self, ack: Any, body: dict[str, Any], client: AsyncWebClient, respond: Any) -> None:
        await ack()
        message = body.get("message") or {}
        work = self._respond(
            client, respond, text_of(message), body["user"]["id"], message.get("files") or (), replace_original=False
        )
        self.under_way.start(work, self._teller(client, body["user"]["id"], respond))

    async def _explain(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        language, _ = await self.replies.language_of(client, body["user"]["id"])
        view = paste_view(self.desk.words_in(language))
        self.under_way.start(_call(client.views_open, trigger_id=body["trigger_id"], view=view), _quiet)

    async def _pasted(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        language, _ = await self.replies.language_of(client, body["user"]["id"])
        words = self.desk.words_in(language)
        text, files = pasted(body["view"])
        await ack(response_action="update", view=result_view([], words))

        async def shown() -> None:
            answer, asked = await self.replies.answer_for(client, text, body["user"]["id"], files=files)
            drawn = self.replies.rendered(answer, asked, whole=True, tables=False)
            blocks = [block for block in drawn.blocks if block["type"] != "actions"]
            await client.views_update(view_id=body["view"]["id"], view=result_view(blocks, words))

        async def tell(say: Say) -> None:
            told = {"type": "section", "text": {"type": "plain_text", "text": say(words)}}
            await client.views_update(view_id=body["view"]["id"], view=result_view([told], words))

        self.under_way.start(shown(), tell)

    async def _ask(self, ack: Any, body: dict[str, Any], client: AsyncWebClient, respond: Any) -> None:
        await ack()
        text, user = body["actions"][0]["value"], body["user"]["id"]
        container, channel = body.get("container") or {}, (body.get("channel") or {}).get("id")
        if container.get("is_ephemeral"):
            work = self._respond(client, respond, text, user, place=channel, replace_original=False)
            self.under_way.start(work, self._teller(client, user, respond))
            return
        message = body.get("message") or {}
        thread = message.get("thread_ts") or (message.get("ts") if channel else None)
        event = {"channel": channel or user, "user": user, "text": text, "thread_ts": thread}

        async def post(text: str) -> None:
            await client.chat_postEphemeral(channel=event["channel"], user=user, text=text, thread_ts=thread)

        self.under_way.start(self.replies.follow_up(client, event), self._teller(client, user, post))

    async def _more(self, ack: Any, body: dict[str, Any], client: AsyncWebClient, respond: Any) -> None:
        await ack()
        work = self._redrawn(body, client, respond, whole=True, share=bool(body["container"].get("is_ephemeral")))
        self.under_way.start(work, self._teller(client, body["user"]["id"], respond))

    async def _share(self, ack: Any, body: dict[str, Any], client: AsyncWebClient, respond: Any) -> None:
        await ack()
        work = self._redrawn(body, client, respond, whole=False, public=True)
        self.under_way.start(work, self._teller(client, body["user"]["id"], respond))

    async def _redrawn(
        self, body: dict[str, Any], client: AsyncWebClient, respond: Any, *, whole: bool, share: bool = False,
        public: bool = False,
    ) -> None:  # fmt: skip
        """The same answer once more: with what was folded, or for everybody in the channel."""
        asked = self.replies.asked_by(body["actions"][0]["value"])
        if asked is None:
            language, _ = await self.replies.language_of(client, body["user"]["id"])
            text = self.desk.words_in(language).say("ui.forgotten")
            await respond(text=text, response_type="ephemeral", replace_original=False)
            return
        answer = await self.replies.again(asked)
        drawn = self.replies.rendered(answer, asked, whole=whole, share=share)
        if public:
            await respond(text=drawn.text, blocks=drawn.blocks, response_type="in_channel", replace_original=False,
                          delete_original=True, unfurl_links=False)  # fmt: skip
        else:
            await respond(text=drawn.text, blocks=drawn.blocks, replace_original=True, unfurl_links=False)

    async def _home(self, event: Mapping[str, Any], client: AsyncWebClient) -> None:
        if event.get("tab", "home") == "home":
            self.under_way.start(self._publish(client, str(event["user"])), _quiet)

    async def _publish(self, client: AsyncWebClient, user: str) -> None:
        language, _ = await self.replies.language_of(client, user)
        words = self.desk.words_in(language)
        view = home_view(words, self.replies.languages(), shared=self.stores is not None)
        await client.views_publish(user_id=user, view=view)

    async def _language(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        chosen = body["actions"][0]["selected_option"]["value"]
        await self.replies.memory.choose(team_of(client), body["user"]["id"], chosen)
        self.under_way.start(self._publish(client, body["user"]["id"]), _quiet)

    async def _removed(self, context: dict[str, Any]) -> None:
        """The app was removed from a workspace."""
        LOG.info("a workspace removed the app")
        if self.stores is not None:
            await self.stores.remove(context.get("enterprise_id"), context.get("team_id"))

    async def _revoked(self, event: dict[str, Any], context: dict[str, Any]) -> None:
        """Tokens were revoked; without the bot's nothing can be answered."""
        if event.get("tokens", {}).get("bot"):
            await self._removed(context)

    async def _assistant_started(
        self, say: Any, set_suggested_prompts: Any, payload: dict[str, Any], client: AsyncWebClient
    ) -> None:
        thread = payload.get("assistant_thread") or {}
        language, _ = await self.replies.language_of(client, str(thread.get("user_id") or ""))
        words = self.desk.words_in(language)
        prompts = [{"title": example, "message": example} for example in words.signals("help.examples")[:4]]
        await say(words.say("slack.greeting"))
        await set_suggested_prompts(prompts=prompts)

    async def _assistant_asked(
        self, payload: dict[str, Any], client: AsyncWebClient, set_status: Any, context: dict[str, Any]
    ) -> None:
        language, chosen = await self.replies.language_of(client, str(payload.get("user") or ""))
        words = self.desk.words_for(Message(str(payload.get("text") or ""), language=language, chosen=chosen))
        try:
            await set_status(words.say("ui.working"))
        except SlackApiError as error:
            LOG.warning("assistant.threads.setStatus: %s", error.response.get("error"))
        await self._answer({**payload, "channel_type": "im"}, client, context, addressed=True)


def _stores(settings: SlackSettings, client: AsyncWebClient) -> "Stores | None":
    if settings.database is None:
        return None
    try:
        from adapters.slack.installing import Stores

        return Stores(settings, client)
    except ImportError as error:
        raise ValueError("SLACK_DATABASE: a database needs `pip install 'smtpbot[oauth]'`") from error


async def _call(call: Callable[..., Awaitable[Any]], **arguments: Any) -> None:
    await call(**arguments)


async def _quiet(_: Say) -> None:
    """For what has nobody to be told."""
