"""
Discord's documented limits, as its API enforces them.

Source: https://docs.discord.com/developers/resources/message, /interactions/application-commands, /components/reference.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

COMPONENTS_V2 = 1 << 15
ROW, BUTTON, STRING_SELECT, TEXT_INPUT, LABEL = 1, 2, 3, 4, 18
NAME = re.compile(r"[-_'\w]{1,32}", re.UNICODE)
LOCALES = {"en-US", "en-GB", "fr", "de", "es-ES", "es-419", "it", "ja", "pt-BR"}


def faults_of_message(payload: Mapping[str, Any]) -> list[str]:
    """What Discord would refuse of a message that is created, edited, or sent to answer an interaction."""
    return list(_message(payload))


def faults_of_modal(payload: Mapping[str, Any]) -> list[str]:
    """The same of a modal."""
    return list(_modal(payload))


def faults_of_commands(payload: Sequence[Mapping[str, Any]]) -> list[str]:
    """The same of a list of application commands."""
    faults = [fault for command in payload for fault in _command(command)]
    names = [(command.get("type", 1), command["name"]) for command in payload]
    return faults + ["two commands of one name"] * (len(names) != len(set(names)))


def faults_of_choices(choices: Sequence[Mapping[str, Any]]) -> list[str]:
    """The same of the choices of an autocompletion."""
    faults = ["more than 25 choices"] * (len(choices) > 25)
    for choice in choices:
        faults += ["choice name"] * (not 1 <= len(choice["name"]) <= 100)
        faults += ["choice value"] * (not 1 <= len(str(choice["value"])) <= 100)
    return faults


def _message(payload: Mapping[str, Any]) -> Iterator[str]:
    embeds, components = payload.get("embeds") or [], payload.get("components") or []
    if payload.get("flags", 0) & COMPONENTS_V2:
        yield from _layout(payload)
        return
    if len(payload.get("content") or "") > 2_000:
        yield "content over 2,000"
    if not (payload.get("content") or embeds or payload.get("attachments") or components):
        yield "empty message"
    if len(embeds) > 10:
        yield "more than 10 embeds"
    if sum(map(_length, embeds)) > 6_000:
        yield "embeds over 6,000 in all"
    for embed in embeds:
        yield from _embed(embed)
    yield from _rows(components)
    mentions = payload.get("allowed_mentions")
    if mentions is None or mentions.get("parse") or mentions.get("users") or mentions.get("roles"):
        yield "mentions are allowed"


def _layout(payload: Mapping[str, Any]) -> Iterator[str]:
    if payload.get("content") or payload.get("embeds"):
        yield "content or embeds in a layout"
    parts = list(_walk(payload.get("components") or []))
    if len(parts) > 40:
        yield "more than 40 components"
    if sum(len(part.get("content", "")) for part in parts) > 4_000:
        yield "text over 4,000"


def _walk(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        yield from _walk(component.get("components") or [])


def _embed(embed: Mapping[str, Any]) -> Iterator[str]:
    if len(embed.get("title") or "") > 256:
        yield "title over 256"
    if len(embed.get("description") or "") > 4_096:
        yield "description over 4,096"
    if len((embed.get("footer") or {}).get("text") or "") > 2_048:
        yield "footer over 2,048"
    fields = embed.get("fields") or []
    if len(fields) > 25:
        yield "more than 25 fields"
    for field in fields:
        if not 1 <= len(field["name"].strip()) <= 256:
            yield "field name"
        if not 1 <= len(field["value"].strip()) <= 1_024:
            yield "field value"


def _length(embed: Mapping[str, Any]) -> int:
    own = len(embed.get("title") or "") + len(embed.get("description") or "")
    own += len((embed.get("footer") or {}).get("text") or "") + len((embed.get("author") or {}).get("name") or "")
    return own + sum(len(field["name"]) + len(field["value"]) for field in embed.get("fields") or [])


def _rows(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if len(rows) > 5:
        yield "more than 5 rows"
    ids = []
    for row in rows:
        items = row.get("components") or []
        selects = [item for item in items if item["type"] == STRING_SELECT]
        if row["type"] != ROW or not items or len(items) > 5 or (selects and len(items) > 1):
            yield "row"
        for item in items:
            ids.append(item.get("custom_id"))
            yield from _item(item)
    if len(ids) != len(set(ids)):
        yield "custom_id twice"


def _item(item: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= len(item.get("custom_id") or "") <= 100:
        yield "custom_id"
    if item["type"] == BUTTON and not 1 <= len(item.get("label") or "") <= 80:
        yield "label of a button"
    if item["type"] == STRING_SELECT:
        options = item.get("options") or []
        if not 1 <= len(options) <= 25 or len({option["value"] for option in options}) != len(options):
            yield "options"
        if len(item.get("placeholder") or "") > 150:
            yield "placeholder"
        for option in options:
            if not (1 <= len(option["label"]) <= 100 and 1 <= len(option["value"]) <= 100):
                yield "option"


def _modal(payload: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= len(payload.get("title") or "") <= 45:
        yield "title of a modal"
    if not 1 <= len(payload.get("custom_id") or "") <= 100:
        yield "custom_id of a modal"
    parts = payload.get("components") or []
    if not 1 <= len(parts) <= 5:
        yield "components of a modal"
    for part in parts:
        if part["type"] == LABEL:
            if not 1 <= len(part.get("label") or "") <= 45:
                yield "label"
            inner = part["component"]
            if inner["type"] == TEXT_INPUT and not 1 <= inner.get("max_length", 1) <= 4_000:
                yield "text input"


def _command(command: Mapping[str, Any]) -> Iterator[str]:
    slash = command.get("type", 1) == 1
    yield from _named(command, slash=slash)
    if not slash and (command.get("description") or command.get("options")):
        yield f"{command['name']}: a menu has neither description nor options"
    options = command.get("options") or []
    if len(options) > 25:
        yield f"{command['name']}: more than 25 options"
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield f"{command['name']}: a required option after one that is not"
    for option in options:
        yield from _named(option, slash=True)


def _named(thing: Mapping[str, Any], *, slash: bool) -> Iterator[str]:
    names = [thing["name"], *(thing.get("name_localizations") or {}).values()]
    for name in names:
        if slash and (NAME.fullmatch(name) is None or name != name.lower()):
            yield f"name {name}"
        if not 1 <= len(name) <= 32:
            yield f"name {name}"
    if slash:
        for text in (thing.get("description", ""), *(thing.get("description_localizations") or {}).values()):
            if not 1 <= len(text) <= 100:
                yield f"description of {thing['name']}: {len(text)} characters"
    for strange in set(thing.get("name_localizations") or {}) - LOCALES:
        yield f"locale {strange}"
