"""A creator's desk: what they have made, what waits for them, what they sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from tuition import catalog, metering
from tuition.catalog import Kind, MediaStatus, Status
from tuition.commerce import Purchase, PurchaseStatus
from tuition.kernel import Currency, Money
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.playback import PlaySession

ATTENTION_MAX = 8
CHOICES_MAX = 200
"""How many contents the builder of a series offers at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter of the list."""

    kind: Kind | None = None
    status: Status | None = None
    words: str = ""
    is_broken: bool = False
    """Only what cannot be played."""

    @property
    def is_narrowed(self) -> bool:
        """Whether there is something to take back."""
        return bool(self.kind or self.status or self.words or self.is_broken)


@dataclass(frozen=True, slots=True)
class MinutesSold:
    """What one content was paid for by the minute, in one currency."""

    content_id: UUID
    played_ms: int
    gross: Money


def _of(creator_id: UUID) -> Select[Any]:
    return select(catalog.Content).where(catalog.Content.creator_id == creator_id, catalog.Content.deleted_at.is_(None))


async def contents_page(
    session: AnySession, creator_id: UUID | None, asked: Asked, *, cursor: str | None = None, limit: int = paging.LIMIT_USUAL
) -> paging.Page[catalog.Content]:
    """A creator's contents (or everybody's), newest first."""
    content = catalog.Content
    statement = _of(creator_id) if creator_id else select(content).where(content.deleted_at.is_(None))
    if asked.kind is not None:
        statement = statement.where(content.kind == asked.kind.value)
    if asked.status is not None:
        statement = statement.where(content.status == asked.status.value)
    if asked.words:
        statement = statement.where(content.title.icontains(asked.words, autoescape=True))
    if asked.is_broken:
        broken = select(catalog.Media.content_id).where(catalog.Media.status == MediaStatus.FAILED.value)
        statement = statement.where(content.id.in_(broken))
    keys: list[ColumnElement[Any]] = [content.created_at.desc(), content.id.desc()]
    scope = f"studio/{creator_id}/{asked.kind}/{asked.status}/{asked.words}"
    return await paging.paginate(session, statement, keys=keys, cursor=cursor, limit=limit, scope=scope)


async def count_by_status(session: AnySession, creator_id: UUID) -> dict[str, int]:
    """How many contents are in each state."""
    content = catalog.Content
    statement = (
        select(content.status, func.count())
        .where(content.creator_id == creator_id, content.deleted_at.is_(None))
        .group_by(content.status)
    )
    return {str(status): count for status, count in await session.execute(statement)}


async def media_by_id(session: AnySession, content_ids: Sequence[UUID]) -> dict[UUID, catalog.Media]:
    """The media of these contents, of those that have one."""
    rows = await session.scalars(select(catalog.Media).where(catalog.Media.content_id.in_(content_ids)))
    return {media.content_id: media for media in rows}


async def failed_media(session: AnySession, creator_id: UUID) -> list[tuple[catalog.Content, catalog.Media]]:
    """Films that could not be made playable."""
    statement = (
        select(catalog.Content, catalog.Media)
        .join(catalog.Media, catalog.Media.content_id == catalog.Content.id)
        .where(
            catalog.Content.creator_id == creator_id,
            catalog.Content.deleted_at.is_(None),
            catalog.Media.status == MediaStatus.FAILED.value,
        )
        .order_by(catalog.Media.updated_at.desc())
        .limit(ATTENTION_MAX)
    )
    return [(content, media) for content, media in await session.execute(statement)]


async def in_state(session: AnySession, creator_id: UUID, status: Status) -> list[catalog.Content]:
    """The newest contents in a state."""
    statement = _of(creator_id).where(catalog.Content.status == status.value).order_by(catalog.Content.updated_at.desc())
    return list(await session.scalars(statement.limit(ATTENTION_MAX)))


async def unpriced(session: AnySession, creator_id: UUID, *, at: datetime) -> list[catalog.Content]:
    """Published contents that are for sale and have no price, alone or in something that holds them: nobody can buy them."""
    priced = select(catalog.Price.content_id).where(catalog.in_force(at))
    held = select(catalog.SeriesMember.content_id)
    statement = (
        _of(creator_id)
        .where(
            catalog.Content.status == Status.PUBLISHED.value,
            catalog.Content.visibility == catalog.Visibility.PAID.value,
            catalog.Content.id.not_in(priced),
            catalog.Content.id.not_in(held),
        )
        .order_by(catalog.Content.id.desc())
    )
    return list(await session.scalars(statement.limit(ATTENTION_MAX)))


async def could_be_parts(session: AnySession, creator_id: UUID, collection_id: UUID, *, words: str = "") -> list[catalog.Content]:
    """What a collection of this creator may still take in."""
    inside = select(catalog.SeriesMember.content_id).where(catalog.SeriesMember.collection_id == collection_id)
    content = catalog.Content
    statement = _of(creator_id).where(
        content.id.not_in(inside),
        content.id != collection_id,
        content.kind.not_in([Kind.BUNDLE.value, Kind.SERIES.value, Kind.COURSE.value]),
    )
    if words:
        statement = statement.where(content.title.icontains(words, autoescape=True))
    return list(await session.scalars(statement.order_by(content.title, content.id).limit(CHOICES_MAX)))


async def could_be_shown(session: AnySession, creator_id: UUID, kind: Kind) -> list[catalog.Content]:
    """What a lesson of this creator's may show: their contents of a kind, by title."""
    content = catalog.Content
    statement = _of(creator_id).where(content.kind == kind.value)
    return list(await session.scalars(statement.order_by(content.title, content.id).limit(CHOICES_MAX)))


async def minutes_sold(session: AnySession, creator_id: UUID) -> list[MinutesSold]:
    """What was played and paid by the minute, per content and currency, most first. Sessions under way count when they end."""
    meter, metered = metering.Meter, metering.MeteredSession
    statement = (
        select(
            meter.content_id,
            meter.currency,
            func.coalesce(func.sum(PlaySession.played_ms), 0),
            func.coalesce(func.sum(metered.cost_minor), 0),
        )
        .join(metered, metered.meter_id == meter.id)
        .join(PlaySession, PlaySession.id == metered.play_session_id)
        .where(meter.creator_id == creator_id)
        .group_by(meter.content_id, meter.currency)
        .order_by(func.sum(metered.cost_minor).desc().nulls_last())
        .limit(paging.LIMIT_MAX)
    )
    return [
        MinutesSold(row[0], int(row[2] or 0), Money(int(row[3] or 0), Currency(row[1])))
        for row in (await session.execute(statement)).all()
    ]


async def sold_since(session: AnySession, seller_id: UUID, since: datetime) -> int:
    """How many purchases were completed since a moment."""
    statement = select(func.count()).where(
        Purchase.seller_id == seller_id, Purchase.status == PurchaseStatus.COMPLETED.value, Purchase.purchased_at >= since
    )
    return (await session.execute(statement)).scalar_one()
