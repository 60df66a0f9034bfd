"""Calls to providers: reserve in one transaction, call in none, settle in another."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from tuition.kernel import Currency, Money
from tuition.payments import queries
from tuition.payments.actions import asking, refunding, webhooks
from tuition.payments.models import Payment, PaymentMethod, PaymentRefund
from tuition.payments.ports import Gateways, GatewayUnavailable, PaymentRequest, RefundRequest
from tuition.payments.rules import PaymentStatus, RefundStatus
from tuition.platform import jobs
from tuition.platform.database import Database

STUCK_AFTER = timedelta(minutes=30)
RECONCILE_BATCH = 100


async def start(database: Database, gateways: Gateways, payment_id: UUID) -> Payment:
    """Ask the provider for an opened payment and record its answer. Safe to repeat: the provider knows our key.

    Raises ``GatewayUnavailable`` when it did not answer; the payment stays pending and the reconciliation asks again.
    """
    async with database.reading() as session:
        payment = await queries.get_payment(session, payment_id)
        method = await session.get(PaymentMethod, payment.payment_method_id) if payment.payment_method_id else None
    if payment.status != PaymentStatus.PENDING.value:
        return payment
    answer = await gateways[payment.provider].create_payment(
        PaymentRequest(
            key=str(payment.id),
            amount=Money(payment.amount_minor, Currency(payment.currency)),
            description=payment.description,
            return_url=payment.return_url,
            payer_reference=str(payment.user_id),
            save_method=payment.save_method,
            method_reference=method.provider_reference if method else None,
            off_session=payment.off_session,
        )
    )
    async with database.transaction() as session:
        return await asking.record_answer(session, payment_id, answer)


async def send_refund(database: Database, gateways: Gateways, refund_id: UUID) -> None:
    """Ask the provider to give money back and record its answer. Safe to repeat."""
    async with database.reading() as session:
        refund = await session.get_one(PaymentRefund, refund_id)
        payment = await queries.get_payment(session, refund.payment_id)
    if refund.status != RefundStatus.PENDING.value:
        return
    answer = await gateways[payment.provider].refund(
        RefundRequest(
            key=str(refund.id),
            payment_reference=payment.provider_reference or "",
            amount=Money(refund.amount_minor, Currency(refund.currency)),
            reason=refund.reason,
        )
    )
    async with database.transaction() as session:
        locked = select(PaymentRefund).where(PaymentRefund.id == refund_id).with_for_update()
        await refunding.record_refund_answer(session, (await session.scalars(locked)).one(), answer)


@jobs.work("payments.start", retries=8)
async def start_job(context: jobs.Context, *, payment_id: str) -> None:
    """Ask for an off-session payment."""
    await start(context.database, context.service(Gateways), UUID(payment_id))


@jobs.work("payments.send_refund", retries=12)
async def send_refund_job(context: jobs.Context, *, refund_id: str) -> None:
    """Send a refund, again and again until the provider has answered."""
    await send_refund(context.database, context.service(Gateways), UUID(refund_id))


@jobs.work("payments.process_webhook", retries=3)
async def process_webhook(context: jobs.Context, *, event_id: str) -> None:
    """Understand a stored message; when that breaks, say so on the event and let the queue try again."""
    async with context.database.reading() as session:
        event = await queries.get_webhook_event(session, UUID(event_id))
    gateway = context.service(Gateways)[event.provider]
    try:
        async with context.database.transaction() as session:
            await webhooks.process(session, event.id, gateway)
    except Exception as error:
        async with context.database.transaction() as session:
            await webhooks.record_failure(session, event.id, f"{type(error).__name__}: {error}")
        raise


@jobs.every_work("23 * * * *", "payments.reconcile")
async def reconcile(context: jobs.Context, *, now: datetime) -> None:
    """Once an hour, ask the providers about payments of which we have not heard: a lost webhook must not cost anybody money."""
    async with context.database.reading() as session:
        stuck = await queries.stuck_payments(session, before=now - STUCK_AFTER, limit=RECONCILE_BATCH)
    for payment in stuck:
        gateway = context.service(Gateways)[payment.provider]
        try:
            if payment.provider_reference is None:
                await start(context.database, context.service(Gateways), payment.id)
                continue
            answer = await gateway.fetch_payment(payment.provider_reference)
        except GatewayUnavailable:
            continue  # the next hour asks again; the admin's list of stuck payments shows it meanwhile
        async with context.database.transaction() as session:
            await asking.record_answer(session, payment.id, answer)
