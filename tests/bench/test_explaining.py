"""How fast bounces are explained: the other rows of the speed table. Run by `make bench`."""

import random
import re
import resource
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bot.answering import Bot
from bot.bounce.explaining import explain_lines
from bot.message import Message

CLEAN = (
    "Nov 23 10:15:02 mx1 postfix/qmgr[311]: 4Wb{n:X}: removed",
    "Nov 23 10:15:02 mx1 postfix/smtp[22]: 4Wb{n:X}: to=<u{n}@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=0.9, "
    "delays=0.1/0/0.4/0.4, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9C2A{n:X})",
    "Nov 23 10:15:02 mx1 postfix/smtpd[99]: connect from out.example.org[203.0.113.7]",
)
BOUNCED = (
    "host mx{m}.example.com[192.0.2.{b}] said: 550 5.1.1 <{r}>: Recipient address rejected: User unknown in virtual mailbox "
    "table (in reply to RCPT TO command)",
    "connect to mx{m}.example.net[198.51.100.{b}]:25: Connection timed out",
    "host mx{m}.example.org[192.0.2.{b}] said: 450 4.2.0 <{r}>: Recipient address rejected: Greylisted (in reply to RCPT TO "
    "command)",
)
LINE = (
    "Nov 23 10:15:02 mx1 postfix/smtp[22]: 4Wb{n:X}: to=<{r}>, relay=mx{m}.example.com[192.0.2.{b}]:25, delay=1.4, "
    "delays=0.1/0.01/0.9/0.39, dsn=5.1.1, status=bounced ({words})"
)


def clean(count: int) -> bytes:
    return "\n".join(CLEAN[n % 3].format(n=n) for n in range(count)).encode()


def bounced(count: int) -> Iterator[str]:
    chance = random.Random(1)
    for n in range(count):
        r = f"user{chance.randrange(99_999)}@example{n % 50}.com"
        words = chance.choice(BOUNCED).format(m=n % 20, b=n % 250, r=r)
        yield LINE.format(n=n, r=r, m=n % 20, b=n % 250, words=words)


@pytest.mark.parametrize("text", ["550 5.1.1 User unknown", "host mx.example.com[192.0.2.1] said: 452 4.2.2 full"])
def test_one_pasted_bounce(benchmark: Any, bot: Bot, text: str) -> None:
    bot.answer(bot.understand(Message(text)))
    benchmark(lambda: bot.answer(bot.understand(Message(text))))


def test_a_log_without_bounces(benchmark: Any, bot: Bot) -> None:
    data, explainer = clean(500_000), bot.explainer()
    start = time.perf_counter()
    assert list(explain_lines(data, explainer, "log", logged=True)) == []
    print(f"\nclean: {500_000 / (time.perf_counter() - start):,.0f} lines/s")
    benchmark.pedantic(lambda: list(explain_lines(data, explainer, "log", logged=True)), rounds=2)


def test_a_log_of_bounces_against_one_by_one(benchmark: Any, bot: Bot) -> None:
    lines, explainer = list(bounced(100_000)), bot.explainer()
    data = "\n".join(lines).encode()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    assert sum(1 for _ in explain_lines(data, explainer, "log", logged=True)) == len(lines)
    ours = len(lines) / (time.perf_counter() - start)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    patterns = [p.match for provider in bot.knowledge.providers.values() for p in provider.patterns]
    compiled = [re.compile(re.sub(r"\(\?s:", "(?:", pattern), re.IGNORECASE) for pattern in patterns]
    start = time.perf_counter()
    for line in lines[:300]:
        for expression in compiled:
            expression.search(line)
    theirs = 300 / (time.perf_counter() - start)
    print(
        f"\nbounced: {ours:,.0f} lines/s, {ours / theirs:,.0f} x one by one ({theirs:,.0f}); memory +{grown // 1024} MB"
    )
    benchmark.pedantic(lambda: sum(1 for _ in explain_lines(data, explainer, "log", logged=True)), rounds=1)


def test_a_megabyte_in_one_line(benchmark: Any, bot: Bot) -> None:
    text = "550 5.7.1 " + "spam rejected <a@b.example> 192.0.2.1 " * 27_000
    bot.answer(bot.understand(Message("550 5.1.1 User unknown")))
    benchmark.pedantic(lambda: bot.answer(bot.understand(Message(text[:1_000_000]))), rounds=3)
    if benchmark.stats:
        print(f"\n1 MB: median {1000 * benchmark.stats.stats.median:.0f} ms")
