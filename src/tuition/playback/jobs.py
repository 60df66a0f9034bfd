"""What playback does by itself."""

from __future__ import annotations

from datetime import datetime

from tuition.platform import jobs
from tuition.platform.database import Session, make_months
from tuition.playback.actions import sessions


@jobs.every("* * * * *", "playback.close_stale")
async def close_stale(session: Session, *, now: datetime) -> None:
    """Once a minute, end the sessions that have fallen silent."""
    await sessions.close_stale(session, now=now)


@jobs.every("14 2 * * *", "playback.make_months")
async def make_interval_months(session: Session, *, now: datetime) -> None:
    """Every night, see that the coming months have their partitions."""
    await make_months(session, "play_intervals", now=now)
