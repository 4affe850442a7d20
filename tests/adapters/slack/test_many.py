"""Many workspaces on many replicas: what one is told, all know; on SQLite and on PostgreSQL, behind a round robin."""

import asyncio
import itertools
import json
import logging
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import asyncpg
import httpx
import pytest
from aiohttp.test_utils import unused_port
from sqlalchemy import text

from adapters.desk import desk
from adapters.slack.database import METADATA, Shared, engine_of, make_tables
from adapters.slack.events import Slack
from adapters.slack.running import run
from adapters.slack.settings import SlackSettings
from bot.answering import Bot
from tests.adapters.slack.conftest import Start
from tests.standins.postgresql import postgresql
from tests.standins.slack import BOT_USER, CLIENT_ID, CLIENT_SECRET, SlackStandIn, signed

# slack_sdk still calls what aiohttp will drop in 4.0
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
MANY = {"bot_token": None, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
MENTION = f"<@{BOT_USER}>"
Object = dict[str, Any]


class Balancer:
    """A tiny round robin before some replicas; *at* names one of them instead of the next."""

    def __init__(self, slack: SlackStandIn, ports: list[int]) -> None:
        self._slack, self.ports = slack, ports
        self._next = itertools.cycle(range(len(ports)))

    async def ask(self, method: str, path: str, at: int | None = None, **more: Any) -> httpx.Response:
        port = self.ports[next(self._next) if at is None else at]
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.request(method, f"http://127.0.0.1:{port}{path}", **more)

    async def post(self, body: bytes, kind: str = "application/json", at: int | None = None) -> httpx.Response:
        headers = {"Content-Type": kind, **signed(body, SECRET)}
        return await self.ask("POST", "/slack/events", at, content=body, headers=headers)

    async def event(self, event: Object, team: str = "T1", at: int | None = None) -> httpx.Response:
        return await self.post(json.dumps(self._slack.event_body(event, team=team)).encode(), at=at)

    async def choose(self, language: str, user: str, team: str) -> None:
        """Choose a language in App Home."""
        action = {"action_id": "language", "type": "static_select", "selected_option": {"value": language}}
        payload = {
            "type": "block_actions", "user": {"id": user, "team_id": team}, "team": {"id": team}, "api_app_id": "A1",
            "actions": [{"block_id": "b", "action_ts": "1.0", **action}], "container": {"type": "view"}, "token": "t",
            "trigger_id": self._slack.trigger(),
        }  # fmt: skip
        body = urlencode({"payload": json.dumps(payload)}).encode()
        assert (await self.post(body, "application/x-www-form-urlencoded")).status_code == 200

    async def way_back(self, team: str) -> tuple[str, str]:
        """Press the button that installs, allow it; the address that Slack sends the browser to, and its cookie."""
        page = await self.ask("GET", "/slack/install")
        address = re.search(r'href="(http[^"]+)"', page.text)
        assert address is not None
        async with httpx.AsyncClient(trust_env=False) as browser:
            allowed = await browser.get(f"{address[1].replace('&amp;', '&')}&team={team}")
        assert allowed.status_code == 302, allowed.text
        back = urlsplit(allowed.headers["Location"])
        return f"{back.path}?{back.query}", page.headers["Set-Cookie"].split(";")[0]

    async def install(self, team: str = "T1") -> None:
        path, cookie = await self.way_back(team)
        assert (await self.ask("GET", path, headers={"Cookie": cookie})).status_code == 200


Replicas = Callable[..., Awaitable[Balancer]]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL for all tests."""
    with postgresql() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/slack.db"
    address = request.getfixturevalue("server")
    connection = await asyncpg.connect(address)
    await connection.execute(f'CREATE DATABASE "{tmp_path.name}"')
    await connection.close()
    return str(address.replace("/postgres?", f"/{tmp_path.name}?"))


@pytest.fixture
async def replicas(slack: SlackStandIn, start: Start) -> Replicas:
    """Start replicas all at once, and wait until they listen."""
    slack.redirect_url = "https://smtpbot.example.com/slack/oauth_redirect"

    async def started(count: int = 2, **settings: Any) -> Balancer:
        ports = [unused_port() for _ in range(count)]
        http = {"app_token": None, "signing_secret": SECRET, "host": "127.0.0.1", **settings}
        for port in ports:
            await start(port=port, **http)
        async with asyncio.timeout(20):
            for port in ports:
                while not await _listens(port):
                    pass
        return Balancer(slack, ports)

    return started


@pytest.fixture
async def balancer(replicas: Replicas, database: str) -> Balancer:
    """Two replicas of an app for many workspaces."""
    return await replicas(database=database, **MANY)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


def mention_of(message: Object) -> Object:
    return {name: value for name, value in message.items() if name != "channel_type"} | {"type": "app_mention"}


def edited(message: Object, words: str) -> Object:
    after = {**message, "text": words, "edited": {"user": message["user"], "ts": "1700000001.000000"}}
    about = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": "1700000002.000000"}
    where = {"channel": message["channel"], "channel_type": message["channel_type"], "event_ts": "1700000002.000000"}
    return {**about, **where, "message": after, "previous_message": message}


def deleted(message: Object) -> Object:
    about = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": "1700000003.000000"}
    where = {"channel": message["channel"], "channel_type": message["channel_type"], "event_ts": "1700000003.000000"}
    return {**about, **where, "deleted_ts": message["ts"], "previous_message": message}


# Installing


async def test_an_installation_on_one_replica_is_known_on_the_other(slack: SlackStandIn, balancer: Balancer) -> None:
    await balancer.install("T2")
    for number, at in enumerate((0, 1), 1):
        assert (await balancer.event(slack.message("550", channel="D1"), "T2", at)).status_code == 200
        await slack.wait_for("chat.postMessage", number)
    assert {call.token.rsplit("-", 1)[0] for call in slack.calls_of("chat.postMessage")} == {"xoxb-T2"}


async def test_the_button_asks_for_what_the_manifest_names(slack: SlackStandIn, balancer: Balancer) -> None:
    page = await balancer.ask("GET", "/slack/install")
    address = re.search(r'href="(http[^"]+)"', page.text)
    assert address is not None
    asked = parse_qs(urlsplit(address[1].replace("&amp;", "&")).query)
    assert "chat:write" in asked["scope"][0].split(",")
    assert "HttpOnly" in page.headers["Set-Cookie"]
    assert "Secure" in page.headers["Set-Cookie"]


async def test_each_workspace_is_answered_with_its_own_token(slack: SlackStandIn, balancer: Balancer) -> None:
    for team in ("T1", "T2", "T3"):
        await balancer.install(team)
    for number, team in enumerate(("T3", "T1", "T2", "T3"), 1):
        await balancer.event(slack.message("550", channel="D1"), team)
        await slack.wait_for("chat.postMessage", number)
    used = [call.token.split("-")[1] for call in slack.calls_of("chat.postMessage")]
    assert used == ["T3", "T1", "T2", "T3"]


async def test_a_token_is_asked_after_once_a_replica(slack: SlackStandIn, balancer: Balancer) -> None:
    await balancer.install("T2")
    before = len(slack.calls_of("auth.test"))
    for number in range(1, 7):
        await balancer.event(slack.message("550", channel="D1"), "T2")
        await slack.wait_for("chat.postMessage", number)
    assert len(slack.calls_of("auth.test")) == before + 2


async def test_a_state_is_used_once(slack: SlackStandIn, balancer: Balancer) -> None:
    path, cookie = await balancer.way_back("T2")
    headers = {"Cookie": cookie}
    answers = [await balancer.ask("GET", path, at, headers=headers) for at in (0, 1, 0)]
    assert [answer.status_code for answer in answers] == [200, 401, 401]
    assert len(slack.calls_of("oauth.v2.access", refused=True)) == 1


async def test_a_state_shown_to_both_replicas_at_the_same_moment_is_used_once(
    slack: SlackStandIn, balancer: Balancer
) -> None:
    path, cookie = await balancer.way_back("T2")
    asked = (balancer.ask("GET", path, at % 2, headers={"Cookie": cookie}) for at in range(8))
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    assert len(slack.calls_of("oauth.v2.access", refused=True)) == 1


async def test_another_browser_s_state_is_refused(slack: SlackStandIn, balancer: Balancer) -> None:
    path, cookie = await balancer.way_back("T2")
    assert (await balancer.ask("GET", path)).status_code == 400
    other = cookie.split("=")[0] + "=00000000-0000-0000-0000-000000000000"
    assert (await balancer.ask("GET", path, headers={"Cookie": other})).status_code == 400
    made_up = re.sub("state=[^&]+", "state=00000000-0000-0000-0000-000000000000", path)
    assert (await balancer.ask("GET", made_up, headers={"Cookie": other})).status_code == 401
    assert slack.calls_of("oauth.v2.access", refused=True) == []


async def test_who_cancels_gets_a_page_that_cannot_be_written_on(balancer: Balancer) -> None:
    answer = await balancer.ask("GET", "/slack/oauth_redirect?error=%3Cscript%3Ealert(1)%3C/script%3E")
    assert answer.status_code == 200
    assert "<script>" not in answer.text


async def test_a_code_that_slack_refuses_installs_nothing(slack: SlackStandIn, balancer: Balancer) -> None:
    slack.fail("oauth.v2.access", error="invalid_code")
    path, cookie = await balancer.way_back("T2")
    assert (await balancer.ask("GET", path, headers={"Cookie": cookie})).status_code == 401
    await balancer.event(slack.message("550", channel="D1"), "T2")
    assert slack.calls_of("chat.postMessage") == []


async def test_a_workspace_that_never_installed_it_is_not_answered(slack: SlackStandIn, balancer: Balancer) -> None:
    await balancer.install("T2")
    await balancer.event(slack.message("550", channel="D1"), "T9")
    await balancer.event(slack.message("550", channel="D2"), "T2")
    [call] = await slack.wait_for("chat.postMessage")
    assert call.arguments["channel"] == "D2"


@pytest.mark.parametrize(
    "event",
    [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}}],
    ids=["uninstalled", "revoked"],
)
async def test_a_removed_app_is_forgotten_by_all_and_can_come_again(
    slack: SlackStandIn, balancer: Balancer, database: str, event: Object
) -> None:
    for team in ("T2", "T3"):
        await balancer.install(team)
    for number, at in enumerate((0, 1), 1):
        await balancer.event(slack.message("550", channel="D1"), "T2", at)
        await slack.wait_for("chat.postMessage", number)
    assert await _teams(database) == {"T2", "T3"}
    slack.revoke("T2")
    await balancer.event(event, "T2", at=0)
    async with asyncio.timeout(10):
        while await _teams(database) != {"T3"}:
            pass
    for at in (0, 1):
        await balancer.event(slack.message("550", channel="D1"), "T2", at)
    await balancer.install("T2")
    await balancer.event(slack.message("421", channel="D1"), "T2")
    calls = await slack.wait_for("chat.postMessage", 3)
    assert calls[-1].arguments["text"].startswith("421")
    assert len(slack.calls_of("chat.postMessage", refused=True)) == 3


async def _teams(database: str) -> set[str]:
    """The workspaces of which a token is kept."""
    engine = engine_of(database)
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT team_id FROM slack_bots UNION SELECT team_id FROM slack_installations")
        )
        found = {row[0] for row in rows}
    await engine.dispose()
    return found


async def test_files_are_fetched_with_the_workspace_s_token(slack: SlackStandIn, balancer: Balancer) -> None:
    await balancer.install("T2")
    file = slack.add_file("mail.log", b"550 5.1.1 User unknown\n")
    await balancer.event(slack.message("", channel="D1", files=[file], subtype="file_share"), "T2")
    [call] = await slack.wait_for("chat.postMessage")
    assert slack.downloads == [("mail.log", f"Bearer {call.token}")]


async def test_no_token_state_or_code_is_logged(
    slack: SlackStandIn, balancer: Balancer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        slack.fail("oauth.v2.access", error="invalid_code")
        path, cookie = await balancer.way_back("T2")
        await balancer.ask("GET", path, headers={"Cookie": cookie})
        await balancer.ask("GET", path, headers={"Cookie": cookie})
        await balancer.install("T2")
        await balancer.event(slack.message("550", channel="D1"), "T2")
        await slack.wait_for("chat.postMessage")
    secrets = [*slack.tokens, CLIENT_SECRET, cookie.split("=")[1], *parse_qs(urlsplit(path).query)["code"]]
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    assert "a workspace installed the app" in ours
    assert not [secret for secret in secrets if secret in ours]


# What replicas know together


async def test_a_mention_told_to_two_replicas_is_answered_once(slack: SlackStandIn, balancer: Balancer) -> None:
    await balancer.install()
    for number in range(1, 6):
        question = slack.message(f"{MENTION} what is 550?")
        await asyncio.gather(balancer.event(question, at=0), balancer.event(mention_of(question), at=1))
        await slack.wait_for("chat.postMessage", number)
    await balancer.event(slack.message("421", channel="D1"))
    await slack.wait_for("chat.postMessage", 6)
    assert len(slack.calls_of("chat.postMessage")) == 6


async def test_an_edit_told_to_another_replica_changes_the_answer(slack: SlackStandIn, balancer: Balancer) -> None:
    await balancer.install()
    question = slack.message("smtp 550")
    await balancer.event(question, at=0)
    [posted] = await slack.wait_for("chat.postMessage")
    await balancer.event(edited(question, "smtp 421"), at=1)
    [changed] = await slack.wait_for("chat.update")
    assert changed.arguments["text"].startswith("421")
    assert posted.arguments["text"].startswith("550")
    assert len(slack.calls_of("chat.postMessage")) == 1


async def test_an_edit_waits_for_the_answer_that_another_replica_seeks(slack: SlackStandIn, balancer: Balancer) -> None:
    await balancer.install()
    release = slack.hold("chat.postMessage")
    question = slack.message("smtp 550")
    await balancer.event(question, at=0)
    await slack.wait_for("users.info")
    await balancer.event(edited(question, "smtp 421"), at=1)
    await slack.wait_for("users.info", 2)
    release.set()
    [changed] = await slack.wait_for("chat.update")
    assert changed.arguments["text"].startswith("421")
    assert len(slack.calls_of("chat.postMessage")) == 1


async def test_a_question_deleted_before_another_replica_takes_its_answer_along(
    slack: SlackStandIn, balancer: Balancer
) -> None:
    await balancer.install()
    question = slack.message("smtp 550")
    await balancer.event(question, at=0)
    await slack.wait_for("chat.postMessage")
    await balancer.event(deleted(question), at=1)
    await slack.wait_for("chat.delete")
    assert len(slack.deleted) == 1


async def test_a_thread_goes_on_at_another_replica(slack: SlackStandIn, balancer: Balancer) -> None:
    await balancer.install()
    question = slack.message(f"{MENTION} what is 550?")
    await balancer.event(mention_of(question), at=0)
    await slack.wait_for("chat.postMessage")
    await balancer.event(slack.message("and what does 5.1.1 mean?", thread_ts=question["ts"]), at=1)
    answers = await slack.wait_for("chat.postMessage", 2)
    assert answers[1].arguments["text"].startswith("5.1.1")
    assert slack.calls_of("conversations.replies") == []


async def test_a_language_chosen_at_one_replica_is_known_at_the_other(slack: SlackStandIn, balancer: Balancer) -> None:
    for team in ("T1", "T2"):
        await balancer.install(team)
    await balancer.choose("fr", "U1", "T1")
    await slack.wait_for("views.publish")
    for number, (team, at) in enumerate((("T1", 0), ("T1", 1), ("T2", 0), ("T2", 1)), 1):
        await balancer.event(slack.message("550", channel="D1"), team, at)
        await slack.wait_for("chat.postMessage", number)
    carried = [json.dumps(call.arguments["blocks"]) for call in slack.calls_of("chat.postMessage")]
    assert ['\\"language\\":\\"fr\\"' in blocks.replace("\\\\", "\\") for blocks in carried] == [
        True,
        True,
        False,
        False,
    ]


async def test_app_home_says_what_is_kept(slack: SlackStandIn, balancer: Balancer) -> None:
    await balancer.install()
    await balancer.event({"type": "app_home_opened", "user": "U1", "tab": "home", "channel": "D1", "event_ts": "1.0"})
    await slack.wait_for("views.publish")
    assert "30 days" in json.dumps(slack.home["U1"])


async def test_replicas_of_one_workspace_share_a_database_too(
    slack: SlackStandIn, replicas: Replicas, database: str
) -> None:
    balancer = await replicas(database=database)
    question = slack.message(f"{MENTION} what is 550?")
    await asyncio.gather(balancer.event(question, at=0), balancer.event(mention_of(question), at=1))
    await slack.wait_for("chat.postMessage")
    await balancer.event(slack.message("421", channel="D1"))
    await slack.wait_for("chat.postMessage", 2)
    assert len(slack.calls_of("chat.postMessage")) == 2


async def test_replicas_without_a_database_answer_a_mention_once(slack: SlackStandIn, replicas: Replicas) -> None:
    balancer = await replicas()
    question = slack.message(f"{MENTION} what is 550?")
    await asyncio.gather(balancer.event(question, at=0), balancer.event(mention_of(question), at=1))
    await slack.wait_for("chat.postMessage")
    await balancer.event(slack.message("421", channel="D1"), at=0)
    await slack.wait_for("chat.postMessage", 2)
    assert len(slack.calls_of("chat.postMessage")) == 2


async def test_what_is_known_of_answers_goes_after_thirty_days(database: str) -> None:
    engine = engine_of(database)
    await make_tables(engine, [METADATA])
    assert await Shared(engine).claim("C1", "1.0", "1.0")
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE smtpbot_answers SET claimed_at = '2020-01-01 00:00:00'"))
    later = Shared(engine)
    assert await later.claim("C1", "2.0", "2.0")
    assert not await later.knows("C1", "1.0")
    await engine.dispose()


# A database that is away


async def test_without_its_database_one_workspace_is_still_answered(
    slack: SlackStandIn, replicas: Replicas, caplog: pytest.LogCaptureFixture
) -> None:
    with postgresql() as address:
        balancer = await replicas(database=address)
        await balancer.event(slack.message("550", channel="D1"))
        await slack.wait_for("chat.postMessage")
    await balancer.event(slack.message("421", channel="D1"))
    await slack.wait_for("chat.postMessage", 2)
    assert "SLACK_DATABASE cannot be reached" in caplog.text


async def test_without_their_database_many_workspaces_are_told_to_come_again(
    slack: SlackStandIn, replicas: Replicas
) -> None:
    with postgresql() as address:
        balancer = await replicas(database=address, **MANY)
        await balancer.install("T2")
    assert (await balancer.event(slack.message("550", channel="D1"), "T2")).status_code >= 500
    assert slack.calls_of("chat.postMessage") == []


async def test_a_database_that_is_away_at_the_start_is_waited_for(
    slack: SlackStandIn, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    running = await start(app_token=None, signing_secret=SECRET, database=f"postgresql://x@127.0.0.1:{unused_port()}/x")
    async with asyncio.timeout(10):
        while "SLACK_DATABASE cannot be reached" not in caplog.text:
            await asyncio.wait([running._task], timeout=0.01)  # type: ignore[list-item]
    await running.stop()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense", "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"),
        ("mysql://a:hidden@b/c", "mysql is none of sqlite, postgresql"),
        ("sqlite:////nonexistent/folder/x.db", "unable to open database file"),
        ("{server}&nosuch=1", "nosuch"),
        ("{other}", 'database "other" does not exist'),
    ],
)
async def test_a_database_that_cannot_be_used_is_one_line(
    slack: SlackStandIn, bot: Bot, server: str, address: str, said: str
) -> None:
    address = address.format(server=server, other=server.replace("/postgres?", "/other?"))
    settings = SlackSettings(signing_secret=SECRET, api_url=slack.api_url, database=address, **MANY)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="SLACK_DATABASE") as caught:
        await asyncio.wait_for(run(settings, desk("slack", bot), asyncio.Event()), 10)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_without_the_extra_it_says_how_to_get_it(
    slack: SlackStandIn, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "adapters.slack.installing", raising=False)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    settings = SlackSettings(bot_token="xoxb-1", app_token="xapp-1", database="sqlite:///x.db")
    with pytest.raises(ValueError, match=r"smtpbot\[oauth\]"):
        Slack(settings, desk("slack", bot))
