"""Saying what something costs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from tuition.catalog.errors import PriceInvalid
from tuition.catalog.events import PriceChanged
from tuition.catalog.models import Price
from tuition.catalog.queries.contents import get_owned_content
from tuition.catalog.rules.prices import Asked, OneTime, check_price, kind_of
from tuition.catalog.rules.states import Kind, PriceKind
from tuition.identity import Actor
from tuition.kernel import clock
from tuition.platform import events
from tuition.platform.database import Session


async def set_price(
    session: Session, actor: Actor, content_id: UUID, asked: Asked, *, valid_from: datetime | None = None
) -> Price:
    """Put a price in force from now on, or from a later moment. The one before ends there and stays true for its time.

    The same price again changes nothing. A later price that was already announced stays announced.
    Raises ``ContentUnknown``, ``PriceInvalid``.
    """
    # The content's row is the lock: two prices of one content are set one after the other.
    content = await get_owned_content(session, actor, content_id, lock=True)
    check_price(asked, Kind(content.kind))
    now = clock.now()
    start = valid_from or now
    if start < now:
        raise PriceInvalid(reason="a price cannot begin in the past")
    kind, currency = kind_of(asked), asked.amount.currency if isinstance(asked, OneTime) else asked.currency
    standing = await _from(session, content_id, kind, currency, start)
    current = next((price for price in standing if price.valid_from <= start), None)
    if current is not None and _same(current, asked):
        return current
    later = next((price for price in standing if price.valid_from > start), None)
    if current is not None:
        current.valid_until = start
        # The old row must end before the new one begins: the exclusion constraint looks at each statement.
        await session.flush()
    price = Price(
        content_id=content_id,
        kind=kind,
        currency=currency,
        amount_minor=asked.amount.minor if isinstance(asked, OneTime) else None,
        rate=None if isinstance(asked, OneTime) else asked.rate,
        valid_from=start,
        valid_until=later.valid_from if later else None,
        created_by=actor.id,
    )
    session.add(price)
    # An event carries the id of a row that exists.
    await session.flush()
    await events.publish(session, PriceChanged(content_id, kind, currency, price.id))
    return price


async def remove_price(session: Session, actor: Actor, content_id: UUID, kind: PriceKind, currency: str) -> None:
    """End the price of this kind and currency now, with every later one that was announced. None there: nothing happens."""
    await get_owned_content(session, actor, content_id, lock=True)
    now = clock.now()
    for price in await _from(session, content_id, kind, currency, now):
        price.valid_until = max(now, price.valid_from)
    await events.publish(session, PriceChanged(content_id, kind, currency, None))


async def _from(session: Session, content_id: UUID, kind: PriceKind, currency: str, start: datetime) -> list[Price]:
    """The prices that hold at ``start`` or later, in order. One that ended where it began holds never."""
    query = select(Price).where(
        Price.content_id == content_id,
        Price.kind == str(kind),
        Price.currency == currency,
        (Price.valid_until.is_(None)) | ((Price.valid_until > start) & (Price.valid_until > Price.valid_from)),
    )
    return list(await session.scalars(query.order_by(Price.valid_from)))


def _same(price: Price, asked: Asked) -> bool:
    return price.amount_minor == asked.amount.minor if isinstance(asked, OneTime) else price.rate == asked.rate
