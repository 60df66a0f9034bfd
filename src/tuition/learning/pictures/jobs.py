"""Throwing away what nothing shows."""

from __future__ import annotations

from datetime import datetime

from tuition.learning.pictures.actions import sweep
from tuition.learning.pictures.rules import key_of
from tuition.platform import files, jobs


@jobs.every_work("41 3 * * *", "pictures.sweep")
async def sweep_pictures(context: jobs.Context, *, now: datetime) -> None:
    """Once a night: pictures whose text was never saved, or says something else now."""
    store = context.service(files.Store)
    while True:
        async with context.database.transaction() as session:
            gone = await sweep(session, now=now)
        # The row first: an address that leads nowhere is better than a file that is missing.
        for picture_id in gone:
            await store.delete(key_of(picture_id))
        if not gone:
            return
