"""Explaining on many machines: a Dask cluster gives what one process gives, in the same order."""

import gzip
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import unused_port

import adapters.cluster
from adapters.cli import main
from adapters.cluster import _compiled
from adapters.explain import SMALL
from adapters.files import Task
from knowledge.schema import Knowledge
from tests.adapters.test_explain import GOOD, log

MAIL = "From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n<{who}@example.com>:\n550 5.1.1 User unknown\n"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two worker processes of two threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Dask's own
        from distributed import LocalCluster

        with LocalCluster(
            n_workers=2, threads_per_worker=2, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1",
        ) as started:  # fmt: skip
            yield started


@pytest.fixture
def archive(tmp_path: Path) -> list[str]:
    """A large log, a folder of mails, a packed log, and a file that is damaged."""
    text = log(2_000)
    (tmp_path / "large.log").write_text(text * (2 * SMALL // len(text) + 2))
    (tmp_path / "old.log.gz").write_bytes(gzip.compress(log(30).encode()))
    folder = tmp_path / "Maildir"
    folder.mkdir()
    for number in range(150):
        (folder / f"{number:03}").write_text(MAIL.format(who=f"user{number}"))
    (folder / "075-damaged.gz").write_bytes(b"\x1f\x8bnot really")
    (tmp_path / "clean.log").write_text(GOOD * 50)
    return [str(tmp_path / name) for name in ("large.log", "Maildir", "old.log.gz", "clean.log")]


@pytest.mark.parametrize("form", ["--jsonl", "--csv", "--suppress", "--cores=1"], ids=str.lstrip)
def test_the_result_is_that_of_one_process(
    cluster: Any, archive: list[str], capfd: pytest.CaptureFixture[str], form: str
) -> None:
    given = []
    for how in ("--cores=1", f"--scheduler={cluster.scheduler_address}"):
        code = main(["explain", form, how, *archive])
        said = capfd.readouterr()
        given.append((code, said.out, [line for line in said.err.splitlines() if "cannot be read" in line]))
    assert given[0] == given[1]
    assert given[0][0] == 0
    assert "075-damaged.gz" in given[0][2][0]


def test_workers_need_no_file_of_ours_and_each_compiles_the_knowledge_once(
    cluster: Any, archive: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where the workers are not
    names = [Path(path).name for path in archive]
    assert main(["explain", "--jsonl", "--scheduler", cluster.scheduler_address, *names]) == 0
    with cluster.get_client() as client:
        counted = client.run(_compiled.cache_info)
    assert [info.misses for info in counted.values()] == [1, 1]


def test_the_team_s_own_patterns_are_known_to_the_workers(
    cluster: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay = tmp_path / "ours"
    (overlay / "providers").mkdir(parents=True)
    (overlay / "providers" / "ourmta.yaml").write_text(
        "id: ourmta\nname: OurMTA\nkind: mta\n"
        "patterns:\n  - id: ourmta/tea-time\n    match: it is tea time over here\n    reason: mailbox-full\n    evidence: source-code\n"
        "    source: {title: OurMTA, url: 'https://ourmta.example.com'}\n"
        "    samples: ['550 It is tea time over here']\n"
    )
    (tmp_path / "reply.txt").write_text("550 It is tea time over here\n")
    monkeypatch.setenv("SMTPBOT_KNOWLEDGE", str(overlay))
    command = ["explain", "--jsonl", "--scheduler", cluster.scheduler_address, str(tmp_path / "reply.txt")]
    assert main(command) == 0
    assert "ourmta/tea-time" in capfd.readouterr().out


def test_no_more_is_read_than_the_workers_can_take(cluster: Any, knowledge: Knowledge) -> None:
    taken = 0

    def tasks() -> Iterator[Task]:
        nonlocal taken
        for taken in range(1, 101):
            yield Task(source="mail.log", data=b"550 5.1.1 User unknown\n", first=taken, end=23)

    with adapters.cluster.cluster(cluster.scheduler_address, knowledge, wanted=True) as explain:
        results = []
        for result in explain(tasks()):
            results.append(result)
            assert taken - len(results) < 2 * 4  # two for each thread
    assert [result.records.split(b'"')[3] for result in results] == [b"mail.log:%d" % n for n in range(1, 101)]


def test_a_file_that_is_not_there_is_no_fault_of_the_cluster(
    cluster: Any, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    missing = str(tmp_path / "missing.log")
    assert main(["explain", "--scheduler", cluster.scheduler_address, missing]) == 2
    assert capfd.readouterr().err.startswith(f"{missing}: no such file")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "nonsense://127.0.0.1:{port}", "tcp://"])
def test_a_scheduler_that_does_not_answer_is_one_line(
    address: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.cluster.PATIENCE", 0.3)
    address = address.format(port=unused_port())
    (tmp_path / "a.log").write_text(GOOD)
    assert main(["explain", "--scheduler", address, str(tmp_path / "a.log")]) == 2
    said = capfd.readouterr().err
    assert said.startswith(f"--scheduler {address}: no scheduler answers there")
    assert said.count("\n") == 1


def test_a_scheduler_without_workers_is_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr("adapters.cluster.PATIENCE", 0.5)
    (tmp_path / "a.log").write_text(GOOD)
    with LocalCluster(
        n_workers=0, processes=False, dashboard_address="127.0.0.1:0", host="127.0.0.1", protocol="tcp"
    ) as empty:
        assert main(["explain", "--scheduler", empty.scheduler_address, str(tmp_path / "a.log")]) == 2
    assert "no workers" in capfd.readouterr().err


def test_a_scheduler_that_is_lost_on_the_way_is_one_line(knowledge: Knowledge) -> None:
    from distributed import LocalCluster

    tasks = (Task(source="mail.log", data=b"550 5.1.1 User unknown\n", first=n) for n in range(1_000))
    with (
        LocalCluster(n_workers=1, processes=False, dashboard_address="127.0.0.1:0", protocol="tcp") as short,
        pytest.raises(adapters.cluster.ClusterLost, match="lost") as caught,
        adapters.cluster.cluster(short.scheduler_address, knowledge, wanted=True) as explain,
    ):
        for _ in explain(tasks):
            short.close()
    assert "\n" not in str(caught.value)


def test_without_the_extra_it_says_how_to_get_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    (tmp_path / "a.log").write_text(GOOD)
    assert main(["explain", "--scheduler", "tcp://127.0.0.1:1", str(tmp_path / "a.log")]) == 2
    assert capfd.readouterr().err == "--scheduler: Dask is needed: pip install 'smtpbot[dask]'\n"
