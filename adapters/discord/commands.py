"""Slash commands and the message menu, with their names in every language; what they do is `Replies`'."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str

from adapters.desk import Desk
from adapters.discord.components import MAX_OPTION
from adapters.discord.markup import text_of, to_plain
from adapters.discord.replies import Interaction, Replies, locale_of
from adapters.fitting import cut
from bot.language import Words
from bot.message import Message
from bot.suggesting import Suggestion, suggest, suggest_subject

MAX_PASTE = 4_000
"""Characters of a modal's text field (https://docs.discord.com/developers/components/reference#text-input)."""

PASTE = "paste"
TRANSLATIONS = ("name_localizations", "description_localizations")

Start = Callable[[Interaction, Coroutine[Any, Any, None]], None]
Command = app_commands.Command[Any, ..., Any]


class Translator(app_commands.Translator):
    """The names and descriptions of commands in the languages that the knowledge has."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def translate(
        self, string: locale_str, locale: discord.Locale, _context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The text in a locale; None where we have no such language, or it is the base language."""
        word, tag = string.extras.get("word"), str(locale).split("-")[0]
        if word is None or tag not in self._desk.lexicon.languages[1:]:
            return None
        return self._desk.words(tag).say(word)


def paste_field(words: Words, *, private: bool) -> discord.ui.Modal:
    """
    The large text field to paste a bounce into.

    Its id says whether the answer is private. What comes back is read from the interaction alone (`pasted`): the SDK
    keeps one field for each id, so that a second person's would take the place of the first's.
    """
    modal = discord.ui.Modal(title=cut(words.say("ui.explain"), 45), custom_id=f"{PASTE}:{int(private)}")
    text: discord.ui.TextInput[Any] = discord.ui.TextInput(
        style=discord.TextStyle.paragraph, max_length=MAX_PASTE, custom_id="text"
    )
    modal.add_item(discord.ui.Label(text=cut(words.say("ui.paste"), 45), component=text))
    return modal


def pasted(interaction: Interaction) -> tuple[str, bool] | None:
    """What somebody pasted into the field, and whether its answer is private; None for every other interaction."""
    data: Any = interaction.data or {}
    kind, _, private = str(data.get("custom_id", "")).partition(":")
    if interaction.type is not discord.InteractionType.modal_submit or kind != PASTE:
        return None
    return "\n".join(part["component"]["value"] for part in data["components"] if "component" in part), private == "1"


class Commands:
    """Makes the commands of one application; *start* does their work beside everything else."""

    def __init__(self, replies: Replies, start: Start) -> None:
        self._replies = replies
        self._desk = replies.desk
        self._start = start

    def all(self) -> list[Command | app_commands.ContextMenu]:
        """Every command, for servers and for people, wherever they write."""
        found: list[Command | app_commands.ContextMenu] = [
            self._smtp(), self._compare(), self._explain(), self._help(), self._menu(),
            *([self._check()] if self._desk.checks() else []),
        ]  # fmt: skip
        for command in found:
            command.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
            command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
        return found

    def _smtp(self) -> Command:
        @app_commands.command(name=self._text("discord.smtp"), description=self._text("discord.smtp.about"))
        @app_commands.rename(question=self._text("discord.question"), private=self._text("discord.private"))
        @app_commands.describe(
            question=self._text("discord.question.about"), private=self._text("discord.private.about")
        )
        @app_commands.autocomplete(question=self._complete)
        async def smtp(interaction: Interaction, question: str, private: bool = False) -> None:
            self._answer(interaction, question, private)

        return smtp

    def _compare(self) -> Command:
        names = [f"s{number}" for number in range(1, 7)]

        @app_commands.command(name=self._text("discord.compare"), description=self._text("discord.compare.about"))
        @app_commands.rename(
            **{name: self._text(f"discord.subject.{name[1]}") for name in names}, private=self._text("discord.private")
        )
        @app_commands.describe(
            **dict.fromkeys(names, self._text("discord.subject.about")), private=self._text("discord.private.about")
        )
        @app_commands.autocomplete(**dict.fromkeys(names, self._complete_subject))
        async def compare(
            interaction: Interaction, s1: str, s2: str, s3: str | None = None, s4: str | None = None,
            s5: str | None = None, s6: str | None = None, private: bool = False,
        ) -> None:  # fmt: skip
            self._answer(interaction, " vs ".join(one for one in (s1, s2, s3, s4, s5, s6) if one), private)

        return compare

    def _explain(self) -> Command:
        @app_commands.command(name=self._text("discord.explain"), description=self._text("discord.explain.about"))
        @app_commands.rename(file=self._text("discord.file"), private=self._text("discord.private"))
        @app_commands.describe(file=self._text("discord.file.about"), private=self._text("discord.private.about"))
        async def explain(
            interaction: Interaction, file: discord.Attachment | None = None, private: bool = False
        ) -> None:
            if file is None:
                modal = paste_field(self._replies.words_for(interaction), private=private)
                self._start(interaction, _opened(interaction, modal))
            else:
                message = Message("", language=locale_of(interaction))
                self._start(interaction, self._replies.respond(interaction, message, private=private, fetch=[file]))

        return explain

    def _check(self) -> Command:
        @app_commands.command(name=self._text("discord.check"), description=self._text("discord.check.about"))
        @app_commands.rename(address=self._text("discord.address"), selector=self._text("discord.selector"))
        @app_commands.describe(
            address=self._text("discord.address.about"), selector=self._text("discord.selector.about")
        )
        async def check(interaction: Interaction, address: str, selector: str | None = None) -> None:
            words = self._desk.words(self._desk.knowledge.language)
            parts = [words.signals("signal.check")[0], address]
            parts += [words.signals("signal.selector")[0], selector] if selector else []
            self._answer(interaction, " ".join(parts), private=True)

        return check

    def _help(self) -> Command:
        @app_commands.command(name=self._text("discord.help"), description=self._text("discord.help.about"))
        @app_commands.rename(private=self._text("discord.private"))
        @app_commands.describe(private=self._text("discord.private.about"))
        async def help_(interaction: Interaction, private: bool = False) -> None:
            self._answer(interaction, "", private)

        return help_

    def _menu(self) -> app_commands.ContextMenu:
        async def explain_message(interaction: Interaction, message: discord.Message) -> None:
            asked = Message(text_of(message), language=locale_of(interaction))
            work = self._replies.respond(interaction, asked, private=True, fetch=message.attachments)
            self._start(interaction, work)

        return app_commands.ContextMenu(name=self._text("discord.menu"), callback=explain_message)

    def _text(self, word: str) -> locale_str:
        return locale_str(self._desk.words(self._desk.knowledge.language).say(word), word=word)

    def _answer(self, interaction: Interaction, asked: str, private: bool) -> None:
        message = Message(to_plain(asked), language=locale_of(interaction))
        self._start(interaction, self._replies.respond(interaction, message, private=private))

    async def _complete(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return _choices(suggest(typed, self._desk.lexicon, self._replies.words_for(interaction).knowledge))

    async def _complete_subject(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return _choices(suggest_subject(typed, self._desk.lexicon, self._replies.words_for(interaction).knowledge))


async def _opened(interaction: Interaction, modal: discord.ui.Modal) -> None:
    await interaction.response.send_modal(modal)


def _choices(found: tuple[Suggestion, ...]) -> list[Choice[str]]:
    return [Choice(name=cut(one.shown, MAX_OPTION), value=one.text) for one in found if len(one.text) <= MAX_OPTION]


async def sync(tree: app_commands.CommandTree[Any], replies: Replies) -> bool:
    """Tell Discord the commands, only where it has others; returns whether it was told."""
    client = tree.client
    translator = Translator(replies.desk)
    await tree.set_translator(translator)
    assert client.application_id is not None  # known since the login
    route = discord.http.Route(
        "GET", "/applications/{application_id}/commands?with_localizations=true", application_id=client.application_id
    )
    theirs = await client.http.request(route)
    ours = [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]
    if len(ours) == len(theirs) and all(any(_same(own, their) for their in theirs) for own in ours):
        return False
    await tree.sync()
    return True


def _same(ours: Any, theirs: Any) -> bool:
    """Whether Discord has what we would send; it leaves out what is usual, and may say more, but of no language."""
    if isinstance(ours, Mapping):
        if not isinstance(theirs, Mapping):
            return False
        translated = all((ours.get(name) or {}) == (theirs.get(name) or {}) for name in TRANSLATIONS)
        return translated and all(_same(value, theirs.get(name)) for name, value in ours.items())
    if isinstance(ours, list):
        same = isinstance(theirs, list) and len(ours) == len(theirs)
        return (same and all(map(_same, ours, theirs))) or (not ours and not theirs)
    return bool(ours == theirs or (not ours and not theirs))
