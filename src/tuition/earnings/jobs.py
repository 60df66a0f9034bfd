"""When earnings mature by themselves."""

from __future__ import annotations

from datetime import datetime

from tuition.earnings import actions
from tuition.kernel import clock
from tuition.platform import jobs
from tuition.platform.database import Session


@jobs.every("17 * * * *", "earnings.mature")
async def mature(session: Session, *, now: datetime) -> None:
    """Once an hour, mature what is due; a long queue goes on in the next job."""
    if await actions.mature_due(session, now=now) >= actions.MATURE_BATCH:
        await jobs.defer(session, "earnings.mature_more")


@jobs.task("earnings.mature_more")
async def mature_more(session: Session) -> None:
    """Go on with a long queue."""
    await mature(session, now=clock.now())
