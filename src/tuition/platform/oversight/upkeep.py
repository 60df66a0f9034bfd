"""The platform's own periodic jobs: forget what has expired, rescue what was dropped."""

from __future__ import annotations

from datetime import datetime

from tuition.platform import jobs
from tuition.platform.database import Session
from tuition.platform.security import idempotency, rates


@jobs.every("*/2 * * * *", "platform.rescue_jobs")
async def rescue_jobs(session: Session, *, now: datetime) -> None:
    """Put the jobs of dead workers back: which worker is dead, the database's own clock tells."""
    del now
    await jobs.rescue_stalled(session)


@jobs.every("7 * * * *", "platform.forget_expired")
async def forget_expired(session: Session, *, now: datetime) -> None:
    """Forget answers, limits and finished jobs whose time is over."""
    await idempotency.forget_expired(session, now=now)
    await rates.forget_empty(session, now=now)
    await jobs.forget_finished(session, now=now)
