"""
What replicas share in a database: installations, and which answer belongs to which message. Ids and tokens, no text.

SQLite for replicas on one machine, PostgreSQL for any. Needs the extra ``oauth``; knows Slack's ids, no events.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, DateTime, Index, MetaData, String, Table, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.schema import CreateIndex, CreateTable

DRIVERS = {
    "sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg",
}  # fmt: skip
INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
LOCK = 550
"""Of PostgreSQL's advisory locks, the one under which replicas that start together make the tables in turn."""

PATIENCE = 5.0
"""Seconds that the database has for anything."""

KEPT = timedelta(days=30)
"""For how long a message is known to have its answer."""

PRUNED_EVERY = 1_000
PENDING_FOR, LOOK_AGAIN = 10.0, 0.2
"""Seconds that another replica has to finish its answer, and between two looks whether it has."""

PASSING = ("08", "53", "57")
"""Classes of PostgreSQL's errors that pass: lost connections, too many of them, starting up
(https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

METADATA = MetaData()
ANSWERS = Table(
    "smtpbot_answers", METADATA,
    Column("channel", String(32), primary_key=True),
    Column("ts", String(32), primary_key=True),
    Column("thread", String(32), nullable=False),
    Column("answer", String(32)),
    Column("claimed_at", DateTime, nullable=False),
    Index("smtpbot_answers_thread", "channel", "thread"),
    Index("smtpbot_answers_claimed_at", "claimed_at"),
)  # fmt: skip
"""A message that a replica has taken on; *answer* is NULL while it is sought, empty where there was nothing to say."""

LANGUAGES = Table(
    "smtpbot_languages", METADATA,
    Column("team", String(32), primary_key=True),
    Column("person", String(32), primary_key=True),
    Column("language", String(16), nullable=False),
)  # fmt: skip


def engine_of(address: str) -> AsyncEngine:
    """
    The database at a URL; nothing is opened yet.

    Raises:
        ValueError: the URL names no database that can be used; the text says which can.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise ValueError("SLACK_DATABASE: it takes sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME") from None
    family = url.drivername.split("+")[0]
    if family not in DRIVERS:
        raise ValueError(f"SLACK_DATABASE: {family} is none of sqlite, postgresql")
    url = url.set(drivername=DRIVERS[family])
    # errors must not quote what was sent: it holds tokens
    if url.drivername == DRIVERS["sqlite"]:
        return create_async_engine(url, hide_parameters=True, connect_args={"timeout": PATIENCE})
    limits = {"timeout": PATIENCE, "command_timeout": PATIENCE}
    return create_async_engine(
        _with_ssl(url), hide_parameters=True, connect_args=limits, pool_pre_ping=True, pool_timeout=PATIENCE
    )


def _with_ssl(url: URL) -> URL:
    """The driver calls ``ssl`` what everybody else calls ``sslmode``."""
    mode = url.query.get("sslmode")
    return url if mode is None else url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})


def check_file(engine: AsyncEngine) -> None:
    """
    Try to open SQLite's file; the asynchronous driver leaves a thread behind where that fails.

    Raises:
        ValueError: it cannot be opened.
    """
    if engine.dialect.name == "sqlite":
        try:
            sqlite3.connect(engine.url.database or ":memory:").close()
        except sqlite3.Error as error:
            raise ValueError(str(error)) from None


async def make_tables(engine: AsyncEngine, metadata: Sequence[MetaData]) -> None:
    """Make the tables that are not there, also when several replicas start at the same time."""
    tables = [table for one in metadata for table in one.sorted_tables]
    async with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        for table in tables:
            await connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                await connection.execute(CreateIndex(index, if_not_exists=True))


def told(error: SQLAlchemyError) -> str | None:
    """The database's own line about an error that waiting does not mend; None for all others."""
    original = getattr(error, "orig", None)
    state, name = getattr(original, "sqlstate", None) or "", getattr(original, "sqlite_errorname", "")
    passing = state.startswith(PASSING) or name == "SQLITE_BUSY"
    return None if original is None or passing else str(original).splitlines()[0]


class Shared:
    """
    What replicas remember together. Every method raises ConnectionError where the database cannot be reached.

    Args:
        engine: the database; its tables are there.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._insert: Any = INSERTS[engine.dialect.name]
        self._claims = 0

    async def claim(self, channel: str, ts: str, thread: str) -> bool:
        """Take a message on; False where a replica has it already."""
        now = datetime.now(UTC).replace(tzinfo=None)
        row = {"channel": channel, "ts": ts, "thread": thread, "claimed_at": now}
        async with self._begun() as connection:
            done = await connection.execute(self._insert(ANSWERS).values(row).on_conflict_do_nothing())
            if self._claims % PRUNED_EVERY == 0:
                await connection.execute(delete(ANSWERS).where(ANSWERS.c.claimed_at < now - KEPT))
        self._claims += 1
        return done.rowcount == 1

    async def put(self, channel: str, ts: str, answer: str) -> None:
        """Remember the answer to a message that was claimed; empty where there was nothing to say."""
        async with self._begun() as connection:
            await connection.execute(update(ANSWERS).where(*_is(channel, ts)).values(answer=answer))

    async def knows(self, channel: str, ts: str) -> bool:
        """Whether a replica has taken a message on."""
        async with self._begun() as connection:
            return (await connection.execute(select(ANSWERS.c.ts).where(*_is(channel, ts)))).first() is not None

    async def answer_to(self, channel: str, ts: str) -> str | None:
        """The answer to a message, waited for while a replica seeks it; None or empty where there is none."""
        looks = int(PENDING_FOR / LOOK_AGAIN)
        for _ in range(looks):
            async with self._begun() as connection:
                row = (await connection.execute(select(ANSWERS.c.answer).where(*_is(channel, ts)))).first()
            if row is None or row[0] is not None:
                return None if row is None else str(row[0])
            await asyncio.sleep(LOOK_AGAIN)
        return None

    async def drop(self, channel: str, ts: str) -> None:
        """Forget a message."""
        async with self._begun() as connection:
            await connection.execute(delete(ANSWERS).where(*_is(channel, ts)))

    async def spoke_in(self, channel: str, thread: str) -> bool:
        """Whether a replica answered in a thread."""
        where = ANSWERS.c.channel == channel, ANSWERS.c.thread == thread, ANSWERS.c.answer != ""
        async with self._begun() as connection:
            return (await connection.execute(select(ANSWERS.c.ts).where(*where).limit(1))).first() is not None

    async def language_of(self, team: str, person: str) -> str | None:
        """The language that somebody chose, or None."""
        where = LANGUAGES.c.team == team, LANGUAGES.c.person == person
        async with self._begun() as connection:
            row = (await connection.execute(select(LANGUAGES.c.language).where(*where))).first()
        return None if row is None else str(row[0])

    async def choose(self, team: str, person: str, language: str) -> None:
        """Remember a language that somebody chose."""
        statement = self._insert(LANGUAGES).values(team=team, person=person, language=language)
        async with self._begun() as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["team", "person"], set_={"language": language})
            )

    async def forget_team(self, team: str) -> None:
        """Forget the languages of a workspace that removed the app."""
        async with self._begun() as connection:
            await connection.execute(delete(LANGUAGES).where(LANGUAGES.c.team == team))

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise ConnectionError(type(error).__name__) from None


def _is(channel: str, ts: str) -> tuple[Any, ...]:
    return ANSWERS.c.channel == channel, ANSWERS.c.ts == ts
