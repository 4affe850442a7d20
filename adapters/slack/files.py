"""Files that came with a message: fetched with the bot's token, never beyond the limit, never from a strange host."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx

from adapters.attached import MAX_FILES, Fetched, may_hold_bounces
from adapters.slack.settings import SlackSettings
from bot.message import Attachment

LOG = logging.getLogger(__name__)
HOSTS = (".slack.com", ".slack-files.com", ".slack-edge.com")
TIME_LIMIT = 60.0
"""Seconds for one file."""


async def fetch(files: Sequence[Mapping[str, Any]], settings: SlackSettings, token: str | None = None) -> Fetched:
    """Fetch the files of a message that may hold bounces, with the workspace's token, else with the settings'."""
    if not files:
        return Fetched()  # a client reads certificates for 20 ms; most messages have no file
    attachments, refused, too_large = [], [], []
    async with httpx.AsyncClient(timeout=TIME_LIMIT, follow_redirects=False) as client:
        for file in files[:MAX_FILES]:
            name = str(file.get("name") or "file")
            if not _is_readable(file, settings):
                refused.append(name)
            elif int(file.get("size") or 0) > settings.max_file:
                too_large.append(name)
            else:
                try:
                    content = await _content(str(_address(file)), client, settings, token or settings.bot_token)
                except httpx.HTTPError as error:
                    LOG.warning("a file could not be fetched: %s", type(error).__name__)
                    refused.append(name)
                    continue
                if content is None:
                    too_large.append(name)
                else:
                    attachments.append(Attachment(name, content))
    refused += [str(file.get("name") or "file") for file in files[MAX_FILES:]]
    return Fetched(tuple(attachments), tuple(refused), tuple(too_large))


def _address(file: Mapping[str, Any]) -> str | None:
    return file.get("url_private_download") or file.get("url_private")


def _is_readable(file: Mapping[str, Any], settings: SlackSettings) -> bool:
    readable = may_hold_bounces(str(file.get("name") or ""), file.get("mimetype")) or file.get("mode") == "snippet"
    return readable and _is_known_host(_address(file), settings)


def _is_known_host(address: str | None, settings: SlackSettings) -> bool:
    """The token goes to Slack alone, and to the stand-in that the settings name."""
    host = urlsplit(address or "").hostname or ""
    if settings.api_url and host == urlsplit(settings.api_url).hostname:
        return True
    return (address or "").startswith("https://") and f".{host}".endswith(HOSTS)


async def _content(address: str, client: httpx.AsyncClient, settings: SlackSettings, token: str | None) -> bytes | None:
    """A file's bytes; None where there are more than the limit."""
    parts, size = [], 0
    headers = {"Authorization": f"Bearer {token}"}
    async with client.stream("GET", address, headers=headers) as response:
        if response.status_code != httpx.codes.OK:
            raise httpx.HTTPStatusError("refused", request=response.request, response=response)
        async for part in response.aiter_bytes():
            size += len(part)
            if size > settings.max_file:
                return None
            parts.append(part)
    return b"".join(parts)
