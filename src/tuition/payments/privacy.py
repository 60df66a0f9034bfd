"""A person's payments: what is handed out, and what of it names them. The money stays: the law keeps books for years."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, or_, select, update

from tuition.kernel import Currency, Money, clock
from tuition.payments.models import Payment, PaymentMethod, PaymentRefund, WebhookEvent
from tuition.platform.database import AnySession, Session

ERASED = b"{}"
"""What is left of a provider's message about somebody who was erased; its id and its outcome stay."""


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Every payment, refund and saved card of a person, ready for JSON. What a card is called at the provider is not theirs."""
    payments = await session.scalars(select(Payment).where(Payment.user_id == person_id).order_by(Payment.id))
    methods = await session.scalars(select(PaymentMethod).where(PaymentMethod.user_id == person_id).order_by(PaymentMethod.id))
    refunds = await session.scalars(
        select(PaymentRefund)
        .join(Payment, Payment.id == PaymentRefund.payment_id)
        .where(Payment.user_id == person_id)
        .order_by(PaymentRefund.id)
    )
    return {
        "payments": [
            {
                "id": str(one.id),
                "purpose": one.purpose,
                "amount": str(Money(one.amount_minor, Currency(one.currency))),
                "status": one.status,
                "provider": one.provider,
                "description": one.description,
                "failure": one.failure_message,
                "created_at": one.created_at.isoformat(),
            }
            for one in payments
        ],
        "refunds": [
            {
                "payment_id": str(one.payment_id),
                "amount": str(Money(one.amount_minor, Currency(one.currency))),
                "status": one.status,
                "reason": one.reason,
                "created_at": one.created_at.isoformat(),
            }
            for one in refunds
        ],
        "cards": [
            {
                "provider": one.provider,
                "brand": one.brand,
                "last4": one.last4,
                "expires_month": one.expires_month,
                "expires_year": one.expires_year,
                "removed_at": one.removed_at.isoformat() if one.removed_at else None,
            }
            for one in methods
        ],
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Empty what a person would recognise of their cards, and what providers said of them. Amounts and dates stay."""
    now = clock.now()
    await session.execute(
        update(PaymentMethod)
        .where(PaymentMethod.user_id == person_id)
        .values(brand="", last4="", expires_month=None, expires_year=None, is_default=False, removed_at=now)
    )
    theirs = select(Payment.id).where(Payment.user_id == person_id).scalar_subquery()
    await session.execute(
        update(Payment).where(Payment.user_id == person_id).values(failure_message="", return_url="", redirect_url=None)
    )
    await session.execute(update(PaymentRefund).where(PaymentRefund.payment_id.in_(theirs)).values(reason=""))
    # What was not understood, or is of no use to us, may name them all the same: it bears them, or one of their payments.
    known_by = [str(person_id), *await session.scalars(select(Payment.provider_reference).where(Payment.id.in_(theirs)))]
    names_them = [
        func.position(literal(reference.encode()).op("in")(WebhookEvent.payload)) > 0 for reference in known_by if reference
    ]
    about_them = WebhookEvent.payment_id.in_(theirs) | (WebhookEvent.payment_id.is_(None) & or_(*names_them))
    await session.execute(update(WebhookEvent).where(about_them).values(payload=ERASED, headers={}, error_message=None))
