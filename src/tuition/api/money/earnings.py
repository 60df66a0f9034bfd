"""What a creator earns."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tuition import earnings
from tuition.earnings import EarningLot
from tuition.edge import EdgeRoute, MoneyOut, PageOut, Reading, SignedIn, problems
from tuition.kernel import Currency, Money
from tuition.platform import paging

router = APIRouter(prefix="/v1/earnings", tags=["earnings"], route_class=EdgeRoute)


class TotalsOut(BaseModel):
    """Earnings in one currency."""

    currency: str
    earned: MoneyOut
    pending: MoneyOut = Field(description="May still be refunded.")
    available: MoneyOut = Field(description="May be paid out.")
    paid_out: MoneyOut
    reversed: MoneyOut = Field(description="Given back to buyers.")
    owed: MoneyOut = Field(description="Taken back after it had been paid out; paid by itself from what becomes available next.")


class LotOut(BaseModel):
    """What one sale or one play session earned."""

    id: UUID
    category: str = Field(examples=["sales"])
    source_type: str = Field(examples=["purchase"])
    source_id: UUID
    amount: MoneyOut
    available: MoneyOut
    reversed: MoneyOut
    hold_until: datetime
    window_until: datetime
    created_at: datetime


def _lot(row: EarningLot) -> LotOut:
    unit = Currency(row.currency)
    return LotOut(
        id=row.id,
        category=row.category,
        source_type=row.source_type,
        source_id=row.source_id,
        amount=MoneyOut.of(Money(row.amount_minor, unit)),
        available=MoneyOut.of(Money(row.available_minor, unit)),
        reversed=MoneyOut.of(Money(row.reversed_minor, unit)),
        hold_until=row.hold_until,
        window_until=row.window_until,
        created_at=row.created_at,
    )


@router.get("/totals", summary="Show your earnings", responses=problems(401))
async def totals(session: Reading, actor: SignedIn) -> PageOut[TotalsOut]:
    """One line per currency."""
    found = await earnings.totals_of(session, actor.id)
    return PageOut(
        items=[
            TotalsOut(
                currency=row.earned.currency,
                earned=MoneyOut.of(row.earned),
                pending=MoneyOut.of(row.pending),
                available=MoneyOut.of(row.available),
                paid_out=MoneyOut.of(row.paid_out),
                reversed=MoneyOut.of(row.reversed),
                owed=MoneyOut.of(row.owed),
            )
            for row in found
        ]
    )


@router.get("", summary="List what you earned", responses=problems(401))
async def list_lots(
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 50,
) -> PageOut[LotOut]:
    """One line per sale or play session, newest first."""
    page = await earnings.lots_of(session, actor.id, cursor=cursor, limit=limit)
    return PageOut(items=[_lot(row) for row in page.items], next_cursor=page.next_cursor)
