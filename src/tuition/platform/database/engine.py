"""The pool and the transactions taken from it."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from tuition.platform.database.sessions import ReadSession, Session
from tuition.platform.events import Bus

CONNECT_TIMEOUT_S = 30
STATEMENT_TIMEOUT_S = 60
IDLE_IN_TRANSACTION_TIMEOUT_S = 120
POOL_SIZE = 10
IDLE_BEFORE_PING_S = 1.0
"""A connection that was used this recently is taken to be alive: asking it would cost a trip to the server each time."""
REPLICA_REST_S = 10.0
"""How long a replica that did not answer is left alone; meanwhile the others and the primary read."""
ATTEMPTS_MAX = 4
RETRY_PAUSE_S = 0.02
"""The first pause before a repetition; each is twice as long as the one before, and partly random."""
WORTH_REPEATING = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)

T = TypeVar("T")


def sqlalchemy_url(url: str) -> URL:
    """Any PostgreSQL URL, read with our driver (psycopg 3)."""
    return make_url(url).set(drivername="postgresql+psycopg")


@dataclass(frozen=True, slots=True)
class PoolHealth:
    """The pool's numbers of this moment, for metrics and the readiness probe."""

    size: int
    """How many connections it may open."""
    in_use: int
    idle: int
    exhausted: int
    """How many transactions, since the start, did not get a connection in time."""


class Database:
    """A pool of connections, and the only place where a transaction begins and ends."""

    def __init__(self, engine: AsyncEngine, bus: Bus, *, replicas: Sequence[AsyncEngine] = ()) -> None:
        self.engine = engine
        self.bus = bus
        self._replicas = tuple(replicas)
        # Made once: each carries listeners of its own, and making one costs as much as a query.
        self._readers = {
            source: source.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            for source in (engine, *replicas)
        }
        self._turns = itertools.count()
        self._resting_until: dict[AsyncEngine, float] = {}
        self._exhausted = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._counting_exhaustion():
            async with Session(self.engine, expire_on_commit=False, info={"bus": self.bus}) as session, session.begin():
                yield session

    @asynccontextmanager
    async def reading(self, *, fresh: bool = False) -> AsyncIterator[ReadSession]:
        """One transaction that PostgreSQL keeps read-only, and in which everything is of one moment.

        Both ride on BEGIN and cost nothing. ``fresh`` reads from the primary: what this person has just written may not have
        reached a replica yet.
        """
        engine = self.engine if fresh or not self._replicas else await self._replica()
        with self._counting_exhaustion():
            async with ReadSession(
                self._readers[engine], expire_on_commit=False, info={"bus": self.bus}, autoflush=False
            ) as session:
                async with session.begin():
                    yield session

    async def retrying(self, work: Callable[[Session], Awaitable[T]], *, attempts: int = ATTEMPTS_MAX) -> T:
        """Do the work in a transaction, and again in a new one when PostgreSQL could not order it among others.

        For an edge or a job; ``work`` may run several times, so whatever it does outside the database must bear that.
        """
        for attempt in itertools.count(1):
            try:
                async with self.transaction() as session:
                    return await work(session)
            except DBAPIError as error:
                if attempt >= attempts or not isinstance(error.orig, WORTH_REPEATING):
                    raise
                await asyncio.sleep(RETRY_PAUSE_S * 2**attempt * random.uniform(0.5, 1))  # noqa: S311  # because a pause is no secret
        raise AssertionError("unreachable")

    def health(self) -> PoolHealth:
        """The numbers of the pool that writes."""
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)
        return PoolHealth(size=pool.size(), in_use=pool.checkedout(), idle=pool.checkedin(), exhausted=self._exhausted)

    async def dispose(self) -> None:
        """Close every connection."""
        for engine in (self.engine, *self._replicas):
            await engine.dispose()

    async def _replica(self) -> AsyncEngine:
        """The next replica in turn that answers, or the primary when none does."""
        first = next(self._turns)
        for offset in range(len(self._replicas)):
            engine = self._replicas[(first + offset) % len(self._replicas)]
            if self._resting_until.get(engine, 0.0) > time.monotonic():
                continue
            try:
                async with engine.connect():
                    return engine
            except (OperationalError, OSError):
                self._resting_until[engine] = time.monotonic() + REPLICA_REST_S
        return self.engine

    @contextmanager
    def _counting_exhaustion(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout:
            self._exhausted += 1
            raise


def connect(
    url: str,
    *,
    bus: Bus | None = None,
    replica_urls: Sequence[str] = (),
    pool_size: int = POOL_SIZE,
    pooler: bool = False,
    name: str = "tuition",
) -> Database:
    """Open a pool of at most ``pool_size`` connections. Nothing is sent until the first transaction.

    Time-outs: 30 s to get a connection, 60 s a statement. ``pooler``: the address leads to PgBouncer in transaction mode, where
    neither prepared statements nor settings of a session survive; the time-outs are then the role's (see the manual).
    ``name`` is what ``pg_stat_activity`` shows.
    """

    def engine(address: str) -> AsyncEngine:
        made = create_async_engine(
            sqlalchemy_url(address),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=CONNECT_TIMEOUT_S,
            connect_args=_connect_arguments(name, pooler=pooler),
        )
        _ping_after_a_rest(made)
        return made

    return Database(engine(url), bus or Bus(), replicas=[engine(address) for address in replica_urls])


def _connect_arguments(name: str, *, pooler: bool) -> dict[str, Any]:
    arguments: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": name}
    if pooler:
        return arguments | {"prepare_threshold": None}
    options = {
        "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
        "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_TIMEOUT_S}s",
        "timezone": "UTC",
    }
    return arguments | {"options": " ".join(f"-c {key}={value}" for key, value in options.items())}


def _ping_after_a_rest(engine: AsyncEngine) -> None:
    """Ask a connection whether it is alive when it has rested, instead of each time (``pool_pre_ping``)."""
    dialect = engine.dialect

    @event.listens_for(engine.sync_engine, "checkin")
    def remember(_connection: Any, record: Any) -> None:
        record.info["returned_at"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        returned_at = record.info.get("returned_at")
        if returned_at is None or time.monotonic() - returned_at < IDLE_BEFORE_PING_S:
            return
        try:
            dialect.do_ping(connection)
        except psycopg.Error as error:
            # The others rest on the same server: all are opened anew, and this checkout tries again.
            raise InvalidatePoolError from error
