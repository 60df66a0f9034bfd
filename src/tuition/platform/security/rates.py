"""How often something may happen: a leaky bucket in one upsert (GCRA), so that every process counts together.

A bucket of ``limit`` drops that leaks empty in ``per_s`` seconds: a burst of ``limit`` at once, then one each
``per_s / limit``. The table keeps one moment per key: when its bucket will be empty again.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from math import ceil
from typing import ClassVar

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import DomainError, ErrorKind, clock
from tuition.platform.database import Base, Database, Session


class RateLimit(Base):
    """When a key's bucket is empty again. Unlogged: after a crash everybody may try again, which is fine."""

    __tablename__ = "rate_limits"
    __table_args__ = (Index("idx_rate_limits_empty_at", "empty_at"), {"prefixes": ["UNLOGGED"]})
    __personal__: ClassVar[tuple[str, ...]] = ()
    __backup__: ClassVar[str] = "skip"

    key: Mapped[str] = mapped_column(primary_key=True)
    empty_at: Mapped[datetime]


class TooMany(DomainError):
    """Too often. Please try again in {retry_after_s} seconds."""

    kind = ErrorKind.TOO_MANY
    code = "platform.too_many"

    def __init__(self, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(retry_after_s=retry_after_s)


_HIT = text("""
    insert into rate_limits as r (key, empty_at) values (:key, :now + :step)
    on conflict (key) do update set empty_at = greatest(r.empty_at, :now) + :step
    where greatest(r.empty_at, :now) + :step <= :now + :window
    returning empty_at
""")


async def hit(where: Session | Database, key: str, *, limit: int, per_s: int) -> int:
    """Count one, and return how many more fit at once. Raises ``TooMany`` when it does not fit any more.

    On a ``Database`` it counts in a transaction of its own, whatever becomes of the request: right for sign-ins. On a
    session it counts if the request commits, and equal keys wait for one another until then.
    """
    assert limit >= 1, "a limit lets something through"
    assert per_s >= 1, "a limit has a time"
    if isinstance(where, Database):
        async with where.transaction() as session:
            return await _hit(session, key, limit, per_s)
    return await _hit(where, key, limit, per_s)


async def _hit(session: Session, key: str, limit: int, per_s: int) -> int:
    window, now, name = timedelta(seconds=per_s), clock.now(), _stored(key)
    step = window / limit
    row = await session.execute(_HIT, {"key": name, "now": now, "step": step, "window": window})
    empty_at = row.scalar_one_or_none()
    if empty_at is None:
        known = await session.execute(text("select empty_at from rate_limits where key = :key"), {"key": name})
        fits_at = known.scalar_one() + step - window
        raise TooMany(retry_after_s=max(1, ceil((fits_at - now).total_seconds())))
    return int((window - (empty_at - now)) / step)


async def forget(session: Session, key: str) -> None:
    """Empty a key's bucket: after a success that earns a clean slate."""
    await session.execute(text("delete from rate_limits where key = :key"), {"key": _stored(key)})


async def forget_empty(session: Session, *, now: datetime) -> int:
    """Delete the buckets that are empty, and return how many."""
    return len((await session.execute(text("delete from rate_limits where empty_at < :now returning 1"), {"now": now})).all())


def _stored(key: str) -> str:
    # Keys carry addresses of people and machines; the table keeps only what the key is about and a hash of the rest.
    about, _, rest = key.partition(":")
    return f"{about}:{hashlib.sha256(rest.encode()).hexdigest()[:32]}"
