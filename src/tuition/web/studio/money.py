"""What was sold and what was earned, with the lines that the books hold."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import catalog, commerce, earnings, identity, ledger, operations
from tuition.edge import EdgeRoute, Reading
from tuition.kernel import Currency, Money, clock
from tuition.ledger import AccountKey, AccountKind
from tuition.platform import paging, site
from tuition.platform.database import AnySession
from tuition.web.money.statements import MONTH, period_of, statement_pdf
from tuition.web.rendering import page_reader, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.surroundings import Creator, studio_page

router = APIRouter(prefix="/studio", route_class=EdgeRoute, include_in_schema=False)
SALES_SHOWN = 25
Cursor = Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)]
ACCOUNTS = {"available": AccountKind.EARNINGS, "pending": AccountKind.EARNINGS_PENDING}
MONTHS_OFFERED = 12


@router.get("/sales")
async def sales(request: Request, session: Reading, actor: Creator, cursor: Cursor = "") -> Response:
    """Each purchase with its fee and what was given back; the minutes beside it."""
    page = await commerce.sales_page(session, actor.id, cursor=cursor or None, limit=SALES_SHOWN)
    minutes = [] if cursor else await operations.minutes_sold(session, actor.id)
    titles = await _titles(session, [sale.content_id for sale in page.items] + [line.content_id for line in minutes])
    context: dict[str, Any] = {
        "sales": [_sale(sale) for sale in page.items],
        "minutes": minutes,
        "titles": titles,
        "people": await identity.people_by_id(session, {sale.buyer_id for sale in page.items}),
        "next_href": with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        "start_href": with_query(request) if cursor else None,
        "fee_rate": (await site.glance(session)).platform_fee_rate,
    }
    return studio_page(request, "money/sales.html", **context)


def _sale(row: commerce.Purchase) -> dict[str, Any]:
    unit = Currency(row.currency)
    return {
        "row": row,
        "amount": Money(row.amount_minor, unit),
        "tax": Money(row.tax_minor, unit),
        "fee": Money(row.platform_fee_minor, unit),
        "yours": Money(row.creator_minor, unit),
        "refunded": Money(row.refunded_minor, unit) if row.refunded_minor else None,
    }


async def _titles(session: AnySession, ids: Sequence[UUID]) -> dict[UUID, catalog.Content]:
    return await catalog.contents_by_id(session, list(set(ids)))


@router.get("/earnings")
async def earned(request: Request, session: Reading, actor: Creator, cursor: Cursor = "") -> Response:
    """What is still pending, what can be taken, what was; and each lot that it comes from."""
    page = await earnings.lots_of(session, actor.id, cursor=cursor or None, limit=SALES_SHOWN)
    settings = await site.glance(session)
    totals = await earnings.totals_of(session, actor.id)
    context: dict[str, Any] = {
        "totals": totals,
        "lots": [_lot(lot) for lot in page.items],
        "currencies": [line.earned.currency for line in totals],
        "months": _months(clock.now().astimezone(page_reader(request).time_zone).date()),
        "hold_days": settings.earnings_hold_days,
        "window_days": settings.refund_window_days,
        "next_href": with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        "start_href": with_query(request) if cursor else None,
    }
    return studio_page(request, "money/earnings.html", **context)


def _lot(lot: earnings.EarningLot) -> dict[str, Any]:
    unit = Currency(lot.currency)
    return {
        "row": lot,
        "amount": Money(lot.amount_minor, unit),
        "reversed": Money(lot.reversed_minor, unit) if lot.reversed_minor else None,
        "available": Money(lot.available_minor, unit),
        "pending": Money(lot.amount_minor - lot.reversed_minor - lot.matured_minor, unit),
        "paid": Money(lot.paid_out_minor, unit) if lot.paid_out_minor else None,
    }


def _months(today: date) -> list[date]:
    """The first days of this month and those before it."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS_OFFERED:
        last = months[-1]
        months.append(date(last.year - (last.month == 1), last.month - 1 or 12, 1))
    return months


@router.get("/earnings/statement.csv")
async def statement(
    request: Request,
    session: Reading,
    actor: Creator,
    currency: Annotated[str, Query(pattern=r"^[A-Z]{3}$")],
    account: Annotated[str, Query(pattern="^(available|pending)$")] = "available",
    month: Annotated[str, Query(pattern=MONTH)] = "",
) -> Response:
    """One account's lines of a month (or all of them), each with the balance after it."""
    since, until = period_of(month, page_reader(request))
    out = io.StringIO(newline="")
    key = AccountKey(actor.id, ACCOUNTS[account], Currency(currency))
    await ledger.export_statement_csv(session, key, out, since=since, until=until)
    name = f"statement-{account}-{currency}{'-' + month if month else ''}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/earnings/statement.pdf")
async def statement_document(
    request: Request,
    session: Reading,
    actor: Creator,
    currency: Annotated[str, Query(pattern=r"^[A-Z]{3}$")],
    account: Annotated[str, Query(pattern="^(available|pending)$")] = "available",
    month: Annotated[str, Query(pattern=MONTH)] = "",
) -> Response:
    """The same as a document."""
    key = AccountKey(actor.id, ACCOUNTS[account], Currency(currency))
    name = _("Earnings, available") if account == "available" else _("Earnings, pending")
    return await statement_pdf(request, session, actor, key, name, month)
