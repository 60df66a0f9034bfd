"""Reports that arrive together are taken in together: one transaction, one ``fsync``, many answers.

While one batch is with the database the next one gathers, so that the batch grows with the load and a lone report waits for
nobody.
"""

from __future__ import annotations

import asyncio
from collections import deque

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tuition import metering
from tuition.kernel import DomainError, ErrorKind, clock
from tuition.metering import Beat
from tuition.platform.database import Database
from tuition.playback import Report

log = structlog.get_logger(__name__)

BATCH_MAX = 400
"""Reports in one transaction: more make its locks long and its answers late."""
WAITING_MAX = 20_000
"""Reports that may wait; beyond it the server says so at once instead of letting players hang."""
IN_FLIGHT = 2
"""Batches under way: one with the database while the other is worked out here."""

AWAY = ("08", "57P")
"""PostgreSQL's classes of errors that mean: not there, or not yet."""


class TooManyWaiting(DomainError):
    """More is being played than can be taken in at this moment. Nothing is lost: report again in {retry_after_s} seconds."""

    kind = ErrorKind.UNAVAILABLE
    code = "api.too_many_waiting"


class Batcher:
    """Gathers reports and takes them in."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[tuple[Report, asyncio.Future[Beat]]] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def submit(self, report: Report) -> Beat:
        """Take in a report; returns once what it came to is durable."""
        if len(self._waiting) >= WAITING_MAX:
            raise TooManyWaiting(retry_after_s=2)
        answer: asyncio.Future[Beat] = asyncio.get_running_loop().create_future()
        self._waiting.append((report, answer))
        if len(self._running) < IN_FLIGHT:
            task = asyncio.create_task(self._work())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await answer

    async def close(self) -> None:
        """Wait until everything that was handed in has its answer."""
        while self._running:
            await asyncio.gather(*self._running)

    async def _work(self) -> None:
        await asyncio.sleep(0)  # let what has arrived in this turn of the loop join the batch
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH_MAX, len(self._waiting)))]
            await self._take_in(batch)

    async def _take_in(self, batch: list[tuple[Report, asyncio.Future[Beat]]]) -> None:
        reports = [report for report, _ in batch]
        try:
            beats = await self._database.retrying(lambda session: metering.record_batch(session, reports, now=clock.now()))
        except Exception as error:  # the queue must live on; whoever waits is told
            if _is_away(error):
                # No report is to blame, and asking for each alone would only make it later.
                self._refuse(batch, error)
            else:
                await self._isolate(batch, error)
            return
        for (_, answer), beat in zip(batch, beats, strict=True):
            if not answer.done():
                answer.set_result(beat)

    async def _isolate(self, batch: list[tuple[Report, asyncio.Future[Beat]]], error: Exception) -> None:
        """One report that cannot be taken in must not take the others with it: halve the batch until it stands alone."""
        if len(batch) == 1:
            log.error("heartbeat.refused", play_session_id=str(batch[0][0].session_id), exc_info=error)
            self._refuse(batch, error)
            return
        middle = len(batch) // 2
        await self._take_in(batch[:middle])
        await self._take_in(batch[middle:])

    @staticmethod
    def _refuse(batch: list[tuple[Report, asyncio.Future[Beat]]], error: Exception) -> None:
        for _, answer in batch:
            if not answer.done():
                answer.set_exception(error)


def _is_away(error: Exception) -> bool:
    """Whether the database could not be reached, as opposed to a report that it would not take."""
    if isinstance(error, PoolTimeout):
        return True
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return isinstance(error, OperationalError) and (state is None or state.startswith(AWAY))
