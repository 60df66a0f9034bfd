"""What wallets do by themselves."""

from __future__ import annotations

from datetime import datetime

from tuition.kernel import clock
from tuition.platform import jobs
from tuition.platform.database import Session
from tuition.wallets.actions import automatic, funding


@jobs.every("7 * * * *", "wallets.expire")
async def expire(session: Session, *, now: datetime) -> None:
    """Once an hour, take back gifts whose time is over; a long queue goes on in the next job."""
    if await funding.expire_due(session, now=now) >= funding.EXPIRE_BATCH:
        await jobs.defer(session, "wallets.expire_more")


@jobs.task("wallets.expire_more")
async def expire_more(session: Session) -> None:
    """Go on with a long queue."""
    await expire(session, now=clock.now())


@jobs.every("*/5 * * * *", "wallets.retry_top_ups")
async def retry_top_ups(session: Session, *, now: datetime) -> None:
    """Try declined automatic top-ups again when their time has come."""
    await automatic.charge_due(session, now=now)
