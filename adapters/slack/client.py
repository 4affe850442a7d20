"""Slack's Web API client as this adapter uses it: faults are waited out by the SDK's own handlers, and counted."""

from typing import Any

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from adapters.desk import Desk
from adapters.slack.settings import SlackSettings

RETRIES = 4


class _Counting(AsyncRetryHandler):
    """Looks at each response before the handlers that act on it, and never acts itself."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(max_retry_count=RETRIES)
        self._desk = desk

    async def _can_retry_async(self, *, response: Any = None, error: Any = None, **_: Any) -> bool:
        if error is not None or (response is not None and response.status_code in (429, 500, 503)):
            self._desk.retried()
        return False


def client_of(settings: SlackSettings, desk: Desk) -> AsyncWebClient:
    """A Web API client that waits out rate limits, lost connections and server errors."""
    client = AsyncWebClient(token=settings.bot_token)
    if settings.api_url is not None:
        client.base_url = settings.api_url
    client.retry_handlers = [
        _Counting(desk),
        AsyncConnectionErrorRetryHandler(max_retry_count=RETRIES),
        AsyncRateLimitErrorRetryHandler(max_retry_count=RETRIES),
        AsyncServerErrorRetryHandler(max_retry_count=RETRIES),
    ]
    return client
