"""Limits: a burst passes, the next does not, and time heals."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from tuition.kernel import FrozenClock, clock
from tuition.platform import rates
from tuition.platform.database import Database, Session


async def test_a_burst_passes_and_the_next_is_told_when_to_come_back(session: Session, moment: FrozenClock) -> None:
    left = [await rates.hit(session, "sign_in:a@example.org", limit=3, per_s=60) for _ in range(3)]
    assert left == [2, 1, 0]
    with pytest.raises(rates.TooMany) as refusal:
        await rates.hit(session, "sign_in:a@example.org", limit=3, per_s=60)
    assert refusal.value.retry_after_s == 20
    assert refusal.value.sentence == "Too often. Please try again in 20 seconds."
    moment.advance(timedelta(seconds=20))
    assert await rates.hit(session, "sign_in:a@example.org", limit=3, per_s=60) == 0


async def test_a_refused_try_does_not_make_the_wait_longer(session: Session, moment: FrozenClock) -> None:
    await rates.hit(session, "x:1", limit=1, per_s=10)
    for _ in range(5):
        with pytest.raises(rates.TooMany) as refusal:
            await rates.hit(session, "x:1", limit=1, per_s=10)
        assert refusal.value.retry_after_s == 10
    moment.advance(timedelta(seconds=10))
    await rates.hit(session, "x:1", limit=1, per_s=10)


async def test_keys_do_not_share_a_bucket_and_are_not_readable(session: Session) -> None:
    await rates.hit(session, "mail:a@example.org", limit=1, per_s=60)
    await rates.hit(session, "mail:b@example.org", limit=1, per_s=60)
    stored = (await session.execute(text("select key from rate_limits"))).scalars().all()
    assert len(stored) == 2
    assert not any("@" in key for key in stored)


async def test_a_hundred_at_once_pass_exactly_as_often_as_allowed(database: Database, moment: FrozenClock) -> None:
    results = await asyncio.gather(
        *(rates.hit(database, "api:key", limit=10, per_s=3600) for _ in range(100)), return_exceptions=True
    )
    assert sorted(result for result in results if isinstance(result, int)) == list(range(10))
    assert sum(isinstance(result, rates.TooMany) for result in results) == 90


async def test_a_hit_on_the_database_counts_even_if_the_request_fails(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction():
            await rates.hit(database, "sign_in:x", limit=1, per_s=60)
            raise RuntimeError
    with pytest.raises(rates.TooMany):
        await rates.hit(database, "sign_in:x", limit=1, per_s=60)


async def test_a_bucket_can_be_emptied_and_empty_ones_are_forgotten(session: Session, moment: FrozenClock) -> None:
    await rates.hit(session, "x:1", limit=1, per_s=60)
    await rates.forget(session, "x:1")
    await rates.hit(session, "x:1", limit=1, per_s=60)
    assert await rates.forget_empty(session, now=clock.now()) == 0
    moment.advance(timedelta(seconds=61))
    assert await rates.forget_empty(session, now=clock.now()) == 1
