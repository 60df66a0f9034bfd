"""What the ledger does by itself."""

from __future__ import annotations

from datetime import datetime

from tuition.ledger import actions
from tuition.platform import jobs
from tuition.platform.database import Session


@jobs.every("* * * * *", "ledger.fold")
async def fold(session: Session, *, now: datetime) -> None:  # noqa: ARG001 - the clock's own call
    """Once a minute, bring what waits beside busy accounts into their balances, so that reading them stays cheap."""
    await actions.fold(session)


@jobs.every("11 2 * * *", "ledger.make_months")
async def make_months(session: Session, *, now: datetime) -> None:
    """Every night, see that the coming months have their partitions."""
    await actions.make_months(session, now=now)
