"""What was bought, its documents, and giving it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from tuition import catalog, commerce, payments
from tuition.commerce import (
    Funding,
    Invoice,
    InvoiceKind,
    Order,
    OrderLine,
    OrderStatus,
    Purchase,
    PurchaseStatus,
    Refund,
    Refusal,
)
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing
from tuition.kernel import Currency, Money
from tuition.payments import Payment
from tuition.platform.database import AnySession
from tuition.web.money import ways
from tuition.web.rendering import money_text, page_reader, refusal, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.rendering.formatting import day, number

router = APIRouter(prefix="/receipts", route_class=EdgeRoute, include_in_schema=False)
PAGE = 20


@dataclass(frozen=True, slots=True)
class Receipt:
    """An order with everything that belongs to it."""

    order: Order
    lines: list[OrderLine]
    purchases: list[Purchase]
    documents: list[Invoice]
    refunds: dict[UUID, Refund]
    payment: Payment | None

    def money(self, minor: int) -> Money:
        """An amount of this order."""
        return Money(minor, Currency(self.order.currency))

    @property
    def total(self) -> Money:
        """What was paid."""
        return self.money(self.order.total_minor)

    @property
    def tax(self) -> Money:
        """The tax in it."""
        return self.money(self.order.tax_minor)

    @property
    def refunded(self) -> Money:
        """What went back."""
        return self.money(sum(purchase.refunded_minor for purchase in self.purchases))

    @property
    def kept(self) -> Money:
        """What it cost in the end."""
        return self.total - self.refunded


async def _receipts(session: AnySession, orders: Sequence[Order]) -> list[Receipt]:
    ids = [order.id for order in orders]
    lines = await commerce.lines_of(session, ids)
    purchases = await commerce.purchases_of_orders(session, ids)
    documents = await commerce.invoices_of(session, ids)
    refunds = await commerce.refunds_of(session, [purchase.id for found in purchases.values() for purchase in found])
    paid = {payment.subject_id: payment for payment in await payments.payments_of(session, "order", ids)}
    return [
        Receipt(order, lines[order.id], purchases[order.id], documents[order.id], refunds, paid.get(order.id)) for order in orders
    ]


def _funding(receipt: Receipt, methods: dict[UUID, str]) -> str:
    match receipt.order.funding:
        case Funding.WALLET.value:
            return _("From your wallet")
        case Funding.FREE.value:
            return _("Free")
        case Funding.MINUTES.value:
            return _("Paid by the minute")
    kept = methods.get(receipt.payment.payment_method_id) if receipt.payment and receipt.payment.payment_method_id else None
    return kept or (_("By test card") if receipt.payment and receipt.payment.provider == "sandbox" else _("By card"))


def state_of(order: Order) -> tuple[str, str]:
    """A word for an order's state, and its tone."""
    return {
        OrderStatus.PENDING.value: (_("Not paid yet"), "warn"),
        OrderStatus.COMPLETED.value: (_("Paid"), "good"),
        OrderStatus.FAILED.value: (_("Not paid"), "bad"),
        OrderStatus.SUPERSEDED.value: (_("Sent back"), "note"),
        OrderStatus.REFUNDED.value: (_("Given back"), "note"),
    }[order.status]


@router.get("")
async def index(
    request: Request, session: Reading, actor: SignedIn, cursor: Annotated[str | None, Query(max_length=2000)] = None
) -> Response:
    """All orders, newest first."""
    page = await commerce.orders_page(session, buyer_id=actor.id, cursor=cursor, limit=PAGE)
    receipts = await _receipts(session, page.items)
    next_href = f"/receipts?cursor={page.next_cursor}" if page.next_cursor else None
    return render(request, "money/receipts.html", receipts=receipts, state_of=state_of, next_href=next_href)


@router.get("/{order_id}")
async def show(request: Request, session: Reading, actor: SignedIn, order_id: UUID) -> Response:
    """One receipt, as it is printed."""
    order = await commerce.get_order_for(session, actor, order_id)
    [receipt] = await _receipts(session, [order])
    contents = await catalog.contents_by_id(session, [purchase.content_id for purchase in receipt.purchases])
    methods = {method.id: ways.card_name(method) for method in await payments.methods_of(session, actor.id)}
    previews = {
        purchase.id: await commerce.preview_refund(session, purchase)
        for purchase in receipt.purchases
        if purchase.status == PurchaseStatus.COMPLETED.value
    }
    context: dict[str, Any] = {
        "contents": contents,
        "funding": _funding(receipt, methods),
        "invoice": next((one for one in receipt.documents if one.kind == InvoiceKind.INVOICE.value), None),
        "is_credit": lambda document: document.kind == InvoiceKind.CREDIT_NOTE.value,
        "previews": previews,
        "receipt": receipt,
        "state": state_of(order),
    }
    return render(request, "money/receipt.html", **context)


@router.get("/documents/{invoice_id}.pdf")
async def document(request: Request, session: Reading, actor: SignedIn, invoice_id: UUID) -> Response:
    """An invoice or a credit note, in the reader's language; its figures are those that were stored."""
    invoice = await commerce.get_invoice_for(session, actor, invoice_id)
    words = commerce.DocumentWords(
        language=page_reader(request).language,
        date=day(invoice.issued_at, "long"),
        invoice=_("Invoice"),
        credit_note=_("Credit note"),
        to=_("For"),
        what=_("What"),
        net=_("Net"),
        tax=_("Tax"),
        total=_("Total"),
        given_back=_("Given back in total"),
        tax_number=_("Tax number"),
        number=_("Number"),
        dated=_("Date"),
        footer=_("The figures are those that were booked when this document was issued."),
    )
    # Typesetting takes a moment and holds the processor: not on the loop that answers everybody.
    pdf = await run_in_threadpool(commerce.render_invoice, invoice, words)
    headers = {"content-disposition": f'inline; filename="{invoice.number}.pdf"', "cache-control": "private, no-cache"}
    return Response(pdf, media_type="application/pdf", headers=headers)


def _reason(reason: Refusal) -> str:
    return {
        Refusal.NOT_COMPLETE: _("It was never paid, or it was given back before."),
        Refusal.BY_THE_MINUTE: _("It was paid by the minute, for minutes that were played."),
        Refusal.WINDOW_OVER: _("The time in which it can be given back is over."),
        Refusal.NOTHING_PAID: _("Nothing was paid for it."),
        Refusal.ALL_USED: _("All of it has been used."),
    }[reason]


async def _refund_page(
    request: Request, session: AnySession, actor: SignedIn, purchase_id: UUID, *, error: str = "", status: int = 200
) -> Response:
    purchase = await commerce.get_purchase_for(session, actor, purchase_id)
    order = await commerce.get_order_for(session, actor, purchase.order_id)
    preview = await commerce.preview_refund(session, purchase)
    [content] = (await catalog.contents_by_id(session, [purchase.content_id])).values()
    context: dict[str, Any] = {
        "content": content,
        "error": error,
        "kept": preview.paid - preview.amount,
        "order": order,
        "plays": preview.duration_ms > 1,
        "preview": preview,
        "purchase": purchase,
        "reason": _reason(preview.refusal) if preview.refusal else "",
        "to_wallet": order.funding == Funding.WALLET.value,
        "used_share": number(100 * preview.used_ms // preview.duration_ms if preview.duration_ms else 0),
    }
    return render(request, "money/refund.html", status=status, **context)


@router.get("/purchases/{purchase_id}/refund")
async def preview(request: Request, session: Reading, actor: SignedIn, purchase_id: UUID) -> Response:
    """What was used, and what comes back. Nothing is changed."""
    return await _refund_page(request, session, actor, purchase_id)


@router.post("/purchases/{purchase_id}/refund")
async def give_back(
    request: Request, session: Writing, actor: SignedIn, purchase_id: UUID, reason: Annotated[str, Form(max_length=1000)] = ""
) -> Response:
    """Give it back."""
    try:
        done = await commerce.refund(session, actor, purchase_id, reason=reason.strip())
    except commerce.NothingToRefund as error:
        return await _refund_page(request, session, actor, purchase_id, error=refusal(error), status=409)
    amount = money_text(Money(done.amount_minor, Currency(done.currency)))
    return see_other(request, f"/receipts/{done.order_id}", say=_("%(amount)s is on its way back to you.") % {"amount": amount})
