"""What most tests stand on: the shipped knowledge, a bot on it, and asking."""

import functools
from collections.abc import Callable

import pytest

from bot.answer import Answer
from bot.answering import Bot, make_bot
from bot.message import Message
from knowledge.schema import Knowledge


@functools.cache
def shipped_bot() -> Bot:
    return make_bot()


@pytest.fixture(scope="session")
def bot() -> Bot:
    return shipped_bot()


@pytest.fixture(scope="session")
def knowledge(bot: Bot) -> Knowledge:
    return bot.knowledge


@pytest.fixture(scope="session")
def ask(bot: Bot) -> Callable[..., Answer]:
    def asked(text: str, language: str | None = None) -> Answer:
        message = Message(text, language=language, chosen=language is not None)
        return bot.answer(bot.understand(message))

    return asked
