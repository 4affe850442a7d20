"""The stand-in refuses what Discord refuses: limits of messages, layouts, modals and commands, and late responses."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.standins.discord import TOKEN, Asked, DiscordStandIn
from tests.standins.discord_limits import faults_of_commands, faults_of_message, faults_of_modal

SILENT = {"allowed_mentions": {"parse": []}}
TEXT = {"type": 10, "content": "x"}
BUTTON = {"type": 2, "style": 1, "label": "x", "custom_id": "x"}
SELECT = {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]}


def layout(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"flags": 1 << 15, "components": list(parts), **SILENT, **more}


def row(*items: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(items)}


def section(*parts: dict[str, Any], accessory: Any = BUTTON) -> dict[str, Any]:
    return {"type": 9, "components": list(parts), "accessory": accessory}


FINE = [
    {"content": "x"},
    {"embeds": [{"title": "x", "author": {"name": "a" * 256}}], "components": [row(BUTTON)]},
    {"embeds": [{"image": {"url": "attachment://a.png"}}], "components": [row(SELECT)]},
    layout(TEXT, section(TEXT), {"type": 17, "components": [TEXT, {"type": 14}]}),
    layout({"type": 10, "content": "x" * 4_000}),
]
REFUSED = [
    {},
    {"content": "x" * 2_001},
    {"embeds": [{}]},
    {"embeds": [{"title": "x", "author": {"name": "a" * 257}}]},
    {"embeds": [{"title": "x", "footer": {"text": "a" * 2_049}}]},
    {"embeds": [{"title": "x", "image": {"url": "ftp://x.example"}}]},
    {"embeds": [{"title": "x"}], "components": [TEXT]},
    {"content": "x", "components": [row(BUTTON, BUTTON)]},
    {"content": "x", "components": [row(BUTTON | {"style": 5})]},
    {"content": "x", "components": [row(BUTTON | {"style": 9})]},
    {"content": "x", "components": [row(SELECT | {"max_values": 2})]},
    {"content": "x", "components": [row(SELECT, BUTTON)]},
    layout(),
    layout(TEXT, content="x"),
    layout(TEXT, embeds=[{"title": "x"}]),
    layout(*[TEXT] * 41),
    layout(*[{"type": 17, "components": [TEXT] * 10}] * 4),
    layout({"type": 10, "content": "x" * 2_001}, {"type": 17, "components": [{"type": 10, "content": "x" * 2_000}]}),
    layout({"type": 10, "content": ""}),
    layout(section(TEXT, accessory=None)),
    layout(section(TEXT, TEXT, TEXT, TEXT)),
    layout(section(row(BUTTON))),
    layout(BUTTON),
    layout({"type": 17, "components": [{"type": 17, "components": [TEXT]}]}),
    layout({"type": 12, "items": []}),
    layout({"type": 13, "file": {"url": "https://x.example"}}),
    layout(row(BUTTON), row(BUTTON)),
]


@pytest.mark.parametrize("payload", FINE)
def test_what_discord_takes_is_taken(payload: dict[str, Any]) -> None:
    assert faults_of_message(SILENT | payload) == []


@pytest.mark.parametrize("payload", REFUSED)
def test_what_discord_refuses_is_refused(payload: dict[str, Any]) -> None:
    assert faults_of_message(SILENT | payload)


def command(**more: Any) -> dict[str, Any]:
    return {"name": "smtp", "description": "x", "type": 1, **more}


def option(**more: Any) -> dict[str, Any]:
    return {"name": "o", "description": "x", "type": 3, **more}


CHOICE = {"name": "a", "value": "a"}


@pytest.mark.parametrize(
    "wrong",
    [
        command(description=""),
        command(name="Smtp"),
        command(description_localizations={"fr": "x" * 101}),
        command(description_localizations={"xx": "x"}),
        command(options=[option()] * 2),
        command(options=[option(description="")]),
        command(options=[option(description="x" * 101)]),
        command(options=[option(description_localizations={"fr": ""})]),
        command(options=[option(choices=[CHOICE] * 26)]),
        command(options=[option(choices=[CHOICE | {"name": "x" * 101}])]),
        command(options=[option(choices=[CHOICE | {"value": ""}])]),
        command(options=[option(choices=[CHOICE | {"name_localizations": {"fr": ""}}])]),
        command(options=[option(choices=[CHOICE], autocomplete=True)]),
        command(options=[option(max_length=6_001)]),
        command(options=[option(), option(name="p", required=True)]),
        command(options=[option(name=f"o{n}", choices=[{"name": "x" * 100, "value": f"{m}" * 50} for m in range(25)])
                         for n in range(3)]),
        command(contexts=[0, 0]),
        {"name": "Menu", "type": 3, "options": [option()]},
    ],
)  # fmt: skip
def test_a_command_that_discord_refuses_is_refused(wrong: dict[str, Any]) -> None:
    assert faults_of_commands([wrong])
    assert faults_of_commands([command(options=[option(choices=[CHOICE])]), {"name": "A menu", "type": 3}]) == []


def test_a_modal_that_discord_refuses_is_refused() -> None:
    field = {"type": 4, "custom_id": "text", "style": 2, "max_length": 4_000}

    def modal(**more: Any) -> dict[str, Any]:
        part = {"type": 18, "label": "x", "component": field | more}
        return {"title": "x", "custom_id": "x", "components": [part]}

    assert faults_of_modal(modal()) == []
    for wrong in (
        {"custom_id": ""},
        {"max_length": 4_001},
        {"style": 3},
        {"placeholder": "x" * 101},
        {"min_length": 4_001},
    ):
        assert faults_of_modal(modal(**wrong))


# Interactions


class Caller:
    """Somebody who calls Discord's API without the SDK."""

    def __init__(self, client: httpx.AsyncClient, root: str) -> None:
        self._client, self._root = client, root

    async def respond(self, asked: Asked, token: str | None = None) -> tuple[int, int]:
        """Respond to an interaction; the status and Discord's code."""
        address = f"{self._root}/interactions/{asked.id}/{token or asked.token}/callback"
        return self._told(await self._client.post(address, json={"type": 5}))

    async def follow(self, asked: Asked) -> tuple[int, int]:
        """Send a message after the response."""
        body = {"content": "x", **SILENT}
        return self._told(await self._client.post(f"{self._root}/webhooks/1000/{asked.token}", json=body))

    def _told(self, response: httpx.Response) -> tuple[int, int]:
        code = response.json().get("code", 0) if response.content else 0
        return response.status_code, code


@pytest.fixture
async def discord_() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def caller(discord_: DiscordStandIn) -> AsyncIterator[Caller]:
    async with httpx.AsyncClient(headers={"Authorization": f"Bot {TOKEN}"}) as client:
        yield Caller(client, discord_.api_url)


async def test_an_interaction_is_responded_to_once(discord_: DiscordStandIn, caller: Caller) -> None:
    asked = await discord_.slash("smtp", {"question": "550"})
    assert await caller.follow(asked) == (404, 10015)
    assert await caller.respond(asked) == (204, 0)
    assert await caller.respond(asked) == (400, 40060)
    assert await caller.follow(asked) == (200, 0)


async def test_an_interaction_that_is_unknown_or_expired_cannot_be_responded_to(
    discord_: DiscordStandIn, caller: Caller
) -> None:
    asked = await discord_.slash("smtp", {"question": "550"})
    assert await caller.respond(asked, "another") == (404, 10062)
    discord_.first_within = 0
    assert await caller.respond(asked) == (404, 10062)
    discord_.first_within = 3
    assert await caller.respond(asked) == (204, 0)
    discord_.followed_within = 0
    assert await caller.follow(asked) == (401, 50027)
