"""Real PostgreSQL for every test: one server, one template per schema, a savepoint or a clone per test."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tuition.kernel import FrozenClock, clock, new_id
from tuition.platform import migrate, postgres, secrets
from tuition.platform.database import Database, Session, connect
from tuition.platform.events import Bus

ROOT = Path(__file__).parent.parent
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _schema_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted((migrate.SCRIPTS / "versions").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _admin(url: str, statement: sql.Composable) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of a server's maintenance database: an external one if it is named, else the embedded one."""
    external = os.environ.get("TUITION_TEST_DATABASE_URL")
    if external:
        yield external
        return
    with postgres.hold(ROOT / ".cache" / "postgres", durable=False) as server:
        yield server.url("postgres")


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """The name of a database with the newest schema, made once per set of migrations."""
    name = f"template_{_schema_hash()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(417)")
        if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            return name
        work = f"{name}_in_work"
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(work)))
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(work)))
        migrate.upgrade(_with_database(server_url, work))
        connection.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(work), sql.Identifier(name)))
    return name


def _with_database(url: str, name: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session", autouse=True)
def keys() -> None:
    """A key for encryption, signatures and cursors."""
    secrets.configure("a key of the tests, of no worth anywhere else")


@pytest.fixture
def bus() -> Bus:
    """An empty bus: a test of one room hears no other."""
    return Bus()


def _clone(server_url: str, template: str) -> str:
    name = f"test_{new_id().hex}"
    _admin(server_url, sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))
    return name


def _drop(server_url: str, name: str) -> None:
    _admin(server_url, sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
async def database_url(server_url: str, template: str) -> AsyncIterator[str]:
    """A fresh clone for one test, whose commits are real."""
    name = _clone(server_url, template)
    yield _with_database(server_url, name)
    _drop(server_url, name)


@pytest.fixture
async def database(database_url: str, bus: Bus) -> AsyncIterator[Database]:
    """A pool on a fresh clone."""
    database = connect(database_url, bus=bus)
    yield database
    await database.dispose()


@pytest.fixture(scope="session")
async def shared_database(server_url: str, template: str) -> AsyncIterator[Database]:
    """One clone for all the tests that roll back."""
    name = _clone(server_url, template)
    database = connect(_with_database(server_url, name), pool_size=2)
    yield database
    await database.dispose()
    _drop(server_url, name)


@pytest.fixture
async def session(shared_database: Database, bus: Bus) -> AsyncIterator[Session]:
    """A session whose work is rolled back at the end; a commit inside becomes a savepoint."""
    async with shared_database.engine.connect() as connection:
        outer = await connection.begin()
        async with Session(
            bind=connection, expire_on_commit=False, join_transaction_mode="create_savepoint", info={"bus": bus}
        ) as session:
            yield session
        await outer.rollback()


@pytest.fixture
def moment() -> Iterator[FrozenClock]:
    """A clock that stands still on a Monday morning until the test moves it."""
    frozen = FrozenClock(MORNING)
    clock.use(frozen)
    yield frozen
    clock.use(None)
