"""What people and rooms ask about meters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from tuition.earnings import CreatorShare, Split, split_growth
from tuition.kernel import Currency, Money
from tuition.metering.models import Meter, MeteredSession
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.playback import PlaySession

_LINES = (
    select(PlaySession, MeteredSession, Meter.posted_minor)
    .join(MeteredSession, MeteredSession.play_session_id == PlaySession.id)
    .join(Meter, Meter.id == MeteredSession.meter_id)
)


@dataclass(frozen=True, slots=True)
class MeteredLine:
    """One play session as its payer reads it."""

    play_session_id: UUID
    content_id: UUID
    title: str
    started_at: datetime
    ended_at: datetime | None
    played_ms: int
    price_per_minute: Decimal
    cost: Money


async def meter_of(session: AnySession, user_id: UUID, content_id: UUID) -> Meter | None:
    """What a person has paid by the minute for a content: the meter that was used last."""
    statement = (
        select(Meter).where(Meter.user_id == user_id, Meter.content_id == content_id).order_by(Meter.updated_at.desc()).limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def metered_sessions_of(
    session: AnySession, user_id: UUID, *, cursor: str | None = None, limit: int = 25
) -> paging.Page[MeteredLine]:
    """A person's paid play sessions, newest first; a running one shows what it has cost so far."""
    statement = _LINES.where(PlaySession.user_id == user_id)
    page = await paging.paginate(
        session, statement, keys=[PlaySession.started_at.desc(), PlaySession.id.desc()], cursor=cursor, limit=limit
    )
    return paging.Page([_line(*row) for row in page.items], page.next_cursor)


async def lines_of(session: AnySession, play_session_ids: Sequence[UUID]) -> dict[UUID, MeteredLine]:
    """What these play sessions cost; those that cost nothing are left out."""
    rows = await session.execute(_LINES.where(PlaySession.id.in_(play_session_ids)))
    return {row[0].id: _line(*row) for row in rows}


def split_of(meter: Meter) -> Split:
    """How all that was paid since ``base_minor`` divided: what the ledger moved, also when the rates changed on the way."""
    unit = Currency(meter.currency)
    # A meter that begins anew splits anew (see ``beginning``), so that the base never lies within the present rates.
    grown = split_growth(
        Money.zero(unit),
        Money(meter.posted_minor - meter.split_base_minor, unit),
        fee_rate=meter.fee_rate,
        tax_rate=meter.tax_rate,
        creator_id=meter.creator_id,
    )
    gross = meter.content_cost
    tax, fee = grown.tax + Money(meter.split_tax_minor, unit), grown.fee + Money(meter.split_fee_minor, unit)
    return Split(gross=gross, tax=tax, fee=fee, creators=(CreatorShare(meter.creator_id, gross - tax - fee),))


async def get_meter(session: AnySession, meter_id: UUID) -> Meter:
    """A meter by its id, as it stands now."""
    return (await session.scalars(select(Meter).where(Meter.id == meter_id).execution_options(populate_existing=True))).one()


def _line(play: PlaySession, metered: MeteredSession, posted_minor: int) -> MeteredLine:
    cost = posted_minor - metered.posted_before_minor if metered.cost_minor is None else metered.cost_minor
    return MeteredLine(
        play_session_id=play.id,
        content_id=play.content_id,
        title=play.content_title,
        started_at=play.started_at,
        ended_at=play.ended_at,
        played_ms=play.played_ms,
        price_per_minute=metered.price_per_minute,
        cost=Money(cost, Currency(metered.currency)),
    )
