"""The owner's first page: what came in, who learns, and what is broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from babel.dates import format_skeleton
from fastapi import APIRouter, Request
from starlette.responses import Response

from tuition import operations
from tuition.edge import EdgeRoute, Reading
from tuition.kernel import Money, clock
from tuition.ledger import AccountKind
from tuition.platform import jobs, site
from tuition.platform.database import AnySession
from tuition.web.owner.payments import STUCK_AFTER
from tuition.web.owner.surroundings import Owner, owner_page
from tuition.web.rendering import Series, line_chart, page_reader
from tuition.web.rendering import translate as _

router = APIRouter(prefix="/owner", route_class=EdgeRoute, include_in_schema=False)
DAYS = 30
MAIL_DAYS = 7


@dataclass(frozen=True, slots=True)
class Failure:
    """One sort of trouble: how much of it there is, and where it is mended."""

    label: str
    count: int
    href: str


@router.get("")
async def dashboard(request: Request, session: Reading, actor: Owner) -> Response:
    """How the school does."""
    del actor
    reader = page_reader(request)
    now = clock.now()
    today = now.astimezone(reader.time_zone).date()
    first = today - timedelta(days=DAYS - 1)
    since = datetime.combine(first, time(), tzinfo=reader.time_zone)
    currency = (await site.glance(session)).default_currency
    earlier = since - timedelta(days=DAYS)
    revenue = await operations.revenue_by_day(session, currency, since=earlier, zone=reader.zone)
    days = [first + timedelta(days=index) for index in range(DAYS)]
    amounts = [revenue.get(day, Money.zero(currency)) for day in days]
    total = sum(amounts, Money.zero(currency))
    before = sum((amount for day, amount in revenue.items() if day < first), Money.zero(currency))
    accounts = await operations.accounts_by_kind(session)
    learning = await operations.learning(session, since=since, until=now)
    learnt_before = await operations.learning(session, since=earlier, until=since)
    labels = [format_skeleton("MMMd", day, locale=reader.locale) for day in days]
    context: dict[str, Any] = {
        "total": total,
        "change": (total.decimal - before.decimal) / before.decimal if before.minor else None,
        "chart": line_chart(_("The platform's revenue, by day"), labels, [Series(_("Revenue"), amounts)], label_head=_("Day")),
        "wallets": _held(accounts, AccountKind.WALLET),
        "owed": _held(accounts, AccountKind.EARNINGS, AccountKind.EARNINGS_PENDING),
        "learning": learning,
        "learnt_before": learnt_before,
        "failures": await _failures(session, now),
        "pulse": await jobs.workers_alive(session),
        "days": DAYS,
    }
    return owner_page(request, "dashboard.html", **context)


def _held(accounts: dict[str, list[operations.AccountsLine]], *kinds: AccountKind) -> list[Money]:
    """What accounts of these kinds hold, one sum per currency that has any."""
    sums = [
        sum((line.balance for line in lines if line.kind in kinds), Money.zero(currency)) for currency, lines in accounts.items()
    ]
    return [amount for amount in sums if amount.minor]


async def _failures(session: AnySession, now: datetime) -> list[Failure]:
    return [
        Failure(_("Jobs given up"), await operations.count_failed_jobs(session), "/owner/system#jobs"),
        Failure(_("Webhooks not understood"), await operations.count_failed_webhooks(session), "/owner/webhooks?status=failed"),
        Failure(
            _("Letters that did not arrive"),
            await operations.count_failed_emails(session, since=now - timedelta(days=MAIL_DAYS)),
            "/owner/outbox?status=failed",
        ),
        Failure(
            _("Payments without an end"),
            await operations.count_stuck_payments(session, before=now - STUCK_AFTER),
            "/owner/payments?status=stuck",
        ),
        Failure(_("Refunds that were refused"), await operations.count_failed_refunds(session), "/owner/refunds?status=failed"),
        Failure(_("Films that cannot be played"), await operations.count_failed_media(session), "/owner/contents?media=failed"),
    ]
