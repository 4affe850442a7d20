"""The command line as a person meets it: whole processes, their output and their exit codes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.answer import from_json

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def run(home: Path, *arguments: str, given: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SMTPBOT_", "NO_COLOR"))}
    return subprocess.run(
        [sys.executable, "-m", "adapters.cli", *arguments],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**clean, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "COLUMNS": "80", **environ},
        timeout=120,
    )


def test_ask_answers_at_80_columns_without_colour(home: Path) -> None:
    done = run(home, "ask", "smtp 550")
    assert done.returncode == 0, done.stderr
    assert "550: " in done.stdout
    assert "How to fix it" in done.stdout
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_ask_json_prints_the_contract(home: Path) -> None:
    done = run(home, "ask", "--json", "354 vs 550")
    fields = json.loads(done.stdout)
    assert fields["kind"] == "comparison"
    assert list(fields) == [
        "kind",
        "subjects",
        "language",
        "title",
        "summary",
        "tone",
        "sections",
        "sources",
        "follow_ups",
    ]
    assert from_json(done.stdout.encode()).subjects == ("354", "550")


def test_ask_takes_the_question_from_standard_input(home: Path) -> None:
    assert "Greylisting" in run(home, "ask", "-", given="greylisting\n").stdout


def test_what_is_not_understood_exits_with_1_and_says_what_works(home: Path) -> None:
    done = run(home, "ask", "shall we have lunch")
    assert done.returncode == 1
    assert "354 vs 550" in done.stdout


@pytest.mark.parametrize("arguments", [(), ("ask",), ("nonsense",), ("ask", "--lang"), ("knowledge",)])
def test_wrong_usage_exits_with_2_and_shows_the_usage(home: Path, arguments: tuple[str, ...]) -> None:
    done = run(home, *arguments)
    assert done.returncode == 2
    assert "usage: smtpbot" in done.stdout + done.stderr


def test_help_lists_the_commands(home: Path) -> None:
    done = run(home, "--help")
    assert done.returncode == 0
    for command in ("chat", "ask", "codes", "knowledge", "completion"):
        assert command in done.stdout


def test_codes_lists_every_reply_code_and_a_family(home: Path) -> None:
    assert all(code in run(home, "codes").stdout for code in ("211", "354", "571"))
    family = run(home, "codes", "4xx").stdout
    assert "421" in family
    assert "550" not in family


def test_chat_answers_each_piped_line_and_ends(home: Path) -> None:
    done = run(home, "chat", given="550\n354 vs 550\n\n")
    assert done.returncode == 0, done.stderr
    assert "550: " in done.stdout
    assert "354 vs 550" in done.stdout
    assert "\x1b" not in done.stdout


def test_chat_follows_up_by_number(home: Path) -> None:
    follow_up = json.loads(run(home, "ask", "--json", "550").stdout)["follow_ups"][0]
    assert f"> {follow_up}" in run(home, "chat", given="550\n1\n").stdout


def test_the_language_comes_from_the_option_and_the_environment(home: Path) -> None:
    assert json.loads(run(home, "ask", "--json", "--lang", "fr", "550").stdout)["language"] == "fr"
    assert json.loads(run(home, "ask", "--json", "550", SMTPBOT_LANGUAGE="fr").stdout)["language"] == "fr"


def test_the_knowledge_is_sound_and_says_how_much_there_is(home: Path) -> None:
    done = run(home, "knowledge", "check")
    assert done.returncode == 0, done.stdout[:2000]
    assert "0 faults" in done.stderr


def test_a_broken_overlay_is_left_out_and_said_so(home: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.yaml").write_text("- id: n\n  about: ['550']\n")
    done = run(home, "ask", "550", SMTPBOT_KNOWLEDGE=str(tmp_path))
    assert done.returncode == 0
    assert "notes.yaml:1" in done.stderr
    assert "left out" in done.stderr
    checked = run(home, "knowledge", "check", str(tmp_path))
    assert checked.returncode == 1
    assert "notes.yaml:1" in checked.stdout


def test_a_teams_note_stands_in_the_answer(home: Path, tmp_path: Path) -> None:
    note = "- id: n\n  about: ['550 5.7.1']\n  provider: google\n  text: Follow RB-12.\n"
    (tmp_path / "notes.yaml").write_text(note + "  links: [{title: RB-12, url: 'https://wiki.example.com/rb-12'}]\n")
    shown = run(home, "ask", "gmail 550 5.7.1", SMTPBOT_KNOWLEDGE=str(tmp_path)).stdout
    assert "Follow RB-12." in shown
    assert "https://wiki.example.com/rb-12" in shown
    assert "Follow RB-12." not in run(home, "ask", "yahoo 550 5.7.1", SMTPBOT_KNOWLEDGE=str(tmp_path)).stdout


def test_an_unwritable_cache_does_not_matter(home: Path) -> None:
    assert run(home, "ask", "550", SMTPBOT_CACHE="/dev/null/nowhere").returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(home: Path, shell: str) -> None:
    assert "smtpbot" in run(home, "completion", shell).stdout


def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m adapters.cli codes | head -1",
        shell=True, capture_output=True, text=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr


def test_a_picture_of_the_answer_is_drawn(home: Path, tmp_path: Path) -> None:
    run(home, "ask", "--svg", str(tmp_path / "a.svg"), "greylisting")
    assert "<svg" in (tmp_path / "a.svg").read_text()


def test_readme_lists_every_command(home: Path) -> None:
    printed = run(home, "--help").stdout
    commands = [line.split()[0] for line in printed.split("COMMAND\n")[-1].splitlines() if re.match(r" {4}\w", line)]
    listed = (ROOT / "README.md").read_text("utf-8").split("<!-- commands -->")[1].split("<!-- /commands -->")[0]
    assert commands
    assert [name for name in commands if f"smtpbot {name} " not in listed] == []
