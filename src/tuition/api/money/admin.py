"""For those who manage payments: webhook events and their replay, stuck payments, gifts, tax rates."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tuition import earnings, identity, payments, wallets
from tuition.api.money.payments import PaymentOut
from tuition.edge import EdgeRoute, MoneyIn, MoneyOut, PageOut, Reading, SignedIn, Writing, problems
from tuition.kernel import Currency, Money, clock
from tuition.payments import WebhookEvent, WebhookStatus
from tuition.platform import audit, paging

router = APIRouter(prefix="/v1/admin", tags=["administration"], route_class=EdgeRoute)
STUCK_AFTER = timedelta(minutes=30)


class WebhookEventOut(BaseModel):
    """Something a provider said, and what became of it."""

    id: UUID
    provider: str
    event_id: str
    event_type: str
    status: str = Field(examples=["processed"])
    payment_id: UUID | None
    deliveries: int = Field(description="How often the provider has sent it.")
    attempts: int
    error_message: str | None
    created_at: datetime
    processed_at: datetime | None

    @classmethod
    def of(cls, event: WebhookEvent) -> WebhookEventOut:
        """How an event is shown."""
        return cls(
            id=event.id,
            provider=event.provider,
            event_id=event.event_id,
            event_type=event.event_type,
            status=event.status,
            payment_id=event.payment_id,
            deliveries=event.deliveries,
            attempts=event.attempts,
            error_message=event.error_message,
            created_at=event.created_at,
            processed_at=event.processed_at,
        )


class PaymentRefundOut(BaseModel):
    """Money that a provider was asked to give back."""

    id: UUID
    payment_id: UUID
    amount: MoneyOut
    status: str = Field(examples=["failed"])
    attempt: int
    failure_message: str
    created_at: datetime
    processed_at: datetime | None

    @classmethod
    def of(cls, refund: payments.PaymentRefund) -> PaymentRefundOut:
        """How a refund is shown."""
        return cls(
            id=refund.id,
            payment_id=refund.payment_id,
            amount=MoneyOut.of(Money(refund.amount_minor, Currency(refund.currency))),
            status=refund.status,
            attempt=refund.attempt,
            failure_message=refund.failure_message,
            created_at=refund.created_at,
            processed_at=refund.processed_at,
        )


class GiftIn(BaseModel):
    """Value for somebody to spend here."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID
    amount: MoneyIn
    reason: str = Field(min_length=1, max_length=500)
    expires_at: AwareDatetime | None = None


class GiftOut(BaseModel):
    """A gift that was given."""

    lot_id: UUID
    amount: MoneyOut
    expires_at: datetime | None


class TaxRateIn(BaseModel):
    """The tax on sales to buyers of one country."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=60, examples=["VAT"])
    rate: Decimal = Field(ge=0, le=Decimal("0.5"), max_digits=7, decimal_places=6, examples=["0.14"])
    is_inclusive: bool = Field(description="Whether prices contain it already, or it comes on top.")


class TaxRateOut(TaxRateIn):
    """A rate that holds."""

    country: str
    valid_from: datetime


@router.get("/webhook-events", summary="List what providers said", responses=problems(401, 403))
async def list_events(
    session: Reading,
    actor: SignedIn,
    status: Annotated[WebhookStatus | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 50,
) -> PageOut[WebhookEventOut]:
    """Newest first."""
    identity.require(actor, "payments:manage")
    page = await payments.webhook_events_page(session, status=status, cursor=cursor, limit=limit)
    return PageOut(items=[WebhookEventOut.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.post(
    "/webhook-events/{event_id}/replay", status_code=202, summary="Try a message again", responses=problems(401, 403, 404)
)
async def replay(event_id: UUID, session: Writing, actor: SignedIn) -> WebhookEventOut:
    """What it says happens once, however often it is replayed."""
    identity.require(actor, "webhooks:replay")
    return WebhookEventOut.of(await payments.replay(session, actor.id, event_id))


@router.get("/stuck-payments", summary="List payments without an end", responses=problems(401, 403))
async def list_stuck(session: Reading, actor: SignedIn) -> PageOut[PaymentOut]:
    """Pending for more than half an hour, oldest first, at most a hundred. The hourly reconciliation asks about them."""
    identity.require(actor, "payments:manage")
    found = await payments.stuck_payments(session, before=clock.now() - STUCK_AFTER)
    return PageOut(items=[PaymentOut.of(row) for row in found])


@router.get("/payment-refunds", summary="List refunds at providers", responses=problems(401, 403))
async def list_refunds(
    session: Reading,
    actor: SignedIn,
    status: Annotated[payments.RefundStatus | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 50,
) -> PageOut[PaymentRefundOut]:
    """Newest first. One that failed holds its buyer's money until somebody sends it again."""
    identity.require(actor, "payments:manage")
    page = await payments.refunds_page(session, status=status, cursor=cursor, limit=limit)
    return PageOut(items=[PaymentRefundOut.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.post(
    "/payment-refunds/{refund_id}/retry", status_code=202, summary="Send a refund again", responses=problems(401, 403, 404, 409)
)
async def retry_refund(refund_id: UUID, session: Writing, actor: SignedIn) -> PaymentRefundOut:
    """For a refund that the provider refused."""
    identity.require(actor, "payments:manage")
    return PaymentRefundOut.of(await payments.retry_refund(session, actor.id, refund_id))


@router.post("/gifts", status_code=201, summary="Give somebody value to spend", responses=problems(401, 403, 404))
async def give(body: GiftIn, session: Writing, actor: SignedIn) -> GiftOut:
    """It is spent before their own money and cannot be withdrawn."""
    identity.require(actor, "payments:manage")
    person = await identity.get_person_for(session, actor, body.person_id)
    lot = await wallets.grant(session, person.id, body.amount.money(), reason=body.reason, expires_at=body.expires_at)
    await audit.record(session, actor.id, "wallets.gift_given", subject=("person", person.id), details={"lot": str(lot.id)})
    return GiftOut(lot_id=lot.id, amount=MoneyOut.of(Money(lot.amount_minor, Currency(lot.currency))), expires_at=lot.expires_at)


@router.get("/tax-rates", summary="List the tax rates", responses=problems(401, 403))
async def list_tax_rates(session: Reading, actor: SignedIn) -> PageOut[TaxRateOut]:
    """Those in force, by country."""
    identity.require(actor, "site:configure")
    return PageOut(items=[_rate(row) for row in await earnings.tax_rates(session)])


@router.put("/tax-rates/{country}", summary="Set a tax rate", responses=problems(401, 403))
async def set_tax_rate(country: str, body: TaxRateIn, session: Writing, actor: SignedIn) -> TaxRateOut:
    """It holds from now on; sales that were made keep theirs. `*` holds where no country's rate does."""
    identity.require(actor, "site:configure")
    return _rate(
        await earnings.set_tax_rate(
            session, actor.id, country=country, name=body.name, rate=body.rate, is_inclusive=body.is_inclusive
        )
    )


@router.delete("/tax-rates/{country}", status_code=204, summary="End a tax rate", responses=problems(401, 403))
async def end_tax_rate(country: str, session: Writing, actor: SignedIn) -> None:
    """No tax from now on, unless a rate for `*` holds."""
    identity.require(actor, "site:configure")
    await earnings.end_tax_rate(session, actor.id, country)


def _rate(row: earnings.TaxRate) -> TaxRateOut:
    return TaxRateOut(country=row.country, name=row.name, rate=row.rate, is_inclusive=row.is_inclusive, valid_from=row.valid_from)
