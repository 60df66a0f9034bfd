"""A buyer's bank takes an order's money back: what it had bought goes, and everybody gives back their part."""

from __future__ import annotations

from sqlalchemy import select

from tuition import earnings, ledger, messaging, payments
from tuition.commerce.actions.invoicing import issue_credit_note
from tuition.commerce.actions.refunding import split_of, take_back, undo
from tuition.commerce.events import PurchaseRefunded
from tuition.commerce.models import Order, Purchase, Refund
from tuition.commerce.rules import PurchaseStatus, RefundStatus, refund_split
from tuition.earnings import CreatorShare, Split
from tuition.kernel import Currency, Money, clock, new_id
from tuition.ledger import AccountKey
from tuition.platform import events
from tuition.platform.database import Session

PURPOSE = "order"
REASON = "The payer's bank took the money back."


async def on_payment_disputed(session: Session, fact: payments.PaymentDisputed) -> None:
    """Every purchase of the order ends; what a refund left of it is taken back as well. A creator who was paid out owes it."""
    if fact.purpose != PURPOSE:
        return
    order = (await session.scalars(select(Order).where(Order.id == fact.subject_id).with_for_update())).one()
    paid = Purchase.status.in_([PurchaseStatus.COMPLETED.value, PurchaseStatus.REFUNDED.value])
    statement = select(Purchase).where(Purchase.order_id == order.id, paid).order_by(Purchase.id).with_for_update()
    for purchase in (await session.scalars(statement)).all():
        if purchase.refunded_minor < purchase.amount_minor:
            await _end(session, order, purchase, fact)
    await messaging.notify(
        session,
        order.buyer_id,
        "payment",
        title="Your bank took a payment back",
        message="{amount} went back to your bank, so what it had bought is not yours any more.",
        fields={"amount": fact.amount},
        action_url=f"/receipts/{order.id}",
    )


async def _end(session: Session, order: Order, purchase: Purchase, fact: payments.PaymentDisputed) -> None:
    currency = Currency(purchase.currency)
    left = Money(purchase.amount_minor - purchase.refunded_minor, currency)
    before = (await session.scalars(select(Refund).where(Refund.purchase_id == purchase.id))).one_or_none()
    parts = _rest(split_of(purchase), before) if before else refund_split(split_of(purchase), left, fee_rate=order.fee_rate)
    debits = await take_back(session, purchase, parts, forced=True)
    gateway = AccountKey(ledger.PLATFORM, ledger.gateway_kind(fact.provider), currency)
    await ledger.post(
        session,
        ledger.Posting(
            owner=order.buyer_id,
            kind="purchase.disputed",
            source=ledger.Source("purchase", purchase.id),
            idempotency_key=f"purchase_disputed:{purchase.id}",
            transfers=[ledger.Transfer(debit, gateway, amount) for debit, amount in debits],
            at=clock.now(),
        ),
    )
    await earnings.settle_debts(session, {purchase.seller_id}, now=clock.now())
    await undo(session, order, purchase, left, REASON)
    if before is None:
        await _write(session, order, purchase, parts)
    gone = PurchaseRefunded(purchase.id, purchase.buyer_id, purchase.content_id, purchase.seller_id, left)
    await events.publish(session, gone)


async def _write(session: Session, order: Order, purchase: Purchase, parts: Split) -> None:
    now = clock.now()
    row = Refund(
        id=new_id(),
        order_id=order.id,
        purchase_id=purchase.id,
        decided_by=None,
        currency=order.currency,
        amount_minor=parts.gross.minor,
        tax_minor=parts.tax.minor,
        platform_fee_minor=parts.fee.minor,
        creator_minor=parts.creators_total.minor,
        used_ms=0,
        duration_ms=0,
        reason=REASON,
        status=RefundStatus.COMPLETED.value,
        completed_at=now,
        created_at=now,
    )
    session.add(row)
    await issue_credit_note(session, order, purchase, row)


def _rest(original: Split, refund: Refund) -> Split:
    """What a refund has left with everybody."""
    currency = original.gross.currency
    creator = original.creators[0]
    return Split(
        gross=original.gross - Money(refund.amount_minor, currency),
        tax=original.tax - Money(refund.tax_minor, currency),
        fee=original.fee - Money(refund.platform_fee_minor, currency),
        creators=(CreatorShare(creator.creator_id, creator.amount - Money(refund.creator_minor, currency)),),
    )
