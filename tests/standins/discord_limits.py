"""
Discord's documented limits, as its API enforces them.

Source: https://docs.discord.com/developers/resources/message, /interactions/application-commands, /components/reference.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

COMPONENTS_V2 = 1 << 15
ROW, BUTTON, STRING_SELECT, TEXT_INPUT, LABEL = 1, 2, 3, 4, 18
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
TOP = {ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER}
LINK_STYLE = 5
NAME = re.compile(r"[-_'\w]{1,32}", re.UNICODE)
LOCALES = set(
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja"
    " zh-TW ko".split()
)


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
    faults += ["two commands of one name"] * (len(names) != len(set(names)))
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        faults += [f"more than {most} commands of type {kind}"] * (sum(one == kind for one, _ in names) > most)
    return faults


def faults_of_choices(choices: Sequence[Mapping[str, Any]]) -> list[str]:
    """The same of the choices of an autocompletion."""
    faults = ["more than 25 choices"] * (len(choices) > 25)
    for choice in choices:
        faults += ["choice name"] * (not 1 <= len(choice["name"]) <= 100)
        faults += ["choice value"] * (not 1 <= len(str(choice["value"])) <= 100)
        translated = choice.get("name_localizations") or {}
        faults += ["translation of a choice"] * (not all(1 <= len(name) <= 100 for name in translated.values()))
        faults += ["locale of a choice"] * bool(set(translated) - LOCALES)
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
    yield from _mentions(payload)


def _mentions(payload: Mapping[str, Any]) -> Iterator[str]:
    """Not a limit of Discord's but one of ours: nothing that we post may ping anybody."""
    mentions = payload.get("allowed_mentions")
    if mentions is None or mentions.get("parse") or mentions.get("users") or mentions.get("roles"):
        yield "mentions are allowed"


def _layout(payload: Mapping[str, Any]) -> Iterator[str]:
    """Components V2 (https://docs.discord.com/developers/components/reference)."""
    if payload.get("content") or payload.get("embeds") or payload.get("poll") or payload.get("sticker_ids"):
        yield "content, embeds, poll or stickers in a layout"
    top = payload.get("components") or []
    parts = list(_walk(top))
    if not 1 <= len(parts) <= 40:
        yield "components: not 1 to 40"
    if sum(len(part.get("content", "")) for part in parts if part["type"] == TEXT) > 4_000:
        yield "text over 4,000"
    ids = [part["custom_id"] for part in parts if part.get("custom_id")]
    if len(ids) != len(set(ids)):
        yield "custom_id twice"
    for part in top:
        yield from _part(part, TOP)
    yield from _mentions(payload)


def _part(part: Mapping[str, Any], allowed: set[int]) -> Iterator[str]:
    """What is wrong with one part of a layout, and with those in it."""
    if part["type"] not in allowed:
        yield f"component of type {part['type']} here"
    kinds = {ROW: _row, SECTION: _section, TEXT: _text, GALLERY: _gallery, FILE: _file}
    if part["type"] in kinds:
        yield from kinds[part["type"]](part)
    if part["type"] == CONTAINER:
        for child in part.get("components") or []:
            yield from _part(child, TOP - {CONTAINER})


def _section(part: Mapping[str, Any]) -> Iterator[str]:
    texts = part.get("components") or []
    if not 1 <= len(texts) <= 3 or any(text["type"] != TEXT for text in texts):
        yield "section: not 1 to 3 texts"
    accessory = part.get("accessory") or {"type": None}
    if accessory["type"] not in (BUTTON, THUMBNAIL):
        yield "section: no button or thumbnail beside it"
    elif accessory["type"] == BUTTON:
        yield from _item(accessory)


def _text(part: Mapping[str, Any]) -> Iterator[str]:
    if not part.get("content"):
        yield "text: empty"


def _gallery(part: Mapping[str, Any]) -> Iterator[str]:
    items = part.get("items") or []
    if not 1 <= len(items) <= 10 or any(len(item.get("description") or "") > 1_024 for item in items):
        yield "gallery: not 1 to 10 items, or a description over 1,024"


def _file(part: Mapping[str, Any]) -> Iterator[str]:
    if not str((part.get("file") or {}).get("url", "")).startswith("attachment://"):
        yield "file: not attached"


def _walk(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        yield from _walk(component.get("components") or [])
        if component.get("accessory"):
            yield component["accessory"]


def _embed(embed: Mapping[str, Any]) -> Iterator[str]:
    told = {
        "title": (embed.get("title"), 256),
        "description": (embed.get("description"), 4_096),
        "footer": ((embed.get("footer") or {}).get("text"), 2_048),
        "author": ((embed.get("author") or {}).get("name"), 256),
    }
    yield from (f"{part} over {most:,}" for part, (text, most) in told.items() if len(text or "") > most)
    pictures = [(embed.get(part) or {}).get("url") for part in ("image", "thumbnail")]
    if not any((*(text for text, _ in told.values()), *pictures, embed.get("fields"))):
        yield "empty embed"
    known = ("http://", "https://", "attachment://")
    if any(address and not address.startswith(known) for address in (embed.get("url"), *pictures)):
        yield "address of an embed"
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
        ids += [item.get("custom_id") for item in row.get("components") or [] if item.get("custom_id")]
        yield from _row(row)
    if len(ids) != len(set(ids)):
        yield "custom_id twice"


def _row(row: Mapping[str, Any]) -> Iterator[str]:
    items = row.get("components") or []
    selects = [item for item in items if item["type"] == STRING_SELECT]
    if row["type"] != ROW or not items or len(items) > 5 or (selects and len(items) > 1):
        yield "row"
    for item in items:
        yield from _item(item)


def _item(item: Mapping[str, Any]) -> Iterator[str]:
    leads = item["type"] == BUTTON and item.get("style") == LINK_STYLE
    if not leads and not 1 <= len(item.get("custom_id") or "") <= 100:
        yield "custom_id"
    if item["type"] == BUTTON:
        yield from _button(item, leads=leads)
    if item["type"] == STRING_SELECT:
        yield from _select(item)


def _button(item: Mapping[str, Any], *, leads: bool) -> Iterator[str]:
    if not 1 <= len(item.get("label") or "") <= 80:
        yield "label of a button"
    if not 1 <= item.get("style", 0) <= 5:
        yield "style of a button"
    if leads and (item.get("custom_id") or not 1 <= len(item.get("url") or "") <= 512):
        yield "link of a button"


def _select(item: Mapping[str, Any]) -> Iterator[str]:
    options = item.get("options") or []
    if not 1 <= len(options) <= 25 or len({option["value"] for option in options}) != len(options):
        yield "options"
    if len(item.get("placeholder") or "") > 150:
        yield "placeholder"
    for option in options:
        if not (1 <= len(option["label"]) <= 100 and 1 <= len(option["value"]) <= 100):
            yield "option"
        if len(option.get("description") or "") > 100:
            yield "description of an option"
    least, most = item.get("min_values", 1), item.get("max_values", 1)
    if not (0 <= least <= most and 1 <= most <= len(options)):
        yield "number of values"


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
            if not 1 <= len(part.get("label") or "") <= 45 or len(part.get("description") or "") > 100:
                yield "label"
            yield from _field(part["component"])


def _field(field: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= len(field.get("custom_id") or "") <= 100:
        yield "custom_id in a modal"
    if field["type"] == TEXT_INPUT:
        least, most = field.get("min_length") or 0, field.get("max_length") or 1
        if not (0 <= least <= most and 1 <= most <= 4_000 and field.get("style") in (1, 2)):
            yield "text input"
        if len(field.get("placeholder") or "") > 100 or len(field.get("value") or "") > 4_000:
            yield "placeholder or value of a text input"


def _command(command: Mapping[str, Any]) -> Iterator[str]:
    slash = command.get("type", 1) == 1
    yield from _named(command, slash=slash)
    if not slash and (command.get("description") or command.get("options")):
        yield f"{command['name']}: a menu has neither description nor options"
    yield from _options(command)
    if sum(map(len, _told(command))) > 8_000:
        yield f"{command['name']}: over 8,000 characters in all"
    for numbers in (command.get("contexts") or [], command.get("integration_types") or []):
        if len(numbers) != len(set(numbers)) or not set(numbers) <= {0, 1, 2}:
            yield f"{command['name']}: contexts"


def _options(command: Mapping[str, Any]) -> Iterator[str]:
    options = command.get("options") or []
    name = command["name"]
    if len(options) > 25:
        yield f"{name}: more than 25 options"
    if len({option["name"] for option in options}) != len(options):
        yield f"{name}: two options of one name"
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield f"{name}: a required option after one that is not"
    for option in options:
        yield from _named(option, slash=True)
        if not 1 <= option["type"] <= 11:
            yield f"{name}: type of {option['name']}"
        choices = option.get("choices") or []
        yield from (f"{option['name']}: {fault}" for fault in faults_of_choices(choices))
        if choices and option.get("autocomplete"):
            yield f"{option['name']}: choices and autocompletion"
        if not 0 <= option.get("min_length", 0) <= option.get("max_length", 6_000) <= 6_000:
            yield f"{option['name']}: lengths"
        yield from _options(option)


def _told(command: Mapping[str, Any]) -> Iterator[str]:
    """The names, descriptions and values of a command, the longest translation of each."""
    for field in ("name", "description"):
        texts = [command.get(field) or "", *(command.get(f"{field}_localizations") or {}).values()]
        yield max(texts, key=len)
    for choice in command.get("choices") or []:
        yield from (choice["name"], str(choice["value"]))
    for option in command.get("options") or []:
        yield from _told(option)


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
    translated = {*(thing.get("name_localizations") or {}), *(thing.get("description_localizations") or {})}
    for strange in translated - LOCALES:
        yield f"locale {strange}"
