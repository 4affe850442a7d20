"""What runs it in production: not as root, on a file system it cannot write to, asked after its health."""

import json
import re
import runpy
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", "")
UNIT = (ROOT / "deploy" / "smtpbot.service").read_text("utf-8")
MANIFESTS: list[dict[str, Any]] = list(yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text("utf-8")))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
FILES = ("Dockerfile", "compose.yaml", "deploy/smtpbot.service", "deploy/kubernetes.yaml")


def last_stage() -> list[str]:
    lines = [line for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
    return lines[max(number for number, line in enumerate(lines) if line.startswith("FROM ")) :]


def instruction(name: str) -> str:
    [line] = [line for line in last_stage() if line.startswith(f"{name} ")]
    return line.removeprefix(f"{name} ")


def unit(name: str) -> str:
    [value] = re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)
    return str(value)


# The image


def test_the_image_runs_as_nobody_in_particular() -> None:
    user, group = instruction("USER").split(":")
    assert int(user) > 10_000
    assert int(group) > 10_000


def test_libraries_that_ask_for_a_home_folder_get_one() -> None:
    assert "HOME=/" in instruction("ENV")


def test_the_image_builds_nothing_and_brings_no_tools() -> None:
    assert not [line for line in last_stage() if line.startswith(("RUN", "ADD"))]
    assert [line for line in last_stage() if line.startswith("COPY")] == ["COPY --from=build /app /app"]
    assert "distroless" in last_stage()[0]


def test_the_image_asks_after_its_own_health_without_a_shell() -> None:
    check = instruction("HEALTHCHECK")
    command = json.loads(check[check.index("[") :])
    assert command[0] == "/usr/bin/python3"
    compile(command[2], "HEALTHCHECK", "exec")
    assert "/healthz" in command[2]


def test_what_the_image_starts_is_the_command_line() -> None:
    assert json.loads(instruction("ENTRYPOINT"))[-1] == "adapters.cli"
    assert json.loads(instruction("CMD")) == ["run"]


def test_only_what_is_pinned_with_hashes_is_installed() -> None:
    for line in DOCKERFILE.splitlines():
        if "pip install" in line:
            assert "--no-deps" in line
            assert "--require-hashes" in line or " /src  " in line
    pinned = (ROOT / "requirements-image.txt").read_text("utf-8")
    assert len(re.findall(r"^[a-z].*==", pinned, re.MULTILINE)) > 40
    assert "sqlalchemy==" in pinned


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-image.txt"])
def test_pins_name_no_index(name: str) -> None:
    assert "://" not in (ROOT / name).read_text("utf-8")


def test_what_the_image_needs_is_sent_to_who_builds_it_and_secrets_are_not() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored
    kept = {line[1:] for line in ignored if line.startswith("!")}
    assert ".env" not in kept
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert {source for line in copied for source in line.split()} == kept


def test_what_a_container_never_opens_is_dropped(tmp_path: Path) -> None:
    for name in ("pip/x.py", "setuptools/x.py", "yaml/_yaml.pyx", "yaml/__init__.py", "greenlet/tests/x.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("")
    locales = tmp_path / "babel" / "locale-data"
    locales.mkdir(parents=True)
    for name in ("root", "en", "en_GB", "fr", "de", "frr"):
        (locales / f"{name}.dat").write_text("")
    runpy.run_path(str(ROOT / "deploy" / "slim.py"))["slim"](tmp_path, ["en", "fr"])
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"yaml/__init__.py", *(f"babel/locale-data/{name}.dat" for name in ("root", "en", "en_GB", "fr"))}


# Compose


def test_compose_runs_it_read_only_and_without_rights() -> None:
    service = COMPOSE["services"]["smtpbot"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["user"] == instruction("USER")
    assert service["command"] == ["run"]


def test_compose_takes_secrets_from_a_file_that_is_not_kept() -> None:
    assert COMPOSE["services"]["smtpbot"]["env_file"] == ".env"
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").split()
    assert not re.search(r"xoxb-|xapp-", (ROOT / "compose.yaml").read_text("utf-8"))


# Kubernetes


def manifest(kind: str) -> dict[str, Any]:
    return next(one for one in MANIFESTS if one["kind"] == kind)


def pod() -> dict[str, Any]:
    found: dict[str, Any] = manifest("Deployment")["spec"]["template"]["spec"]
    return found


def container() -> dict[str, Any]:
    [found] = pod()["containers"]
    return dict(found)


def test_two_replicas_are_replaced_one_by_one_without_a_gap() -> None:
    spec = manifest("Deployment")["spec"]
    assert spec["replicas"] == 2
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    assert manifest("PodDisruptionBudget")["spec"]["minAvailable"] == 1


def test_each_probe_asks_the_page_made_for_it() -> None:
    ports = {port["name"]: port["containerPort"] for port in container()["ports"]}
    assert ports == {"http": 3000, "metrics": 9000}
    paths = {name: container()[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert paths == {
        "startupProbe": {"path": "/healthz", "port": "metrics"},
        "livenessProbe": {"path": "/healthz", "port": "metrics"},
        "readinessProbe": {"path": "/readyz", "port": "metrics"},
    }


def test_pods_have_no_rights() -> None:
    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert pod()["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod()["automountServiceAccountToken"] is False
    rights = container()["securityContext"]
    assert rights == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip


def test_answers_under_way_are_waited_for() -> None:
    """Ten seconds for the answers, after those in which the balancer learns of it."""
    [wait] = re.findall(r"sleep\((\d+)\)", container()["lifecycle"]["preStop"]["exec"]["command"][-1])
    assert pod()["terminationGracePeriodSeconds"] >= int(wait) + 10
    assert int(unit("TimeoutStopSec")) >= 10
    assert int(COMPOSE["services"]["smtpbot"]["stop_grace_period"].rstrip("s")) >= 10


def test_secrets_come_from_a_secret() -> None:
    assert container()["envFrom"] == [{"secretRef": {"name": "smtpbot"}}]
    given = {variable["name"] for variable in container()["env"]}
    assert not [name for name in given if re.search("TOKEN|SECRET|DATABASE", name)]


def test_the_service_finds_the_pods() -> None:
    labels = manifest("Deployment")["spec"]["template"]["metadata"]["labels"]
    for selector in (
        manifest("Service")["spec"]["selector"],
        manifest("Deployment")["spec"]["selector"]["matchLabels"],
    ):
        assert selector.items() <= labels.items()
    assert [port["targetPort"] for port in manifest("Service")["spec"]["ports"]] == ["http"]


# systemd


def test_the_unit_runs_as_nobody_and_writes_only_to_its_own_folders() -> None:
    assert unit("DynamicUser") == "yes"
    assert unit("ProtectSystem") == "strict"
    assert unit("NoNewPrivileges") == "yes"
    assert unit("CapabilityBoundingSet") == ""
    assert unit("WorkingDirectory") == f"%S/{unit('StateDirectory')}"
    assert f"SMTPBOT_CACHE=%C/{unit('CacheDirectory')}" in shlex.split(unit("Environment"))


def test_a_wrong_setting_is_not_started_again_and_again() -> None:
    from adapters.cli import USAGE

    assert unit("Restart") == "on-failure"
    assert unit("RestartPreventExitStatus") == str(USAGE)


# What they say


@pytest.mark.parametrize("name", FILES)
def test_every_variable_that_is_named_is_read(name: str) -> None:
    read = {
        found
        for path in (ROOT / "adapters").rglob("*.py")
        for found in re.findall(r'"((?:SMTPBOT|SLACK|DISCORD)_[A-Z_]+)"', path.read_text("utf-8"))
    }
    named = set(re.findall(r"\b(?:SMTPBOT|SLACK|DISCORD)_[A-Z]+(?:_[A-Z]+)*\b", (ROOT / name).read_text("utf-8")))
    assert named
    assert not named - read
