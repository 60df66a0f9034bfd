"""How often pages were looked at: counted in memory and written together, because a popular row is everybody's."""

from __future__ import annotations

import time
from collections import Counter
from uuid import UUID
from weakref import WeakKeyDictionary

from tuition import catalog
from tuition.platform.database import Database

WRITE_EVERY_S = 10.0
"""What a process that is killed may lose."""


class _Tally:
    def __init__(self) -> None:
        self.views: Counter[UUID] = Counter()
        self.written_at = 0.0


_tallies: WeakKeyDictionary[Database, _Tally] = WeakKeyDictionary()


async def count_view(database: Database, content_id: UUID) -> None:
    """Count one look. Runs after the answer was sent; now and then it writes what has gathered."""
    tally = _tallies.setdefault(database, _Tally())
    tally.views[content_id] += 1
    now = time.monotonic()
    if now - tally.written_at < WRITE_EVERY_S:
        return
    tally.written_at = now
    gathered, tally.views = tally.views, Counter()
    async with database.transaction() as session:
        await catalog.count_views(session, gathered)
