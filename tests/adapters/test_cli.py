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


@pytest.mark.parametrize("given", [("--lang", "fr"), ("--lang", "fr_CA"), ("--lang", "FR-fr")])
def test_a_language_may_be_chosen_with_its_region(home: Path, given: tuple[str, str]) -> None:
    assert json.loads(run(home, "ask", "--json", *given, "what is 550").stdout)["language"] == "fr"


def test_a_language_that_nobody_has_is_told_with_those_that_there_are(home: Path) -> None:
    done = run(home, "ask", "--lang", "de", "550")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "--lang: 'de' is not one of en, fr\n"
    assert run(home, "run", SMTPBOT_LANGUAGE="de").stderr == "SMTPBOT_LANGUAGE: 'de' is not one of en, fr\n"
    assert run(home, "explain", SMTPBOT_LANGUAGE="de").stderr == "SMTPBOT_LANGUAGE: 'de' is not one of en, fr\n"


def test_every_command_that_answers_answers_in_french(home: Path, tmp_path: Path) -> None:
    french = {"SMTPBOT_LANGUAGE": "fr"}
    log = tmp_path / "mail.log"
    log.write_text("550 5.1.1 <a@example.com>: User unknown\n450 4.2.2 <b@example.com>: mailbox full\n", "utf-8")
    assert "Boîte aux lettres indisponible" in run(home, "codes", "5xx", **french).stdout
    assert "2 rejets" in run(home, "explain", str(log), **french).stdout
    assert "Quand vous le voyez" in run(home, "chat", given="550\n", **french).stdout
    refused = run(home, "check", "no address at all", **french)
    assert "Ce n'est ni une adresse ni un domaine" in refused.stdout
    lost = run(home, "explain", str(tmp_path / "none.log"), **french)
    assert lost.stderr == f"{tmp_path / 'none.log'}\u00a0: fichier ou dossier introuvable\n"
    assert "Je n'ai pas compris" in run(home, "ask", "qwertz uiop", **french).stdout


def test_what_a_language_lacks_is_listed_with_its_share(home: Path) -> None:
    done = run(home, "knowledge", "missing", "fr")
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(r"fr: (\d+) of \1 texts, 100 %\n", done.stderr)


@pytest.mark.parametrize("tag", ["de", "providers", "../en"])
def test_a_language_that_does_not_exist_yet_is_told_where_it_begins(home: Path, tag: str) -> None:
    done = run(home, "knowledge", "missing", tag)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"knowledge/{tag}/words.yaml" in done.stderr


def test_a_language_may_grow_in_a_folder_of_ones_own(home: Path, tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "words.yaml").write_text(
        "- id: language\n  text: Deutsch\n- id: label.when\n  text: Wann man ihn sieht\n"
        "- id: signal.common\n  phrases: [was, bedeutet, der]\n",
        "utf-8",
    )
    (tmp_path / "de" / "reply-codes.yaml").write_text(
        "- id: '550'\n  name: Postfach nicht verfügbar\n  summary: Endgültig abgelehnt.\n", "utf-8"
    )
    own = {"SMTPBOT_KNOWLEDGE": str(tmp_path)}
    answer = json.loads(run(home, "ask", "--json", "was bedeutet der 550", **own).stdout)
    assert (answer["language"], answer["title"]) == ("de", "550: Postfach nicht verfügbar")
    assert "Wann man ihn sieht" in [section["title"] for section in answer["sections"]]
    assert "How to fix it, on the sending side" in [section["title"] for section in answer["sections"]]
    missing = run(home, "knowledge", "missing", "de", **own)
    assert missing.returncode == 1
    assert "reply_codes/550: meaning" in missing.stdout
    assert "reply_codes/550: name" not in missing.stdout
    assert re.fullmatch(r"de: 5 of \d+ texts, 0 %\n", missing.stderr)
    assert run(home, "knowledge", "check", str(tmp_path)).returncode == 0
    (tmp_path / "de" / "words.yaml").write_text("- id: language\n  text: Deutsch\n  complete: true\n", "utf-8")
    checked = run(home, "knowledge", "check", str(tmp_path))
    assert checked.returncode == 1
    assert (
        "knowledge/de: reply_codes/550: meaning: not translated, but the language says it is complete" in checked.stdout
    )


def test_a_teams_own_notes_need_no_translation(home: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.yaml").write_text("- id: rb-1\n  about: ['550']\n  text: See the runbook.\n", "utf-8")
    assert run(home, "knowledge", "check", str(tmp_path)).returncode == 0
    french = run(home, "ask", "--lang", "fr", "550", SMTPBOT_KNOWLEDGE=str(tmp_path)).stdout
    assert "De votre équipe" in french
    assert "See the runbook." in french


def test_a_fault_in_a_translation_of_ones_own_leaves_that_text_in_english_and_is_told(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "reply-codes.yaml").write_text(
        "- id: '550'\n  summary: À nous.\n- id: '551'\n  retry: later\n- id: '999'\n  name: Rien\n", "utf-8"
    )
    own = {"SMTPBOT_KNOWLEDGE": str(tmp_path)}
    done = run(home, "ask", "--json", "--lang", "fr", "550", **own)
    answer = json.loads(done.stdout)
    assert answer["summary"] == "À nous."
    assert answer["title"] == "550\u00a0: Boîte aux lettres indisponible"
    assert "reply-codes.yaml:3" in done.stderr
    assert "999 translates no entry" in done.stderr
