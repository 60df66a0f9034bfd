"""What things cost at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from tuition.catalog.models import Price
from tuition.catalog.rules.states import PriceKind
from tuition.kernel import clock
from tuition.platform.database import AnySession


def in_force(at: datetime) -> ColumnElement[bool]:
    """Prices that hold at a moment: from the first instant, until but not at the last."""
    return and_(Price.valid_from <= at, or_(Price.valid_until.is_(None), Price.valid_until > at))


async def price_in_force(
    session: AnySession, content_id: UUID, kind: PriceKind | str, *, currency: str | None = None, at: datetime | None = None
) -> Price | None:
    """The price of this kind at a moment (now), in that currency, or in the one that has had a price the longest."""
    query = select(Price).where(Price.content_id == content_id, Price.kind == str(kind), in_force(at or clock.now()))
    if currency is not None:
        query = query.where(Price.currency == currency)
    return await session.scalar(query.order_by(Price.valid_from, Price.currency).limit(1))


async def prices_of(session: AnySession, content_ids: Sequence[UUID], *, at: datetime | None = None) -> dict[UUID, list[Price]]:
    """Every price in force of these contents, one-time before per minute, each currency once; every id is a key."""
    found: dict[UUID, list[Price]] = {content_id: [] for content_id in content_ids}
    if not found:
        return found
    query = select(Price).where(Price.content_id.in_(list(found)), in_force(at or clock.now()))
    for price in await session.scalars(query.order_by(Price.kind, Price.valid_from, Price.currency)):
        found[price.content_id].append(price)
    return found


async def price_history(session: AnySession, content_id: UUID, *, limit: int = 100) -> list[Price]:
    """Every price that a content has had and will have, newest first."""
    query = select(Price).where(Price.content_id == content_id).order_by(Price.valid_from.desc(), Price.id.desc()).limit(limit)
    return list(await session.scalars(query))
