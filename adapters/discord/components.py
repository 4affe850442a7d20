"""
Buttons and menus under answers. They carry their question in their id, so they work after a restart as before.

Ids hold 100 characters (https://docs.discord.com/developers/components/reference); a longer question is remembered for
a while under a key.
"""

import re
import uuid
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol, Self

import discord
import msgspec

from adapters.discord.sharing import SHARE, share
from adapters.fitting import cut, label_of
from adapters.recent import Recent
from bot.language import Words
from bot.message import Attachment

MAX_ID = 100
MAX_LABEL = 80
MAX_OPTION = 100
MAX_OPTIONS = 25
MOST_BUTTONS = 5
"""Follow-ups that are buttons; more than these are a menu."""

KEY = "#"
LOST = "#lost"
"""Stands for a question that cannot be asked again, because its files were too large to keep."""


class Asked(msgspec.Struct, frozen=True):
    """A question as it can be asked again: its text, its files, and the language it was answered in."""

    text: str
    language: str
    attachments: tuple[Attachment, ...] = ()


class Answering(Protocol):
    """What buttons need of the adapter."""

    memory: Recent[str, Asked]

    async def ask(self, interaction: discord.Interaction[Any], text: str, language: str) -> None:
        """Answer a pressed question."""

    async def more(self, interaction: discord.Interaction[Any], asked: Asked | None) -> None:
        """Show the whole answer to who pressed; None where it is too old."""


def answering(interaction: discord.Interaction[Any]) -> Answering:
    """The adapter that an interaction came to."""
    replies: Answering = interaction.client.replies
    return replies


def begin(interaction: discord.Interaction[Any], work: Coroutine[Any, Any, None]) -> None:
    """Do what a button asks for as everything else is done: bounded, waited for at the end, its bugs told by an id."""
    interaction.client.begin(interaction, work)


def carry(asked: Asked, memory: Recent[str, Asked], prefix: str) -> str:
    """An id that leads back to a question: the question itself where it fits, else a key to it."""
    if asked.text == LOST:
        return f"{prefix}:{asked.language}:{LOST}"
    plain = f"{prefix}:{asked.language}:{asked.text}"
    if len(plain) <= MAX_ID and not asked.attachments and not asked.text.startswith(KEY) and "\n" not in asked.text:
        return plain
    key = uuid.uuid4().hex
    memory.put(key, asked)
    return f"{prefix}:{asked.language}:{KEY}{key}"


def carried(language: str, text: str, memory: Recent[str, Asked]) -> Asked | None:
    """The question that an id leads to; None where its key is forgotten."""
    return memory.get(text.removeprefix(KEY)) if text.startswith(KEY) else Asked(text, language)


class Ask(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"ask:(?P<language>[\w-]*):(?P<text>.+)"):
    """A follow-up question."""

    def __init__(self, custom_id: str, label: str) -> None:
        super().__init__(discord.ui.Button(label=cut(label, MAX_LABEL), custom_id=custom_id))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button again, from its id alone."""
        return cls(match.string, match["text"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Ask it."""
        found = self.template.match(self.custom_id)
        asked = carried(found["language"], found["text"], answering(interaction).memory) if found else None
        if asked is None:
            begin(interaction, answering(interaction).more(interaction, None))
        else:
            begin(interaction, answering(interaction).ask(interaction, asked.text, asked.language))


class Pick(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"pick:(?P<language>[\w-]*)"):
    """More follow-up questions than there is room for as buttons."""

    def __init__(self, custom_id: str, label: str = "", texts: Sequence[tuple[str, str]] = ()) -> None:
        options = [discord.SelectOption(label=shown, value=text) for text, shown in texts]
        super().__init__(discord.ui.Select(custom_id=custom_id, placeholder=label or None, options=options))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu again, from its id alone."""
        return cls(match.string)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Ask what was picked."""
        language = self.custom_id.partition(":")[2]
        for text in self.item.values[:1]:
            begin(interaction, answering(interaction).ask(interaction, text, language))


class More(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"more:(?P<language>[\w-]*):(?P<text>.+)"):
    """What was folded or left out."""

    def __init__(self, custom_id: str, label: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=cut(label, MAX_LABEL), custom_id=custom_id, style=discord.ButtonStyle.primary, row=LAST_ROW
            )
        )

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button again, from its id alone."""
        return cls(match.string, match["text"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the whole answer."""
        found = self.template.match(self.custom_id)
        asked = carried(found["language"], found["text"], answering(interaction).memory) if found else None
        begin(interaction, answering(interaction).more(interaction, asked))


class Share(discord.ui.DynamicItem[discord.ui.Button[Any]], template=SHARE):
    """Post a private answer where everybody sees it."""

    def __init__(self, label: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=cut(label, MAX_LABEL), custom_id=SHARE, style=discord.ButtonStyle.success, row=LAST_ROW
            )
        )

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button again, from its id alone."""
        return cls(match.string)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Share it."""
        begin(interaction, share(interaction))


LAST_ROW = 4
DYNAMIC: tuple[type[discord.ui.DynamicItem[Any]], ...] = (Ask, Pick, More, Share)


def view_of(
    follow_ups: Sequence[str], asked: Asked, words: Words, memory: Recent[str, Asked], *, more: bool, share: bool
) -> discord.ui.View | None:
    """The buttons under an answer; None where there are none."""
    view = discord.ui.View(timeout=None)
    if len(follow_ups) <= MOST_BUTTONS:
        for text in follow_ups:
            view.add_item(Ask(carry(Asked(text, asked.language), memory, "ask"), label_of(text, words)))
    else:
        texts = [(text, label_of(text, words)) for text in dict.fromkeys(follow_ups) if len(text) <= MAX_OPTION]
        view.add_item(Pick(f"pick:{asked.language}", words.say("discord.pick"), texts[:MAX_OPTIONS]))
    if more:
        view.add_item(More(carry(asked, memory, "more"), words.say("ui.more")))
    if share:
        view.add_item(Share(words.say("ui.share")))
    return view if view.children else None
