"""Calls to providers: reserve in one transaction, call in none, settle in another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from tuition.kernel import Currency, DomainError, Money, clock
from tuition.payments import queries
from tuition.payments.actions import asking, refunding, webhooks
from tuition.payments.actions.admitting import admit
from tuition.payments.errors import GatewayRefused, GatewayUnavailable
from tuition.payments.models import Payment, PaymentMethod, PaymentRefund
from tuition.payments.ports import AnswerStatus, Gateway, GatewayAnswer, Gateways, PaymentRequest, RefundRequest
from tuition.payments.rules import PaymentStatus, RefundStatus
from tuition.platform import jobs
from tuition.platform.database import Database

STUCK_AFTER = timedelta(minutes=30)
ABANDONED_AFTER = timedelta(days=2)
"""When a payer who never came back from the provider's page has given up. A later success still counts."""
ABANDONED = "The payment was not finished in time."
RECONCILE_BATCH = 100

log = structlog.get_logger(__name__)


async def ask(database: Database, gateways: Gateways, payment_id: UUID) -> Payment:
    """Ask the provider while somebody waits; when it does not answer, a job goes on asking and the payment stays pending.

    Raises ``GatewayRefused`` where the provider does not fit the database.
    """
    try:
        return await start(database, gateways, payment_id)
    except GatewayUnavailable:
        async with database.transaction() as session:
            await asking.start_later(session, payment_id)
            return await queries.get_payment(session, payment_id)


async def start(database: Database, gateways: Gateways, payment_id: UUID) -> Payment:
    """Ask the provider for an opened payment and record its answer. Safe to repeat: the provider knows our key.

    Raises ``GatewayUnavailable`` when it did not answer, ``GatewayRefused`` where play money and money would meet; then the
    payment has failed.
    """
    async with database.reading(fresh=True) as session:
        payment = await queries.get_payment(session, payment_id)
        method = await session.get(PaymentMethod, payment.payment_method_id) if payment.payment_method_id else None
    if payment.status != PaymentStatus.PENDING.value:
        return payment
    gateway = gateways[payment.provider]
    await _admit(database, gateway, payment)
    answer = await gateway.create_payment(
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


async def refresh(database: Database, gateways: Gateways, payment_id: UUID) -> Payment:
    """Ask the provider what became of a payment, when its message is late. Raises ``GatewayUnavailable``."""
    async with database.reading(fresh=True) as session:
        payment = await queries.get_payment(session, payment_id)
    if payment.status != PaymentStatus.PENDING.value:
        return payment
    if payment.provider_reference is None:
        return await start(database, gateways, payment_id)
    answer = await gateways[payment.provider].fetch_payment(payment.provider_reference)
    if answer.status is AnswerStatus.PENDING and payment.created_at < clock.now() - ABANDONED_AFTER:
        answer = replace(answer, status=AnswerStatus.FAILED, failure_code="expired", failure_message=ABANDONED)
    async with database.transaction() as session:
        return await asking.record_answer(session, payment_id, answer)


async def _admit(database: Database, gateway: Gateway, payment: Payment) -> None:
    try:
        async with database.transaction() as session:
            await admit(session, gateway)
    except GatewayRefused as refusal:
        answer = GatewayAnswer(
            AnswerStatus.FAILED, f"refused:{payment.id}", failure_code=refusal.code, failure_message=refusal.sentence
        )
        async with database.transaction() as session:
            await asking.record_answer(session, payment.id, answer)
        raise


async def send_refund(database: Database, gateways: Gateways, refund_id: UUID) -> None:
    """Ask the provider to give money back and record its answer. Safe to repeat."""
    async with database.reading(fresh=True) as session:
        refund = await session.get_one(PaymentRefund, refund_id)
        payment = await queries.get_payment(session, refund.payment_id)
    if refund.status != RefundStatus.PENDING.value:
        return
    answer = await gateways[payment.provider].refund(
        RefundRequest(
            key=refund.key,
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
    """Ask for an off-session payment, or for one whose provider did not answer."""
    await start(context.database, context.service(Gateways), UUID(payment_id))


@jobs.work("payments.send_refund", retries=jobs.PATIENT)
async def send_refund_job(context: jobs.Context, *, refund_id: str) -> None:
    """Send a refund, again and again until the provider has answered."""
    await send_refund(context.database, context.service(Gateways), UUID(refund_id))


@jobs.work("payments.process_webhook", retries=3)
async def process_webhook(context: jobs.Context, *, event_id: str) -> None:
    """Understand a stored message; when that breaks, say so on the event and let the queue try again."""
    async with context.database.reading() as session:
        event = await queries.get_webhook_event(session, UUID(event_id))
    try:
        gateway = context.service(Gateways)[event.provider]
        async with context.database.transaction() as session:
            await webhooks.process(session, event.id, gateway)
    except Exception as error:
        async with context.database.transaction() as session:
            await webhooks.record_failure(session, event.id, f"{type(error).__name__}: {error}")
        raise


@jobs.work("payments.refresh", retries=2)
async def refresh_job(context: jobs.Context, *, payment_id: str) -> None:
    """Ask the provider about a payment that nobody has ended."""
    try:
        await refresh(context.database, context.service(Gateways), UUID(payment_id))
    except DomainError as refusal:
        # The next hour asks again, and the list of stuck payments shows it meanwhile.
        log.warning("payments.reconcile_put_off", payment_id=payment_id, code=refusal.code)


@jobs.every_work("23 * * * *", "payments.reconcile")
async def reconcile(context: jobs.Context, *, now: datetime) -> None:
    """Once an hour, let the providers be asked about what nobody has ended: a lost message must not cost anybody money.

    Each by a job of its own, so that one that breaks holds up no other.
    """
    before = now - STUCK_AFTER
    payment: Payment | None = None
    refund: PaymentRefund | None = None
    while True:
        async with context.database.transaction() as session:
            stuck = await queries.stuck_payments(session, before=before, after=payment, limit=RECONCILE_BATCH)
            unsent = await queries.stuck_refunds(session, before=before, after=refund, limit=RECONCILE_BATCH)
            for payment in stuck:
                await jobs.defer(session, "payments.refresh", once=str(payment.id), payment_id=str(payment.id))
            for refund in unsent:
                await jobs.defer(session, "payments.send_refund", once=str(refund.id), refund_id=str(refund.id))
        if len(stuck) < RECONCILE_BATCH and len(unsent) < RECONCILE_BATCH:
            return
