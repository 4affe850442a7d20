"""
The first response to an interaction: sent again at once where a call fails, because Discord waits three seconds for it.

The SDK waits 1 s and then 3 s after calls that fail, so two of them made every first response come too late. All its
responses go through the adapter of its webhooks, which it keeps in a context variable: ours stands there for the tasks
of one client, and sends only this one call by itself. Everything else keeps the SDK's patience.
"""

import asyncio
import logging
from typing import Any

import aiohttp
import discord
import msgspec
from discord.http import Route, json_or_text
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

LOG = logging.getLogger(__name__)
WAITS = (0.1, 0.2, 0.4, 0.8)
"""Seconds before each further attempt: 1.5 in all, after the one second that an answer may take to be announced."""

LONGEST = 1.0
"""Seconds that a rate limit is waited for at most."""

ACKNOWLEDGED = 40060
"""Discord's code for a response to what has one."""

UNKNOWN = 10062
"""Discord's code for a response that comes too late."""

AUTOCOMPLETE = discord.InteractionResponseType.autocomplete_result.value
JSON = {"Content-Type": "application/json"}
BROKEN = 500
TOO_MANY = 429


class Responses(AsyncWebhookAdapter):
    """The SDK's calls to webhooks, of which the first response to an interaction has no time to lose."""

    async def create_interaction_response(
        self, interaction_id: int, token: str, *, session: aiohttp.ClientSession, proxy: str | None = None,
        proxy_auth: aiohttp.BasicAuth | None = None, params: Any,
    ) -> Any:  # fmt: skip
        """Respond; tried again within two seconds where Discord or the network fails."""
        if params.files:  # files go into follow-ups; should one ever come here, the SDK knows how
            return await super().create_interaction_response(
                interaction_id, token, session=session, proxy=proxy, proxy_auth=proxy_auth, params=params
            )
        route = Route("POST", "/interactions/{id}/{token}/callback", id=interaction_id, token=token)
        body = msgspec.json.encode(params.payload)
        # what Discord could tell of the message in return is asked for nowhere, so it is not asked to
        told = {"interaction": {"id": str(interaction_id), "type": 0}}
        for attempt, wait in enumerate((*WAITS, None)):
            error: Exception
            try:
                async with session.post(
                    route.url, data=body, headers=JSON, proxy=proxy, proxy_auth=proxy_auth
                ) as response:
                    if response.status < 300:
                        return told
                    data = await json_or_text(response)
                    error, pause = _error(response, data), _pause(response, data, wait)
            except (OSError, aiohttp.ClientError) as lost:
                error, pause = lost, wait
            code = getattr(error, "code", 0)
            if code == ACKNOWLEDGED and attempt > 0:
                return told  # the call that seemed to fail had not
            if code == UNKNOWN and params.payload["type"] == AUTOCOMPLETE:
                LOG.warning("what was offered to somebody who types came too late")
                return told
            if pause is None:
                raise error
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")


def respond_quickly() -> None:
    """From now on, and in the tasks that are begun here, interactions are responded to without the SDK's long waits."""
    async_context.set(Responses())  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


def _error(response: aiohttp.ClientResponse, data: Any) -> Exception:
    """What the SDK would raise."""
    if response.status >= BROKEN:
        return discord.DiscordServerError(response, data)
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    return kinds.get(response.status, discord.HTTPException)(response, data)


def _pause(response: aiohttp.ClientResponse, data: Any, wait: float | None) -> float | None:
    """Seconds after which the same call may succeed; None where it will not, or no attempt is left."""
    if wait is None or response.status >= BROKEN:
        return wait
    if response.status == TOO_MANY and isinstance(data, dict) and "Via" in response.headers:
        after = float(data["retry_after"])
        return after if after <= LONGEST else None
    return None
