"""What providers tell us: verified, stored as it came, then understood once."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from tuition.kernel import clock, new_id
from tuition.payments.actions.admitting import require_admitted
from tuition.payments.actions.asking import record_answer
from tuition.payments.actions.refunding import record_outside_refund, record_refund_answer
from tuition.payments.errors import WebhookEventNotFound
from tuition.payments.models import Payment, PaymentRefund, WebhookEvent
from tuition.payments.ports import AnswerStatus, Gateway, RefundAnswer, WebhookMessage
from tuition.payments.rules import WebhookStatus
from tuition.platform import audit, jobs
from tuition.platform.database import Session

KEPT_HEADERS_MAX = 40


async def receive(session: Session, gateway: Gateway, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
    """Verify a message, store it and let a job understand it. A message seen before only counts its delivery.

    Raises ``SignatureInvalid`` or ``GatewayRefused``, and then stores nothing.
    """
    await require_admitted(session, gateway)
    message = gateway.read_webhook(headers, body, now=clock.now())
    statement = insert(WebhookEvent).values(
        id=new_id(),
        provider=gateway.name,
        event_id=message.event_id,
        event_type=message.event_type,
        payload=body,
        headers=dict(list(headers.items())[:KEPT_HEADERS_MAX]),
        created_at=clock.now(),
    )
    event = (
        await session.scalars(
            statement.on_conflict_do_update(
                index_elements=["provider", "event_id"], set_={"deliveries": WebhookEvent.deliveries + 1}
            ).returning(WebhookEvent),
            execution_options={"populate_existing": True},
        )
    ).one()
    if event.deliveries == 1:
        await jobs.defer(session, "payments.process_webhook", event_id=str(event.id))
    return event


async def process(session: Session, event_id: UUID, gateway: Gateway) -> WebhookEvent:
    """Understand a stored message. Safe to repeat: what it says has happened once already, or happens now."""
    event = await _locked(session, event_id)
    if event.status in {WebhookStatus.PROCESSED.value, WebhookStatus.IGNORED.value}:
        return event
    event.attempts += 1
    # The signature was checked when it arrived; its age no longer matters.
    message = gateway.read_webhook(event.headers, event.payload, now=event.created_at)
    understood = await _apply(session, event, message)
    event.status = (WebhookStatus.PROCESSED if understood else WebhookStatus.IGNORED).value
    event.error_message = None
    event.processed_at = clock.now()
    return event


async def record_failure(session: Session, event_id: UUID, reason: str) -> None:
    """Remember that understanding a message broke, so that a person sees it and can replay it."""
    event = await _locked(session, event_id)
    if event.status != WebhookStatus.PROCESSED.value:
        event.status = WebhookStatus.FAILED.value
        event.attempts += 1
        event.error_message = reason


async def replay(session: Session, actor_id: UUID, event_id: UUID) -> WebhookEvent:
    """Let a job try a message again, at a person's word."""
    event = await _locked(session, event_id)
    if event.status != WebhookStatus.PROCESSED.value:
        event.status = WebhookStatus.PROCESSING.value
    await audit.record(session, actor_id, "payments.webhook_replayed", subject=("webhook_event", event_id))
    await jobs.defer(session, "payments.process_webhook", event_id=str(event_id))
    return event


async def _locked(session: Session, event_id: UUID) -> WebhookEvent:
    statement = select(WebhookEvent).where(WebhookEvent.id == event_id).with_for_update()
    event = (await session.scalars(statement, execution_options={"populate_existing": True})).one_or_none()
    if event is None:
        raise WebhookEventNotFound
    return event


async def _apply(session: Session, event: WebhookEvent, message: WebhookMessage) -> bool:
    """Find what the message is about: by our own key where the provider echoes it, else by its reference."""
    if message.answer is not None:
        payment_id = await session.scalar(
            select(Payment.id).where(
                Payment.provider == event.provider,
                or_(Payment.id == _own_id(message.answer.key), Payment.provider_reference == message.answer.reference),
            )
        )
        if payment_id is not None:
            event.payment_id = payment_id
            await record_answer(session, payment_id, message.answer)
            return True
    if message.refund is not None:
        statement = (
            select(PaymentRefund)
            .join(Payment, Payment.id == PaymentRefund.payment_id)
            .where(
                Payment.provider == event.provider,
                or_(
                    PaymentRefund.id == _own_id(message.refund.key), PaymentRefund.provider_reference == message.refund.reference
                ),
            )
            .with_for_update(of=PaymentRefund)
        )
        refund = (await session.scalars(statement)).one_or_none()
        if refund is not None:
            event.payment_id = refund.payment_id
            await record_refund_answer(session, refund, message.refund)
            return True
        return await _apply_outside(session, event, message.refund)
    return False


async def _apply_outside(session: Session, event: WebhookEvent, answer: RefundAnswer) -> bool:
    """A refund that none of ours is: somebody made it at the provider."""
    if answer.status is not AnswerStatus.SUCCEEDED or answer.amount is None or not answer.payment_reference:
        return False
    statement = (
        select(Payment)
        .where(Payment.provider == event.provider, Payment.provider_reference == answer.payment_reference)
        .with_for_update()
    )
    payment = (await session.scalars(statement, execution_options={"populate_existing": True})).one_or_none()
    if payment is None:
        return False
    # Only under the payment's lock: two messages of one refund may be understood at once.
    known = select(PaymentRefund.id).where(
        PaymentRefund.payment_id == payment.id, PaymentRefund.provider_reference == answer.reference
    )
    if await session.scalar(known) is None:
        await record_outside_refund(session, payment, answer)
    event.payment_id = payment.id
    return True


def _own_id(key: str) -> UUID | None:
    try:
        return UUID(key.partition(":")[0])
    except ValueError:
        return None
