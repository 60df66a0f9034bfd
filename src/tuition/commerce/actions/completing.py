"""An order is paid: purchases become complete, grants are given, the money is split."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, update

from tuition import access, catalog, earnings, ledger, messaging, payments, wallets
from tuition.commerce.actions.invoicing import issue_invoice
from tuition.commerce.errors import AlreadyOwned
from tuition.commerce.events import OrderCompleted
from tuition.commerce.models import Order, OrderLine, Purchase
from tuition.commerce.policy import refusal_of
from tuition.commerce.rules import OrderStatus, PurchaseStatus
from tuition.kernel import Currency, DomainError, Money, clock
from tuition.ledger import AccountKey, AccountKind
from tuition.platform import events
from tuition.platform.database import Session

PURPOSE = "order"


async def complete(
    session: Session, order: Order, *, provider: str, reference: str, wallet: wallets.Wallet | None = None
) -> DomainError | None:
    """Make a pending order's contents the buyer's. Returns why not, when another order was first: then nothing has changed.

    Two orders of one buyer wait for each other here, and two buyers of the last place; the partial unique index on completed
    purchases is the backstop.
    """
    if wallet is not None:
        # Before the buyer's turn: a report that reaches the cap waits for that with the lots in its hands.
        await wallets.lock_lots(session, {wallet.id})
    if wallet is not None:
        # Money first, the buyer's turn second, as when minutes reach the price: the two wait for each other instead of dying.
        await wallets.lock_lots(session, {wallet.id})
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(order.buyer_id), 1))))
    purchases = await _purchases(session, order.id)
    taken = select(Purchase.content_id).where(
        Purchase.buyer_id == order.buyer_id,
        Purchase.content_id.in_([purchase.content_id for purchase in purchases]),
        Purchase.status == PurchaseStatus.COMPLETED.value,
    )
    contents = await catalog.contents_by_id(session, [purchase.content_id for purchase in purchases])
    if (owned := await session.scalar(taken.limit(1))) is not None:
        return AlreadyOwned(title=contents[owned].title)
    if refused := await refusal_of(session, order.buyer_id, list(contents.values()), hold=True):
        return refused
    now = clock.now()
    currency = Currency(order.currency)
    total = Money(order.total_minor, currency)
    if wallet is not None:
        await wallets.draw(session, wallet, total, source_type="order", source_id=order.id)
        kind = wallets.MovementType.PAYMENT
        await wallets.record_movement(
            session, wallet, kind, total, source_type="order", source_id=order.id, at=now, payment_method="wallet"
        )
    for purchase in purchases:
        purchase.status = PurchaseStatus.COMPLETED.value
        purchase.purchased_at = now
        purchase.provider, purchase.provider_reference = provider, reference
        source = ("purchase", purchase.id)
        # A course opens with what its lessons show, a series by a grant for each of its parts.
        is_course = contents[purchase.content_id].kind == catalog.Kind.COURSE
        scope = access.Collection(purchase.content_id) if is_course else access.Content(purchase.content_id)
        given = await access.grant(session, order.buyer_id, scope, kind=access.AccessType.PURCHASED, source=source)
        purchase.grant_id = given.id
    await _open_collections(session, order, purchases)
    order.status = OrderStatus.COMPLETED.value
    order.completed_at = now
    if total:
        payer = _payer(order, wallet, provider)
        await ledger.post(session, _posting(order, purchases, payer))
        await earnings.record_many(session, [_earned(purchase) for purchase in purchases if purchase.creator_minor])
        await issue_invoice(session, order)
        await _send_receipt(session, order, total)
    if wallet is not None:
        await wallets.look_at(session, wallet)
    await catalog.count_purchases(session, [purchase.content_id for purchase in purchases])
    content_ids = tuple(purchase.content_id for purchase in purchases)
    await events.publish(session, OrderCompleted(order.id, order.buyer_id, total, content_ids))
    return None


async def on_payment_succeeded(session: Session, fact: payments.PaymentSucceeded) -> None:
    """An order was paid. When it cannot be had any more (its last place was taken), the money goes back by itself."""
    if fact.purpose != PURPOSE:
        return
    order = (await session.scalars(select(Order).where(Order.id == fact.subject_id).with_for_update())).one()
    if order.status not in {OrderStatus.PENDING.value, OrderStatus.FAILED.value}:
        return
    refused = await complete(session, order, provider=fact.provider, reference=f"payment:{fact.payment_id}")
    if refused is None:
        return
    order.status = OrderStatus.SUPERSEDED.value
    order.refusal = {"sentence": refused.template(), "fields": {name: str(value) for name, value in refused.fields.items()}}
    await _end_purchases(session, order)
    held = AccountKey(order.buyer_id, AccountKind.HELD, fact.amount.currency)
    gateway = AccountKey(ledger.PLATFORM, ledger.gateway_kind(fact.provider), fact.amount.currency)
    await ledger.post(
        session,
        ledger.Posting(
            owner=order.buyer_id,
            kind="order.superseded",
            source=ledger.Source("order", order.id),
            idempotency_key=f"order_superseded:{order.id}",
            transfers=[ledger.Transfer(gateway, held, fact.amount)],
            at=clock.now(),
        ),
    )
    await payments.request_refund(session, fact.payment_id, fact.amount, subject=("order", order.id), reason=refused.sentence)
    url = f"/payments/{fact.payment_id}"
    context = {"amount": fact.amount, "titles": await _titles(session, order), "url": url}
    await messaging.send_email(session, "refund_receipt", to_person=order.buyer_id, context=context)
    message, fields = refused.template(), refused.fields
    title = "Your money goes back"
    await messaging.notify(session, order.buyer_id, "payment", title=title, message=message, fields=fields, action_url=url)


async def on_payment_failed(session: Session, fact: payments.PaymentFailed) -> None:
    """An order's payment was declined: the order failed, and may be tried anew as another one."""
    if fact.purpose != PURPOSE:
        return
    order = (await session.scalars(select(Order).where(Order.id == fact.subject_id).with_for_update())).one()
    if order.status == OrderStatus.PENDING.value:
        order.status = OrderStatus.FAILED.value
        await _end_purchases(session, order)


async def _send_receipt(session: Session, order: Order, total: Money) -> None:
    context = {"titles": await _titles(session, order), "total": total, "url": f"/receipts/{order.id}"}
    await messaging.send_email(session, "purchase_receipt", to_person=order.buyer_id, context=context)


async def _titles(session: Session, order: Order) -> list[str]:
    titles = select(OrderLine.title).where(OrderLine.order_id == order.id).order_by(OrderLine.id)
    return list((await session.scalars(titles)).all())


async def _purchases(session: Session, order_id: UUID) -> list[Purchase]:
    statement = select(Purchase).where(Purchase.order_id == order_id).order_by(Purchase.id).with_for_update()
    return list((await session.scalars(statement)).all())


async def _end_purchases(session: Session, order: Order) -> None:
    await session.execute(
        update(Purchase)
        .where(Purchase.order_id == order.id, Purchase.status == PurchaseStatus.PENDING.value)
        .values(status=PurchaseStatus.FAILED.value)
    )


async def _open_collections(session: Session, order: Order, purchases: Sequence[Purchase]) -> None:
    """A series that was bought opens its own page too.

    Its parts stand on their own grants, so that one can be given back alone.
    """
    bought = {purchase.content_id for purchase in purchases}
    lines = (await session.scalars(select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.id))).all()
    for line in lines:
        if line.content_id not in bought:
            scope, source = access.Content(line.content_id), ("order_line", line.id)
            await access.grant(session, order.buyer_id, scope, kind=access.AccessType.PURCHASED, source=source)


def _payer(order: Order, wallet: wallets.Wallet | None, provider: str) -> AccountKey:
    currency = Currency(order.currency)
    if wallet is not None:
        return AccountKey(order.buyer_id, AccountKind.WALLET, currency)
    return AccountKey(ledger.PLATFORM, ledger.gateway_kind(provider), currency)


def _posting(order: Order, purchases: Sequence[Purchase], payer: AccountKey) -> ledger.Posting:
    currency = Currency(order.currency)
    parts: list[tuple[AccountKey, int]] = []
    for purchase in purchases:
        parts += [
            (AccountKey(purchase.seller_id, AccountKind.EARNINGS_PENDING, currency), purchase.creator_minor),
            (AccountKey(ledger.PLATFORM, AccountKind.REVENUE, currency), purchase.platform_fee_minor),
            (AccountKey(ledger.PLATFORM, AccountKind.TAX, currency), purchase.tax_minor),
        ]
    return ledger.Posting(
        owner=order.buyer_id,
        kind="order.paid",
        source=ledger.Source("order", order.id),
        idempotency_key=f"order:{order.id}",
        transfers=[ledger.Transfer(payer, key, Money(minor, currency)) for key, minor in parts if minor],
        at=clock.now(),
    )


def _earned(purchase: Purchase) -> earnings.Earned:
    amount = Money(purchase.creator_minor, Currency(purchase.currency))
    return earnings.Earned(purchase.seller_id, amount, "purchase", purchase.id, earnings.Category.SALES, clock.now())
