"""Payments and saved cards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tuition import payments
from tuition.edge import EdgeRoute, Fresh, MoneyOut, PageOut, Reading, SignedIn, Writing, problems
from tuition.kernel import Currency, Money
from tuition.payments import Payment, PaymentMethod
from tuition.platform import paging

router = APIRouter(prefix="/v1/payments", tags=["payments"], route_class=EdgeRoute)
methods = APIRouter(prefix="/v1/payment-methods", tags=["payments"], route_class=EdgeRoute)


ReturnUrl = Annotated[
    str,
    Field(
        max_length=500,
        pattern=r"^$|^https?://[^\s]+$",
        description="Where the provider's page leads back to; `{payment_id}` in it becomes the payment's id.",
        examples=["https://example.com/paid/{payment_id}"],
    ),
]


def gateway_name(gateways: payments.Gateways, wanted: str | None, method_id: UUID | None) -> str | None:
    """The provider to ask: the one that was named, or the first of the site; a saved card knows its own.

    None where the site has none: what costs nothing needs none.
    """
    if wanted is None and (method_id is not None or not gateways):
        return None
    return (gateways[wanted] if wanted else gateways.default).name


class PaymentOut(BaseModel):
    """Money that was asked of a provider."""

    id: UUID
    purpose: str = Field(examples=["topup"])
    subject_type: str
    subject_id: UUID
    amount: MoneyOut = Field(description="What is asked for, tax included.")
    tax: MoneyOut
    refunded: MoneyOut
    status: str = Field(examples=["pending"])
    provider: str
    redirect_url: str | None = Field(description="Where the payer has to go, while the payment is pending.")
    failure_code: str
    failure_message: str
    created_at: datetime
    processed_at: datetime | None

    @classmethod
    def of(cls, payment: Payment) -> PaymentOut:
        """How a payment is shown."""
        unit = Currency(payment.currency)
        return cls(
            id=payment.id,
            purpose=payment.purpose,
            subject_type=payment.subject_type,
            subject_id=payment.subject_id,
            amount=MoneyOut.of(Money(payment.amount_minor, unit)),
            tax=MoneyOut.of(Money(payment.tax_minor, unit)),
            refunded=MoneyOut.of(Money(payment.refunded_minor, unit)),
            status=payment.status,
            provider=payment.provider,
            redirect_url=payment.redirect_url if payment.status == payments.PaymentStatus.PENDING.value else None,
            failure_code=payment.failure_code,
            failure_message=payment.failure_message,
            created_at=payment.created_at,
            processed_at=payment.processed_at,
        )


class MethodOut(BaseModel):
    """A saved card: what a person recognises of it. The number is the provider's alone."""

    id: UUID
    provider: str
    brand: str
    last4: str
    expires_month: int | None
    expires_year: int | None
    is_default: bool

    @classmethod
    def of(cls, method: PaymentMethod) -> MethodOut:
        """How a card is shown."""
        return cls(
            id=method.id,
            provider=method.provider,
            brand=method.brand,
            last4=method.last4,
            expires_month=method.expires_month,
            expires_year=method.expires_year,
            is_default=method.is_default,
        )


@router.get("", summary="List your payments", responses=problems(401))
async def list_payments(
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
) -> PageOut[PaymentOut]:
    """What you were asked for, newest first."""
    page = await payments.payments_page(session, payer_id=actor.id, cursor=cursor, limit=limit)
    return PageOut(items=[PaymentOut.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/{payment_id}", summary="Show a payment", responses=problems(401, 404))
async def show(payment_id: UUID, session: Reading, actor: SignedIn) -> PaymentOut:
    """One of your payments."""
    return PaymentOut.of(await payments.get_payment_for(session, actor, payment_id))


@methods.get("", summary="List your saved cards", responses=problems(401))
async def list_methods(session: Reading, actor: SignedIn) -> PageOut[MethodOut]:
    """The default first. At most fifty are kept."""
    return PageOut(items=[MethodOut.of(method) for method in await payments.methods_of(session, actor.id)])


@methods.post("/{method_id}/default", summary="Make a card the default", responses=problems(401, 404))
async def make_default(method_id: UUID, session: Writing, actor: SignedIn) -> MethodOut:
    """Offer this card first from now on."""
    return MethodOut.of(await payments.make_default(session, actor, method_id))


@methods.delete("/{method_id}", status_code=204, summary="Forget a card", responses=problems(401, 403, 404))
async def remove(method_id: UUID, session: Writing, actor: Fresh) -> None:
    """It is not charged any more; past payments stay as they are. Needs a fresh sign-in."""
    await payments.remove_method(session, actor, method_id)
