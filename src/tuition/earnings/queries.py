"""What a creator wants to know about their money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import SQLColumnExpression, func, select

from tuition.earnings.models import EarningLot
from tuition.kernel import Currency, Money
from tuition.platform import paging
from tuition.platform.database import AnySession


@dataclass(frozen=True, slots=True)
class Totals:
    """A creator's earnings in one currency."""

    earned: Money
    pending: Money
    available: Money
    paid_out: Money
    reversed: Money
    owed: Money
    """What was taken back after it had been paid out."""


async def totals_of(session: AnySession, creator_id: UUID) -> list[Totals]:
    """One line per currency, by the lots. The nightly check holds them against the ledger's accounts."""

    def total(column: SQLColumnExpression[int]) -> SQLColumnExpression[int]:
        return func.coalesce(func.sum(column), 0)

    kept = EarningLot.amount_minor - EarningLot.reversed_minor
    rows = await session.execute(
        select(
            EarningLot.currency,
            total(EarningLot.amount_minor),
            total(kept - EarningLot.matured_minor),
            total(EarningLot.matured_minor + EarningLot.owed_minor - EarningLot.paid_out_minor),
            total(EarningLot.paid_out_minor),
            total(EarningLot.reversed_minor),
            total(EarningLot.owed_minor),
        )
        .where(EarningLot.creator_id == creator_id)
        .group_by(EarningLot.currency)
        .order_by(EarningLot.currency)
    )
    totals = []
    for currency, *amounts in rows:
        earned, pending, ready, paid_out, taken_back, owed = (Money(int(amount), Currency(currency)) for amount in amounts)
        totals.append(Totals(earned=earned, pending=pending, available=ready, paid_out=paid_out, reversed=taken_back, owed=owed))
    return totals


async def lots_of(
    session: AnySession, creator_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> paging.Page[EarningLot]:
    """A creator's lots, newest first."""
    statement = select(EarningLot).where(EarningLot.creator_id == creator_id)
    return await paging.paginate(
        session, statement, keys=[EarningLot.created_at.desc(), EarningLot.id.desc()], cursor=cursor, limit=limit
    )


async def earned_by_day(
    session: AnySession, creator_id: UUID, *, currency: str, since: datetime, until: datetime, zone: str
) -> dict[date, Money]:
    """What was earned on each day of the creator's own calendar, without what was taken back.

    Days without earnings are left out.
    """
    day = func.date(func.timezone(zone, EarningLot.created_at))
    rows = await session.execute(
        select(day, func.sum(EarningLot.amount_minor - EarningLot.reversed_minor))
        .where(
            EarningLot.creator_id == creator_id,
            EarningLot.currency == currency,
            EarningLot.created_at >= since,
            EarningLot.created_at < until,
        )
        .group_by(day)
        .order_by(day)
    )
    return {when: Money(int(amount), Currency(currency)) for when, amount in rows}
