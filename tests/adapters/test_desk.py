"""What operators see: a log line a question, metrics, and health that tells the truth."""

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest

from adapters.desk import Current, Desk
from adapters.health import served
from adapters.logs import set_up
from adapters.metrics import Metrics
from bot.answering import Bot
from bot.message import Message

BOUNCE = "550 5.1.1 <jo@b.example>: Recipient address rejected: User unknown in local recipient table"


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("root_logger")
async def test_a_question_is_one_json_line_without_its_text(bot: Bot) -> None:
    written = io.StringIO()
    set_up("INFO", "json", written)
    desk = Desk("slack", Current(bot), Metrics(), clock=iter([1.0, 1.25, 2.0, 2.5]).__next__)
    await desk.reply(Message("550 5.1.1"))
    await desk.reply(Message(BOUNCE))
    code, bounce = map(json.loads, written.getvalue().splitlines())
    assert (code["kind"], code["subjects"], code["language"]) == ("code", ["550", "5.1.1"], "en")
    assert (code["platform"], code["milliseconds"], code["level"]) == ("slack", 250.0, "INFO")
    assert bounce["kind"] == "bounce"
    assert "jo@b.example" not in written.getvalue()


@pytest.mark.usefixtures("root_logger")
async def test_a_question_is_one_line_for_people(bot: Bot) -> None:
    written = io.StringIO()
    set_up("INFO", "text", written)
    await Desk("discord", Current(bot), Metrics()).reply(Message("354 vs 550"))
    [line] = written.getvalue().splitlines()
    assert " INFO smtpbot answered kind=comparison subjects=354,550 language=en platform=discord milliseconds=" in line


@pytest.mark.usefixtures("root_logger")
def test_libraries_that_log_addresses_of_requests_keep_quiet() -> None:
    written = io.StringIO()
    set_up("DEBUG", "text", written)
    logging.getLogger("httpx").info("GET https://example.com/?address=jo@b.example")
    logging.getLogger("discord.gateway").debug("received jo@b.example")
    assert written.getvalue() == ""


async def test_talk_that_is_no_question_is_neither_counted_nor_logged(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = Metrics()
    with caplog.at_level(logging.INFO):
        assert await Desk("slack", Current(bot), metrics).reply(Message("see you at lunch", addressed=False)) is None
    assert caplog.records == []
    assert b"smtpbot_questions_total{" not in metrics.text()


async def test_metrics_count_by_kind_and_platform(bot: Bot) -> None:
    metrics = Metrics()
    metrics.uses("v1")
    metrics.uses("v2")
    for text in ("550", "421", "354 vs 550"):
        await Desk("slack", Current(bot), metrics).reply(Message(text))
    Desk("slack", Current(bot), metrics).failed()
    told = metrics.text().decode()
    assert 'smtpbot_questions_total{kind="code",platform="slack"} 2.0' in told
    assert 'smtpbot_questions_total{kind="comparison",platform="slack"} 1.0' in told
    assert 'smtpbot_answer_seconds_count{platform="slack"} 3.0' in told
    assert 'smtpbot_errors_total{platform="slack"} 1.0' in told
    assert 'smtpbot_knowledge_info{version="v2"} 1.0' in told
    assert "v1" not in told


async def test_ready_means_that_every_platform_is_connected(bot: Bot) -> None:
    metrics, up = Metrics(), {"slack": True, "discord": False}
    desks = [Desk(name, Current(bot), metrics) for name in up]
    async with served(desks, metrics, "127.0.0.1", 0) as port, httpx.AsyncClient(trust_env=False) as client:

        async def page(name: str) -> httpx.Response:
            return await client.get(f"http://127.0.0.1:{port}/{name}")

        assert (await page("readyz")).status_code == 503
        for desk in desks:

            async def connected(name: str = desk.platform) -> bool:
                return up[name]

            desk.watch(connected)
        ready = await page("readyz")
        assert (ready.status_code, ready.json()) == (503, {"slack": True, "discord": False})
        up["discord"] = True
        assert (await page("readyz")).status_code == 200
        up["slack"] = False
        assert (await page("readyz")).status_code == 503
        assert (await page("healthz")).status_code == 200
        counted = await page("metrics")
        assert 'smtpbot_ready{platform="slack"} 0.0' in counted.text
        assert counted.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("message", "language"),
    [
        (Message("550"), "fr"),
        (Message("550", language="en-US"), "fr"),
        (Message("what is 550"), "en"),
        (Message("c'est quoi le 550"), "fr"),
        (Message("550", language="en", chosen=True), "en"),
    ],
)
async def test_the_language_of_the_place_counts_where_neither_asker_nor_question_tells_one(
    bot: Bot, message: Message, language: str
) -> None:
    desk = Desk("slack", Current(bot, "fr"), Metrics())
    answer = await desk.reply(message)
    assert answer is not None
    assert answer.language == language
    assert desk.words_for(message).language == language


@pytest.mark.parametrize(("locale", "language"), [(None, "fr"), ("xx", "fr"), ("en-GB", "en"), ("fr-CA", "fr")])
def test_pages_and_buttons_follow_the_locale_else_the_place(bot: Bot, locale: str | None, language: str) -> None:
    assert Desk("slack", Current(bot, "fr"), Metrics()).words_in(locale).language == language
