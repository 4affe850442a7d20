"""The command ``explain``: for people, for machines, for pictures; on one core and on several."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from adapters.cli import main
from adapters.explain import SMALL

LINE = (
    "2026-11-23T{hour:02d}:15:02 mx1 postfix/smtp[2211]: 4Wb{n:X}: to=<user{n}@example{d}.com>, "
    "relay=mx.example.com[192.0.2.10]:25, delay=1.4, delays=0/0/1/0, dsn={dsn}, status={status} "
    "(host mx.example.com[192.0.2.10] said: {words} (in reply to RCPT TO command))\n"
)
GOOD = "2026-11-23T10:15:02 mx1 postfix/qmgr[1]: 4WbQkz1Q2R: removed\n"
FIELDS = [
    "source", "reply", "status", "reason", "permanent", "suppress", "recipient", "sender", "remote_host", "provider",
    "mta", "queue_id", "command", "blocklist", "retry_after", "text", "matched",
]  # fmt: skip


def log(count: int) -> str:
    kinds = (("5.1.1", "bounced", "550 5.1.1 User unknown"), ("4.2.2", "deferred", "452 4.2.2 Mailbox full"))
    lines = []
    for n in range(count):
        dsn, status, words = kinds[n % 2]
        lines.append(LINE.format(hour=n % 24, n=n, d=n % 9, dsn=dsn, status=status, words=words) + GOOD * (n % 3))
    return "".join(lines)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "mail.log"
    file.write_text(log(40))
    return file


def test_jsonl_keeps_the_contract(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--jsonl", str(path)]) == 0
    records = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert len(records) == 40
    assert list(records[0]) == FIELDS
    first = records[0]
    assert first["source"] == f"{path}:1"
    assert (first["reply"], first["status"], first["reason"], first["command"]) == (
        "550", "5.1.1", "mailbox-unknown", "RCPT TO",
    )  # fmt: skip
    assert first["permanent"] is True
    assert first["suppress"] is True
    assert [r["source"].rsplit(":", 1)[1] for r in records[:3]] == ["1", "2", "4"]


def test_csv_is_the_same_as_a_table(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--csv", str(path)]) == 0
    rows = list(csv.DictReader(io.StringIO(capfd.readouterr().out)))
    assert len(rows) == 40
    assert list(rows[0]) == FIELDS


def test_suppress_lists_dead_addresses_once(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--suppress", str(path), str(path)]) == 0
    addresses = capfd.readouterr().out.split()
    assert len(addresses) == len(set(addresses)) == 20
    assert addresses[0] == "user0@example0.com"


def test_the_digest_says_what_happened_and_what_to_do_first(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(path)]) == 0
    shown = capfd.readouterr().out
    for words in ("40", "Mailbox unknown", "Mailbox full", "example1.com", "2026-11-23 00", "user0@example0.com"):
        assert words in shown


def test_one_failure_is_explained(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "reply.txt").write_text("550 5.1.1 User unknown\n")
    assert main(["explain", str(tmp_path / "reply.txt")]) == 0
    assert "Mailbox unknown (550 5.1.1)" in capfd.readouterr().out


def test_folders_packed_files_and_mails_are_read_in_order(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "Maildir"
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    mail = "From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n<{who}@example.com>:\n550 5.1.1 User unknown\n"
    (folder / "cur" / "1").write_text(mail.format(who="ann"))
    (folder / "new" / "2").write_text(mail.format(who="bob"))
    (tmp_path / "old.log.gz").write_bytes(gzip.compress(log(3).encode()))
    assert main(["explain", "--jsonl", str(folder), str(tmp_path / "old.log.gz")]) == 0
    records = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [r["recipient"] for r in records[:2]] == ["ann@example.com", "bob@example.com"]
    assert len(records) == 5


def test_nothing_found_and_no_such_file_are_told_by_the_exit_code(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clean.log").write_text(GOOD * 5)
    assert main(["explain", "--jsonl", str(tmp_path / "clean.log")]) == 1
    assert main(["explain", str(tmp_path / "missing.log")]) == 2
    assert "missing.log" in capfd.readouterr().err


def test_a_damaged_file_is_left_out_and_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.gz").write_bytes(b"\x1f\x8bnot really")
    (tmp_path / "good.txt").write_text("550 5.1.1 User unknown\n")
    assert main(["explain", "--jsonl", str(tmp_path)]) == 0
    said = capfd.readouterr()
    assert "bad.gz" in said.err
    assert "mailbox-unknown" in said.out


def test_several_cores_give_the_same_as_one(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    large = tmp_path / "large.log"
    text = log(2_000)
    large.write_text(text * (2 * SMALL // len(text) + 2))
    given = []
    for cores in ("1", "3"):
        assert main(["explain", "--jsonl", "--cores", cores, str(large)]) == 0
        given.append(capfd.readouterr().out)
    assert given[0] == given[1]
    assert given[0].count("\n") > 20_000


def test_the_chart_is_a_picture(path: Path, tmp_path: Path) -> None:
    chart = tmp_path / "chart.png"
    assert main(["explain", str(path), "--chart", str(chart)]) == 0
    assert chart.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
