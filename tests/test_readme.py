"""What README tells is so: its walk through an overlay is run, its table of metrics is compared."""

import os
import re
import subprocess
import sys
from pathlib import Path

from adapters.metrics import Metrics

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def between(mark: str) -> str:
    return README.split(f"<!-- {mark} -->\n")[1].split(f"\n<!-- /{mark} -->")[0]


def test_the_walk_through_an_overlay_can_be_pasted(tmp_path: Path) -> None:
    commands = between("overlay").removeprefix("```console\n").removesuffix("```")
    assert len(commands.splitlines()) <= 10
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", commands], cwd=tmp_path, capture_output=True, text=True, timeout=120,
        env={"PATH": path, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert ": 0 faults" in done.stderr
    assert "Our newsletter IP" in done.stdout
    assert "https://wiki.example.com/rb-12" in done.stdout
    for question, answered in (("550 5.7.1 held by gate2", "ours/held"), ("freeze", "Nothing changes on a quarter")):
        told = subprocess.run(
            ["smtpbot", "ask", question], cwd=tmp_path, capture_output=True, text=True, timeout=120,
            env={"PATH": path, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "SMTPBOT_KNOWLEDGE": "ours"},
        )  # fmt: skip
        assert answered in " ".join(told.stdout.split()), told


def test_every_metric_is_told() -> None:
    told = dict(re.findall(r"^\| `(\w+)\{[^|]*\| (.+) \|$", between("metrics"), re.MULTILINE))
    helps = re.findall(r"^# HELP (\w+) (.+)$", Metrics().text().decode(), re.MULTILINE)
    counted = {name: text for name, text in helps if not name.endswith("_created")}
    assert told == counted
