"""Settings: read once into types, refused in one line, shown without secrets, told in README as they are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.describing import GROUPS, markdown
from adapters.settings import CommonSettings, read, variables, with_env_file

ROOT = Path(__file__).parent.parent.parent


def settings(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """``smtpbot settings`` as a process of its own, started in *folder*."""
    return subprocess.run(
        [sys.executable, "-m", "adapters.cli", *arguments],
        capture_output=True, text=True, cwd=folder, env={"PYTHONPATH": str(ROOT), **environ}, timeout=120,
    )  # fmt: skip


def line_of(printed: str, name: str) -> list[str]:
    return next(line for line in printed.splitlines() if line.split()[:1] == [name]).split()


def test_each_variable_says_where_its_value_came_from(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SLACK_LISTEN=mentions\nSMTPBOT_LANGUAGE='fr'\n# a remark\n", "utf-8")
    printed = settings(tmp_path, "settings", SMTPBOT_LANGUAGE="en").stdout
    assert line_of(printed, "SLACK_LISTEN")[1:3] == ["mentions", ".env"]
    assert line_of(printed, "SMTPBOT_LANGUAGE")[1:3] == ["en", "environment"]
    assert line_of(printed, "SLACK_PORT")[1:3] == ["3000", "usual"]


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    done = settings(tmp_path, "settings", SLACK_BOT_TOKEN="xoxb-very-secret")
    assert "very-secret" not in done.stdout + done.stderr
    assert line_of(done.stdout, "SLACK_BOT_TOKEN")[2] == "environment"
    wrong = settings(tmp_path, "run", "slack", SLACK_BOT_TOKEN="very-secret", SLACK_APP_TOKEN="xapp-1")
    assert wrong.returncode == 2
    assert "very-secret" not in wrong.stderr
    assert "SLACK_BOT_TOKEN: what it got is not a token that begins with xoxb-" in wrong.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SMTPBOT_LOG_LEVEL", "LOUD", "SMTPBOT_LOG_LEVEL: 'LOUD' is not one of DEBUG, INFO, WARNING, ERROR"),
        ("SMTPBOT_METRICS_PORT", "http", "SMTPBOT_METRICS_PORT: 'http' is not a number from 1 to 65535"),
        ("SMTPBOT_LANGUAGE", "french!", "SMTPBOT_LANGUAGE: 'french!' is not a language tag, such as fr"),
    ],
)
def test_a_wrong_value_is_one_line_with_what_it_got_and_what_it_takes(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    done = settings(tmp_path, "ask", "550", **{name: value, "HOME": str(tmp_path)})
    assert (done.returncode, done.stderr.strip()) == (2, said)


def test_what_is_empty_counts_as_not_given() -> None:
    assert read(CommonSettings, {"SMTPBOT_LOG_LEVEL": " ", "SMTPBOT_METRICS_PORT": ""}) == CommonSettings()


def test_folders_are_separated_as_in_a_path() -> None:
    assert read(CommonSettings, {"SMTPBOT_KNOWLEDGE": "ours: theirs:"}).knowledge == ("ours", "theirs")


def test_capital_letters_do_not_matter_where_a_word_is_chosen() -> None:
    assert read(CommonSettings, {"SMTPBOT_LOG_LEVEL": "debug"}).log_level == "DEBUG"


def test_a_missing_file_of_settings_is_no_fault(tmp_path: Path) -> None:
    assert with_env_file({"A": "1"}, tmp_path / ".env") == ({"A": "1"}, {"A": "environment"})


def test_every_variable_that_is_read_is_told() -> None:
    read_somewhere = {
        name
        for path in (ROOT / "adapters").rglob("*.py")
        for name in re.findall(r'variable\(\s*"([A-Z_]+)"', path.read_text("utf-8"))
    }
    assert {one.name for kind in GROUPS.values() for one in variables(kind)} == read_somewhere


def test_no_two_settings_share_a_variable() -> None:
    names = [one.name for kind in GROUPS.values() for one in variables(kind)]
    assert len(names) == len(set(names))


def test_readme_tells_the_settings_as_they_are() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert readme.split("<!-- settings -->\n")[1].split("\n<!-- /settings -->")[0] == markdown(), (
        "smtpbot settings --markdown prints what belongs between the marks"
    )
