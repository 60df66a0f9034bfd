"""A person's orders: what is handed out, and where their name stood. Amounts, dates and numbers stay: the law keeps books."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tuition.commerce.models import Invoice, Order, OrderLine, Purchase, Refund
from tuition.kernel import Currency, Money
from tuition.platform.database import AnySession, Session

ERASED_BUYER = {"name": "", "email": "", "country": ""}


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Every order with its lines, refund and documents, ready for JSON."""
    orders = (await session.scalars(select(Order).where(Order.buyer_id == person_id).order_by(Order.id))).all()
    ids = [order.id for order in orders]
    lines = (await session.scalars(select(OrderLine).where(OrderLine.order_id.in_(ids)).order_by(OrderLine.id))).all()
    refunds = (await session.scalars(select(Refund).where(Refund.order_id.in_(ids)).order_by(Refund.id))).all()
    documents = (await session.scalars(select(Invoice).where(Invoice.buyer_id == person_id).order_by(Invoice.number))).all()

    def amount(minor: int, currency: str) -> str:
        return str(Money(minor, Currency(currency)))

    return {
        "orders": [
            {
                "id": str(order.id),
                "status": order.status,
                "total": amount(order.total_minor, order.currency),
                "tax": amount(order.tax_minor, order.currency),
                "created_at": order.created_at.isoformat(),
                "agreed_to": order.waiver_text,
                "agreed_from": order.waiver_ip,
                "lines": [
                    {"title": line.title, "amount": amount(line.amount_minor, order.currency)}
                    for line in lines
                    if line.order_id == order.id
                ],
            }
            for order in orders
        ],
        "refunds": [
            {"amount": amount(row.amount_minor, row.currency), "status": row.status, "reason": row.reason} for row in refunds
        ],
        "documents": [{"number": row.number, "kind": row.kind, "buyer": row.buyer} for row in documents],
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Take the name off documents, the address off consents, and what was written off refunds."""
    theirs = select(Order.id).where(Order.buyer_id == person_id).scalar_subquery()
    await session.execute(update(Invoice).where(Invoice.buyer_id == person_id).values(buyer=ERASED_BUYER))
    await session.execute(update(Order).where(Order.buyer_id == person_id).values(waiver_ip=""))
    await session.execute(update(Purchase).where(Purchase.buyer_id == person_id).values(refund_reason=None))
    await session.execute(update(Refund).where(Refund.order_id.in_(theirs)).values(reason=""))
