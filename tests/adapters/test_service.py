"""`smtpbot run` as a process of its own: health pages, logs, reload and signals, against a stand-in platform."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiohttp.test_utils import unused_port

from tests.standins.slack import APP_TOKEN, BOT_TOKEN, SlackStandIn

ROOT = Path(__file__).parent.parent.parent
NOTE = '- {{id: rb, about: ["550"], text: "{}"}}\n'


class Service:
    """The process, its log lines as objects, and its health pages."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process, self.port = process, port
        self.lines: list[dict[str, object]] = []

    async def until_logged(self, message: str) -> dict[str, object]:
        """Read log lines up to one that begins like this."""
        assert self.process.stderr is not None
        async with asyncio.timeout(30):
            while True:
                raw = await self.process.stderr.readline()
                assert raw, f"it ended before it said {message}"
                line: dict[str, object] = json.loads(raw)
                self.lines.append(line)
                if str(line["message"]).startswith(message):
                    return line

    async def page(self, name: str) -> httpx.Response:
        """One of the health pages."""
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.get(f"http://127.0.0.1:{self.port}/{name}")

    async def stop(self) -> int:
        """SIGTERM, and the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 20)


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "notes.yaml").write_text(NOTE.format("first"), "utf-8")
    return folder


@pytest.fixture
async def service(slack: SlackStandIn, overlay: Path, tmp_path: Path) -> AsyncIterator[Service]:
    port = unused_port()
    environ = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "SMTPBOT_KNOWLEDGE": str(overlay),
        "SMTPBOT_CACHE": str(tmp_path / "cache"), "SMTPBOT_LOG_FORMAT": "json", "SMTPBOT_METRICS_PORT": str(port),
        "SMTPBOT_METRICS_HOST": "127.0.0.1", "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.api_url,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "adapters.cli", "run", stderr=asyncio.subprocess.PIPE, cwd=tmp_path, env=environ
    )
    service = Service(process, port)
    yield service
    await service.stop()


async def ask(slack: SlackStandIn, text: str, channel: str) -> str:
    """Ask in a channel of its own, and wait for what is posted there."""
    number = len(slack.calls_of("chat.postMessage")) + 1
    await slack.send_event(slack.message(text, channel=channel))
    calls = await slack.wait_for("chat.postMessage", number)
    return json.dumps(calls[-1].arguments)


async def test_it_runs_answers_reloads_and_stops(slack: SlackStandIn, overlay: Path, service: Service) -> None:
    await service.until_logged("health and metrics")
    assert "first" in await ask(slack, "550", "D1")
    line = await service.until_logged("answered")
    assert (line["kind"], line["subjects"], line["platform"]) == ("code", ["550"], "slack")
    assert (await service.page("readyz")).json() == {"slack": True}
    assert 'smtpbot_questions_total{kind="code",platform="slack"} 1.0' in (await service.page("metrics")).text

    (overlay / "notes.yaml").write_text("- id: [", "utf-8")
    await service.until_logged("knowledge: 1 faults; the last good one stays")
    assert "first" in await ask(slack, "550", "D2")
    (overlay / "notes.yaml").write_text(NOTE.format("second"), "utf-8")
    await service.until_logged("knowledge: read anew")
    assert "second" in await ask(slack, "550", "D3")

    assert await service.stop() == 0


async def test_it_is_alive_but_not_ready_while_the_platform_is_away(slack: SlackStandIn, service: Service) -> None:
    slack.fail("auth.test", 100, error="service_unavailable")
    await service.until_logged("health and metrics")
    await service.until_logged("Slack answers")
    assert (await service.page("healthz")).status_code == 200
    ready = await service.page("readyz")
    assert (ready.status_code, ready.json()) == (503, {"slack": False})
    assert await service.stop() == 0
