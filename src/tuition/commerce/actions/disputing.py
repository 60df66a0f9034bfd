"""An order's money goes back without us, by the buyer's bank or by somebody at the provider: what it had bought goes too."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from tuition import earnings, ledger, messaging, payments
from tuition.commerce.actions.invoicing import issue_credit_note
from tuition.commerce.actions.refunding import split_of, take_back, undo
from tuition.commerce.events import PurchaseRefunded
from tuition.commerce.models import Order, Purchase, Refund
from tuition.commerce.rules import PurchaseStatus, RefundStatus, refund_split
from tuition.earnings import CreatorShare, Split
from tuition.kernel import Currency, Money, clock, new_id
from tuition.ledger import AccountKey, AccountKind
from tuition.platform import events
from tuition.platform.database import Session

PURPOSE: Final = "order"
TAKEN_BACK: Final = "The payer's bank took the money back."
GIVEN_BACK: Final = "The money was given back at the provider."


async def on_payment_disputed(session: Session, fact: payments.PaymentDisputed) -> None:
    """Every purchase of the order ends; what a refund left of it is taken back as well. A creator who was paid out owes it."""
    if fact.purpose != PURPOSE:
        return
    order = await _end_all(session, fact, TAKEN_BACK)
    await messaging.notify(
        session,
        order.buyer_id,
        "payment",
        title="Your bank took a payment back",
        message="{amount} went back to your bank, so what it had bought is not yours any more.",
        fields={"amount": fact.amount},
        action_url=f"/receipts/{order.id}",
    )


async def on_refunded_outside(session: Session, fact: payments.RefundedOutside) -> None:
    """Somebody gave money back at the provider. All that was left of the order: it ends, and everybody gives back their part.

    A part of it: nobody told us of what, so it is a gift of the house, and what was bought stays.
    """
    if fact.purpose != PURPOSE:
        return
    if not fact.is_rest:
        await _give(session, fact)
        return
    order = await _end_all(session, fact, GIVEN_BACK)
    await messaging.notify(
        session,
        order.buyer_id,
        "payment",
        title="A payment was given back",
        message="{amount} went back the way it came, so what it had bought is not yours any more.",
        fields={"amount": fact.amount},
        action_url=f"/receipts/{order.id}",
    )


async def _end_all(session: Session, fact: payments.PaymentDisputed | payments.RefundedOutside, reason: str) -> Order:
    order = (await session.scalars(select(Order).where(Order.id == fact.subject_id).with_for_update())).one()
    paid = Purchase.status.in_([PurchaseStatus.COMPLETED.value, PurchaseStatus.REFUNDED.value])
    statement = select(Purchase).where(Purchase.order_id == order.id, paid).order_by(Purchase.id).with_for_update()
    ended = Money.zero(fact.amount.currency)
    for purchase in (await session.scalars(statement, execution_options={"populate_existing": True})).all():
        if purchase.refunded_minor < purchase.amount_minor:
            ended += await _end(session, order, purchase, fact.provider, reason)
    if ended > fact.amount:
        # What the house had given back before out of its own pocket, it has back now.
        await _give(session, fact, returned=ended - fact.amount)
    return order


async def _give(
    session: Session, fact: payments.PaymentDisputed | payments.RefundedOutside, *, returned: Money | None = None
) -> None:
    """A part that went back at the provider is the house's gift; ``returned``: the gift of earlier parts, undone."""
    currency = fact.amount.currency
    gateway = AccountKey(ledger.PLATFORM, ledger.gateway_kind(fact.provider), currency)
    house = AccountKey(ledger.PLATFORM, AccountKind.PROMOTIONS, currency)
    transfer = ledger.Transfer(house, gateway, fact.amount) if returned is None else ledger.Transfer(gateway, house, returned)
    await ledger.post(
        session,
        ledger.Posting(
            owner=fact.payer_id,
            kind="order.given_back_outside" if returned is None else "order.gift_returned",
            source=ledger.Source("payment", fact.payment_id),
            idempotency_key=f"given_outside:{fact.refund_id}"
            if isinstance(fact, payments.RefundedOutside)
            else f"gift_returned:{fact.payment_id}",
            transfers=[transfer],
            at=clock.now(),
        ),
    )


async def _end(session: Session, order: Order, purchase: Purchase, provider: str, reason: str) -> Money:
    currency = Currency(purchase.currency)
    left = Money(purchase.amount_minor - purchase.refunded_minor, currency)
    before = (await session.scalars(select(Refund).where(Refund.purchase_id == purchase.id))).one_or_none()
    parts = _rest(split_of(purchase), before) if before else refund_split(split_of(purchase), left, fee_rate=order.fee_rate)
    debits = await take_back(session, purchase, parts, forced=True)
    gateway = AccountKey(ledger.PLATFORM, ledger.gateway_kind(provider), currency)
    await ledger.post(
        session,
        ledger.Posting(
            owner=order.buyer_id,
            kind="purchase.disputed" if reason == TAKEN_BACK else "purchase.refunded_outside",
            source=ledger.Source("purchase", purchase.id),
            idempotency_key=f"purchase_disputed:{purchase.id}",
            transfers=[ledger.Transfer(debit, gateway, amount) for debit, amount in debits],
            at=clock.now(),
        ),
    )
    await earnings.settle_debts(session, {purchase.seller_id}, now=clock.now())
    await undo(session, order, purchase, left, reason)
    if before is None:
        await _write(session, order, purchase, parts, reason)
    gone = PurchaseRefunded(purchase.id, purchase.buyer_id, purchase.content_id, purchase.seller_id, left)
    await events.publish(session, gone)
    return left


async def _write(session: Session, order: Order, purchase: Purchase, parts: Split, reason: str) -> None:
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
        reason=reason,
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
