"""Payments, those without an end, refunds, and what providers told us."""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import identity, operations, payments
from tuition.edge import EdgeRoute, Reading, Writing
from tuition.kernel import Currency, Money, clock
from tuition.payments import Payment, PaymentStatus, RefundStatus, WebhookStatus
from tuition.platform import paging
from tuition.web.owner.surroundings import Cashier, owner_page
from tuition.web.rendering import see_other, with_query
from tuition.web.rendering import translate as _

router = APIRouter(prefix="/owner", route_class=EdgeRoute, include_in_schema=False)
STUCK_AFTER = timedelta(minutes=30)
STUCK = "stuck"
SHOWN = 25
PAYLOAD_SHOWN_MAX = 200_000
Cursor = Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)]


@router.get("/payments")
async def payment_list(
    request: Request, session: Reading, actor: Cashier, status: Annotated[str, Query(max_length=30)] = "", cursor: Cursor = ""
) -> Response:
    """Payments, newest first, or those of which nobody has heard anything final for half an hour."""
    del actor
    stuck = await payments.stuck_payments(session, before=clock.now() - STUCK_AFTER)
    if status == STUCK:
        page: paging.Page[Payment] = paging.Page(stuck)
    else:
        wanted = PaymentStatus(status) if status in list(PaymentStatus) else None
        page = await payments.payments_page(session, status=wanted, cursor=cursor or None, limit=SHOWN)
    context: dict[str, Any] = {
        "payments": [_payment(payment) for payment in page.items],
        "people": await identity.people_by_id(session, {payment.user_id for payment in page.items}),
        "is_stuck": status == STUCK,
        "tabs": _tabs(len(stuck)),
        "tab": f"/owner/payments?status={status}" if status else "/owner/payments",
        "next_href": with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        "start_href": with_query(request) if cursor else None,
    }
    return owner_page(request, "money/payments.html", **context)


def _states() -> dict[str, str]:
    return {
        PaymentStatus.SUCCEEDED.value: _("Succeeded"),
        PaymentStatus.PENDING.value: _("Pending"),
        PaymentStatus.FAILED.value: _("Failed"),
        PaymentStatus.REFUNDED.value: _("Refunded"),
    }


def _tabs(stuck_count: int) -> list[tuple[Any, ...]]:
    states = [(name, f"/owner/payments?status={value}") for value, name in _states().items()]
    return [(_("All"), "/owner/payments"), *states, (_("Without an end"), f"/owner/payments?status={STUCK}", stuck_count or None)]


def _payment(row: Payment) -> dict[str, Any]:
    unit = Currency(row.currency)
    return {
        "row": row,
        "amount": Money(row.amount_minor, unit),
        "fee": Money(row.fee_minor, unit),
        "refunded": Money(row.refunded_minor, unit) if row.refunded_minor else None,
    }


@router.get("/refunds")
async def refunds(
    request: Request, session: Reading, actor: Cashier, status: Annotated[str, Query(max_length=30)] = "", cursor: Cursor = ""
) -> Response:
    """What was to go back through a provider, newest first. What a provider refused waits for a person."""
    del actor
    wanted = RefundStatus(status) if status in list(RefundStatus) else None
    page = await payments.refunds_page(session, status=wanted, cursor=cursor or None, limit=SHOWN)
    failed = await operations.count_failed_refunds(session)
    paid = await payments.payments_by_id(session, [refund.payment_id for refund in page.items])
    names = {RefundStatus.FAILED: _("Refused"), RefundStatus.PENDING: _("Pending"), RefundStatus.SUCCEEDED: _("Sent")}
    tabs: list[tuple[Any, ...]] = [(_("All"), "/owner/refunds")]
    tabs += [
        (name, f"/owner/refunds?status={value}", failed or None if value == "failed" else None) for value, name in names.items()
    ]
    context: dict[str, Any] = {
        "refunds": [
            (refund, Money(refund.amount_minor, Currency(refund.currency)), paid[refund.payment_id]) for refund in page.items
        ],
        "people": await identity.people_by_id(session, {payment.user_id for payment in paid.values()}),
        "names": names,
        "tabs": tabs,
        "tab": f"/owner/refunds?status={status}" if status else "/owner/refunds",
        "next_href": with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        "start_href": with_query(request) if cursor else None,
    }
    return owner_page(request, "money/refunds.html", **context)


@router.post("/refunds/{refund_id}/retry")
async def send_again(request: Request, refund_id: UUID, session: Writing, actor: Cashier) -> Response:
    """Send one again that its provider refused."""
    await payments.retry_refund(session, actor.id, refund_id)
    return see_other(request, "/owner/refunds?status=failed", say=_("It is sent again."), tone="note")


@router.get("/webhooks")
async def webhooks(
    request: Request, session: Reading, actor: Cashier, status: Annotated[str, Query(max_length=30)] = "", cursor: Cursor = ""
) -> Response:
    """What providers said, newest first."""
    del actor
    wanted = WebhookStatus(status) if status in list(WebhookStatus) else None
    page = await payments.webhook_events_page(session, status=wanted, cursor=cursor or None, limit=SHOWN)
    names = {
        WebhookStatus.FAILED: _("Failed"),
        WebhookStatus.PROCESSING: _("Processing"),
        WebhookStatus.PROCESSED: _("Processed"),
        WebhookStatus.IGNORED: _("Ignored"),
    }
    context: dict[str, Any] = {
        "events": page.items,
        "tabs": [(_("All"), "/owner/webhooks"), *((name, f"/owner/webhooks?status={value}") for value, name in names.items())],
        "tab": f"/owner/webhooks?status={status}" if status else "/owner/webhooks",
        "next_href": with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        "start_href": with_query(request) if cursor else None,
    }
    return owner_page(request, "money/webhooks.html", **context)


@router.get("/webhooks/{event_id}")
async def webhook(request: Request, event_id: UUID, session: Reading, actor: Cashier) -> Response:
    """One message: what it said, and what became of it."""
    event = await payments.get_webhook_event(session, event_id)
    context: dict[str, Any] = {
        "event": event,
        "payload": _readable(event.payload),
        "may_replay": identity.allows(actor, "webhooks:replay"),
    }
    return owner_page(request, "money/webhook.html", **context)


def _readable(payload: bytes) -> str:
    """A message as a person reads it: JSON set out, anything else as it came."""
    written = payload.decode("utf-8", "replace")
    with contextlib.suppress(ValueError):
        written = json.dumps(json.loads(written), indent=2, ensure_ascii=False)
    return written[:PAYLOAD_SHOWN_MAX]


@router.post("/webhooks/{event_id}/replay")
async def replay(request: Request, event_id: UUID, session: Writing, actor: Cashier) -> Response:
    """Let it be tried again. What it says happens once, however often it is replayed."""
    identity.require(actor, "webhooks:replay")
    await payments.replay(session, actor.id, event_id)
    return see_other(request, f"/owner/webhooks/{event_id}", say=_("It is tried again. What it says happens once."), tone="note")
