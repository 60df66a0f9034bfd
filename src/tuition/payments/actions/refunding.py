"""Money goes back the way it came."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from tuition.kernel import Currency, Money, clock, new_id
from tuition.payments.errors import PaymentNotFound, RefundTooLarge
from tuition.payments.events import RefundFailed, RefundSucceeded
from tuition.payments.models import Payment, PaymentRefund
from tuition.payments.ports import AnswerStatus, RefundAnswer
from tuition.payments.rules import RefundStatus, after_refund
from tuition.platform import events, jobs
from tuition.platform.database import Session


async def request_refund(
    session: Session, payment_id: UUID, amount: Money, *, subject: tuple[str, UUID], reason: str = ""
) -> PaymentRefund:
    """Decide to give back a part of a payment; a job tells the provider after the commit. One subject is refunded once.

    The amount is reserved on the payment at once, so that two refunds cannot give back more than came in. Raises
    ``RefundTooLarge``.
    """
    payment = (await session.scalars(select(Payment).where(Payment.id == payment_id).with_for_update())).one_or_none()
    if payment is None:
        raise PaymentNotFound
    left = payment.amount_minor - payment.refunded_minor
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
        status=RefundStatus.PENDING.value,
        reason=reason,
        created_at=clock.now(),
    )
    session.add(refund)
    await jobs.defer(session, "payments.send_refund", refund_id=str(refund.id))
    return refund


async def record_refund_answer(session: Session, refund: PaymentRefund, answer: RefundAnswer) -> None:
    """Take in what the provider says about a refund; a final word is announced once."""
    refund.provider_reference = refund.provider_reference or answer.reference
    if refund.status != RefundStatus.PENDING.value or answer.status is AnswerStatus.PENDING:
        return
    refund.processed_at = clock.now()
    amount = Money(refund.amount_minor, Currency(refund.currency))
    if answer.status is AnswerStatus.SUCCEEDED:
        refund.status = RefundStatus.SUCCEEDED.value
        fact: object = RefundSucceeded(refund.id, refund.payment_id, refund.subject_type, refund.subject_id, amount)
    else:
        refund.status = RefundStatus.FAILED.value
        refund.failure_message = answer.failure_message
        fact = RefundFailed(refund.id, refund.payment_id, refund.subject_type, refund.subject_id, amount, answer.failure_message)
    await events.publish(session, fact)
