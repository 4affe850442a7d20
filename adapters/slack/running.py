"""Slack's adapter from start to end: Socket Mode, or HTTP behind a balancer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.desk import Desk
from adapters.slack.events import Slack
from adapters.slack.settings import SlackSettings

LOG = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between attempts to reach Slack at the start; doubled each time."""

WRONG = {
    "invalid_auth": "SLACK_BOT_TOKEN: Slack does not know this token; copy it from OAuth & Permissions",
    "not_authed": "SLACK_BOT_TOKEN: Slack does not know this token; copy it from OAuth & Permissions",
    "token_revoked": "SLACK_BOT_TOKEN: the token was revoked; install the app again",  # nosec B105  # a sentence
    "account_inactive": "SLACK_BOT_TOKEN: the app was removed from the workspace; install it again",
    "missing_scope": "Slack: the app lacks a scope; create it anew from the manifest",
}


async def run(settings: SlackSettings, desk: Desk, stop: asyncio.Event) -> None:
    """
    Answer in Slack until *stop* is set; then finish the answers under way.

    Raises:
        ValueError: Slack refuses the tokens; the text is one line that says what to change.
    """
    slack = Slack(settings, desk)
    client = slack.app.client
    # kept for all calls: without one the SDK makes a connection, with its handshakes, for each of them
    client.session = aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=client.timeout), trust_env=client.trust_env_in_session
    )
    try:
        if slack.stores is not None:
            await _patiently(slack.stores.prepare, lambda *_: None, stop, "SLACK_DATABASE")
        await reach(slack.app.client, stop)
        if stop.is_set():
            return
        if settings.by_socket:
            await _by_socket(slack, settings, stop)
        else:
            await _by_http(slack, settings, stop)
        await slack.under_way.finish()
    finally:
        await client.session.close()
        if slack.stores is not None:
            await slack.stores.close()


async def reach(client: AsyncWebClient, stop: asyncio.Event) -> None:
    """Wait until Slack answers and knows the bot's token; with many workspaces there is no such token yet."""

    def told(code: str, _: str) -> str | None:
        return WRONG.get(code)

    await _patiently(client.auth_test if client.token else client.api_test, told, stop)


async def _until_open(client: AsyncWebClient, token: str, stop: asyncio.Event) -> None:
    """Wait until Slack gives a socket for the app's token."""

    async def opened() -> None:
        await client.apps_connections_open(app_token=token)

    def told(code: str, needed: str) -> str | None:
        wrong = code in WRONG or code == "not_allowed_token_type"
        return f"SLACK_APP_TOKEN: Slack answers {code} {needed}".rstrip() if wrong else None

    await _patiently(opened, told, stop)


async def _patiently(
    call: Callable[[], Awaitable[Any]], told: Callable[[str, str], str | None], stop: asyncio.Event,
    whom: str = "Slack",
) -> None:  # fmt: skip
    """Call until it succeeds; raise ValueError with what *told* says of an error that waiting does not mend."""
    wait = FIRST_WAIT
    while not stop.is_set():
        try:
            await call()
            return
        except SlackApiError as error:
            code = str(error.response.get("error"))
            line = told(code, str(error.response.get("needed") or ""))
            if line is not None:
                raise ValueError(line) from error
            LOG.warning("Slack answers %s; next attempt in %.0f s", code, wait)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            LOG.warning("%s cannot be reached (%s); next attempt in %.0f s", whom, type(error).__name__, wait)
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            wait = min(2 * wait, LONGEST_WAIT)


async def _by_socket(slack: Slack, settings: SlackSettings, stop: asyncio.Event) -> None:
    await _until_open(slack.app.client, settings.app_token or "", stop)
    if stop.is_set():
        return
    handler = AsyncSocketModeHandler(slack.app, settings.app_token, web_client=slack.app.client)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    slack.desk.watch(handler.client.is_connected)
    try:
        await stop.wait()
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


async def _by_http(slack: Slack, settings: SlackSettings, stop: asyncio.Event) -> None:
    server = slack.app.server(port=settings.port, path="/slack/events", host=settings.host)
    runner = web.AppRunner(server.web_app, access_log=None)  # the addresses hold codes and states of installations
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        await site.start()
        slack.desk.watch(_listens)
        await stop.wait()
    finally:
        await runner.cleanup()


async def _listens() -> bool:
    """In HTTP mode there is no connection that could drop: who can ask, is answered."""
    return True
