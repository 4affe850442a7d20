"""Answers drawn for a terminal: nothing is lost, nothing runs over, and the prompt behaves."""

import io
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from adapters.terminal import chat, show
from bot.answer import Facts, Paragraph, Steps, Table, to_json
from bot.answering import Bot
from bot.message import Message

ASKS = [
    "550",
    "5.7.26",
    "354 vs 550",
    "450 vs 451 vs 452 vs 550 vs 551 vs 552",
    "list 5xx",
    "greylisting",
    "help",
    "xyzzy",
]


def drawn(bot: Bot, text: str, width: int = 80) -> str:
    answer = bot.answer(bot.understand(Message(text)))
    stream = io.StringIO()
    show(answer, bot.words(answer.language), Console(file=stream, width=width, highlight=False))
    return stream.getvalue()


@pytest.mark.parametrize("text", ASKS)
@pytest.mark.parametrize("width", [80, 100, 40])
def test_an_answer_keeps_to_the_width(bot: Bot, text: str, width: int) -> None:
    assert max(len(line) for line in drawn(bot, text, width).splitlines()) <= width


@pytest.mark.parametrize("text", ASKS)
def test_nothing_of_an_answer_is_lost(bot: Bot, text: str) -> None:
    answer = bot.answer(bot.understand(Message(text)))
    shown = "".join(drawn(bot, text).split())
    pieces = [answer.title, answer.summary, *(source.url for source in answer.sources)]
    for section in answer.sections:
        pieces.append(section.title)
        match section:
            case Paragraph():
                pieces += section.text
            case Steps() if text != "450 vs 451 vs 452 vs 550 vs 551 vs 552":
                pieces += section.steps
            case Table() if len(section.head) <= 2:
                pieces += [cell for row in section.rows for cell in row]
            case Facts():
                pieces += [label.strip("`") for label, _ in section.facts if len(label) < 20]
    for piece in pieces:
        assert "".join(piece.split()) in shown


@pytest.mark.parametrize("width", [50, 61, 80])
def test_no_line_is_broken_at_a_no_break_space(bot: Bot, width: int) -> None:
    answer = bot.answer(bot.understand(Message("c'est quoi le 550 ?")))
    assert "\u00a0" in to_json(answer).decode()
    stream = io.StringIO()
    show(answer, bot.words(answer.language), Console(file=stream, width=width))
    lines = stream.getvalue().splitlines()
    assert any("«\u00a0" in line for line in lines)
    assert not [line for line in lines if line.rstrip(" ").endswith(("«", "\u00a0"))]
    assert not [line for line in lines if line.strip().startswith(("»", ":", ";", "?", "!"))]


def test_ctrl_c_clears_the_line_and_ctrl_d_ends(bot: Bot, tmp_path: Path) -> None:
    stream = io.StringIO()
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("never asked\x03greylisting\r\x04")
        chat(bot, None, tmp_path / "state" / "history", None, Console(file=stream, width=80))
    assert "Greylisting" in stream.getvalue()
    assert "greylisting" in (tmp_path / "state" / "history").read_text()


def test_a_history_that_cannot_be_written_is_said_and_does_without(bot: Bot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    stream = io.StringIO()
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("550\r\x04")
        chat(bot, None, tmp_path / "file" / "history", None, Console(file=stream, width=200))
    assert "not writable" in stream.getvalue()
    assert "550: " in stream.getvalue()
