"""Too much at once: what is under way is bounded, who comes too late is told so, and nobody is forgotten."""

import asyncio

from adapters.desk import desk
from adapters.working import AT_ONCE, MOST, Say, UnderWay
from bot.answering import Bot


def none_refused(_: BaseException) -> None:
    return None


async def test_of_10_000_messages_at_once_each_is_answered_or_told_to_come_back(bot: Bot) -> None:
    answered: list[int] = []
    told: list[str] = []
    at_work = 0
    most_at_work = 0
    words = bot.words("en")

    async def work(number: int) -> None:
        nonlocal at_work, most_at_work
        at_work += 1
        most_at_work = max(most_at_work, at_work)
        await asyncio.sleep(0)
        at_work -= 1
        answered.append(number)

    async def tell(say: Say) -> None:
        told.append(say(words))

    slack = desk("slack", bot)
    under_way = UnderWay(slack, none_refused)
    for number in range(10_000):
        under_way.start(work(number), tell)
    await under_way.finish()
    assert len(answered) + len(told) == 10_000
    assert answered == list(range(MOST))
    assert most_at_work == AT_ONCE
    assert set(told) == {words.say("ui.busy")}
    assert b'smtpbot_refused_total{platform="slack"} 8000.0' in slack.metrics.text()


async def test_after_the_rush_it_answers_again(bot: Bot) -> None:
    answered: list[int] = []

    async def work(number: int) -> None:
        answered.append(number)

    async def tell(say: Say) -> None:
        raise AssertionError(say(bot.words("en")))

    under_way = UnderWay(desk("slack", bot), none_refused)
    for turn in range(3):
        for number in range(MOST):
            under_way.start(work(turn * MOST + number), tell)
        await under_way.finish()
    assert answered == list(range(3 * MOST))
