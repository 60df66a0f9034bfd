"""Reports in batches, when the database is away and when one report is to blame."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from tuition.api.playing.batcher import Batcher
from tuition.kernel import clock, new_id
from tuition.platform.database import Database
from tuition.playback import Report


class _Away:
    """A database that refuses in one way, and counts how often it was asked."""

    def __init__(self, error: Exception) -> None:
        self.error, self.asked = error, 0

    async def retrying(self, _work: Any) -> Any:
        self.asked += 1
        await asyncio.sleep(0)
        raise OperationalError("begin", {}, self.error)


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (psycopg.OperationalError("the server closed the connection unexpectedly"), 1),
        (psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"), 7),
    ],
)
async def test_a_batch_is_taken_apart_only_when_a_report_may_be_to_blame(error: Exception, asked: int) -> None:
    database = _Away(error)
    batcher = Batcher(cast(Database, database))
    reports = [Report(new_id(), ((0, 1000),), 1000, 1000, clock.now()) for _ in range(4)]
    answers = await asyncio.gather(*(batcher.submit(report) for report in reports), return_exceptions=True)
    assert all(isinstance(answer, OperationalError) for answer in answers)
    assert database.asked == asked
