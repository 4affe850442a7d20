"""
A stand-in for Discord on loopback: its REST API and its gateway.

The real SDK's client talks to it. It keeps what it is told, checks payloads by the documented limits, fails on demand.
"""

import asyncio
import itertools
import json
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

from aiohttp import BodyPartReader, WSCloseCode, WSMsgType, web

from tests.standins.discord_limits import faults_of_choices, faults_of_commands, faults_of_message, faults_of_modal

TOKEN = "MTA.stand-in.token"
APP, BOT, GUILD, CHANNEL, DM, ROLE = 1000, 1000, 2000, 3000, 4000, 5000
PATIENCE = 10.0
"""Seconds until something awaited counts as never coming."""
FIRST_WITHIN, FOLLOWED_WITHIN = 3.0, 15 * 60.0
"""Seconds that an interaction waits for its first response, and for what follows
(https://docs.discord.com/developers/interactions/receiving-and-responding)."""

EPHEMERAL, LOADING = 1 << 6, 1 << 7
MESSAGE_CONTENT = 1 << 15
Object = dict[str, Any]


class Refused(NamedTuple):
    """A call that was answered with an error: which, and why."""

    path: str
    status: int
    faults: tuple[str, ...]


class Fault(NamedTuple):
    """How a call is struck: its status, 0 cuts the connection; with Discord's own *via*; and whether it is *done*."""

    status: int
    via: bool = True
    done: bool = False


class Asked:
    """An interaction, and what came back: the *first* response, the messages that followed, all visible ones."""

    def __init__(self, number: int, began: float) -> None:
        self.id, self.token, self.began = number, f"token-{number}", began
        self.first: Object | None = None
        self.seconds = 0.0
        self.messages: list[Object] = []

    @property
    def message(self) -> Object:
        """The last message that answers it."""
        return self.messages[-1]

    @property
    def is_answered(self) -> bool:
        """Whether a message, a modal or choices came, not only a placeholder."""
        return (self.first is not None and self.first["type"] in (8, 9)) or bool(self.messages)


class DiscordStandIn:
    """One server, one channel, one application. Everything it was told lies open."""

    def __init__(self) -> None:
        self.commands: list[Object] = []
        self.synced = 0
        self.identified: list[Object] = []
        self.resumed = 0
        self.interactions: dict[str, Asked] = {}
        self.messages: dict[int, Object] = {}
        self.deleted: list[int] = []
        self.refused: list[Refused] = []
        self.files: dict[str, bytes] = {}
        self.uploads: dict[str, bytes] = {}
        self.locale, self.guild_locale = "en-US", "en-US"
        self.shards = 1
        self.first_within, self.followed_within = FIRST_WITHIN, FOLLOWED_WITHIN
        self.gateway_close: int | None = None
        self.weather: Callable[[str, int], int | None] = lambda path, number: None
        """Asked for every call, with its path and number: the status that strikes it, if any; 0 cuts the connection."""
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._held: dict[str, asyncio.Event] = {}
        self._open = asyncio.Event()
        self._open.set()
        self.knocks = 0
        self._numbers = itertools.count(10_000)
        self._calls = itertools.count(1)
        self._news = asyncio.Condition()
        self._sockets: list[Socket] = []
        self._history: list[tuple[int, str, Object]] = []
        self._runner: web.AppRunner | None = None
        self.root = ""

    @property
    def api_url(self) -> str:
        """What DISCORD_API_URL is set to."""
        return f"{self.root}/api/v10"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/gateway", self._gateway)
        app.router.add_get("/files/{name:.*}", self._download)
        app.router.add_route("*", "/api/v10/{path:.*}", self._api)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.root = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self.drop_sockets()
        await self._runner.cleanup()

    # What a test sets up

    def fail(self, path: str, times: int = 1, status: int = 500, *, via: bool = True, done: bool = False) -> None:
        """Let the next calls whose path holds *path* fail; a 429 tells to come back at once; *done*: it is done all the same."""
        self._faults[path].extend([Fault(status, via, done)] * times)

    def hold(self, path: str) -> asyncio.Event:
        """Let calls whose path holds *path* wait for their answer until the event is set."""
        self._held[path] = asyncio.Event()
        return self._held[path]

    def close_gateway(self) -> asyncio.Event:
        """Let whoever comes to the gateway wait until the event is set; *knocks* counts them."""
        self._open, self.knocks = asyncio.Event(), 0
        return self._open

    async def drop_sockets(self, code: int = WSCloseCode.GOING_AWAY) -> None:
        """Close every gateway connection."""
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            await socket.ws.close(code=code)

    async def ask_to_reconnect(self) -> None:
        """Opcode 7."""
        for socket in self._sockets:
            await socket.send({"op": 7, "d": None})

    async def invalidate_session(self) -> None:
        """Opcode 9: the session cannot be resumed."""
        for socket in self._sockets:
            await socket.send({"op": 9, "d": False})

    # What people do

    async def say(
        self,
        text: str,
        *,
        mention: bool = True,
        role: bool = False,
        dm: bool = False,
        files: Mapping[str, bytes] | None = None,
        user: int = 7,
    ) -> Object:
        """
        A person writes a message; its content comes only where Discord gives it without the privileged intent.

        With *role* it mentions the role that the server made for the bot, and not the bot.
        """
        mention = mention and not role
        mentions = [_user(BOT, bot=True)] if mention else []
        content = f"<@{BOT}> {text}" if mention else f"<@&{ROLE}> {text}" if role else text
        message = self._message(DM if dm else CHANNEL, content, _user(user), mentions=mentions)
        message["mention_roles"] = [str(ROLE)] if role else []
        message["attachments"] = [self._attachment(name, data) for name, data in (files or {}).items()]
        if not dm:
            message |= {"guild_id": str(GUILD), "member": _member(user)}
        self.messages[int(message["id"])] = message
        await self.dispatch("MESSAGE_CREATE", self._as_seen(message, mention or dm))
        return message

    async def edit(self, message: Object, text: str) -> None:
        """The writer changes a message that mentions us."""
        message |= {"content": f"<@{BOT}> {text}", "edited_timestamp": "2026-01-01T00:00:01+00:00"}
        await self.dispatch("MESSAGE_UPDATE", message)

    async def delete(self, message: Object) -> None:
        """The writer deletes a message."""
        facts = {"id": message["id"], "channel_id": message["channel_id"], "guild_id": str(GUILD)}
        await self.dispatch("MESSAGE_DELETE", facts)

    async def slash(self, name: str, options: Mapping[str, Any] | None = None, **where: Any) -> Asked:
        """A person uses a slash command; options of type bytes are files."""
        given, resolved = [], {}
        for option, value in (options or {}).items():
            if isinstance(value, bytes):
                attachment = self._attachment(option, value)
                resolved[attachment["id"]] = attachment
                given.append({"name": "file", "type": 11, "value": attachment["id"]})
            else:
                given.append({"name": option, "type": 5 if isinstance(value, bool) else 3, "value": value})
        data = {"id": "1", "name": name, "type": 1, "options": given, "resolved": {"attachments": resolved}}
        return await self._interact(2, data, **where)

    async def complete(self, name: str, option: str, typed: str, **where: Any) -> list[Object]:
        """What is offered while a person types."""
        asked = await self.answered(await self.type(name, option, typed, **where))
        assert asked.first is not None
        choices: list[Object] = asked.first["data"]["choices"]
        return choices

    async def type(self, name: str, option: str, typed: str, **where: Any) -> Asked:
        """A person types into an option that is completed."""
        data = {"id": "1", "name": name, "type": 1, "options": [
            {"name": option, "type": 3, "value": typed, "focused": True}]}  # fmt: skip
        return await self._interact(4, data, **where)

    async def menu(self, name: str, message: Object, **where: Any) -> Asked:
        """A person uses a message's menu."""
        data = {"id": "1", "name": name, "type": 3, "target_id": message["id"],
                "resolved": {"messages": {message["id"]: message}}}  # fmt: skip
        return await self._interact(2, data, **where)

    async def press(self, message: Object, label: str, **where: Any) -> Asked:
        """A person presses a button, found by its label."""
        [button] = [item for item in items_of(message) if item.get("label") == label]
        data = {"custom_id": button["custom_id"], "component_type": 2}
        return await self._interact(3, data, message=message, **where)

    async def pick(self, message: Object, value: str, **where: Any) -> Asked:
        """A person picks from a menu under a message."""
        [menu] = [item for item in items_of(message) if item["type"] == 3]
        assert value in [option["value"] for option in menu["options"]]
        data = {"custom_id": menu["custom_id"], "component_type": 3, "values": [value]}
        return await self._interact(3, data, message=message, **where)

    async def submit(self, modal: Asked, text: str, **where: Any) -> Asked:
        """A person fills in the text field of a modal."""
        assert modal.first is not None
        part = modal.first["data"]["components"][0]
        inner = {"type": 4, "id": 2, "custom_id": part["component"]["custom_id"], "value": text}
        data = {
            "custom_id": modal.first["data"]["custom_id"],
            "components": [{"type": 18, "id": 1, "component": inner}],
        }
        return await self._interact(5, data, **where)

    # What a test waits for

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something is so; it is looked at whenever anything comes in."""
        async with self._news, asyncio.timeout(PATIENCE):
            await self._news.wait_for(happened)

    async def ready(self) -> None:
        """Wait until the client listens."""
        await self.until(lambda: bool(self._sockets) and all(socket.is_ready for socket in self._sockets))

    async def answered(self, asked: Asked) -> Asked:
        """Wait until an interaction has its answer."""
        await self.until(lambda: asked.is_answered)
        return asked

    async def reply_to(self, message: Object, count: int = 1) -> Object:
        """Wait for what the bot posts in reply to a message."""
        await self.until(lambda: len(self.replies_to(message)) >= count)
        return self.replies_to(message)[-1]

    def replies_to(self, message: Object) -> list[Object]:
        """Everything the bot posted in reply to a message."""
        found = self.messages.values()
        return [m for m in found if str(m.get("message_reference", {}).get("message_id")) == message["id"]]

    async def dispatch(self, event: str, data: Object) -> None:
        """Tell an event to every session; who is away gets it when they resume."""
        number = len(self._history) + 1
        self._history.append((number, event, data))
        for socket in self._sockets:
            if socket.is_ready:
                await socket.send({"op": 0, "t": event, "s": number, "d": data})

    async def _interact(
        self, kind: int, data: Object, *, dm: bool = False, user: int = 7, message: Object | None = None
    ) -> Asked:
        asked = Asked(next(self._numbers), asyncio.get_running_loop().time())
        self.interactions[asked.token] = asked
        channel = {"id": str(DM), "type": 1, "recipients": [_user(user)]} if dm else _channel()
        payload: Object = {
            "id": str(asked.id), "application_id": str(APP), "type": kind, "data": data, "token": asked.token,
            "version": 1, "channel_id": channel["id"], "channel": channel, "locale": self.locale, "entitlements": [],
            "app_permissions": "0", "authorizing_integration_owners": {"1": str(user)}, "context": 1 if dm else 0,
            "attachment_size_limit": 10_000_000,
        }  # fmt: skip
        if dm:
            payload["user"] = _user(user)
        else:
            payload |= {"guild_id": str(GUILD), "guild_locale": self.guild_locale, "member": _member(user)}
            payload["guild"] = {"id": str(GUILD), "locale": self.guild_locale, "features": []}
        if message is not None:
            payload["message"] = message
        await self.dispatch("INTERACTION_CREATE", payload)
        return asked

    # The API

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        number = next(self._calls)
        for held, event in self._held.items():
            if held in path:
                await event.wait()
        status = self.weather(path, number)
        struck = None if status is None else Fault(status)
        if struck is None:
            waiting = next((faults for part, faults in self._faults.items() if part in path and faults), None)
            struck = waiting.popleft() if waiting else None
        body, files = await _read(request)
        if struck is not None:
            if struck.done:
                await self._called(request, body, files)
            return await self._struck(request, path, struck)
        if request.headers.get("Authorization") != f"Bot {TOKEN}" and not path.startswith(("interactions", "webhooks")):
            return await self._refuse(path, 401, ("401: Unauthorized",))
        told = self._told(request.method, path.split("/"))
        answer = _json(told) if told is not None else await self._called(request, body, files)
        async with self._news:
            self._news.notify_all()
        return answer

    async def _struck(self, request: web.Request, path: str, fault: Fault) -> web.StreamResponse:
        status = fault.status
        await self._refuse(path, status, ("struck",))
        if status == 0:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        headers = {"Via": "1.1 stand-in"} if fault.via else {}
        body: Object = {"message": "struck", "code": 0}
        if status == 429:
            body |= {"retry_after": 0.001, "global": False}
            headers |= {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset-After": "0.001", "Retry-After": "0"}
        return _json(body, status=status, headers=headers)

    def _told(self, method: str, parts: Sequence[str]) -> Any:
        """What a call that only reads is told; None for one that does something."""
        match (method, *parts):
            case ("GET", "users", "@me"):
                return _user(BOT, bot=True)
            case ("GET", "oauth2", "applications", "@me") | ("GET", "applications", "@me"):
                return _application()
            case ("GET", "gateway", *_):
                limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
                url = self.root.replace("http", "ws", 1) + "/gateway"
                return {"url": url, "shards": self.shards, "session_start_limit": limit}
            case ("GET", "applications", _, "commands"):
                return self.commands
            case ("POST", "users", "@me", "channels"):
                return {"id": str(DM), "type": 1, "recipients": [_user(7)]}
            case _:
                return None

    async def _called(self, request: web.Request, body: Any, files: Mapping[str, bytes]) -> web.StreamResponse:
        method, parts = request.method, request.match_info["path"].split("/")
        match (method, *parts):
            case ("PUT", "applications", _, "commands"):
                return await self._sync("/".join(parts), body)
            case ("POST", "interactions", number, token, "callback"):
                answer = await self._callback(number, token, body, files)
                asks = request.query.get("with_response") == "1"
                return answer if asks or answer.status != 200 else web.Response(status=204)
            case ("POST", "webhooks", _, token):
                return await self._followup(token, body, files)
            case ("PATCH", "webhooks", _, token, "messages", which):
                return await self._edit_followup(token, which, body)
            case ("POST", "channels", channel, "messages"):
                return await self._post(int(channel), body, files)
            case ("PATCH", "channels", channel, "messages", message):
                return await self._change(int(message), body)
            case ("DELETE", "channels", _, "messages", message):
                self.deleted.append(int(message))
                self.messages.pop(int(message), None)
                return web.Response(status=204)
            case _:
                return await self._refuse("/".join(parts), 404, (f"unknown {method}",))

    async def _refuse(self, path: str, status: int, faults: Sequence[str], code: int = 50035) -> web.Response:
        self.refused.append(Refused(path, status, tuple(faults)))
        async with self._news:
            self._news.notify_all()
        return _json({"message": "; ".join(faults), "code": code}, status=status)

    async def _sync(self, path: str, body: list[Object]) -> web.StreamResponse:
        faults = faults_of_commands(body)
        if faults:
            return await self._refuse(path, 400, faults)
        self.synced += 1
        self.commands = [
            {"id": str(number), "application_id": str(APP), "version": "1", "default_member_permissions": None,
             "name_localizations": None, "description_localizations": None, "description": "", **command}
            for number, command in enumerate(body, start=1)
        ]  # fmt: skip
        return _json(self.commands)

    async def _callback(self, number: str, token: str, body: Object, files: Mapping[str, bytes]) -> web.StreamResponse:
        asked = self._known(token, self.first_within)
        if asked is None or str(asked.id) != number:
            return await self._refuse("callback", 404, ("Unknown interaction",), 10062)
        data = body.get("data") or {}
        if asked.first is not None:
            return await self._refuse("callback", 400, ("Interaction has already been acknowledged.",), 40060)
        faults = {4: faults_of_message, 7: faults_of_message, 9: faults_of_modal}.get(body["type"], lambda _: [])(data)
        faults += faults_of_choices(data.get("choices", [])) if body["type"] == 8 else []
        if faults:
            return await self._refuse("callback", 400, faults)
        asked.first, asked.seconds = body, asyncio.get_running_loop().time() - asked.began
        answer: Object = {"interaction": {"id": str(asked.id), "type": 2}, "resource": {"type": body["type"]}}
        if body["type"] == 4:
            message = self._keep(asked, data, files, private=bool(data.get("flags", 0) & EPHEMERAL))
            answer["interaction"]["response_message_id"] = message["id"]
            answer["resource"]["message"] = message
        return _json(answer)

    async def _followup(self, token: str, body: Object, files: Mapping[str, bytes]) -> web.StreamResponse:
        asked = self._known(token, self.followed_within)
        if asked is None:
            return await self._refuse("webhook", 401, ("Invalid Webhook Token",), 50027)
        if asked.first is None:
            return await self._refuse("webhook", 404, ("Unknown Webhook",), 10015)
        faults = faults_of_message(body)
        if faults:
            return await self._refuse("webhook", 400, faults)
        private = bool(body.get("flags", 0) & EPHEMERAL)
        if asked.first["type"] == 5 and not asked.messages:  # the first one fills the placeholder, and is seen as it is
            private = bool((asked.first.get("data") or {}).get("flags", 0) & EPHEMERAL)
        return _json(self._keep(asked, body, files, private=private))

    async def _edit_followup(self, token: str, which: str, body: Object) -> web.StreamResponse:
        asked = self._known(token, self.followed_within)
        if asked is None:
            return await self._refuse("webhook", 401, ("Invalid Webhook Token",), 50027)
        faults = faults_of_message(body)
        if faults:
            return await self._refuse("webhook", 400, faults)
        message = asked.messages[0] if which == "@original" else self.messages[int(which)]
        message |= body
        return _json(message)

    def _known(self, token: str, within: float) -> Asked | None:
        """The interaction of a token; None where nobody has such a one any more."""
        asked = self.interactions.get(token)
        late = asked is not None and asyncio.get_running_loop().time() - asked.began > within
        return None if late else asked

    async def _post(self, channel: int, body: Object, files: Mapping[str, bytes]) -> web.StreamResponse:
        faults = faults_of_message(body)
        if faults:
            return await self._refuse("messages", 400, faults)
        message = self._message(channel, body.get("content") or "", _user(BOT, bot=True))
        message |= {name: body[name] for name in ("embeds", "components", "message_reference") if body.get(name)}
        self._take(message, files)
        self.messages[int(message["id"])] = message
        return _json(message)

    async def _change(self, number: int, body: Object) -> web.StreamResponse:
        faults = faults_of_message(body)
        if faults:
            return await self._refuse("messages", 400, faults)
        message = self.messages[number]
        message |= {name: body[name] for name in ("content", "embeds", "components") if name in body}
        message["edited"] = message.get("edited", 0) + 1
        return _json(message)

    def _keep(self, asked: Asked, body: Object, files: Mapping[str, bytes], *, private: bool) -> Object:
        message = self._message(CHANNEL, body.get("content") or "", _user(BOT, bot=True))
        message |= {"embeds": body.get("embeds") or [], "components": body.get("components") or []}
        message["flags"] = EPHEMERAL if private else 0
        self._take(message, files)
        self.messages[int(message["id"])] = message
        asked.messages.append(message)
        return message

    def _take(self, message: Object, files: Mapping[str, bytes]) -> None:
        """Keep the files of a message; one that an embed shows is listed there and not among the attachments."""
        self.uploads |= files
        attached = {name: self._attachment(name, data) for name, data in files.items()}
        for embed in message["embeds"]:
            image = embed.get("image") or {}
            shown = attached.pop(str(image.get("url", "")).removeprefix("attachment://"), None)
            if shown is not None:
                embed["image"] = {"url": shown["url"], "proxy_url": shown["url"]}
        message["attachments"] = list(attached.values())

    async def _download(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        return web.Response(body=self.files[name]) if name in self.files else web.Response(status=404)

    def _attachment(self, name: str, data: bytes) -> Object:
        number = str(next(self._numbers))
        self.files[f"{number}/{name}"] = data
        url = f"{self.root}/files/{number}/{name}"
        return {"id": number, "filename": name, "size": len(data), "url": url, "proxy_url": url}

    def _message(self, channel: int, content: str, author: Object, mentions: Sequence[Object] = ()) -> Object:
        return {
            "id": str(next(self._numbers)), "channel_id": str(channel), "author": author, "content": content,
            "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None, "tts": False,
            "mention_everyone": False, "mentions": list(mentions), "mention_roles": [], "attachments": [],
            "embeds": [], "components": [], "pinned": False, "type": 0, "flags": 0,
        }  # fmt: skip

    def _as_seen(self, message: Object, for_us: bool) -> Object:
        allowed = bool(self.identified) and bool(self.identified[-1]["intents"] & MESSAGE_CONTENT)
        return message if for_us or allowed else {**message, "content": "", "attachments": []}

    # The gateway

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        self.knocks += 1
        async with self._news:
            self._news.notify_all()
        await self._open.wait()
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        socket = Socket(ws, compressed=request.query.get("compress") == "zlib-stream")
        self._sockets.append(socket)
        await socket.send({"op": 10, "d": {"heartbeat_interval": 40_000}})
        async for frame in ws:
            if frame.type is not WSMsgType.TEXT:
                break
            told = json.loads(frame.data)
            match told["op"]:
                case 1:
                    await socket.send({"op": 11})
                case 2:
                    await self._identify(socket, told["d"])
                case 6:
                    await self._resume(socket, told["d"])
        if socket in self._sockets:
            self._sockets.remove(socket)
        async with self._news:
            self._news.notify_all()
        return ws

    async def _identify(self, socket: "Socket", told: Object) -> None:
        self.identified.append(told)
        if self.gateway_close is not None:
            await socket.ws.close(code=self.gateway_close)
            return
        if told["token"] != TOKEN:
            await socket.ws.close(code=4004)
            return
        number = len(self._history) + 1
        ready = {
            "v": 10, "user": _user(BOT, bot=True), "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": f"session-{number}", "resume_gateway_url": self.root.replace("http", "ws", 1) + "/gateway",
            "shard": told.get("shard", [0, 1]), "application": {"id": str(APP), "flags": 0},
        }  # fmt: skip
        self._history.append((number, "READY", ready))
        await socket.send({"op": 0, "t": "READY", "s": number, "d": ready})
        socket.is_ready = True
        await self.dispatch("GUILD_CREATE", _guild(self.guild_locale))
        async with self._news:
            self._news.notify_all()

    async def _resume(self, socket: "Socket", told: Object) -> None:
        self.resumed += 1
        for number, event, data in self._history:
            if number > told["seq"]:
                await socket.send({"op": 0, "t": event, "s": number, "d": data})
        await socket.send({"op": 0, "t": "RESUMED", "s": len(self._history), "d": {}})
        socket.is_ready = True
        async with self._news:
            self._news.notify_all()


class Socket:
    """One gateway connection, compressed as the client asked."""

    def __init__(self, ws: web.WebSocketResponse, *, compressed: bool) -> None:
        self.ws, self.is_ready = ws, False
        self._zlib = zlib.compressobj() if compressed else None

    async def send(self, payload: Object) -> None:
        """Send one payload; a connection that is gone is none of our business."""
        text = json.dumps(payload)
        if self.ws.closed:
            return
        if self._zlib is None:
            await self.ws.send_str(text)
        else:
            await self.ws.send_bytes(self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH))


def items_of(message: Object) -> list[Object]:
    """The buttons and menus under a message."""
    return [item for row in message["components"] for item in row["components"]]


def labels_of(message: Object) -> list[str]:
    """What its buttons say."""
    return [item["label"] for item in items_of(message) if item["type"] == 2]


def files_of(message: Object) -> set[str]:
    """The names of its files, attached or shown in an embed."""
    shown = [embed["image"]["url"] for embed in message["embeds"] if embed.get("image")]
    return {attachment["filename"] for attachment in message["attachments"]} | {url.rsplit("/", 1)[-1] for url in shown}


async def _read(request: web.Request) -> tuple[Any, dict[str, bytes]]:
    """A call's JSON, and the files that came with it."""
    if not request.content_type.startswith("multipart/"):
        data = await request.read()
        return (json.loads(data) if data else None), {}
    body, files = None, {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "payload_json":
            body = json.loads(await part.read())
        else:
            files[str(part.filename)] = bytes(await part.read())
    return body, files


def _user(number: int, *, bot: bool = False) -> Object:
    return {"id": str(number), "username": f"user{number}", "discriminator": "0", "avatar": None, "bot": bot,
            "global_name": None, "flags": 0}  # fmt: skip


def _member(number: int) -> Object:
    return {"user": _user(number), "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False,
            "flags": 0, "permissions": "0"}  # fmt: skip


def _application() -> Object:
    return {"id": str(APP), "name": "smtpbot", "icon": None, "description": "", "bot_public": True, "flags": 0,
            "bot_require_code_grant": False, "verify_key": "", "owner": _user(1), "team": None, "summary": ""}  # fmt: skip


def _channel() -> Object:
    return {"id": str(CHANNEL), "type": 0, "name": "mail", "position": 0, "permission_overwrites": [], "nsfw": False,
            "guild_id": str(GUILD), "parent_id": None, "topic": None, "rate_limit_per_user": 0, "permissions": "0",
            "last_message_id": None, "flags": 0}  # fmt: skip


def _guild(locale: str) -> Object:
    everyone = {"id": str(GUILD), "name": "@everyone", "color": 0, "hoist": False, "position": 0, "permissions": "0",
                "managed": False, "mentionable": False, "flags": 0, "colors": {"primary_color": 0}}  # fmt: skip
    ours = everyone | {"id": str(ROLE), "name": "smtpbot", "managed": True, "tags": {"bot_id": str(BOT)}}
    return {"id": str(GUILD), "name": "Mail", "owner_id": "1", "member_count": 2, "large": False, "roles": [everyone, ours],
            "channels": [_channel()], "members": [_member(BOT)], "threads": [], "emojis": [], "features": [],
            "preferred_locale": locale, "verification_level": 0, "default_message_notifications": 0, "mfa_level": 0,
            "explicit_content_filter": 0, "system_channel_flags": 0, "premium_tier": 0, "nsfw_level": 0, "stickers": [],
            "presences": [], "voice_states": [], "stage_instances": [], "guild_scheduled_events": [],
            "soundboard_sounds": [], "afk_timeout": 0, "premium_progress_bar_enabled": False}  # fmt: skip


def _json(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """JSON as Discord sends it; the SDK reads no other content type."""
    told = {**(headers or {}), "Content-Type": "application/json"}
    return web.Response(body=json.dumps(data).encode(), status=status, headers=told)
