"""One check with a resolver 20 ms away: its questions go out side by side."""

import asyncio
import time
from typing import Any

from bot.answering import make_bot
from bot.mailbox.client import CheckSettings, Mailbox
from bot.message import Message
from tests.bot.mailbox.conftest import ZONES
from tests.standins.doh import DohStandIn

AWAY = 0.020
"""Seconds to the resolver and back."""


def test_a_check_with_a_resolver_20_ms_away(benchmark: Any) -> None:
    bot = make_bot()

    async def measured() -> tuple[float, int]:
        async with DohStandIn(ZONES) as doh:
            doh.add("warm.example", "@ IN MX 10 mx1.good.example.")
            mailbox = Mailbox(CheckSettings(doh.url), bot.knowledge)
            await mailbox.check("warm.example", None, Message(""))  # imports, certificates and connections come once
            doh.asked.clear()
            doh.delay = AWAY
            began = time.perf_counter()
            await mailbox.check("jo@good.example", "s1", Message(""))
            took = time.perf_counter() - began
            await mailbox.close()
            return took, len(doh.asked)

    took, asked = benchmark.pedantic(lambda: asyncio.run(measured()), rounds=5)
    print(
        f"\none check: {took * 1000:.0f} ms, {asked} questions of 20 ms: {took / (asked * AWAY):.2f} × one after another"
    )
    assert asked > 8
