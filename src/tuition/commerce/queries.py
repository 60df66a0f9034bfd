"""What buyers, creators and owners ask about orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tuition.commerce.errors import OrderNotFound, PurchaseNotFound
from tuition.commerce.models import Invoice, Order, OrderLine, Purchase, Refund
from tuition.commerce.rules import PurchaseStatus
from tuition.identity import Actor, allows
from tuition.platform import paging
from tuition.platform.database import AnySession

MANAGE: Final = "payments:manage"


async def get_order_for(session: AnySession, actor: Actor, order_id: UUID) -> Order:
    """The actor's own order, or any for those who manage payments."""
    order = await session.get(Order, order_id)
    if order is None or (order.buyer_id != actor.id and not allows(actor, MANAGE)):
        raise OrderNotFound
    return order


async def get_purchase_for(session: AnySession, actor: Actor, purchase_id: UUID) -> Purchase:
    """The actor's own purchase, or any for those who manage payments."""
    purchase = await session.get(Purchase, purchase_id)
    if purchase is None or (purchase.buyer_id != actor.id and not allows(actor, MANAGE)):
        raise PurchaseNotFound
    return purchase


async def get_invoice_for(session: AnySession, actor: Actor, invoice_id: UUID) -> Invoice:
    """The actor's own document, or any for those who manage payments."""
    invoice = await session.get(Invoice, invoice_id)
    if invoice is None or (invoice.buyer_id != actor.id and not allows(actor, MANAGE)):
        raise OrderNotFound
    return invoice


async def lines_of(session: AnySession, order_ids: Sequence[UUID]) -> dict[UUID, list[OrderLine]]:
    """The lines of these orders."""
    lines: dict[UUID, list[OrderLine]] = {order_id: [] for order_id in order_ids}
    statement = select(OrderLine).where(OrderLine.order_id.in_(order_ids)).order_by(OrderLine.id)
    for line in (await session.scalars(statement)).all():
        lines[line.order_id].append(line)
    return lines


async def purchases_of_orders(session: AnySession, order_ids: Sequence[UUID]) -> dict[UUID, list[Purchase]]:
    """The purchases that these orders fanned out to."""
    found: dict[UUID, list[Purchase]] = {order_id: [] for order_id in order_ids}
    statement = select(Purchase).where(Purchase.order_id.in_(order_ids)).order_by(Purchase.id)
    for purchase in (await session.scalars(statement)).all():
        found[purchase.order_id].append(purchase)
    return found


async def purchases_of(
    session: AnySession,
    buyer_id: UUID,
    *,
    status: PurchaseStatus | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> paging.Page[Purchase]:
    """What a person bought, newest first, with what was given back; ``status`` names one of the two."""
    wanted = [status.value] if status else [PurchaseStatus.COMPLETED.value, PurchaseStatus.REFUNDED.value]
    statement = select(Purchase).where(Purchase.buyer_id == buyer_id, Purchase.status.in_(wanted))
    return await paging.paginate(
        session, statement, keys=[Purchase.created_at.desc(), Purchase.id.desc()], cursor=cursor, limit=limit
    )


async def orders_page(
    session: AnySession, *, buyer_id: UUID | None = None, cursor: str | None = None, limit: int = 50
) -> paging.Page[Order]:
    """Orders, newest first: a buyer's own, or everybody's."""
    statement = select(Order) if buyer_id is None else select(Order).where(Order.buyer_id == buyer_id)
    return await paging.paginate(session, statement, keys=[Order.created_at.desc(), Order.id.desc()], cursor=cursor, limit=limit)


async def invoices_of(session: AnySession, order_ids: Sequence[UUID]) -> dict[UUID, list[Invoice]]:
    """The documents of these orders, the invoice first."""
    found: dict[UUID, list[Invoice]] = {order_id: [] for order_id in order_ids}
    statement = select(Invoice).where(Invoice.order_id.in_(order_ids)).order_by(Invoice.issued_at, Invoice.id)
    for invoice in (await session.scalars(statement)).all():
        found[invoice.order_id].append(invoice)
    return found


async def refunds_of(session: AnySession, purchase_ids: Sequence[UUID]) -> dict[UUID, Refund]:
    """The refunds of these purchases, by purchase."""
    statement = select(Refund).where(Refund.purchase_id.in_(purchase_ids))
    return {refund.purchase_id: refund for refund in (await session.scalars(statement)).all()}


async def refund_titles(session: AnySession, refund_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Of which order, and of what, these refunds are."""
    rows = await session.execute(
        select(Refund.id, Refund.order_id, OrderLine.title)
        .join(Purchase, Purchase.id == Refund.purchase_id)
        .join(OrderLine, OrderLine.id == Purchase.order_line_id)
        .where(Refund.id.in_(refund_ids))
    )
    return {refund_id: (order_id, title) for refund_id, order_id, title in rows}


async def sales_page(
    session: AnySession, seller_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> paging.Page[Purchase]:
    """What a creator sold, newest first, with what was given back."""
    sold = [PurchaseStatus.COMPLETED.value, PurchaseStatus.REFUNDED.value]
    statement = select(Purchase).where(Purchase.seller_id == seller_id, Purchase.status.in_(sold))
    return await paging.paginate(
        session, statement, keys=[Purchase.created_at.desc(), Purchase.id.desc()], cursor=cursor, limit=limit
    )
