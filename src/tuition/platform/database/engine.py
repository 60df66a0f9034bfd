"""The pool and the transactions taken from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tuition.platform.database.sessions import ReadSession, Session
from tuition.platform.events import Bus

CONNECT_TIMEOUT_S = 30
STATEMENT_TIMEOUT_S = 60
IDLE_IN_TRANSACTION_TIMEOUT_S = 120
POOL_SIZE = 10


def sqlalchemy_url(url: str) -> URL:
    """Any PostgreSQL URL, read with our driver (psycopg 3)."""
    return make_url(url).set(drivername="postgresql+psycopg")


class Database:
    """A pool of connections, and the only place where a transaction begins and ends."""

    def __init__(self, engine: AsyncEngine, bus: Bus, *, replica: AsyncEngine | None = None) -> None:
        self.engine = engine
        self.replica = replica or engine
        self.bus = bus

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with Session(self.engine, expire_on_commit=False, info={"bus": self.bus}) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadSession]:
        """One transaction that PostgreSQL keeps read-only."""
        async with ReadSession(self.replica, expire_on_commit=False, info={"bus": self.bus}, autoflush=False) as session:
            async with session.begin():
                await session.execute(text("set transaction read only"))
                yield session

    async def dispose(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        if self.replica is not self.engine:
            await self.replica.dispose()


def connect(url: str, *, bus: Bus | None = None, replica_url: str | None = None, pool_size: int = POOL_SIZE) -> Database:
    """Open a pool of at most ``pool_size`` connections. Nothing is sent until the first transaction.

    Seed figures of the connection budget: 30 s to connect, 60 s a statement.
    """

    def engine(address: str) -> AsyncEngine:
        return create_async_engine(
            sqlalchemy_url(address),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=CONNECT_TIMEOUT_S,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_S,
                "application_name": "tuition",
                "options": f"-c statement_timeout={STATEMENT_TIMEOUT_S}s -c timezone=UTC"
                f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_S}s",
            },
        )

    return Database(engine(url), bus or Bus(), replica=engine(replica_url) if replica_url else None)
