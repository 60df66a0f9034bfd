"""A purchase is given back: its own money, its own grant, nothing else."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import exists, func, select

from tuition import access, catalog, earnings, ledger, messaging, payments, playback, wallets
from tuition.commerce.actions.invoicing import issue_credit_note
from tuition.commerce.actions.metered import METER
from tuition.commerce.errors import NothingToRefund, PurchaseNotFound
from tuition.commerce.events import PurchaseRefunded
from tuition.commerce.models import Order, OrderLine, Purchase, Refund
from tuition.commerce.previews import preview_refund
from tuition.commerce.rules import Funding, OrderStatus, PurchaseStatus, RefundStatus, Refusal, refund_split
from tuition.earnings import CreatorShare, Split
from tuition.identity import Actor, allows
from tuition.kernel import Currency, Money, Phrase, clock, new_id
from tuition.ledger import AccountKey, AccountKind
from tuition.platform import events
from tuition.platform.database import Session
from tuition.playback import Basis

ANY_REFUND: Final = "payments:manage"
CHOSEN_ANYWAY: Final = frozenset({Refusal.ALL_USED, Refusal.BY_THE_MINUTE})
"""Nothing comes back by the rule; somebody may still be kind."""


async def refund(session: Session, actor: Actor, purchase_id: UUID, *, reason: str = "", amount: Money | None = None) -> Refund:
    """Give a purchase back: to its buyer what was not used; whoever manages payments may choose another ``amount``, at any time.

    Raises ``PurchaseNotFound``, ``NothingToRefund`` (with the reason), ``EarningsAlreadyPaid``.
    """
    may_choose = allows(actor, ANY_REFUND)
    locked = select(Purchase).where(Purchase.id == purchase_id).with_for_update()
    purchase = (await session.scalars(locked, execution_options={"populate_existing": True})).one_or_none()
    if purchase is None or (purchase.buyer_id != actor.id and not may_choose):
        raise PurchaseNotFound
    preview = await preview_refund(session, purchase, ignore_window=may_choose and amount is not None)
    given = preview.amount if amount is None or not may_choose else amount
    paid = Money(purchase.amount_minor, Currency(purchase.currency))
    # What the rule leaves with the seller can still be given back by somebody who may choose; what was never paid cannot.
    if preview.refusal and not (preview.refusal in CHOSEN_ANYWAY and may_choose and amount is not None):
        raise NothingToRefund(reason=preview.refusal.sentence)
    if not Money.zero(paid.currency) < given <= paid:
        raise NothingToRefund(reason=Phrase("{paid} was paid.", paid=paid))
    order = (await session.scalars(select(Order).where(Order.id == purchase.order_id).with_for_update())).one()
    parts = refund_split(split_of(purchase), given, fee_rate=order.fee_rate)
    row = Refund(
        id=new_id(),
        order_id=order.id,
        purchase_id=purchase.id,
        decided_by=actor.id,
        currency=given.currency,
        amount_minor=given.minor,
        tax_minor=parts.tax.minor,
        platform_fee_minor=parts.fee.minor,
        creator_minor=parts.creators_total.minor,
        used_ms=preview.used_ms,
        duration_ms=preview.duration_ms,
        reason=reason,
        status=(RefundStatus.PENDING if order.funding == Funding.PAYMENT.value else RefundStatus.COMPLETED).value,
        created_at=clock.now(),
    )
    session.add(row)
    await undo(session, order, purchase, given, reason)
    await _move_back(session, order, purchase, row, parts)
    if order.funding != Funding.MINUTES.value:  # minutes have no invoice that a credit note could speak of
        await issue_credit_note(session, order, purchase, row)
    await _tell(session, purchase, given)
    return row


async def on_refund_succeeded(session: Session, fact: payments.RefundSucceeded) -> None:
    """The provider has sent the money back: what was held for it leaves the books."""
    if fact.subject_type not in {"refund", "order"}:
        return
    payment_provider = await session.scalar(select(payments.Payment.provider).where(payments.Payment.id == fact.payment_id))
    buyer_id = await session.scalar(select(payments.Payment.user_id).where(payments.Payment.id == fact.payment_id))
    assert payment_provider is not None and buyer_id is not None  # noqa: PT018 - both come from one row
    currency = fact.amount.currency
    await ledger.post(
        session,
        ledger.Posting(
            owner=buyer_id,
            kind="refund.sent",
            source=ledger.Source("payment_refund", fact.refund_id),
            idempotency_key=f"refund_sent:{fact.refund_id}",
            transfers=[
                ledger.Transfer(
                    AccountKey(buyer_id, AccountKind.HELD, currency),
                    AccountKey(ledger.PLATFORM, ledger.gateway_kind(payment_provider), currency),
                    fact.amount,
                )
            ],
            at=clock.now(),
        ),
    )
    await _settle(session, fact.subject_id, RefundStatus.COMPLETED)


async def on_refund_failed(session: Session, fact: payments.RefundFailed) -> None:
    """The provider refused: the money stays held for the buyer, and whoever manages payments sees it."""
    await _settle(session, fact.subject_id, RefundStatus.FAILED)


async def _settle(session: Session, refund_id: UUID, status: RefundStatus) -> None:
    row = (await session.scalars(select(Refund).where(Refund.id == refund_id).with_for_update())).one_or_none()
    if row is not None and row.status != RefundStatus.COMPLETED.value:
        row.status = status.value
        row.completed_at = clock.now()


async def undo(session: Session, order: Order, purchase: Purchase, given: Money, reason: str) -> None:
    """Take a purchase back: its state, its grant, its count; and what it was the last part of. No money moves here."""
    now = clock.now()
    was_owned = purchase.status == PurchaseStatus.COMPLETED.value
    purchase.status = PurchaseStatus.REFUNDED.value
    purchase.refunded_minor += given.minor
    purchase.refunded_at = now
    purchase.refund_reason = reason
    if not was_owned:
        return
    await access.end(session, source=("purchase", purchase.id), reason="refunded", at=now)
    await catalog.count_purchases(session, [purchase.content_id], by=-1)
    completed = Purchase.status == PurchaseStatus.COMPLETED.value
    if not await session.scalar(select(exists().where(Purchase.order_line_id == purchase.order_line_id, completed))):
        await access.end(session, source=("order_line", purchase.order_line_id), reason="refunded", at=now)
    if not await session.scalar(select(func.count()).where(Purchase.order_id == order.id, completed)):
        order.status = OrderStatus.REFUNDED.value


async def _move_back(session: Session, order: Order, purchase: Purchase, row: Refund, parts: Split) -> None:
    """Post the refund: from creator, fee and tax to the wallet that paid, or to what is held until the provider has sent it."""
    currency = Currency(order.currency)
    given = Money(row.amount_minor, currency)
    debits = await take_back(session, purchase, parts)
    is_wallet = order.funding in {Funding.WALLET.value, Funding.MINUTES.value}
    target = AccountKey(order.buyer_id, AccountKind.WALLET if is_wallet else AccountKind.HELD, currency)
    await ledger.post(
        session,
        ledger.Posting(
            owner=order.buyer_id,
            kind="purchase.refunded",
            source=ledger.Source("refund", row.id),
            idempotency_key=f"refund:{row.id}",
            transfers=[ledger.Transfer(debit, target, amount) for debit, amount in debits],
            at=clock.now(),
        ),
    )
    if is_wallet:
        source_type, source_ids = await _paid_by(session, order, purchase)
        await wallets.give_back(session, given, source_type=source_type, source_ids=source_ids)
        wallet = await wallets.open_wallet(session, order.buyer_id, currency)
        kind = wallets.MovementType.REFUND
        await wallets.record_movement(session, wallet, kind, given, source_type="refund", source_id=row.id, at=clock.now())
        await wallets.note_funding(session, wallet, given, source=("refund", row.id))
        row.completed_at = clock.now()
    else:
        assert order.payment_id is not None, "an order that was paid outside knows its payment"
        await payments.request_refund(session, order.payment_id, given, subject=("refund", row.id), reason=row.reason)


async def take_back(
    session: Session, purchase: Purchase, parts: Split, *, forced: bool = False
) -> list[tuple[AccountKey, Money]]:
    """From whom how much is taken: fee and tax from the house, the rest from the creator, pending before available.

    ``forced``: the money has gone already; a creator who was paid out owes it (see ``earnings.reverse``).
    """
    currency = parts.gross.currency
    source_type, source_ids = await _earned_by(session, purchase)
    takes = await earnings.reverse(
        session,
        sources=[(source_type, source_id) for source_id in source_ids],
        amounts={purchase.seller_id: parts.creators_total},
        forced=forced,
    )
    debits: list[tuple[AccountKey, Money]] = [
        (AccountKey(ledger.PLATFORM, AccountKind.REVENUE, currency), parts.fee),
        (AccountKey(ledger.PLATFORM, AccountKind.TAX, currency), parts.tax),
    ]
    for take in takes:
        debits.append((AccountKey(take.creator_id, AccountKind.EARNINGS_PENDING, currency), take.pending))
        debits.append((AccountKey(take.creator_id, AccountKind.EARNINGS, currency), take.available))
        debits.append((AccountKey(take.creator_id, AccountKind.RECEIVABLE, currency), take.owed))
    return [(account, amount) for account, amount in debits if amount]


async def _paid_by(session: Session, order: Order, purchase: Purchase) -> tuple[str, list[UUID]]:
    """What drew the money from the wallet: the order, or the play sessions of the meter."""
    if order.funding == Funding.MINUTES.value:
        return await _earned_by(session, purchase)
    return "order", [order.id]


async def _earned_by(session: Session, purchase: Purchase) -> tuple[str, list[UUID]]:
    """What brought the creator their share: the purchase, or the play sessions of the meter, the newest first."""
    if purchase.provider != Funding.MINUTES.value:
        return "purchase", [purchase.id]
    basis = Basis(METER, UUID(purchase.provider_reference.removeprefix(f"{METER}:")))
    return "play_session", await playback.sessions_on(session, purchase.buyer_id, basis)


def split_of(purchase: Purchase) -> Split:
    """How a purchase divided when it was paid."""
    currency = Currency(purchase.currency)
    return Split(
        gross=Money(purchase.amount_minor, currency),
        tax=Money(purchase.tax_minor, currency),
        fee=Money(purchase.platform_fee_minor, currency),
        creators=(CreatorShare(purchase.seller_id, Money(purchase.creator_minor, currency)),),
    )


async def _tell(session: Session, purchase: Purchase, given: Money) -> None:
    fact = PurchaseRefunded(purchase.id, purchase.buyer_id, purchase.content_id, purchase.seller_id, given)
    await events.publish(session, fact)
    title = await session.scalar(select(OrderLine.title).where(OrderLine.id == purchase.order_line_id))
    context = {"amount": given, "titles": [title], "url": f"/receipts/{purchase.order_id}"}
    await messaging.send_email(session, "refund_receipt", to_person=purchase.buyer_id, context=context)
