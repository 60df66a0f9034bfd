"""Orders, purchases, refunds, documents."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from tuition import commerce, payments
from tuition.api.money.payments import PaymentOut, ReturnUrl, gateway_name
from tuition.commerce import Invoice, Order, OrderLine, Purchase, Refund, Waiver
from tuition.edge import (
    ClientInfo,
    EdgeRoute,
    MoneyIn,
    MoneyOut,
    PageOut,
    Reading,
    Services,
    SignedIn,
    Stepping,
    Steps,
    Writing,
    problems,
)
from tuition.edge.body import CurrencyCode
from tuition.kernel import Currency, Money, clock
from tuition.platform import paging

Bought = Literal["completed", "refunded"]
router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=EdgeRoute)
purchases = APIRouter(prefix="/v1/purchases", tags=["orders"], route_class=EdgeRoute)
refunds = APIRouter(prefix="/v1/refunds", tags=["orders"], route_class=EdgeRoute)
invoices = APIRouter(prefix="/v1/invoices", tags=["orders"], route_class=EdgeRoute)


class OrderIn(BaseModel):
    """What to buy, and from where the money comes."""

    model_config = ConfigDict(extra="forbid")

    content_ids: list[UUID] = Field(min_length=1, max_length=50)
    currency: CurrencyCode | None = Field(default=None, description="Left out: the currency of the first content's price.")
    waiver: str = Field(
        max_length=2000, description="The exact text of GET /v1/orders/waiver, which the buyer has read and confirmed."
    )
    from_wallet: bool = False
    provider: str | None = Field(default=None, max_length=40)
    method_id: UUID | None = None
    save_method: bool = False
    return_url: ReturnUrl = ""


class LineOut(BaseModel):
    """One thing of an order."""

    content_id: UUID
    title: str
    list_price: MoneyOut
    amount: MoneyOut


class OrderOut(BaseModel):
    """An order."""

    id: UUID
    status: str = Field(examples=["completed"])
    funding: str = Field(examples=["payment"])
    total: MoneyOut
    tax: MoneyOut
    tax_rate: Decimal
    lines: list[LineOut]
    payment: PaymentOut | None = Field(description="The payment that the order waits for or was paid by.")
    created_at: datetime
    completed_at: datetime | None


class QuoteOut(BaseModel):
    """What an order would come to."""

    lines: list[LineOut]
    total: MoneyOut
    tax: MoneyOut
    tax_rate: Decimal


class WaiverOut(BaseModel):
    """The text that a buyer confirms."""

    text: str


class PurchaseOut(BaseModel):
    """One content that was bought, with its part of the money."""

    id: UUID
    order_id: UUID
    content_id: UUID
    amount: MoneyOut
    platform_fee: MoneyOut
    creator: MoneyOut
    tax: MoneyOut
    refunded: MoneyOut
    status: str
    provider: str
    purchased_at: datetime | None
    refunded_at: datetime | None


class RefundPreviewOut(BaseModel):
    """What would be given back, and why."""

    paid: MoneyOut
    amount: MoneyOut
    used_seconds: int
    duration_seconds: int
    until: datetime | None
    refusal: str = Field(description="Why nothing would be given back; empty when something would.")
    refusal_code: str | None = Field(examples=["window_over"])


class RefundIn(BaseModel):
    """Give a purchase back."""

    model_config = ConfigDict(extra="forbid")

    purchase_id: UUID
    reason: str = Field(default="", max_length=1000)
    amount: MoneyIn | None = Field(default=None, description="Only for those who manage payments: another amount.")


class RefundOut(BaseModel):
    """A refund and how it divided."""

    id: UUID
    purchase_id: UUID
    amount: MoneyOut
    tax: MoneyOut
    platform_fee: MoneyOut
    creator: MoneyOut
    status: str
    created_at: datetime


class InvoiceOut(BaseModel):
    """A numbered document."""

    id: UUID
    number: str
    kind: str
    order_id: UUID
    total: MoneyOut
    tax: MoneyOut
    issued_at: datetime


def _lines(lines: list[OrderLine], unit: Currency) -> list[LineOut]:
    return [
        LineOut(
            content_id=line.content_id,
            title=line.title,
            list_price=MoneyOut.of(Money(line.list_minor, unit)),
            amount=MoneyOut.of(Money(line.amount_minor, unit)),
        )
        for line in lines
    ]


def _order(order: Order, lines: list[OrderLine], payment: payments.Payment | None) -> OrderOut:
    unit = Currency(order.currency)
    return OrderOut(
        id=order.id,
        status=order.status,
        funding=order.funding,
        total=MoneyOut.of(Money(order.total_minor, unit)),
        tax=MoneyOut.of(Money(order.tax_minor, unit)),
        tax_rate=order.tax_rate,
        lines=_lines(lines, unit),
        payment=PaymentOut.of(payment) if payment else None,
        created_at=order.created_at,
        completed_at=order.completed_at,
    )


def _purchase(row: Purchase) -> PurchaseOut:
    unit = Currency(row.currency)
    return PurchaseOut(
        id=row.id,
        order_id=row.order_id,
        content_id=row.content_id,
        amount=MoneyOut.of(Money(row.amount_minor, unit)),
        platform_fee=MoneyOut.of(Money(row.platform_fee_minor, unit)),
        creator=MoneyOut.of(Money(row.creator_minor, unit)),
        tax=MoneyOut.of(Money(row.tax_minor, unit)),
        refunded=MoneyOut.of(Money(row.refunded_minor, unit)),
        status=row.status,
        provider=row.provider,
        purchased_at=row.purchased_at,
        refunded_at=row.refunded_at,
    )


def _refund(row: Refund) -> RefundOut:
    unit = Currency(row.currency)
    return RefundOut(
        id=row.id,
        purchase_id=row.purchase_id,
        amount=MoneyOut.of(Money(row.amount_minor, unit)),
        tax=MoneyOut.of(Money(row.tax_minor, unit)),
        platform_fee=MoneyOut.of(Money(row.platform_fee_minor, unit)),
        creator=MoneyOut.of(Money(row.creator_minor, unit)),
        status=row.status,
        created_at=row.created_at,
    )


def _invoice(row: Invoice) -> InvoiceOut:
    unit = Currency(row.currency)
    total, tax = MoneyOut.of(Money(row.total_minor, unit)), MoneyOut.of(Money(row.tax_minor, unit))
    return InvoiceOut(
        id=row.id, number=row.number, kind=row.kind, order_id=row.order_id, total=total, tax=tax, issued_at=row.issued_at
    )


@router.get("/waiver", summary="Show the text that a buyer confirms")
async def waiver(language: Annotated[str, Query(pattern=r"^[a-z]{2}$")] = "en") -> WaiverOut:
    """Digital content opens at once, so its buyer gives up the right to withdraw for what is used (Directive 2011/83/EU,
    16(m)).
    """
    return WaiverOut(text=commerce.waiver_in(language))


@router.get("/quote", summary="See what an order would come to", responses=problems(401, 404, 409))
async def show_quote(
    session: Reading,
    actor: SignedIn,
    content_id: Annotated[list[UUID], Query(min_length=1, max_length=50)],
    currency: Annotated[str | None, Query(pattern=r"^[A-Z]{3}$", examples=["EUR"])] = None,
) -> QuoteOut:
    """Prices, tax and total for you, now. A series costs less by what you own of it."""
    offer = await commerce.quote(session, actor, content_id, currency)
    lines = [
        LineOut(
            content_id=line.content_id,
            title=line.title,
            list_price=MoneyOut.of(line.list_price),
            amount=MoneyOut.of(line.amount),
        )
        for line in offer.lines
    ]
    return QuoteOut(lines=lines, total=MoneyOut.of(offer.total), tax=MoneyOut.of(offer.tax), tax_rate=offer.rate.rate)


@router.post("", status_code=201, summary="Buy", responses=problems(401, 402, 403, 404, 409, 422))
async def buy(
    body: OrderIn, database: Steps, unit: Stepping, services: Services, actor: SignedIn, client: ClientInfo
) -> OrderOut:
    """Order contents, from your wallet or through a provider. Follow `payment.redirect_url` when there is one."""
    gateways = services.service(payments.Gateways)
    order_id = unit.reserved_id
    if order_id is None:
        async with database.transaction() as session:
            order, _ = await commerce.checkout(
                session,
                actor,
                body.content_ids,
                currency=body.currency,
                waiver=Waiver(body.waiver, clock.now(), client.ip),
                from_wallet=body.from_wallet,
                provider=None if body.from_wallet else gateway_name(gateways, body.provider, body.method_id),
                method_id=body.method_id,
                save_method=body.save_method,
                return_url=body.return_url,
            )
            order_id = order.id
            await unit.reserve(session, order_id)
    async with database.reading(fresh=True) as reading:
        order = await commerce.get_order_for(reading, actor, order_id)
        lines = (await commerce.lines_of(reading, [order_id]))[order_id]
    payment = await payments.ask(database, gateways, order.payment_id) if order.payment_id else None
    if payment is not None:
        async with database.reading(fresh=True) as reading:
            order = await commerce.get_order_for(reading, actor, order_id)
    return _order(order, lines, payment)


@router.get("", summary="List your orders", responses=problems(401))
async def list_orders(
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
) -> PageOut[OrderOut]:
    """Newest first."""
    page = await commerce.orders_page(session, buyer_id=actor.id, cursor=cursor, limit=limit)
    ids = [order.id for order in page.items]
    lines = await commerce.lines_of(session, ids)
    paid = {payment.subject_id: payment for payment in await payments.payments_of(session, "order", ids)}
    items = [_order(order, lines[order.id], paid.get(order.id)) for order in page.items]
    return PageOut(items=items, next_cursor=page.next_cursor)


@router.get("/{order_id}", summary="Show an order", responses=problems(401, 404))
async def show_order(order_id: UUID, session: Reading, actor: SignedIn) -> OrderOut:
    """One of your orders."""
    order = await commerce.get_order_for(session, actor, order_id)
    lines = await commerce.lines_of(session, [order.id])
    paid = await payments.payments_of(session, "order", [order.id])
    return _order(order, lines[order.id], paid[-1] if paid else None)


@purchases.get("", summary="List what you bought", responses=problems(401))
async def list_purchases(
    session: Reading,
    actor: SignedIn,
    status: Annotated[Bought | None, Query(description="Left out: both.")] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
) -> PageOut[PurchaseOut]:
    """What you bought, newest first; what was given back says so in its `status`."""
    wanted = commerce.PurchaseStatus(status) if status else None
    page = await commerce.purchases_of(session, actor.id, status=wanted, cursor=cursor, limit=limit)
    return PageOut(items=[_purchase(row) for row in page.items], next_cursor=page.next_cursor)


@purchases.get("/{purchase_id}", summary="Show a purchase", responses=problems(401, 404))
async def show_purchase(purchase_id: UUID, session: Reading, actor: SignedIn) -> PurchaseOut:
    """One of your purchases and how its money divided."""
    return _purchase(await commerce.get_purchase_for(session, actor, purchase_id))


@purchases.get("/{purchase_id}/refund-preview", summary="See what a refund would give back", responses=problems(401, 404))
async def preview(purchase_id: UUID, session: Reading, actor: SignedIn) -> RefundPreviewOut:
    """The price times the share that was not used. Nothing is changed."""
    seen = await commerce.preview_refund(session, await commerce.get_purchase_for(session, actor, purchase_id))
    return RefundPreviewOut(
        paid=MoneyOut.of(seen.paid),
        amount=MoneyOut.of(seen.amount),
        used_seconds=seen.used_ms // 1000,
        duration_seconds=seen.duration_ms // 1000,
        until=seen.until,
        refusal=seen.refusal.sentence if seen.refusal else "",
        refusal_code=seen.refusal.value if seen.refusal else None,
    )


@refunds.post("", status_code=201, summary="Give a purchase back", responses=problems(401, 404, 409))
async def give_back(body: RefundIn, session: Writing, actor: SignedIn) -> RefundOut:
    """It goes back to where the money came from, ends this purchase's grant, and touches nothing else."""
    amount = body.amount.money() if body.amount else None
    return _refund(await commerce.refund(session, actor, body.purchase_id, reason=body.reason, amount=amount))


@invoices.get("", summary="List the documents of an order", responses=problems(401, 404))
async def list_invoices(order_id: Annotated[UUID, Query()], session: Reading, actor: SignedIn) -> PageOut[InvoiceOut]:
    """Its invoice, and a credit note for each refund."""
    order = await commerce.get_order_for(session, actor, order_id)
    return PageOut(items=[_invoice(row) for row in (await commerce.invoices_of(session, [order.id]))[order.id]])


@invoices.get(
    "/{invoice_id}.pdf",
    summary="Fetch a document as PDF",
    response_class=Response,
    responses={**problems(401, 404), 200: {"description": "The document", "content": {"application/pdf": {}}}},
)
async def fetch_invoice(invoice_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """The document as it was issued."""
    invoice = await commerce.get_invoice_for(session, actor, invoice_id)
    headers = {"content-disposition": f'inline; filename="{invoice.number}.pdf"'}
    # Typesetting takes a moment and holds the processor: not on the loop that answers everybody.
    pdf = await run_in_threadpool(commerce.render_invoice, invoice)
    return Response(pdf, media_type="application/pdf", headers=headers)
