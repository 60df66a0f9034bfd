"""Money goes back the way it came."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from tuition.kernel import Currency, Money, clock, new_id
from tuition.payments.errors import PaymentNotFound, RefundNotFailed, RefundTooLarge
from tuition.payments.events import RefundedOutside, RefundFailed, RefundSucceeded
from tuition.payments.models import Payment, PaymentRefund
from tuition.payments.ports import AnswerStatus, RefundAnswer
from tuition.payments.rules import PAID, PaymentStatus, RefundStatus, after_refund
from tuition.platform import audit, events, jobs
from tuition.platform.database import Session

OUTSIDE = "provider"
"""What a refund is for that nobody asked us for: it is its own subject."""


async def request_refund(
    session: Session, payment_id: UUID, amount: Money, *, subject: tuple[str, UUID], reason: str = ""
) -> PaymentRefund:
    """Decide to give back a part of a payment; a job tells the provider after the commit. One subject is refunded once.

    The amount is reserved on the payment at once, so that two refunds cannot give back more than came in. Raises
    ``RefundTooLarge``.
    """
    locked = select(Payment).where(Payment.id == payment_id).with_for_update()
    payment = (await session.scalars(locked, execution_options={"populate_existing": True})).one_or_none()
    if payment is None:
        raise PaymentNotFound
    assert PaymentStatus(payment.status) in PAID, "what was never paid cannot be given back"
    left = 0 if payment.disputed_at is not None else payment.amount_minor - payment.refunded_minor
    if amount.minor > left:
        raise RefundTooLarge(left=Money(left, Currency(payment.currency)))
    payment.refunded_minor += amount.minor
    payment.status = after_refund(payment.amount_minor, payment.refunded_minor).value
    refund = PaymentRefund(
        id=new_id(),
        payment_id=payment.id,
        subject_type=subject[0],
        subject_id=subject[1],
        amount_minor=amount.minor,
        currency=amount.currency,
        attempt=1,
        status=RefundStatus.PENDING.value,
        reason=reason,
        created_at=clock.now(),
    )
    session.add(refund)
    await jobs.defer(session, "payments.send_refund", refund_id=str(refund.id))
    return refund


async def retry_refund(session: Session, actor_id: UUID, refund_id: UUID) -> PaymentRefund:
    """Send a refund that the provider refused once more, at a person's word. Raises ``RefundNotFailed``."""
    locked = select(PaymentRefund).where(PaymentRefund.id == refund_id).with_for_update()
    refund = (await session.scalars(locked, execution_options={"populate_existing": True})).one_or_none()
    if refund is None:
        raise PaymentNotFound
    if refund.status != RefundStatus.FAILED.value:
        raise RefundNotFailed(status=refund.status)
    refund.status = RefundStatus.PENDING.value
    refund.attempt += 1
    refund.failure_message = ""
    refund.provider_reference = None
    refund.processed_at = None
    await audit.record(session, actor_id, "payments.refund_retried", subject=("payment_refund", refund.id))
    await jobs.defer(session, "payments.send_refund", refund_id=str(refund.id))
    return refund


async def record_outside_refund(session: Session, payment: Payment, answer: RefundAnswer) -> PaymentRefund:
    """Take in a refund that was made at the provider itself; ``payment`` is locked. Raises ``RefundTooLarge``.

    One over the sum of a refund that the provider had refused us is that one: a person has sent by hand what we could not.
    """
    assert answer.amount is not None, "the caller has looked"
    refused = await _refused(session, payment, answer.amount)
    if refused is not None:
        refused.provider_reference = answer.reference
        await _succeed(session, refused)
        return refused
    left = Money(payment.amount_minor - payment.refunded_minor, Currency(payment.currency))
    if PaymentStatus(payment.status) not in PAID:
        # The message about its success is still on its way, and this one is understood after it.
        raise RefundTooLarge(left=Money.zero(payment.currency))
    if payment.disputed_at is not None or answer.amount > left:
        raise RefundTooLarge(left=left)
    now = clock.now()
    payment.refunded_minor += answer.amount.minor
    payment.status = after_refund(payment.amount_minor, payment.refunded_minor).value
    refund_id = new_id()
    refund = PaymentRefund(
        id=refund_id,
        payment_id=payment.id,
        subject_type=OUTSIDE,
        subject_id=refund_id,
        amount_minor=answer.amount.minor,
        currency=answer.amount.currency,
        attempt=1,
        status=RefundStatus.SUCCEEDED.value,
        provider_reference=answer.reference,
        created_at=now,
        processed_at=now,
    )
    session.add(refund)
    fact = RefundedOutside(
        refund_id=refund.id,
        payment_id=payment.id,
        purpose=payment.purpose,
        subject_type=payment.subject_type,
        subject_id=payment.subject_id,
        payer_id=payment.user_id,
        amount=answer.amount,
        provider=payment.provider,
        is_rest=payment.refunded_minor == payment.amount_minor,
    )
    await events.publish(session, fact)
    return refund


async def record_refund_answer(session: Session, refund: PaymentRefund, answer: RefundAnswer) -> None:
    """Take in what the provider says about a refund; a final word is announced once. Money that went is the last word."""
    if answer.key and answer.key != refund.key and answer.status is not AnswerStatus.SUCCEEDED:
        return  # late news of an earlier attempt: what was asked for since is still under way
    refund.provider_reference = refund.provider_reference or answer.reference
    said = RefundStatus.SUCCEEDED if answer.status is AnswerStatus.SUCCEEDED else RefundStatus.FAILED
    if answer.status is AnswerStatus.PENDING or refund.status in {RefundStatus.SUCCEEDED.value, said.value}:
        return
    if said is RefundStatus.SUCCEEDED:
        await _succeed(session, refund)
        return
    refund.processed_at = clock.now()
    refund.status = said.value
    refund.failure_message = answer.failure_message
    amount = Money(refund.amount_minor, Currency(refund.currency))
    fact = RefundFailed(refund.id, refund.payment_id, refund.subject_type, refund.subject_id, amount, answer.failure_message)
    await events.publish(session, fact)


async def record_taken_back(session: Session, payment: Payment) -> None:
    """The payer's bank took all of a payment, and so what was to be refunded and had not gone: the payer has that, too.

    ``payment`` is locked. No provider sends a refund of a disputed payment, so nobody else will ever say that it went.
    """
    unsent = PaymentRefund.status != RefundStatus.SUCCEEDED.value
    statement = select(PaymentRefund).where(PaymentRefund.payment_id == payment.id, unsent).order_by(PaymentRefund.id)
    for refund in (await session.scalars(statement.with_for_update(), execution_options={"populate_existing": True})).all():
        await _succeed(session, refund)


async def _refused(session: Session, payment: Payment, amount: Money) -> PaymentRefund | None:
    is_refused = (PaymentRefund.payment_id == payment.id) & (PaymentRefund.status == RefundStatus.FAILED.value)
    same = (PaymentRefund.amount_minor == amount.minor) & (PaymentRefund.currency == amount.currency)
    statement = select(PaymentRefund).where(is_refused, same).order_by(PaymentRefund.id).limit(1).with_for_update()
    found: PaymentRefund | None = await session.scalar(statement, execution_options={"populate_existing": True})
    return found


async def _succeed(session: Session, refund: PaymentRefund) -> None:
    refund.status = RefundStatus.SUCCEEDED.value
    refund.processed_at = clock.now()
    refund.failure_message = ""
    amount = Money(refund.amount_minor, Currency(refund.currency))
    fact = RefundSucceeded(refund.id, refund.payment_id, refund.subject_type, refund.subject_id, amount)
    await events.publish(session, fact)
