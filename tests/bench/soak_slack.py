"""Ask Slack's adapter 2,000 questions, as a process of its own: ``python -m tests.bench.soak_slack [QUESTIONS]``."""

import asyncio
import os
import sys
from pathlib import Path

from tests.standins.slack import APP_TOKEN, BOT_TOKEN, SlackStandIn

QUESTIONS = ("550", "354 vs 550", "5.7.26", "greylisting", "550 5.1.1 <ann@example.com>: User unknown in table")
ROOT = Path(__file__).parent.parent.parent
FAULT_EVERY = 100


def memory(process: int) -> int:
    """Resident kilobytes of a process."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


async def main(count: int) -> int:
    """Send *count* questions with faults in between; returns 1 where an answer is lost or doubled."""
    async with SlackStandIn() as slack:
        variables = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.api_url}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "adapters.cli", "run", "slack", cwd=ROOT, env={**os.environ, **variables}
        )
        sizes = []
        for number in range(1, count + 1):
            if number % FAULT_EVERY == 0:
                slack.fail("chat.postMessage", 2, status=500)
            if number % (5 * FAULT_EVERY) == 0:
                await slack.drop_sockets()
            await slack.send_event(slack.message(QUESTIONS[number % len(QUESTIONS)], channel=f"D{number}"))
            if number % (count // 4) == 0:
                await slack.wait_for("chat.postMessage", number)
                sizes.append(memory(process.pid) // 1024)
        answered = [call.arguments["channel"] for call in await slack.wait_for("chat.postMessage", count)]
        process.terminate()
        await process.wait()
    print(
        f"{count} questions, {len(answered)} answers to {len(set(answered))}; RSS {sizes} MB; exit {process.returncode}"
    )
    return int(len(answered) != count or len(set(answered)) != count or process.returncode != 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)))
