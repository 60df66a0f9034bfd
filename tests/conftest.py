"""Real PostgreSQL for every test: one server, one template per schema, a savepoint or a clone per test.

Any number of pytest processes may run at once, also by pytest-xdist: they share the server and the template. Each has a number
of its own that marks its databases, held by a lock of the server, so that what a killed process left is found and dropped.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.engine import make_url

from checks import scratch
from tuition.identity.actions.proofs import hashing
from tuition.kernel import FrozenClock, clock, new_id
from tuition.platform import migrate, postgres, secrets
from tuition.platform.database import Database, Session, connect
from tuition.platform.events import Bus

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

# The first numbers of our advisory locks: making and sweeping, one test process's databases, one template in use.
MAKING, PROCESS, TEMPLATE = 417, 418, 419

# A busy machine is slow and not wrong, and what fails for one of us must fail for all. To look for new examples, say so.
settings.register_profile(
    "house", deadline=None, derandomize="TUITION_TEST_EXPLORE" not in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the work, what takes long comes first, or the end waits for it alone."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: (item.get_closest_marker("slow") is None, item.get_closest_marker("browser") is None))


class Clones:
    """This process's databases, made from the template and dropped after use."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._admin = psycopg.connect(server_url, autocommit=True)
        self._numbers = itertools.count(1)
        self._token = new_id().int & 0x7FFFFFFF
        self._schema = _schema_hash()
        self._admin.execute("select pg_advisory_lock(%s, %s)", [PROCESS, self._token])
        self._admin.execute("select pg_advisory_lock_shared(%s, %s)", [TEMPLATE, _number(self._schema)])
        self._admin.execute("select pg_advisory_lock(%s, 0)", [MAKING])
        try:
            self._sweep()
            self._make_template()
        finally:
            self._admin.execute("select pg_advisory_unlock(%s, 0)", [MAKING])

    @property
    def template(self) -> str:
        """The name of a database with the newest schema."""
        return f"template_{self._schema}"

    def make(self, *, empty: bool = False) -> str:
        """The address of a fresh clone, or of an empty database. Copying files is twice as fast here as logging pages."""
        name = f"test_{self._token:08x}_{next(self._numbers)}"
        self._run("create database {} template {} strategy file_copy", name, "template1" if empty else self.template)
        return self.url_of(name)

    def drop(self, url: str) -> None:
        """Drop a clone, and whoever is still connected to it."""
        self._run("drop database if exists {} with (force)", make_url(url).database or "")

    def url_of(self, name: str) -> str:
        """The address of a database on the server."""
        return make_url(self._server_url).set(database=name).render_as_string(hide_password=False)

    def close(self) -> None:
        """Drop what is left of ours, and give the locks back."""
        for name in self._databases(f"test_{self._token:08x}_%"):
            self._run("drop database if exists {} with (force)", name)
        self._admin.close()

    def _make_template(self) -> None:
        if self._databases(self.template):
            return
        work = f"{self.template}_in_work"
        self._run("drop database if exists {} with (force)", work)
        self._run("create database {}", work)
        migrate.upgrade(self.url_of(work))
        self._run("alter database {} rename to {}", work, self.template)
        # A clone needs a template that nobody is connected to.
        self._run("alter database {} allow_connections false", self.template)

    def _sweep(self) -> None:
        """Drop the databases of processes that are no more, and the templates of schemas that nobody runs."""
        for name in self._databases("test\\_%"):
            self._drop_unless_used(PROCESS, int(name.split("_")[1], 16), name)
        for name in self._databases("template\\_%"):
            self._drop_unless_used(TEMPLATE, _number(name.split("_")[1]), name)

    def _drop_unless_used(self, kind: int, number: int, name: str) -> None:
        ours = {(PROCESS, self._token), (TEMPLATE, _number(self._schema))}
        if (kind, number) in ours or not self._ask("select pg_try_advisory_lock(%s, %s)", kind, number):
            return
        self._run("drop database if exists {} with (force)", name)
        self._ask("select pg_advisory_unlock(%s, %s)", kind, number)

    def _databases(self, like: str) -> list[str]:
        rows = self._admin.execute("select datname from pg_database where datname like %s order by 1", [like])
        return [name for (name,) in rows]

    def _ask(self, query: str, *values: int) -> bool:
        row = self._admin.execute(query, values).fetchone()
        return bool(row and row[0])

    def _run(self, statement: str, *names: str) -> None:
        self._admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _schema_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted((migrate.SCRIPTS / "versions").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _number(schema: str) -> int:
    return int(schema[:7], 16)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of a server's maintenance database: an external one if it is named, else the embedded one."""
    external = os.environ.get("TUITION_TEST_DATABASE_URL")
    if external:
        yield external
        return
    with postgres.hold(scratch.folder("test-postgres"), durable=False) as server:
        yield server.url("postgres")


@pytest.fixture(scope="session")
def clones(server_url: str) -> Iterator[Clones]:
    """Where this process's databases come from."""
    made = Clones(server_url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def template(clones: Clones) -> str:
    """The name of a database with the newest schema, made once per set of migrations."""
    return clones.template


@pytest.fixture(scope="session", autouse=True)
def keys() -> None:
    """A key for encryption, signatures and cursors."""
    secrets.configure("a key of the tests, of no worth anywhere else")


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """Passwords are hashed as in earnest, with a thousandth of the cost: nobody attacks these."""
    hashing._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    hashing._nobodys_hash = hashing._hasher.hash("nobody has this password")


@pytest.fixture
def bus() -> Bus:
    """An empty bus: a test of one room hears no other."""
    return Bus()


@pytest.fixture
async def database_url(clones: Clones) -> AsyncIterator[str]:
    """A fresh clone for one test, whose commits are real."""
    url = clones.make()
    yield url
    clones.drop(url)


@pytest.fixture
def empty_url(clones: Clones) -> Iterator[str]:
    """An empty database for one test."""
    url = clones.make(empty=True)
    yield url
    clones.drop(url)


@pytest.fixture
async def database(database_url: str, bus: Bus) -> AsyncIterator[Database]:
    """A pool on a fresh clone."""
    database = connect(database_url, bus=bus)
    yield database
    await database.dispose()


@pytest.fixture(scope="session")
async def shared_database(clones: Clones) -> AsyncIterator[Database]:
    """One clone for all the tests that roll back."""
    url = clones.make()
    database = connect(url, pool_size=2)
    yield database
    await database.dispose()
    clones.drop(url)


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


@dataclass
class Counted:
    """The statements that went to the server, savepoints and transactions aside."""

    statements: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many they were."""
        return len(self.statements)


@pytest.fixture
def count_queries() -> Callable[[Database | Session], AbstractContextManager[Counted]]:
    """Counts what a block asks of a database or of a session: ``with count_queries(session) as counted: …``."""

    @contextmanager
    def count(subject: Database | Session) -> Iterator[Counted]:
        bind: Any = subject.engine.sync_engine if isinstance(subject, Database) else subject.get_bind()
        engine = getattr(bind, "engine", bind)
        counted = Counted()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")):
                counted.statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield counted
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return count
