"""Send Discord's adapter 2,000 interactions, as a process of its own: ``python -m tests.bench.soak_discord [COUNT]``."""

import asyncio
import os
import sys
from pathlib import Path

from tests.bench.soak_slack import memory
from tests.standins.discord import TOKEN, DiscordStandIn

QUESTIONS = ("550", "354 vs 550", "5.7.26", "greylisting", "550 5.1.1 <ann@example.com>: User unknown in table")
ROOT = Path(__file__).parent.parent.parent
FAULT_EVERY = 200


async def main(count: int) -> int:
    """Send *count* slash commands with faults in between; returns 1 where a response is lost or late."""
    async with DiscordStandIn() as discord:
        variables = {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": discord.api_url}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "adapters.cli", "run", "discord", cwd=ROOT, env={**os.environ, **variables}
        )
        await discord.ready()
        asked, sizes = [], []
        for number in range(1, count + 1):
            if number % FAULT_EVERY == 0:
                discord.fail("callback", 1, 429)
            if number % (2 * FAULT_EVERY) == 0:
                await discord.drop_sockets()
                await discord.ready()
            asked.append(await discord.slash("smtp", {"question": QUESTIONS[number % len(QUESTIONS)]}))
            if number % 10 == 0:
                await discord.answered(asked[-1])
            if number % (count // 4) == 0:
                for one in asked:
                    await discord.answered(one)
                sizes.append(memory(process.pid) // 1024)
        process.terminate()
        await process.wait()
    answered = sum(bool(one.messages) for one in asked)
    doubled = sum(len(one.messages) > 1 for one in asked)
    slowest = max(one.seconds for one in asked)
    print(f"{count} interactions, {answered} answered, {doubled} doubled, slowest first response {slowest:.2f} s, "
          f"{discord.resumed} resumed; RSS {sizes} MB; exit {process.returncode}")  # fmt: skip
    return int(answered != count or doubled > 0 or process.returncode != 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)))
