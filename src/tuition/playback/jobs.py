"""What playback does by itself."""

from __future__ import annotations

from datetime import datetime

from tuition.platform import jobs
from tuition.platform.database import Session
from tuition.playback.actions import sessions


@jobs.every("* * * * *", "playback.close_stale")
async def close_stale(session: Session, *, now: datetime) -> None:
    """Once a minute, end the sessions that have fallen silent."""
    await sessions.close_stale(session, now=now)
