"""A resolver with a few domains, and a bot that may check."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest

from bot.answer import Answer
from bot.answering import Bot
from bot.mailbox.allowing import Rules
from bot.mailbox.client import CheckSettings, Mailbox
from bot.message import Message
from tests.standins.doh import DohStandIn

ZONES = {
    "good.example": """
@ IN MX 10 mx1.good.example.
@ IN MX 20 mx2.good.example.
mx1 IN A 9.9.9.9
mx2 IN AAAA 2620:fe::fe
@ IN TXT "v=spf1 ip4:9.9.9.9 include:_spf.good.example -all"
_spf IN TXT "v=spf1 a:mx1.good.example -all"
_dmarc IN TXT "v=DMARC1; p=reject; rua=mailto:d@good.example"
_mta-sts IN TXT "v=STSv1; id=1"
_smtp._tls IN TXT "v=TLSRPTv1; rua=mailto:t@good.example"
""",
}


@pytest.fixture
async def doh() -> AsyncIterator[DohStandIn]:
    async with DohStandIn(ZONES) as stand_in:
        yield stand_in


FREE = Rules()
Check = Callable[..., Awaitable[Answer]]


@pytest.fixture
async def check(doh: DohStandIn, bot: Bot) -> AsyncIterator[Check]:
    """Ask the bot to check something, as a message; settings other than the usual where given."""
    async with AsyncExitStack() as stack:
        made: dict[str, Bot] = {}

        async def checked(text: str, *, asker: str = "U1", place: str = "C1", language: str | None = None,
                          rules: Rules = FREE, **settings: Any) -> Answer:  # fmt: skip
            key = repr((rules, settings))
            if key not in made:
                chosen = CheckSettings(**{"resolver": doh.url, "rules": rules, **settings})
                mailbox = Mailbox(chosen, bot.knowledge)
                stack.push_async_callback(mailbox.close)
                made[key] = msgspec.structs.replace(bot, mailbox=mailbox)
            message = Message(text, language=language, chosen=language is not None, asker=asker, place=place)
            answer = await made[key].reply(message)
            assert answer is not None
            return answer

        yield checked
