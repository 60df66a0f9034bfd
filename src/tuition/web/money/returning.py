"""Back from the provider: a page that waits for its word, and says what happened."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import catalog, commerce, payments, wallets
from tuition.commerce import Order, OrderStatus
from tuition.edge import EdgeRoute, Reading, Services, SignedIn, Steps
from tuition.identity import Actor
from tuition.kernel import Currency, Money
from tuition.payments import Gateways, Payment, PaymentStatus
from tuition.platform.database import AnySession
from tuition.web.money import ways
from tuition.web.rendering import refusal, render, see_other, sentence, spoken
from tuition.web.site.appearance import local_path

router = APIRouter(prefix="/payments", route_class=EdgeRoute, include_in_schema=False)
Back = Annotated[str, Query(alias="next", max_length=500)]


async def _context(session: AnySession, actor: Actor, payment: Payment, back: str) -> dict[str, Any]:
    unit = Currency(payment.currency)
    context: dict[str, Any] = {
        "amount": Money(payment.amount_minor, unit),
        "back": back,
        "contents": [],
        "failure": spoken(payments.why_declined(payment.failure_code, payment.failure_message)),
        "is_over": payment.status != PaymentStatus.PENDING.value,
        "is_paid": payment.status not in {PaymentStatus.PENDING.value, PaymentStatus.FAILED.value},
        "order": None,
        "payment": payment,
        "retry_query": "",
        "superseded": False,
        "why_not": "",
    }
    if payment.subject_type != "order":
        return context | {"balance": await wallets.available(session, actor.id, unit)}
    order: Order = await commerce.get_order_for(session, actor, payment.subject_id)
    lines = (await commerce.lines_of(session, [order.id]))[order.id]
    found = await catalog.contents_by_id(session, [line.content_id for line in lines])
    return context | {
        "order": order,
        "contents": [found[line.content_id] for line in lines if line.content_id in found],
        "retry_query": urlencode([("content", line.content_id) for line in lines]),
        "superseded": order.status == OrderStatus.SUPERSEDED.value,
        "why_not": sentence(order.refusal["sentence"], order.refusal["fields"]) if order.refusal else "",
    }


@router.get("/{payment_id}")
async def show(request: Request, session: Reading, actor: SignedIn, payment_id: UUID, back: Back = "") -> Response:
    """What became of a payment; while nobody knows, the page asks again every two seconds."""
    payment = await payments.get_payment_for(session, actor, payment_id)
    context = await _context(session, actor, payment, local_path(back, ""))
    name = "money/_payment.html" if request.headers.get("hx-request") else "money/payment.html"
    return render(request, name, **context)


@router.post("/{payment_id}/refresh")
async def refresh(
    request: Request,
    database: Steps,
    services: Services,
    actor: SignedIn,
    payment_id: UUID,
    back: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Ask the provider now, for somebody who does not want to wait for its message."""
    async with database.reading() as session:
        payment = await payments.get_payment_for(session, actor, payment_id)
    address = ways.payment_page(payment.id, local_path(back, ""))
    try:
        await payments.refresh(database, services.service(Gateways), payment.id)
    except payments.GatewayUnavailable as error:
        return see_other(request, address, say=refusal(error), tone="warn")
    return see_other(request, address)
