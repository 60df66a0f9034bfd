"""A creator's earnings: what is handed out. Nothing here names anybody, and books are kept for years: erasure finds nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from tuition.earnings.models import EarningLot
from tuition.kernel import Currency, Money
from tuition.platform.database import AnySession, Session


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Every share of a sale, ready for JSON."""
    lots = await session.scalars(select(EarningLot).where(EarningLot.creator_id == person_id).order_by(EarningLot.created_at))
    return {
        "earnings": [
            {
                "source": f"{lot.source_type}:{lot.source_id}",
                "category": lot.category,
                "amount": str(Money(lot.amount_minor, Currency(lot.currency))),
                "reversed": str(Money(lot.reversed_minor, Currency(lot.currency))),
                "paid_out": str(Money(lot.paid_out_minor, Currency(lot.currency))),
                "created_at": lot.created_at.isoformat(),
            }
            for lot in lots
        ]
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Nothing: what was earned is owed to somebody, or was paid, and says only whose it is by number."""
