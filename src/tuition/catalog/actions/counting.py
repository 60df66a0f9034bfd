"""Counters: how often something was bought and looked at, and what people think of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER

from tuition.platform.database import Session

# Locked in one order, so that two who buy the same two things wait for each other instead of dying.
_ADD = """
    with wanted as (
      select contents.id, given.by from contents join unnest(:ids, :counts) as given(id, by) using (id)
      order by contents.id for no key update of contents
    )
    update contents set {column} = greatest(0, {column} + wanted.by) from wanted where contents.id = wanted.id
"""
_TYPES = (bindparam("ids", type_=ARRAY(Uuid())), bindparam("counts", type_=ARRAY(INTEGER)))
_ADD_PURCHASES = text(_ADD.format(column="purchase_count")).bindparams(*_TYPES)
_ADD_VIEWS = text(_ADD.format(column="view_count")).bindparams(*_TYPES)


async def count_purchases(session: Session, content_ids: Iterable[UUID], *, by: int = 1) -> None:
    """Add to the number of times that these contents were bought (``by=-1`` when a purchase is refunded)."""
    counts = {content_id: times * by for content_id, times in Counter(content_ids).items()}
    if counts:
        await session.execute(_ADD_PURCHASES, {"ids": list(counts), "counts": list(counts.values())})


async def count_views(session: Session, views: Mapping[UUID, int]) -> None:
    """Add to the number of times that these contents were looked at. Collect views and add them together: the row is shared."""
    if views:
        await session.execute(_ADD_VIEWS, {"ids": list(views), "counts": list(views.values())})


async def record_rating(session: Session, content_id: UUID, *, average: Decimal, count: int) -> None:
    """Keep what people think of a content (0 to 5, rounded to two places by the column). The caller has locked its row."""
    await session.execute(
        text("update contents set rating_average = :average, rating_count = :count where id = :id"),
        {"average": average, "count": count, "id": content_id},
    )
