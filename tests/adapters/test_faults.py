"""When the world around fails: full disks, bombs, thousands of files, killed processes."""

import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.answering import Bot
from bot.bounce.reading import MAX_UNPACKED
from bot.message import MAX_TEXT, Attachment, Message
from tests.standins.slack import APP_TOKEN, BOT_TOKEN, SlackStandIn

ROOT = Path(__file__).parent.parent.parent
LOG = (
    "Oct  1 10:00:00 mx postfix/smtp[1]: 4Rq1XyZ2kTz1: to=<jo@b.example>, relay=mx.b.example[192.0.2.1]:25, delay=1, "
    "delays=0/0/1/0, dsn=5.1.1, status=bounced (host mx.b.example[192.0.2.1] said: 550 5.1.1 User unknown "
    "(in reply to RCPT TO command))\n"
)


def run(home: Path, *arguments: str, out: str | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), **environ}
    command = [sys.executable, "-W", "ignore", "-m", "adapters.cli", *arguments]
    with Path(out or os.devnull).open("w") as written:
        return subprocess.run(
            command, stdout=written if out else subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=given,
            timeout=120,
        )  # fmt: skip


@pytest.mark.parametrize("arguments", [["ask", "550"], ["explain", "--jsonl", "LOG"], ["explain", "--csv", "LOG"]])
def test_a_full_disk_is_one_line(tmp_path: Path, arguments: list[str]) -> None:
    log = tmp_path / "mail.log"
    log.write_text(LOG * 2_000, "utf-8")
    done = run(tmp_path, *[str(log) if part == "LOG" else part for part in arguments], out="/dev/full")
    assert done.returncode == 2
    assert done.stderr.strip() == "standard output: No space left on device; nothing more is written"


def test_a_chart_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_text(LOG, "utf-8")
    done = run(tmp_path, "explain", str(tmp_path / "mail.log"), "--chart", str(tmp_path / "none" / "c.png"))
    assert done.returncode == 2
    assert "c.png: No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_place_to_write_it_answers_all_the_same(tmp_path: Path) -> None:
    done = run(tmp_path, "ask", "--json", "550", SMTPBOT_CACHE="/proc/none")
    assert json.loads(done.stdout)["subjects"] == ["550"]


def test_a_gzip_bomb_is_unpacked_up_to_the_limit(bot: Bot) -> None:
    bomb = gzip.compress(b"\0" * (MAX_UNPACKED + 1), 9)
    assert len(bomb) < MAX_UNPACKED / 500
    answer = bot.answer(bot.understand(Message("", (Attachment("b.log.gz", bomb),))))
    assert answer.kind == "not_understood"


def test_a_thousand_files_are_explained(tmp_path: Path) -> None:
    folder = tmp_path / "bounces"
    folder.mkdir()
    for number in range(1_000):
        (folder / f"{number}.log").write_text(LOG.replace("jo@", f"jo{number}@"), "utf-8")
    done = run(tmp_path, "explain", "--suppress", str(folder))
    assert len(set(done.stdout.split())) == 1_000, done.stderr


def test_a_message_of_a_megabyte_is_answered_and_a_larger_one_told_so(bot: Bot) -> None:
    assert bot.answer(bot.understand(Message(LOG + "x" * (MAX_TEXT - len(LOG))))).kind in ("bounce", "digest")
    assert bot.answer(bot.understand(Message("x" * (MAX_TEXT + 1)))).kind == "not_understood"


async def started(slack: SlackStandIn, folder: Path) -> asyncio.subprocess.Process:
    environ = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.api_url,
               "SLACK_DATABASE": f"sqlite:///{folder}/smtpbot.db", "PYTHONPATH": str(ROOT)}  # fmt: skip
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "adapters.cli", "run", "slack", cwd=folder,
        env={**os.environ, **environ}, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def test_a_process_that_was_killed_answers_an_old_message_no_second_time(tmp_path: Path) -> None:
    async with SlackStandIn() as slack:
        process = await started(slack, tmp_path)
        question = slack.message("550", channel="D1")
        await slack.send_event(question, event_id="Ev0")
        await slack.wait_for("chat.postMessage")
        process.send_signal(signal.SIGKILL)
        await process.wait()
        process = await started(slack, tmp_path)
        await slack.send_event(question, event_id="Ev0", retry_num=1)
        await slack.send_event(slack.message("421", channel="D2"))
        calls = await slack.wait_for("chat.postMessage", 2)
        process.terminate()
        await process.wait()
    assert [call.arguments["channel"] for call in calls] == ["D1", "D2"]
