"""New knowledge while the bot runs: taken whole where it is sound, refused with its faults where it is not."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from adapters.desk import Current
from adapters.metrics import Metrics
from adapters.reloading import keep_current, proven
from bot.answering import Bot
from bot.message import Message
from knowledge.errors import KnowledgeInvalid

NOTE = """
- id: rb-12
  about: ["550"]
  text: {text}
"""


class Running:
    """A bot that is kept current, and its metrics."""

    def __init__(self, bot: Bot) -> None:
        self.current, self.metrics, self.stop = Current(bot), Metrics(), asyncio.Event()
        self.told: asyncio.Queue[None] = asyncio.Queue()

    def says(self) -> str:
        """What the team's own note on 550 says."""
        answer = self.current.bot.answer(self.current.bot.understand(Message("550")))
        return next((" ".join(s.text) for s in answer.sections if s.id == "team"), "")  # type: ignore[union-attr]  # a note is a paragraph

    def reloads(self, result: str) -> float:
        """How often knowledge was ``taken`` or ``refused``."""
        return self.metrics.registry.get_sample_value("smtpbot_reloads_total", {"result": result}) or 0.0

    async def until(self, result: str) -> None:
        """Wait until knowledge was ``taken``, or ``refused``."""
        async with asyncio.timeout(60):
            while not self.reloads(result):
                await self.told.get()


class Told(logging.Handler):
    """Tells of each log line."""

    def __init__(self, queue: "asyncio.Queue[None]") -> None:
        super().__init__(logging.INFO)
        self.queue = queue

    def emit(self, _: logging.LogRecord) -> None:
        self.queue.put_nowait(None)


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    (tmp_path / "notes.yaml").write_text(NOTE.format(text="first"), "utf-8")
    return tmp_path


@pytest.fixture
async def running(overlay: Path) -> AsyncIterator[Running]:
    running = Running(proven([overlay]))
    task = asyncio.create_task(keep_current(running.current, [overlay], None, running.metrics, running.stop))
    await asyncio.sleep(0)  # the task's first step takes the signal
    logger, told = logging.getLogger("adapters.reloading"), Told(running.told)
    logger.addHandler(told)
    logger.setLevel(logging.INFO)
    yield running
    logger.removeHandler(told)
    logger.setLevel(logging.NOTSET)
    running.stop.set()
    await asyncio.wait_for(task, 60)  # a reading under way is finished first
    asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)


async def test_a_signal_reads_the_knowledge_anew(running: Running, overlay: Path) -> None:
    assert running.says() == "first"
    (overlay / "notes.yaml").write_text(NOTE.format(text="second"), "utf-8")
    os.kill(os.getpid(), signal.SIGHUP)
    await running.until("taken")
    assert running.says() == "second"


async def test_a_changed_file_is_enough(running: Running, overlay: Path) -> None:
    (overlay / "notes.yaml").write_text(NOTE.format(text="second"), "utf-8")
    await running.until("taken")
    assert running.says() == "second"


BROKEN: list[tuple[str, Callable[[Path], object]]] = [
    ("broken", lambda path: path.write_text("- id: [", "utf-8")),
    ("emptied", lambda path: path.write_text("", "utf-8")),
    ("half-written", lambda path: path.write_text(NOTE.format(text="x")[:20], "utf-8")),
    ("not text", lambda path: path.write_bytes(b"\xff\xfe\x00")),
    ("aliases without end", lambda path: path.write_text("- &a [1]\n- [*a, *a]\n", "utf-8")),
]


@pytest.mark.parametrize("harm", [harm for _, harm in BROKEN], ids=[name for name, _ in BROKEN])
async def test_broken_knowledge_leaves_the_last_good_one_in_use(
    running: Running, overlay: Path, harm: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    harm(overlay / "notes.yaml")
    os.kill(os.getpid(), signal.SIGHUP)
    await running.until("refused")
    assert running.says() == "first"
    assert "the last good one stays" in caplog.text
    assert "notes.yaml" in caplog.text


async def test_what_was_mended_is_taken(running: Running, overlay: Path) -> None:
    (overlay / "notes.yaml").write_text("- id: [", "utf-8")
    await running.until("refused")
    (overlay / "notes.yaml").write_text(NOTE.format(text="mended"), "utf-8")
    await running.until("taken")
    assert running.says() == "mended"


def test_a_pattern_of_the_team_that_does_not_win_its_sample_is_refused(overlay: Path) -> None:
    (overlay / "providers").mkdir()
    (overlay / "providers" / "ours.yaml").write_text(
        "id: ours\nname: Our gateway\nkind: filter\npatterns:\n"
        "  - {id: ours/no, match: 'never in there', reason: policy, evidence: observed, source: RFC 5321 §4.2,\n"
        "     samples: ['550 5.1.1 User unknown']}\n", "utf-8")  # fmt: skip
    with pytest.raises(KnowledgeInvalid, match="ours/no"):
        proven([overlay])
