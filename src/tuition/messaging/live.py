"""News for open pages: one listening connection per process, and a queue for each page that is open.

PostgreSQL passes on who was told something, at the commit; what it says is read from the table, once per person and process
however many pages they have open. A page that was away, or slow, gets the count of what is unread, which is always true.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
import structlog
from psycopg import sql
from sqlalchemy.exc import SQLAlchemyError

from tuition.messaging.actions.notifying import CHANNEL, NOBODY
from tuition.messaging.errors import NotificationUnknown
from tuition.messaging.queries import get_notification_for, unread_count
from tuition.platform.database import Database

HEARTBEAT_S = 20.0
WAITING_MAX = 32
RECONNECT_FIRST_S = 0.5
RECONNECT_MAX_S = 30.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Live:
    """Something to show: how many are unread, and what has just arrived (or nothing: only the count has changed)."""

    unread: int
    id: UUID | None = None
    kind: str | None = None
    title: str | None = None
    message: str | None = None
    action_url: str | None = None
    action_label: str | None = None
    at: datetime | None = None


class Hub:
    """Listens for the whole process and passes on.

    ``url`` reaches the server itself: LISTEN does not pass through a pooler. Start it with ``async with hub.listening()``.
    """

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._url = url.replace("+psycopg://", "://", 1)  # the settings also take SQLAlchemy's way of writing an address
        self._pages: dict[UUID, set[asyncio.Queue[Live | None]]] = defaultdict(set)
        self._ready = asyncio.Event()
        self._is_closed = False

    @property
    def pages(self) -> int:
        """How many pages are open."""
        return sum(len(queues) for queues in self._pages.values())

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Hub]:
        """Listen until the block ends."""
        task = asyncio.create_task(self._listen(), name="notifications")
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def ready(self) -> None:
        """Wait until it listens."""
        await self._ready.wait()

    def close(self) -> None:
        """End every stream: the process is told to stop, and an open line would keep it. Pages open another line elsewhere."""
        self._is_closed = True
        for queues in self._pages.values():
            for queue in queues:
                _put(queue, None)

    async def stream(self, person_id: UUID, *, heartbeat_s: float = HEARTBEAT_S) -> AsyncGenerator[Live | None, None]:
        """What happens for a person from now on, beginning with the count; ``None`` when nothing has for a while."""
        queue: asyncio.Queue[Live | None] = asyncio.Queue(WAITING_MAX)
        self._pages[person_id].add(queue)
        try:
            yield await self._read(person_id, None)
            while not self._is_closed:
                try:
                    news = await asyncio.wait_for(queue.get(), heartbeat_s)
                except TimeoutError:
                    yield None
                    continue
                if news is not None:
                    yield news
        finally:
            self._pages[person_id].discard(queue)
            if not self._pages[person_id]:
                del self._pages[person_id]

    async def _listen(self) -> None:
        pause_s = RECONNECT_FIRST_S
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, application_name="tuition notifications"
                ) as connection:
                    await connection.execute(sql.SQL("listen {}").format(sql.Identifier(CHANNEL)))
                    self._ready.set()
                    pause_s = RECONNECT_FIRST_S
                    # What was told while nobody listened is in the count.
                    for person_id in list(self._pages):
                        await self._pass_on(person_id, None)
                    async for notification in connection.notifies():
                        await self._hear(notification.payload)
            except (psycopg.OperationalError, SQLAlchemyError) as error:
                # Also when the news could not be read: whoever listens on has only missed what the count will say.
                log.warning("messaging.listener_lost", error=type(error).__name__, again_in_s=pause_s)
            self._ready.clear()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RECONNECT_MAX_S)

    async def _hear(self, payload: str) -> None:
        person, _, what = payload.partition(" ")
        person_id = UUID(person)
        if person_id in self._pages:
            await self._pass_on(person_id, None if what == NOBODY else UUID(what))

    async def _pass_on(self, person_id: UUID, notification_id: UUID | None) -> None:
        news = await self._read(person_id, notification_id)
        for queue in list(self._pages.get(person_id, ())):
            _put(queue, news)

    async def _read(self, person_id: UUID, notification_id: UUID | None) -> Live:
        async with self._database.reading(fresh=True) as session:
            unread = await unread_count(session, person_id)
            if notification_id is None:
                return Live(unread)
            try:
                row = await get_notification_for(session, person_id, notification_id)
            except NotificationUnknown:
                return Live(unread)
            return Live(unread, row.id, row.type, row.title, row.message, row.action_url, row.action_label, row.created_at)


def _put(queue: asyncio.Queue[Live | None], news: Live | None) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(news)
