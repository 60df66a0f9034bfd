"""Tables that grow for ever are cut by month, so that old months can be moved away and new rows meet small indexes."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from tuition.platform.database.sessions import Session

MONTHS_AHEAD = 3
"""This month and two more: a job may fail for weeks before a row falls into the default partition."""


async def make_months(session: Session, table: str, *, now: datetime, months: int = MONTHS_AHEAD) -> int:
    """Make the partitions of this and the coming months, and return how many were missing. Run it daily.

    The table is append-only, partitioned by ``at``, and has a default partition, ``<table>_default``.
    """
    statement = text("select tuition_make_months(:table, cast(:first as date), :months)")
    first = now.astimezone(UTC).date()
    return int(await session.scalar(statement, {"table": table, "first": first, "months": months}) or 0)
