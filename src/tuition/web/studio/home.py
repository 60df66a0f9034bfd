"""The studio's first page: today's money, this month day by day, and what waits for its maker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from tuition import catalog, earnings, operations
from tuition.catalog import Status
from tuition.edge import EdgeRoute, Reading
from tuition.identity import Actor
from tuition.kernel import Currency, Money, clock
from tuition.platform import site
from tuition.platform.database import AnySession
from tuition.web.rendering import Reader, Series, bar_chart, page_reader
from tuition.web.rendering import translate as _
from tuition.web.rendering.formatting import day as day_text
from tuition.web.studio.surroundings import Creator, address, studio_page

router = APIRouter(prefix="/studio", route_class=EdgeRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for its maker."""

    icon: str
    tone: str
    title: str
    text: str
    href: str


async def main_currency(session: AnySession, actor: Actor) -> str:
    """The currency that most of a creator's figures are in: one they earned in, theirs if they did, else the site's."""
    earned = [totals.earned.currency for totals in await earnings.totals_of(session, actor.id)]
    wanted = actor.currency or (await site.glance(session)).default_currency
    return wanted if wanted in earned or not earned else earned[0]


@router.get("")
async def home(request: Request, session: Reading, actor: Creator) -> Response:
    """How the day goes."""
    reader = page_reader(request)
    today = clock.now().astimezone(reader.time_zone).date()
    currency = await main_currency(session, actor)
    days = await _this_month(session, actor.id, currency, reader, today)
    before = await _same_days_before(session, actor.id, currency, reader, today)
    month = sum((amount for _day, amount in days), Money.zero(currency))
    totals = {line.earned.currency: line for line in await earnings.totals_of(session, actor.id)}
    series = Series(_("Earned"), [amount for _day, amount in days])
    labels = [str(day.day) for day, _amount in days]
    context: dict[str, Any] = {
        "today": days[-1][1],
        "month": month,
        "change": None if not before.minor else (month.decimal - before.decimal) / before.decimal,
        "totals": totals.get(Currency(currency)),
        "sold_today": await operations.sold_since(session, actor.id, _midnight(today, reader)),
        "chart": bar_chart(_("Earned this month, by day"), labels, [series], label_head=_("Day")),
        "needs": await _needs(session, actor),
        "counts_by_status": await operations.count_by_status(session, actor.id),
        "uploads": await catalog.unfinished_uploads(session, actor),
        "month_text": day_text(today.replace(day=1)),
    }
    return studio_page(request, "home.html", **context)


async def _this_month(
    session: AnySession, creator_id: UUID, currency: str, reader: Reader, today: date
) -> list[tuple[date, Money]]:
    first = today.replace(day=1)
    found = await earnings.earned_by_day(
        session,
        creator_id,
        currency=currency,
        since=_midnight(first, reader),
        until=_midnight(today + timedelta(days=1), reader),
        zone=reader.zone,
    )
    days = [first + timedelta(days=index) for index in range((today - first).days + 1)]
    return [(one, found.get(one, Money.zero(currency))) for one in days]


async def _same_days_before(session: AnySession, creator_id: UUID, currency: str, reader: Reader, today: date) -> Money:
    """The month before, up to the same day."""
    last = today.replace(day=1) - timedelta(days=1)
    until = last.replace(day=min(last.day, today.day)) + timedelta(days=1)
    found = await earnings.earned_by_day(
        session,
        creator_id,
        currency=currency,
        since=_midnight(last.replace(day=1), reader),
        until=_midnight(until, reader),
        zone=reader.zone,
    )
    return sum(found.values(), Money.zero(currency))


def _midnight(day: date, reader: Reader) -> datetime:
    return datetime.combine(day, time(), tzinfo=reader.time_zone)


async def _needs(session: AnySession, actor: Actor) -> list[Need]:
    """What is broken first, then what nobody can buy, then what is half done."""
    needs = [
        Need(
            "circle-alert", "bad", content.title, media.failure or _("The file could not be read."), f"{address(content.id)}/file"
        )
        for content, media in await operations.failed_media(session, actor.id)
    ]
    for content in await operations.unpriced(session, actor.id, at=clock.now()):
        text = _("It is for sale and has no price: nobody can buy it.")
        needs.append(Need("tag", "warn", content.title, text, f"{address(content.id)}/prices"))
    drafts = await operations.in_state(session, actor.id, Status.DRAFT)
    text = _("A draft. Nobody else sees it.")
    return [*needs, *(Need("pencil", "", content.title, text, address(content.id)) for content in drafts)]
