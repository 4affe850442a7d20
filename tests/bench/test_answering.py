"""How fast an answer is: the first rows of the speed table. Run by `make bench`; ratios are within one run."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from bot.answering import Bot
from bot.message import Message

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 15


def seconds(*command: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def test_one_question_as_a_whole_process(benchmark: Any) -> None:
    ask = (sys.executable, "-m", "adapters.cli", "ask", "smtp 550")
    yaml = (sys.executable, "-c", "import yaml")
    seconds(*ask)
    pairs = [(seconds(*ask), seconds(*yaml)) for _ in range(ROUNDS)]
    ours, theirs = median(a for a, _ in pairs), median(b for _, b in pairs)
    benchmark.extra_info.update(seconds=ours, ratio=ours / theirs)
    print(f"\nask: median {ours:.3f} s, {ours / theirs:.1f} x `python -c 'import yaml'` ({theirs:.3f} s)")
    benchmark.pedantic(seconds, args=ask, rounds=3)


@pytest.mark.parametrize(
    "text", ["550", "354 vs 550", "5.7.26", "gmail 5.7.27", "greylisting", "mailbx full", "greylistng"]
)
def test_one_answer(benchmark: Any, bot: Bot, text: str) -> None:
    bot.answer(bot.understand(Message(text)))
    benchmark(lambda: bot.answer(bot.understand(Message(text))))
    if benchmark.stats:
        print(f"\n{text}: median {1000 * benchmark.stats.stats.median:.3f} ms")
