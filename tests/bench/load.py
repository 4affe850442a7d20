"""
Questions a second through the real clients, beside a bare echo bot on the same clients: ``python -m tests.bench.load``.

Each bot runs as a process of its own on one core; the stand-in and the asker run on another.
"""

import asyncio
import os
import statistics
import sys
import time
from pathlib import Path

from tests.standins.discord import TOKEN, DiscordStandIn
from tests.standins.slack import APP_TOKEN, BOT_TOKEN, SlackStandIn

ROOT = Path(__file__).parent.parent.parent
QUESTIONS = ("550", "354 vs 550", "5.7.26", "greylisting")
IN_FLIGHT = 8
ROUNDS = 3


async def slack_round(module: list[str], count: int) -> list[float]:
    """Seconds from each question to its answer, in Slack."""
    async with SlackStandIn() as slack:
        environ = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.api_url}
        process = await _start(module, environ)
        await slack.send_event(slack.message("550", channel="D0"))
        await slack.wait_for("chat.postMessage")
        took: list[float] = []

        async def ask(number: int) -> None:
            began = time.perf_counter()
            channel = f"D{number}"
            await slack.send_event(slack.message(QUESTIONS[number % len(QUESTIONS)], channel=channel))
            await slack.until(lambda: any(place == channel for place, _ in slack.messages), "an answer")
            took.append(time.perf_counter() - began)

        await _all(ask, count)
        await _stop(process)
        return took


async def discord_round(module: list[str], count: int) -> list[float]:
    """The same in Discord."""
    async with DiscordStandIn() as discord:
        process = await _start(module, {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": discord.api_url})
        await discord.ready()
        await discord.answered(await discord.slash("smtp", {"question": "550"}))
        took: list[float] = []

        async def ask(number: int) -> None:
            began = time.perf_counter()
            await discord.answered(await discord.slash("smtp", {"question": QUESTIONS[number % len(QUESTIONS)]}))
            took.append(time.perf_counter() - began)

        await _all(ask, count)
        await _stop(process)
        return took


async def _all(ask: object, count: int) -> None:
    turns = asyncio.Semaphore(IN_FLIGHT)

    async def one(number: int) -> None:
        async with turns:
            await ask(number)  # type: ignore[operator]  # a coroutine function

    await asyncio.gather(*(one(number) for number in range(1, count + 1)))


async def _start(module: list[str], environ: dict[str, str]) -> asyncio.subprocess.Process:
    quiet = {"SMTPBOT_LOG_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore"}
    command = ["taskset", "-c", "0", sys.executable, "-m", *module]
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env={**os.environ, **environ, **quiet})


async def _stop(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    await process.wait()


async def main(count: int) -> None:
    """Rounds of both bots in turn; prints medians and their ratio."""
    for name, round_ in (("slack", slack_round), ("discord", discord_round)):
        rates: dict[str, list[float]] = {"smtpbot": [], "echo": []}
        slowest: dict[str, list[float]] = {"smtpbot": [], "echo": []}
        for _ in range(ROUNDS):
            for who, module in (("echo", ["tests.bench.echo", name]), ("smtpbot", ["adapters.cli", "run", name])):
                began = time.perf_counter()
                took = sorted(await round_(module, count))
                rates[who].append(count / (time.perf_counter() - began))
                slowest[who].append(took[int(0.99 * len(took))])
                rates[who][-1] = IN_FLIGHT / statistics.mean(took)
        ours, echo = (statistics.median(rates[who]) for who in ("smtpbot", "echo"))
        p99 = {who: statistics.median(slowest[who]) * 1000 for who in slowest}
        print(f"{name}: {ours:.0f} questions/s, p99 {p99['smtpbot']:.0f} ms; echo {echo:.0f}/s, p99 {p99['echo']:.0f} ms; "
              f"ratio {ours / echo:.2f}")  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
