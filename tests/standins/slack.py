"""
A stand-in for Slack on loopback: the Web API, Socket Mode, response URLs, private files and uploads.

The real SDK's clients talk to it. It keeps what it is told, checks blocks by the documented limits, fails on demand.
"""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

from aiohttp import WSMsgType, web

from tests.standins.slack_limits import faults_of_message, faults_of_view, is_too_long

BOT_TOKEN, APP_TOKEN = "xoxb-stand-in", "xapp-stand-in"
TEAM, APP, BOT_USER, BOT_ID = "T1", "A1", "UBOT", "BBOT"
CLIENT_ID, CLIENT_SECRET = "1111.2222", "client-secret"
PATIENCE = 8.0
"""Seconds until something awaited counts as never coming."""

ACK_WITHIN = 3.0
"""Slack's own limit, in seconds."""

Object = dict[str, Any]


class Call(NamedTuple):
    """A call of the Web API, or of a response URL (method ``respond``); *ok* is what it was answered with, *peer* who called."""

    method: str
    arguments: Object
    ok: bool
    token: str = ""
    peer: tuple[str, int] | None = None


class Ack(NamedTuple):
    """What came back for an envelope, and after how many seconds."""

    envelope_id: str
    payload: Object | None
    seconds: float


class Fault(NamedTuple):
    """What a call is answered instead; status 0 cuts the connection."""

    status: int = 500
    error: str = "internal_error"
    retry_after: int | None = None
    more: Mapping[str, Any] = {}


class Refusal(Exception):
    """An answer with ``ok`` false."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer: Object = {"ok": False, "error": error, **more}


class SlackStandIn:
    """
    One workspace with one app.

    Everything it was told lies open: *calls*, *messages* by channel and ts, *ephemeral*, *views*, *home* by user,
    *uploads* by name, *shared* completions, *downloads* as name and Authorization header.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.acks: list[Ack] = []
        self.messages: dict[tuple[str, str], Object] = {}
        self.ephemeral: list[Object] = []
        self.deleted: list[tuple[str, str]] = []
        self.views: dict[str, Object] = {}
        self.home: dict[str, Object] = {}
        self.uploads: dict[str, bytes] = {}
        self.shared: list[Object] = []
        self.downloads: list[tuple[str, str | None]] = []
        self.files: dict[str, bytes] = {}
        self.locales: dict[str, str] = {}
        self.tokens = {BOT_TOKEN: TEAM}
        """Bot tokens that are good, with their workspaces."""
        self.redirect_url = ""
        """Where who installs is sent back: what the app's configuration names."""
        self.connections = 0
        self.weather: Callable[[str, int], Fault | None] = lambda method, number: None
        """Asked for every call, with its method and number: the fault that strikes it, if any."""
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._held: dict[str, asyncio.Event] = {}
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, tuple[float, asyncio.Future[Ack], web.WebSocketResponse]] = {}
        self._pending: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._triggers: set[str] = set()
        self._numbers = itertools.count(1)
        self._news = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.root = ""

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL is set to."""
        return f"{self.root}/api/"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/oauth/v2/authorize", self._authorize)
        app.router.add_get("/socket/{ticket}", self._socket)
        app.router.add_post("/respond/{id}", self._respond)
        app.router.add_get("/files/{name}", self._download)
        app.router.add_post("/upload/{id}", self._upload)
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

    def fail(
        self, method: str, times: int = 1, *, status: int = 200, error: str = "", retry_after: int = 0, **more: Any
    ) -> None:
        """Let the next calls of a method fail: 429 with Retry-After, 500, 0 for a cut connection, 200 with an error."""
        usual = {429: "ratelimited", 200: "fatal_error"}.get(status, "internal_error")
        fault = Fault(status, error or usual, retry_after if status == 429 else None, more)
        self._faults[method].extend([fault] * times)

    def hold(self, method: str) -> asyncio.Event:
        """Let calls of a method wait for their answer until the event is set."""
        self._held[method] = asyncio.Event()
        return self._held[method]

    def new_ts(self) -> str:
        """A timestamp that no message has yet."""
        return f"1700000000.{next(self._numbers):06d}"

    def add_file(self, name: str, content: bytes, mimetype: str = "text/plain", **more: Any) -> Object:
        """A private file, as an event holds it."""
        self.files[name] = content
        address = f"{self.root}/files/{name}"
        return {
            "id": f"F{next(self._numbers)}",
            "name": name,
            "mimetype": mimetype,
            "mode": "hosted",
            "size": len(content),
            "url_private": address,
            "url_private_download": address,
            **more,
        }

    async def drop_sockets(self, *, abruptly: bool = False) -> None:
        """Close every open socket; *abruptly* without a word, as a network does."""
        sockets, self._sockets = self._sockets, []
        for _, future, socket in self._waiting.values():
            if socket in sockets and not future.done():
                future.set_exception(ConnectionResetError("the socket was dropped"))
        for socket in sockets:
            if abruptly:
                assert socket._req is not None
                assert socket._req.transport is not None
                socket._req.transport.abort()
            await socket.close(code=1012)

    async def ask_to_reconnect(self) -> None:
        """Send what Slack sends before it closes a socket: the app must open a new one."""
        socket = await self._open_socket()
        self._sockets.remove(socket)
        await socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})

    # What a test awaits

    async def wait_for(self, method: str, count: int = 1, *, refused: bool = False) -> list[Call]:
        """All calls of a method, once *count* of them succeeded; with *refused*, also those that failed count."""
        await self.until(lambda: len(self.calls_of(method, refused=refused)) >= count, f"{count} × {method}")
        return self.calls_of(method, refused=refused)

    def calls_of(self, method: str, *, refused: bool = False) -> list[Call]:
        """The calls of a method so far."""
        return [call for call in self.calls if call.method == method and (call.ok or refused)]

    async def until(self, holds: Callable[[], bool], what: str = "it") -> None:
        """Wait until something that this stand-in is told makes *holds* true."""
        try:
            async with asyncio.timeout(PATIENCE), self._news:
                await self._news.wait_for(holds)
        except TimeoutError:
            seen = [(call.method, call.ok) for call in self.calls[-20:]]
            raise AssertionError(f"{what} never came; the last calls are {seen}") from None

    async def _changed(self) -> None:
        async with self._news:
            self._news.notify_all()

    # Socket Mode

    async def _open_socket(self) -> web.WebSocketResponse:
        await self.until(lambda: any(not socket.closed for socket in self._sockets), "a socket")
        return next(socket for socket in reversed(self._sockets) if not socket.closed)

    async def send(self, kind: str, payload: Object, *, acknowledged: bool = True, **more: Any) -> Ack:
        """Send an envelope over the newest socket, and wait for its ack, which must come within Slack's 3 seconds."""
        socket = await self._open_socket()
        envelope = {"type": kind, "envelope_id": str(uuid.uuid4()), "payload": payload, **more}
        future: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = time.monotonic(), future, socket
        await socket.send_json({"accepts_response_payload": kind != "events_api", **envelope})
        if not acknowledged:
            future.cancel()
            return Ack(envelope["envelope_id"], None, 0.0)
        try:
            return await asyncio.wait_for(future, ACK_WITHIN)
        except TimeoutError:
            raise AssertionError(f"no ack of {kind} within {ACK_WITHIN} s") from None

    async def send_event(
        self, event: Object, *, event_id: str | None = None, retry_num: int = 0, acknowledged: bool = True
    ) -> Ack:
        """Send an event; for a redelivery give the same *event_id* and a *retry_num*."""
        more = {"retry_attempt": retry_num, "retry_reason": "timeout" if retry_num else ""}
        return await self.send("events_api", self.event_body(event, event_id), acknowledged=acknowledged, **more)

    async def deliver(self, event: Object) -> Ack:
        """Send an event as Slack does: again, over another socket, as long as no ack comes."""
        event_id = f"Ev{next(self._numbers)}"
        for retry_num in range(4):
            try:
                return await self.send_event(event, event_id=event_id, retry_num=retry_num)
            except ConnectionError:
                continue
        raise AssertionError("no socket stayed open for long enough")

    async def send_command(self, text: str, user: str = "U1", *, channel: str = "C1", command: str = "/smtp") -> Ack:
        """Type a slash command."""
        return await self.send("slash_commands", self.command_body(text, user, channel=channel, command=command))

    async def send_action(
        self, action: Object, user: str = "U1", *, channel: str = "C1", message: Object | None = None
    ) -> Ack:
        """
        Press a button, given as it stands, or choose from a menu.

        Args:
            message: the message it stands in, as it is kept; one without ``ts`` is ephemeral; None for the Home tab.
        """
        payload = {
            **self._interaction("block_actions", user),
            "actions": [{"block_id": "b", "action_ts": self.new_ts(), **action}],
            "container": {"type": "view", "view_id": f"VH{user}"},
        }
        if message is not None:
            ephemeral = "ts" not in message
            ts = message.get("ts") or self.new_ts()
            about = {"message_ts": ts, "channel_id": channel, "is_ephemeral": ephemeral}
            payload |= {
                "container": {"type": "message", **about},
                "channel": {"id": channel, "name": "general"},
                "response_url": self.response_url(),
                **({} if ephemeral else {"message": message}),
            }
        return await self.send("interactive", payload)

    async def send_shortcut(
        self, callback_id: str, user: str = "U1", *, message: Object | None = None, channel: str = "C1"
    ) -> Ack:
        """Use a global shortcut, or, with *message*, a message shortcut."""
        payload = {**self._interaction("message_action" if message else "shortcut", user), "callback_id": callback_id}
        payload["action_ts"] = self.new_ts()
        if message is not None:
            payload["message"], payload["message_ts"] = message, message["ts"]
            payload |= {"channel": {"id": channel, "name": "general"}, "response_url": self.response_url()}
        return await self.send("interactive", payload)

    async def send_view_submission(self, view: Object, values: Object, user: str = "U1", **more: Any) -> Ack:
        """Submit a modal that was opened; *values* is the view's state by block and action."""
        view = {**view, "state": {"values": values}}
        payload = {**self._interaction("view_submission", user), "view": view, "response_urls": [], **more}
        return await self.send("interactive", payload)

    # Payloads, also for HTTP mode

    def message(self, text: str, user: str = "U1", *, channel: str = "C1", **more: Any) -> Object:
        """A message event; the stand-in knows the message from now on."""
        ts = more.pop("ts", None) or self.new_ts()
        kind = {"C": "channel", "G": "mpim", "D": "im"}[channel[0]]
        event = {
            "type": "message",
            "channel": channel,
            "channel_type": kind,
            "user": user,
            "text": text,
            "ts": ts,
            "event_ts": ts,
            "team": TEAM,
            **more,
        }
        self.messages.setdefault((channel, ts), event)
        return event

    def revoke(self, team: str) -> None:
        """Let the tokens of a workspace be good no more, as after the app was removed."""
        self.tokens = {token: of for token, of in self.tokens.items() if of != team}

    def event_body(self, event: Object, event_id: str | None = None, team: str = TEAM) -> Object:
        """What the Events API posts, and what an envelope holds."""
        return {
            "token": "verification",
            "team_id": team,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": event_id or f"Ev{next(self._numbers)}",
            "event_time": 1_700_000_000,
            "authorizations": [{"team_id": team, "user_id": BOT_USER, "is_bot": True}],
            "is_ext_shared_channel": False,
        }

    def command_body(self, text: str, user: str = "U1", *, channel: str = "C1", command: str = "/smtp") -> Object:
        """The fields of a slash command."""
        fields = {"command": command, "text": text, "user_id": user, "user_name": user.lower(), "channel_id": channel}
        fields |= {"channel_name": "general", "team_id": TEAM, "team_domain": "team", "api_app_id": APP}
        return {**fields, "token": "verification", "trigger_id": self.trigger(), "response_url": self.response_url()}

    def _interaction(self, kind: str, user: str) -> Object:
        about = {
            "team": {"id": TEAM, "domain": "team"},
            "user": {"id": user, "username": user.lower(), "team_id": TEAM},
        }
        return {"type": kind, **about, "token": "verification", "api_app_id": APP, "trigger_id": self.trigger()}

    def trigger(self) -> str:
        """A trigger id, good for one view."""
        trigger = f"{next(self._numbers)}.trigger"
        self._triggers.add(trigger)
        return trigger

    def response_url(self) -> str:
        """A response URL."""
        return f"{self.root}/respond/{next(self._numbers)}"

    # Installing

    async def _authorize(self, request: web.Request) -> web.Response:
        """The page where somebody lets the app into a workspace, which ``team`` names; it is allowed at once."""
        query = request.query
        if query.get("client_id") != CLIENT_ID or not query.get("scope") or not query.get("state"):
            return web.Response(status=400, text="invalid_client_id, scope or state")
        code = f"{next(self._numbers)}.code"
        self._codes[code] = query.get("team") or TEAM
        back = query.get("redirect_uri") or self.redirect_url
        raise web.HTTPFound(f"{back}?code={code}&state={query['state']}")

    def _access(self, arguments: Object) -> Object:
        team = self._codes.pop(arguments.get("code") or "", None)
        if (arguments.get("client_id"), arguments.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise Refusal("bad_client_secret")
        if team is None:
            raise Refusal("invalid_code")
        token = f"xoxb-{team}-{next(self._numbers)}"
        self.tokens[token] = team
        about = {"access_token": token, "token_type": "bot", "scope": "chat:write", "bot_user_id": BOT_USER}
        about |= {"app_id": APP, "team": {"id": team, "name": f"Team {team}"}, "enterprise": None}
        return {**about, "authed_user": {"id": "UADMIN"}, "is_enterprise_install": False}

    # What the app calls

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method, arguments = request.match_info["method"], await _arguments(request)
        token = arguments.pop("token", None) or request.headers.get("Authorization", "").removeprefix("Bearer ")
        if method in self._held:
            await self._held[method].wait()
        fault = self._faults[method].popleft() if self._faults[method] else self.weather(method, len(self.calls))
        if fault is not None:
            self.calls.append(Call(method, arguments, False))
            await self._changed()
            return _struck(fault, request)
        try:
            if method in _OPEN:
                arguments |= _basic(request)
            elif token != APP_TOKEN if method.startswith("apps.") else token not in self.tokens:
                raise Refusal("invalid_auth" if token else "not_authed")
            if method == "auth.test":
                arguments["team_id"] = self.tokens[token]
            answer = {"ok": True, **_METHODS[method](self, arguments)} if method in _METHODS else None
            if answer is None:
                raise Refusal("unknown_method", req_method=method)
        except Refusal as refusal:
            answer = refusal.answer
        peer = request.transport.get_extra_info("peername") if request.transport else None
        self.calls.append(Call(method, arguments, answer["ok"], token, peer))
        await self._changed()
        return web.json_response(answer)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        about = {"connection_info": {"app_id": APP}, "num_connections": 1, "debug_info": {"host": "stand-in"}}
        await socket.send_json({"type": "hello", **about})
        self._sockets.append(socket)
        self.connections += 1
        await self._changed()
        async for frame in socket:
            if frame.type == WSMsgType.TEXT:
                await self._acknowledge(json.loads(frame.data))
        return socket

    async def _acknowledge(self, frame: Object) -> None:
        sent, future, _ = self._waiting.pop(frame["envelope_id"])
        ack = Ack(frame["envelope_id"], frame.get("payload"), time.monotonic() - sent)
        self.acks.append(ack)
        if not future.done():
            future.set_result(ack)
        await self._changed()

    async def _respond(self, request: web.Request) -> web.Response:
        arguments = await request.json()
        blocks = arguments.get("blocks") or []
        bad = "invalid_blocks" if faults_of_message(blocks) else "msg_blocks_too_long" if is_too_long(blocks) else ""
        empty = "" if arguments.get("text") or blocks or arguments.get("delete_original") else "no_text"
        self.calls.append(Call("respond", {"id": request.match_info["id"], **arguments}, not (bad or empty)))
        await self._changed()
        if bad or empty:
            return web.json_response({"ok": False, "error": bad or empty}, status=400)
        return web.Response(text="ok")

    async def _download(self, request: web.Request) -> web.Response:
        name, header = request.match_info["name"], request.headers.get("Authorization")
        self.downloads.append((name, header))
        await self._changed()
        if (header or "").removeprefix("Bearer ") not in self.tokens:
            return web.Response(status=302, headers={"Location": f"{self.root}/login"})
        if name not in self.files:
            return web.Response(status=404)
        return web.Response(body=self.files[name], content_type="application/octet-stream")

    async def _upload(self, request: web.Request) -> web.Response:
        name = self._pending[request.match_info["id"]]
        self.uploads[name] = await request.read()
        return web.Response(text=f"OK - {len(self.uploads[name])}")

    # The Web API's methods

    def _post_message(self, arguments: Object) -> Object:
        self._check_message(arguments, 40_000)
        channel, ts = arguments["channel"], self.new_ts()
        channel = f"D{channel[1:]}" if channel.startswith("U") else channel
        message = {**arguments, "type": "message", "user": BOT_USER, "bot_id": BOT_ID, "ts": ts, "team": TEAM}
        message.pop("channel")
        self.messages[channel, ts] = {"channel": channel, **message}
        return {"channel": channel, "ts": ts, "message": message}

    def _update(self, arguments: Object) -> Object:
        self._check_message(arguments, 4_000)
        message = self._own(arguments)
        message |= {"text": arguments.get("text", ""), "blocks": arguments.get("blocks"), "edited": True}
        return {"channel": arguments["channel"], "ts": arguments["ts"], "text": message["text"], "message": message}

    def _delete(self, arguments: Object) -> Object:
        self._own(arguments)
        key = arguments["channel"], arguments["ts"]
        del self.messages[key]
        self.deleted.append(key)
        return {"channel": key[0], "ts": key[1]}

    def _own(self, arguments: Object) -> Object:
        message = self.messages.get((arguments["channel"], arguments["ts"]))
        if message is None:
            raise Refusal("message_not_found")
        if message.get("bot_id") != BOT_ID:
            raise Refusal("cant_update_message")
        return message

    def _post_ephemeral(self, arguments: Object) -> Object:
        self._check_message(arguments, 40_000)
        if not arguments.get("user"):
            raise Refusal("user_not_in_channel")
        self.ephemeral.append(arguments)
        return {"message_ts": self.new_ts()}

    def _check_message(self, arguments: Object, most: int) -> None:
        blocks = arguments.get("blocks") or []
        if not arguments.get("channel"):
            raise Refusal("channel_not_found")
        if not blocks and not arguments.get("text"):
            raise Refusal("no_text")
        if len(arguments.get("text") or "") > most:
            raise Refusal("msg_too_long")
        if faults := faults_of_message(blocks):
            raise Refusal("invalid_blocks", errors=faults, response_metadata={"messages": faults})
        if is_too_long(blocks):
            raise Refusal("msg_blocks_too_long")

    def _users_info(self, arguments: Object) -> Object:
        user = arguments.get("user") or ""
        if not user.startswith(("U", "W")):
            raise Refusal("user_not_found")
        wants = str(arguments.get("include_locale")).lower() in ("1", "true")
        locale = {"locale": self.locales.get(user, "en-US")} if wants else {}
        return {"user": {"id": user, "team_id": TEAM, "name": user.lower(), "is_bot": user == BOT_USER, **locale}}

    def _replies(self, arguments: Object) -> Object:
        channel, ts = arguments["channel"], arguments["ts"]
        found = [
            m for (where, _), m in self.messages.items() if where == channel and ts in (m["ts"], m.get("thread_ts"))
        ]
        if not found:
            raise Refusal("thread_not_found")
        return {"messages": found[: int(arguments.get("limit") or 1_000)], "has_more": False}

    def _open_view(self, arguments: Object) -> Object:
        if arguments.get("trigger_id") not in self._triggers:
            raise Refusal("expired_trigger_id")
        self._triggers.remove(arguments["trigger_id"])
        return {"view": self._kept(arguments["view"], f"V{next(self._numbers)}")}

    def _update_view(self, arguments: Object) -> Object:
        if arguments.get("view_id") not in self.views:
            raise Refusal("not_found")
        return {"view": self._kept(arguments["view"], arguments["view_id"])}

    def _publish_view(self, arguments: Object) -> Object:
        self.home[arguments["user_id"]] = self._kept(arguments["view"], f"VH{arguments['user_id']}")
        return {"view": self.home[arguments["user_id"]]}

    def _kept(self, view: Object, view_id: str) -> Object:
        if faults := faults_of_view(view):
            raise Refusal("invalid_arguments", response_metadata={"messages": faults})
        about = {"id": view_id, "team_id": TEAM, "app_id": APP, "bot_id": BOT_ID, "hash": f"{next(self._numbers)}.h"}
        self.views[view_id] = {**view, **about, "state": {"values": {}}}
        return self.views[view_id]

    def _upload_url(self, arguments: Object) -> Object:
        if int(arguments.get("length") or 0) <= 0 or not arguments.get("filename"):
            raise Refusal("invalid_arguments")
        file_id = f"F{next(self._numbers)}"
        self._pending[file_id] = arguments["filename"]
        return {"file_id": file_id, "upload_url": f"{self.root}/upload/{file_id}"}

    def _complete_upload(self, arguments: Object) -> Object:
        names = [self._pending.get(file["id"]) for file in arguments["files"]]
        if any(name not in self.uploads for name in names):
            raise Refusal("file_not_found")
        self.shared.append({**arguments, "names": names})
        return {"files": [{"id": file["id"], "title": file.get("title")} for file in arguments["files"]]}

    def _prompts(self, arguments: Object) -> Object:
        prompts = arguments.get("prompts") or []
        if not 0 < len(prompts) <= 4 or not all(prompt.get("title") and prompt.get("message") for prompt in prompts):
            raise Refusal("invalid_arguments")
        return {}

    def _connect(self, arguments: Object) -> Object:
        return {"url": f"{self.root.replace('http', 'ws')}/socket/{next(self._numbers)}"}

    def _auth_test(self, arguments: Object) -> Object:
        about = {"url": "https://team.slack.com/", "team": "Team", "team_id": arguments["team_id"], "user": "smtpbot"}
        return {**about, "user_id": BOT_USER, "bot_id": BOT_ID, "is_enterprise_install": False}

    def _nothing(self, arguments: Object) -> Object:
        return {}


_METHODS: dict[str, Callable[[SlackStandIn, Object], Object]] = {
    "api.test": SlackStandIn._nothing,
    "auth.test": SlackStandIn._auth_test,
    "oauth.v2.access": SlackStandIn._access,
    "apps.connections.open": SlackStandIn._connect,
    "chat.postMessage": SlackStandIn._post_message,
    "chat.update": SlackStandIn._update,
    "chat.delete": SlackStandIn._delete,
    "chat.postEphemeral": SlackStandIn._post_ephemeral,
    "users.info": SlackStandIn._users_info,
    "conversations.replies": SlackStandIn._replies,
    "views.open": SlackStandIn._open_view,
    "views.update": SlackStandIn._update_view,
    "views.publish": SlackStandIn._publish_view,
    "files.getUploadURLExternal": SlackStandIn._upload_url,
    "files.completeUploadExternal": SlackStandIn._complete_upload,
    "assistant.threads.setStatus": SlackStandIn._nothing,
    "assistant.threads.setTitle": SlackStandIn._nothing,
    "assistant.threads.setSuggestedPrompts": SlackStandIn._prompts,
}


_OPEN = ("api.test", "oauth.v2.access")
"""Methods that need no token."""


def _basic(request: web.Request) -> Object:
    """The app's id and secret, as the SDK sends them."""
    header = request.headers.get("Authorization", "")
    if not header.startswith("Basic "):
        return {}
    client_id, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    return {"client_id": client_id, "client_secret": secret}


async def _arguments(request: web.Request) -> Object:
    """What a call was given: from the query, a form or JSON; JSON inside a form is read too."""
    arguments: Object = dict(request.query)
    if request.content_type == "application/json":
        arguments |= await request.json() if await request.read() else {}
    elif request.method == "POST":
        arguments |= dict(await request.post())
    for name in ("blocks", "view", "files", "prompts", "attachments"):
        if isinstance(arguments.get(name), str):
            arguments[name] = json.loads(arguments[name])
    return arguments


def _struck(fault: Fault, request: web.Request) -> web.Response:
    if fault.status == 0:
        assert request.transport is not None
        request.transport.abort()
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    answer = {"ok": False, "error": fault.error, **fault.more}
    return web.json_response(answer, status=fault.status or 500, headers=headers)


def signed(body: bytes, secret: str, at: float | None = None) -> dict[str, str]:
    """The headers by which a request to HTTP mode proves that Slack sent it, at *at* in seconds since the epoch."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
