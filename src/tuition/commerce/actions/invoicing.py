"""Numbered documents. A number is taken under the year's lock, in the transaction of the sale, so that none is ever left out."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tuition import identity
from tuition.commerce.models import Invoice, InvoiceCounter, Order, OrderLine, Purchase, Refund
from tuition.commerce.rules import InvoiceKind
from tuition.kernel import clock, new_id
from tuition.platform import site
from tuition.platform.database import Session


async def issue_invoice(session: Session, order: Order) -> Invoice:
    """The invoice of a completed order."""
    statement = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.id)
    lines = [{"title": line.title, "amount_minor": line.amount_minor} for line in (await session.scalars(statement)).all()]
    return await _issue(session, order, InvoiceKind.INVOICE, order.id, lines, order.total_minor, order.tax_minor)


async def issue_credit_note(session: Session, order: Order, purchase: Purchase, refund: Refund) -> Invoice:
    """The credit note of a refund."""
    title = await session.scalar(select(OrderLine.title).where(OrderLine.id == purchase.order_line_id))
    lines = [{"title": title, "amount_minor": refund.amount_minor}]
    return await _issue(session, order, InvoiceKind.CREDIT_NOTE, refund.id, lines, refund.amount_minor, refund.tax_minor)


async def _issue(
    session: Session, order: Order, kind: InvoiceKind, subject_id: UUID, lines: list[Any], total_minor: int, tax_minor: int
) -> Invoice:
    settings = await site.current(session)
    now = clock.now()
    buyer = await session.get_one(identity.User, order.buyer_id)
    invoice = Invoice(
        id=new_id(),
        number=await _next_number(session, now.astimezone(ZoneInfo(settings.timezone)).year, kind),
        kind=kind.value,
        order_id=order.id,
        subject_id=subject_id,
        buyer_id=order.buyer_id,
        buyer={"name": buyer.full_name, "email": buyer.email, "country": order.tax_country or buyer.country or ""},
        seller={
            "name": settings.legal_name or settings.platform_name,
            "address": settings.legal_address or "",
            "country": settings.legal_country or "",
            "tax_number": settings.tax_number or "",
        },
        lines=lines,
        currency=order.currency,
        total_minor=total_minor,
        tax_minor=tax_minor,
        tax_name=order.tax_name,
        tax_rate=order.tax_rate,
        issued_at=now,
        created_at=now,
    )
    session.add(invoice)
    return invoice


async def _next_number(session: Session, year: int, kind: InvoiceKind) -> str:
    """Each kind counts by itself: no number of a year is left out of either row."""
    statement = insert(InvoiceCounter).values(kind=kind.value, year=year, last=1)
    number = await session.scalar(
        statement.on_conflict_do_update(index_elements=["kind", "year"], set_={"last": InvoiceCounter.last + 1}).returning(
            InvoiceCounter.last
        )
    )
    prefix = "C" if kind is InvoiceKind.CREDIT_NOTE else "I"
    return f"{prefix}-{year}-{number:06d}"
