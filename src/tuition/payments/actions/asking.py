"""A payment is opened, and its provider's answers are recorded."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from tuition import ledger
from tuition.kernel import Currency, Money, clock, new_id
from tuition.payments.actions.methods import keep_method
from tuition.payments.actions.refunding import record_taken_back
from tuition.payments.errors import AmountDiffers, GatewayUnknown, MethodNotFound, PaymentNotFound
from tuition.payments.events import PaymentDisputed, PaymentFailed, PaymentSucceeded
from tuition.payments.models import Payment, PaymentMethod
from tuition.payments.ports import AnswerStatus, GatewayAnswer
from tuition.payments.rules import PAID, PaymentStatus, why_declined
from tuition.platform import events, jobs
from tuition.platform.database import Session

DESCRIPTION_CHARS_MAX = 200
PAYMENT_PLACE = "{payment_id}"
"""Stands in a return address for the payment's id, which the caller cannot know before."""


async def open_payment(
    session: Session,
    *,
    payer_id: UUID,
    amount: Money,
    purpose: str,
    subject: tuple[str, UUID],
    provider: str | None = None,
    method_id: UUID | None = None,
    off_session: bool = False,
    save_method: bool = False,
    tax: Money | None = None,
    description: str = "",
    return_url: str = "",
) -> Payment:
    """Decide to ask for money. Nobody outside hears of it yet: the edge calls ``start`` after this transaction's commit, or a
    job does.

    ``provider`` may be left out with a saved method, which knows its own; ``{payment_id}`` in ``return_url`` becomes the
    payment's id. Raises ``MethodNotFound`` for somebody else's method, ``GatewayUnknown`` where there is no way to pay.
    """
    method = None
    if method_id is not None:
        statement = select(PaymentMethod).where(
            PaymentMethod.id == method_id, PaymentMethod.user_id == payer_id, PaymentMethod.removed_at.is_(None)
        )
        method = (await session.scalars(statement)).one_or_none()
        if method is None:
            raise MethodNotFound
    chosen = method.provider if method else provider
    if not chosen:
        raise GatewayUnknown(provider="-", known="-")
    payment_id = new_id()
    payment = Payment(
        id=payment_id,
        user_id=payer_id,
        purpose=purpose,
        subject_type=subject[0],
        subject_id=subject[1],
        amount_minor=amount.minor,
        tax_minor=tax.minor if tax else 0,
        currency=amount.currency,
        status=PaymentStatus.PENDING.value,
        provider=chosen,
        payment_method_id=method_id,
        off_session=off_session,
        save_method=save_method,
        description=description[:DESCRIPTION_CHARS_MAX],
        return_url=return_url.replace(PAYMENT_PLACE, str(payment_id)),
        fee_minor=0,
        refunded_minor=0,
        created_at=clock.now(),
    )
    session.add(payment)
    await session.flush()  # the caller's own row may point at this one by foreign key
    return payment


async def start_later(session: Session, payment_id: UUID) -> None:
    """Let a job call the provider once this transaction has committed."""
    await jobs.defer(session, "payments.start", payment_id=str(payment_id))


async def record_answer(session: Session, payment_id: UUID, answer: GatewayAnswer) -> Payment:
    """Take in what a provider says about a payment, in whatever order it arrives; each change is announced once.

    Raises ``AmountDiffers`` when it speaks of another sum.
    """
    locked = select(Payment).where(Payment.id == payment_id).with_for_update()
    payment = (await session.scalars(locked, execution_options={"populate_existing": True})).one_or_none()
    if payment is None:
        raise PaymentNotFound
    asked = Money(payment.amount_minor, Currency(payment.currency))
    if answer.amount is not None and answer.amount != asked:
        raise AmountDiffers(said=answer.amount, asked=asked)
    payment.provider_reference = payment.provider_reference or answer.reference
    if answer.method is not None and payment.save_method:
        payment.payment_method_id = payment.payment_method_id or await keep_method(session, payment, answer.method)
    match answer.status:
        case AnswerStatus.PENDING:
            payment.redirect_url = answer.redirect_url or payment.redirect_url
        case AnswerStatus.SUCCEEDED:
            await _succeed(session, payment, answer)
        case AnswerStatus.FAILED:
            await _fail(session, payment, answer)
        case AnswerStatus.DISPUTED:
            await _succeed(session, payment, answer)
            await _dispute(session, payment)
    return payment


async def _succeed(session: Session, payment: Payment, answer: GatewayAnswer) -> None:
    if PaymentStatus(payment.status) in PAID:
        return
    payment.status = PaymentStatus.SUCCEEDED.value
    payment.processed_at = clock.now()
    payment.fee_minor = answer.fee_minor
    payment.failure_code = payment.failure_message = ""
    currency = Currency(payment.currency)
    if answer.fee_minor:
        await _post_fee(session, payment, Money(answer.fee_minor, currency))
    await events.publish(
        session,
        PaymentSucceeded(
            payment_id=payment.id,
            purpose=payment.purpose,
            subject_type=payment.subject_type,
            subject_id=payment.subject_id,
            payer_id=payment.user_id,
            amount=Money(payment.amount_minor, currency),
            provider=payment.provider,
            fee=Money(answer.fee_minor, currency),
        ),
    )


async def _post_fee(session: Session, payment: Payment, fee: Money) -> None:
    """What the provider keeps for its service is an expense of the house, and not there to be paid out."""
    fees = ledger.AccountKey(ledger.PLATFORM, ledger.AccountKind.GATEWAY_FEES, fee.currency)
    gateway = ledger.AccountKey(ledger.PLATFORM, ledger.gateway_kind(payment.provider), fee.currency)
    await ledger.post(
        session,
        ledger.Posting(
            owner=ledger.PLATFORM,
            kind="payment.fee",
            source=ledger.Source("payment", payment.id),
            idempotency_key=f"fee:{payment.id}",
            transfers=[ledger.Transfer(fees, gateway, fee)],
            at=clock.now(),
        ),
    )


async def _fail(session: Session, payment: Payment, answer: GatewayAnswer) -> None:
    if payment.status != PaymentStatus.PENDING.value:
        return
    payment.status = PaymentStatus.FAILED.value
    payment.processed_at = clock.now()
    payment.failure_code = answer.failure_code
    payment.failure_message = answer.failure_message
    await events.publish(
        session,
        PaymentFailed(
            payment_id=payment.id,
            purpose=payment.purpose,
            subject_type=payment.subject_type,
            subject_id=payment.subject_id,
            payer_id=payment.user_id,
            amount=Money(payment.amount_minor, Currency(payment.currency)),
            reason=why_declined(answer.failure_code, answer.failure_message),
        ),
    )


async def _dispute(session: Session, payment: Payment) -> None:
    if payment.disputed_at is not None:
        return
    payment.disputed_at = clock.now()
    await record_taken_back(session, payment)
    left = payment.amount_minor - payment.refunded_minor
    if not left:
        return  # all of it had gone back before
    await events.publish(
        session,
        PaymentDisputed(
            payment_id=payment.id,
            purpose=payment.purpose,
            subject_type=payment.subject_type,
            subject_id=payment.subject_id,
            payer_id=payment.user_id,
            amount=Money(left, Currency(payment.currency)),
            provider=payment.provider,
        ),
    )
