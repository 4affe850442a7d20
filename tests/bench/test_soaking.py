"""A soak fails for each thing that must not happen, and for nothing else."""

from typing import Any

import pytest

from tests.bench.soaking import faults_of, verdict

WELL: dict[str, Any] = {"counts": [1] * 4, "sizes": [100, 105, 110, 110], "returned": 0, "slowest": 1.0, "within": 1.0}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"counts": [1, 0, 1, 1]}, "1 of 4 lost"),
        ({"counts": []}, "lost"),
        ({"counts": [1, 2, 1, 1]}, "1 doubled"),
        ({"slowest": 1.01}, "after 1.01 s"),
        ({"sizes": [100, 105, 111, 105]}, "to 111 KB"),
        ({"sizes": []}, "memory"),
        ({"returned": 1}, "returned 1"),
        ({"returned": None}, "returned None"),
    ],
)
def test_a_soak_that_goes_wrong_fails(wrong: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert verdict(list(faults_of(**WELL | wrong))) == 1
    assert said in capsys.readouterr().out


def test_a_soak_that_goes_well_does_not() -> None:
    assert verdict(list(faults_of(**WELL))) == 0
    assert verdict(list(faults_of([1], [100], 0))) == 0
