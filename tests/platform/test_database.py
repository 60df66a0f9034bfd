"""Sessions: a read session cannot write, a failed block leaves nothing, and each costs as few trips as it can."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tests.conftest import Counted
from tuition.platform.database import Database, Session, connect, engine


async def test_a_read_session_is_refused_by_postgresql_when_it_writes(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        async with database.reading() as session:
            await session.execute(text("create table t (i int)"))


async def test_after_a_read_the_same_connection_writes_again(database_url: str) -> None:
    database = connect(database_url, pool_size=1)
    async with database.reading() as session:
        await session.execute(text("select 1"))
    async with database.transaction() as session_that_writes:
        await session_that_writes.execute(text("create table t (i int)"))
        level = await session_that_writes.execute(text("show transaction_isolation"))
        assert level.scalar() == "read committed"
    await database.dispose()


async def test_everything_a_read_session_sees_is_of_one_moment(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("create table t (i int)"))
    async with database.reading() as reader:
        before = (await reader.execute(text("select count(*) from t"))).scalar()
        async with database.transaction() as session:
            await session.execute(text("insert into t values (1)"))
        assert (await reader.execute(text("select count(*) from t"))).scalar() == before


async def test_a_block_that_raises_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await session.execute(text("create table t (i int)"))
            raise RuntimeError
    async with database.reading() as session_that_reads:
        assert (await session_that_reads.execute(text("select to_regclass('t')"))).scalar() is None


@pytest.mark.parametrize("kind", ["transaction", "reading"])
async def test_a_statement_in_a_session_costs_three_trips_to_the_server(database_url: str, kind: str) -> None:
    database = connect(database_url, pool_size=1)
    session: Any
    async with getattr(database, kind)() as session:
        await session.execute(text("select 1"))
        driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    with tempfile.TemporaryFile() as trace:
        driver.pgconn.trace(trace.fileno())
        async with getattr(database, kind)() as session:
            await session.execute(text("select 1"))
        driver.pgconn.untrace()
        trace.seek(0)
        answers = [line.split("\t")[3].strip() for line in trace.read().decode().splitlines() if "ReadyForQuery" in line]
    await database.dispose()
    assert len(answers) == 3  # BEGIN, the statement, COMMIT


async def test_a_connection_that_rested_is_asked_whether_it_lives(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = connect(database_url, pool_size=2)
    async with database.transaction() as session, database.transaction() as other:
        await session.execute(text("select 1"))
        await other.execute(text("select 1"))
    with psycopg.connect(database_url, autocommit=True) as killer:
        # Only this database's: other test processes share the server.
        killer.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'tuition' and datname = current_database()"
        )
    monkeypatch.setattr(engine, "IDLE_BEFORE_PING_S", 0.0)
    async with database.transaction() as session, database.transaction() as other:
        assert (await session.execute(text("select 1"))).scalar() == 1
        assert (await other.execute(text("select 1"))).scalar() == 1
    await database.dispose()


async def test_a_connection_that_dies_at_work_is_an_error_once(database_url: str) -> None:
    database = connect(database_url, pool_size=1)
    with pytest.raises(OperationalError):
        async with database.transaction() as session:
            await session.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    async with database.transaction() as session:
        assert (await session.execute(text("select 1"))).scalar() == 1
    await database.dispose()


async def test_the_pool_tells_its_numbers_and_counts_who_went_without(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CONNECT_TIMEOUT_S", 0)
    database = connect(database_url, pool_size=1)
    async with database.transaction() as session:
        await session.execute(text("select 1"))
        assert (database.health().size, database.health().in_use, database.health().idle) == (1, 1, 0)
        with pytest.raises(PoolTimeout):
            async with database.transaction() as other:
                await other.execute(text("select 1"))
    health = database.health()
    assert (health.in_use, health.idle, health.exhausted) == (0, 1, 1)
    await database.dispose()


async def test_work_that_postgresql_could_not_order_is_done_again(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("create table t (id int primary key, n int)"))
        await session.execute(text("insert into t values (1, 0), (2, 0)"))
    attempts = holding = 0
    each_holds_one = asyncio.Event()

    async def both(session: Session, first: int, second: int) -> None:
        nonlocal attempts, holding
        attempts += 1
        await session.execute(text("update t set n = n + 1 where id = :id"), {"id": first})
        holding += 1
        if holding == 2:
            each_holds_one.set()
        await each_holds_one.wait()
        await session.execute(text("update t set n = n + 1 where id = :id"), {"id": second})

    await asyncio.gather(
        database.retrying(lambda session: both(session, 1, 2)),
        database.retrying(lambda session: both(session, 2, 1)),
    )
    async with database.reading() as reader:
        assert (await reader.execute(text("select array_agg(n) from t"))).scalar() == [2, 2]
    assert attempts == 3


async def test_what_is_wrong_for_good_is_not_done_again(database: Database) -> None:
    attempts = 0

    async def fail(session: Session) -> None:
        nonlocal attempts
        attempts += 1
        await session.execute(text("select 1 / 0"))

    with pytest.raises(DBAPIError, match="division by zero"):
        await database.retrying(fail)
    assert attempts == 1


async def test_a_replica_that_is_away_is_left_alone_and_the_primary_reads(database_url: str) -> None:
    away = "postgresql://nobody@/nothing?host=/nonexistent"
    database = connect(database_url, replica_urls=[away, database_url], pool_size=1)
    for _ in range(4):
        async with database.reading() as session:
            assert (await session.execute(text("select 1"))).scalar() == 1
    async with database.reading(fresh=True) as session:
        assert (await session.execute(text("select 1"))).scalar() == 1
    await database.dispose()


async def test_behind_a_pooler_no_statement_is_prepared(database_url: str) -> None:
    database = connect(database_url, pooler=True, pool_size=1)
    for _ in range(8):
        async with database.transaction() as session:
            await session.execute(text("select cast(:n as int)"), {"n": 1})
    async with database.transaction() as session:
        assert (await session.execute(text("select count(*) from pg_prepared_statements"))).scalar() == 0
    await database.dispose()


async def test_a_statement_and_an_idle_transaction_are_bounded(database: Database) -> None:
    async with database.reading() as session:
        assert (await session.execute(text("show statement_timeout"))).scalar() == "1min"
        assert (await session.execute(text("show idle_in_transaction_session_timeout"))).scalar() == "2min"


async def test_queries_are_counted(
    database: Database, session: Session, count_queries: Callable[[Database | Session], AbstractContextManager[Counted]]
) -> None:
    with count_queries(database) as counted:
        async with database.reading() as reader:
            await reader.execute(text("select 1"))
            await reader.execute(text("select 2"))
    assert counted.statements == ["select 1", "select 2"]
    with count_queries(session) as counted:
        async with session.begin_nested():
            await session.execute(text("select 3"))
    assert counted.total == 1
