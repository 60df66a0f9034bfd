"""What was paid by the minute has reached the price: the purchase is written down. The money has moved already."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from tuition import access, catalog, messaging
from tuition.commerce.models import Order, OrderLine, Purchase
from tuition.commerce.rules import Funding, OrderStatus, PurchaseStatus
from tuition.earnings import Split, Tax
from tuition.kernel import Money, clock, new_id
from tuition.platform.database import Session

METER: Final = "meter"
"""How a purchase names what it was paid by, and a play session the right on which it played."""


async def record_metered_ownership(
    session: Session, *, buyer_id: UUID, content_id: UUID, parts: Split, fee_rate: Decimal, tax: Tax, meter_id: UUID
) -> Purchase | None:
    """Record the purchase and give the grant, once. ``None`` when the content is owned otherwise by now.

    ``parts`` is what the meter moved, ``fee_rate`` and ``tax`` the rates by which it did last.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(buyer_id), 1))))
    owned = select(Purchase.id).where(
        Purchase.buyer_id == buyer_id, Purchase.content_id == content_id, Purchase.status == PurchaseStatus.COMPLETED.value
    )
    if await session.scalar(owned) is not None:
        return None
    [content] = (await catalog.contents_by_id(session, [content_id])).values()
    order = await _write_order(session, buyer_id, parts, fee_rate, tax)
    purchase = await _write_purchase(session, order, content, parts, f"{METER}:{meter_id}")
    source = ("purchase", purchase.id)
    given = await access.grant(session, buyer_id, access.Content(content_id), kind=access.AccessType.PURCHASED, source=source)
    purchase.grant_id = given.id
    await catalog.count_purchases(session, [content_id])
    await _tell(session, purchase, content, parts.gross)
    return purchase


async def _write_order(session: Session, buyer_id: UUID, parts: Split, fee_rate: Decimal, tax: Tax) -> Order:
    now = clock.now()
    order = Order(
        id=new_id(),
        buyer_id=buyer_id,
        status=OrderStatus.COMPLETED.value,
        funding=Funding.MINUTES.value,
        currency=parts.gross.currency,
        total_minor=parts.gross.minor,
        tax_minor=parts.tax.minor,
        tax_country=tax.country,
        tax_name=tax.name,
        tax_rate=tax.rate,
        fee_rate=fee_rate,
        waiver_text="",
        waiver_text_hash="",
        waiver_at=now,
        waiver_ip="",
        completed_at=now,
        created_at=now,
    )
    session.add(order)
    await session.flush()  # the line points at it
    return order


async def _write_purchase(session: Session, order: Order, content: catalog.Content, parts: Split, reference: str) -> Purchase:
    line = OrderLine(
        id=new_id(),
        order_id=order.id,
        content_id=content.id,
        title=content.title,
        list_minor=order.total_minor,
        amount_minor=order.total_minor,
        created_at=order.created_at,
    )
    session.add(line)
    await session.flush()  # the purchase points at it
    purchase = Purchase(
        id=new_id(),
        order_id=order.id,
        order_line_id=line.id,
        buyer_id=order.buyer_id,
        content_id=content.id,
        seller_id=parts.creators[0].creator_id,
        currency=order.currency,
        amount_minor=order.total_minor,
        tax_minor=parts.tax.minor,
        platform_fee_minor=parts.fee.minor,
        creator_minor=parts.creators_total.minor,
        status=PurchaseStatus.COMPLETED.value,
        provider=Funding.MINUTES.value,
        provider_reference=reference,
        refunded_minor=0,
        purchased_at=order.created_at,
        created_at=order.created_at,
    )
    session.add(purchase)
    return purchase


async def _tell(session: Session, purchase: Purchase, content: catalog.Content, amount: Money) -> None:
    url = f"/c/{content.slug}"
    context = {"title": content.title, "total": amount, "url": url}
    await messaging.send_email(session, "own_at_cap", to_person=purchase.buyer_id, context=context)
    await messaging.notify(
        session,
        purchase.buyer_id,
        "payment",
        title="It is yours",
        message="What you paid by the minute has reached the price. “{title}” is yours to keep.",
        fields={"title": content.title},
        action_url=url,
        dedupe_key=f"owned:{purchase.id}",
    )
