"""
Send Discord's adapter 2,000 interactions, as a process of its own: ``python -m tests.bench.soak_discord [COUNT]``.

Fails where a response is lost, doubled, or later than a second, and where memory grows by more than a tenth.
"""

import asyncio
import contextlib
import os
import sys
from pathlib import Path

from tests.bench.soaking import faults_of, memory, verdict
from tests.standins.discord import TOKEN, Asked, DiscordStandIn

QUESTIONS = ("550", "354 vs 550", "5.7.26", "greylisting", "550 5.1.1 <ann@example.com>: User unknown in table")
ROOT = Path(__file__).parent.parent.parent
FAULT_EVERY = 200
WITHIN = 1.0
"""Seconds that a first response may take."""


async def main(count: int) -> int:
    """Send *count* slash commands with faults in between; returns 1 where anything goes wrong."""
    async with DiscordStandIn() as discord:
        variables = {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": discord.api_url}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "adapters.cli", "run", "discord", cwd=ROOT, env={**os.environ, **variables}
        )
        await discord.ready()
        asked: list[Asked] = []
        sizes: list[int] = []
        with contextlib.suppress(TimeoutError):  # whose answer never comes is counted below
            await _ask(discord, count, asked, sizes, process.pid)
        process.terminate()
        await process.wait()
    slowest = max((one.seconds for one in asked), default=0.0)
    faults = list(
        faults_of([len(one.messages) for one in asked], sizes, process.returncode, slowest=slowest, within=WITHIN)
    )
    print(f"{len(asked)} of {count} interactions, {sum(bool(one.messages) for one in asked)} answered, slowest first response "
          f"{slowest:.2f} s, {discord.resumed} resumed; RSS {[size // 1024 for size in sizes]} MB")  # fmt: skip
    return verdict(faults if len(asked) == count else [f"only {len(asked)} could be asked", *faults])


async def _ask(discord: DiscordStandIn, count: int, asked: list[Asked], sizes: list[int], process: int) -> None:
    for number in range(1, count + 1):
        if number % FAULT_EVERY == 0:
            discord.fail("callback", 1, 429)
        if number % FAULT_EVERY == FAULT_EVERY // 2:
            discord.fail("callback", 1, 500)
        if number % (2 * FAULT_EVERY) == 0:
            await discord.drop_sockets()
            await discord.ready()
        asked.append(await discord.slash("smtp", {"question": QUESTIONS[number % len(QUESTIONS)]}))
        if number % 10 == 0:
            await discord.answered(asked[-1])
        if number % max(1, count // 4) == 0:
            for one in asked:
                await discord.answered(one)
            sizes.append(memory(process))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)))
