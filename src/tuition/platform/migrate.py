"""Bring a database to the newest schema, while the old code still runs on it.

Words: a migration's *phase* is ``pre`` (applied before the new code starts, and the old code bears it) or ``post`` (applied when
no old code runs any more). ``upgrade(phase="pre")`` stops before the first pending ``post``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tuition.kernel import DomainError, ErrorKind
from tuition.platform.database.engine import sqlalchemy_url

LOCK_TIMEOUT_S = 5
"""How long a migration may stand in a table's queue: everybody behind it waits as long."""
LOCK_ATTEMPTS_MAX = 10
LOCK_PAUSE_S = 2.0
STATEMENT_TIMEOUT_S = 600
WAIT_MAX_S = 600.0
"""How long to wait for another process that migrates."""
WAIT_POLL_S = 0.5
LOCK_KEY = 0x7417_1107
"""The advisory lock that keeps two migrations apart (the number has no meaning)."""
SCRIPTS = Path(__file__).parent / "migrations"
PRE, POST = "pre", "post"

HOLDER = text("""
    select format('process %s (%s%s), for %s s', pid, application_name, ' from ' || host(client_addr),
                  extract(epoch from clock_timestamp() - backend_start)::int)
    from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and granted and classid = 0 and objid = :key and objsubid = 1
      and database = (select oid from pg_database where datname = current_database())
""")


class MigrationsBusy(DomainError):
    """Another process is migrating this database: {holder}. Wait until it has finished, or end it."""

    kind = ErrorKind.CONFLICT
    code = "platform.migrations_busy"


class MigrationBlocked(DomainError):
    """Migration {revision} did not get its lock in {attempts} attempts of {seconds} s, because other sessions use the table
    without a pause. Everything before it is applied and it left nothing behind: start again when there is less going on."""

    kind = ErrorKind.UNAVAILABLE
    code = "platform.migration_blocked"


@dataclass(frozen=True, slots=True)
class Step:
    """One migration, in its order among those to be applied."""

    revision: str
    title: str
    phase: str
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Status:
    """Where a database stands."""

    current: str | None
    """The newest migration that is applied; ``None`` for an empty database."""
    head: str | None
    pending: tuple[Step, ...]

    @property
    def phase(self) -> str | None:
        """The phase of the next migration, or ``None`` when there is none."""
        return self.pending[0].phase if self.pending else None


def upgrade(
    url: str,
    *,
    revision: str = "head",
    phase: str | None = None,
    on_step: Callable[[Step], None] = lambda _: None,
    on_wait: Callable[[str], None] = lambda _: None,
    wait_s: float = WAIT_MAX_S,
) -> list[Step]:
    """Apply what is missing up to ``revision``, each migration in its own transaction, one process at a time; return it.

    ``phase="pre"`` stops before the first pending ``post``; otherwise all are applied in order. ``on_step`` hears of each before
    it begins, ``on_wait`` who is migrating at the moment. Raises ``MigrationsBusy`` and ``MigrationBlocked``.
    """
    assert phase in {None, PRE, POST}, phase
    with _engine(url) as engine, _alone(engine, on_wait=on_wait, wait_s=wait_s):
        steps = _pending(engine, revision)
        if phase == PRE:
            until = next((step.number - 1 for step in steps if step.phase == POST), len(steps))
            steps = steps[:until]
        for step in steps:
            on_step(step)
            _apply(engine, step)
    return steps


def downgrade(url: str, revision: str = "-1", *, on_wait: Callable[[str], None] = lambda _: None) -> Status:
    """Undo migrations down to ``revision``, which may be relative; return where that leads."""
    with _engine(url) as engine:
        with _alone(engine, on_wait=on_wait, wait_s=WAIT_MAX_S), engine.connect() as connection:
            command.downgrade(configuration(connection), revision)
            connection.commit()
        return _status(engine)


def status(url: str) -> Status:
    """What is applied and what is not."""
    with _engine(url) as engine:
        return _status(engine)


def configuration(connection: Connection, metadata: MetaData | None = None) -> Config:
    """Alembic's configuration, bound to an open connection."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config


def _status(engine: Engine) -> Status:
    steps = _pending(engine, "head")
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return Status(current, ScriptDirectory(str(SCRIPTS)).get_current_head(), tuple(steps))


def _pending(engine: Engine, revision: str) -> list[Step]:
    script = ScriptDirectory(str(SCRIPTS))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    missing = [found for found in script.iterate_revisions(revision, current or "base") if found.revision != current]
    return [
        Step(found.revision, found.doc, getattr(found.module, "phase", PRE), number, len(missing))
        for number, found in enumerate(reversed(missing), start=1)
    ]


def _apply(engine: Engine, step: Step) -> None:
    """One migration. When a table is too busy it steps out of the queue, so that others pass, and comes again."""
    for attempt in range(1, LOCK_ATTEMPTS_MAX + 1):
        try:
            with engine.connect() as connection:
                command.upgrade(configuration(connection), step.revision)
                connection.commit()
            return
        except OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                raise
            if attempt == LOCK_ATTEMPTS_MAX:
                raise MigrationBlocked(revision=step.revision, attempts=attempt, seconds=LOCK_TIMEOUT_S) from error
            time.sleep(LOCK_PAUSE_S)


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    settings = {
        "lock_timeout": f"{LOCK_TIMEOUT_S}s",
        "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
        "idle_session_timeout": "0",  # the connection that holds the lock only waits
        "timezone": "UTC",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    engine = create_engine(
        sqlalchemy_url(url), poolclass=NullPool, connect_args={"options": options, "application_name": "tuition migrate"}
    )
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _alone(engine: Engine, *, on_wait: Callable[[str], None], wait_s: float) -> Iterator[None]:
    """Hold the lock of migrations on a connection of its own, which gives it back by ending.

    Outside a transaction: an index that is built concurrently would wait for ours to end. So the address leads past any pooler.
    """
    deadline = time.monotonic() + wait_s
    told = None
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        while not connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}):
            holder = connection.scalar(HOLDER, {"key": LOCK_KEY})
            if time.monotonic() >= deadline:
                raise MigrationsBusy(holder=holder or "unknown")
            if holder and holder.split(", for")[0] != told:
                on_wait(holder)
                told = holder.split(", for")[0]
            time.sleep(WAIT_POLL_S)
        yield
