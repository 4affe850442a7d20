"""
Ask Slack's adapter 2,000 questions, as a process of its own: ``python -m tests.bench.soak_slack [QUESTIONS]``.

Fails where an answer is lost or doubled, and where memory grows by more than a tenth.
"""

import asyncio
import contextlib
import os
import sys
from collections import Counter
from pathlib import Path

from tests.bench.soaking import faults_of, memory, verdict
from tests.standins.slack import APP_TOKEN, BOT_TOKEN, SlackStandIn

QUESTIONS = ("550", "354 vs 550", "5.7.26", "greylisting", "550 5.1.1 <ann@example.com>: User unknown in table")
ROOT = Path(__file__).parent.parent.parent
FAULT_EVERY = 100


async def main(count: int) -> int:
    """Send *count* questions with faults in between; returns 1 where anything goes wrong."""
    async with SlackStandIn() as slack:
        variables = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.api_url}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "adapters.cli", "run", "slack", cwd=ROOT, env={**os.environ, **variables}
        )
        sizes: list[int] = []
        with contextlib.suppress(TimeoutError):  # whose answer never comes is counted below
            await _ask(slack, count, sizes, process.pid)
        process.terminate()
        await process.wait()
        answers = Counter(call.arguments["channel"] for call in slack.calls_of("chat.postMessage"))
    counts = [answers[f"D{number}"] for number in range(1, count + 1)]
    print(f"{count} questions, {sum(map(bool, counts))} answered; RSS {[size // 1024 for size in sizes]} MB")
    return verdict(list(faults_of(counts, sizes, process.returncode)))


async def _ask(slack: SlackStandIn, count: int, sizes: list[int], process: int) -> None:
    for number in range(1, count + 1):
        if number % FAULT_EVERY == 0:
            slack.fail("chat.postMessage", 2, status=500)
        if number % (5 * FAULT_EVERY) == 0:
            await slack.drop_sockets()
        await slack.send_event(slack.message(QUESTIONS[number % len(QUESTIONS)], channel=f"D{number}"))
        if number % max(1, count // 4) == 0:
            await slack.wait_for("chat.postMessage", number)
            sizes.append(memory(process))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)))
