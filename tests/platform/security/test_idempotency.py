"""Idempotency keys: the first request executes, its answer is everybody's."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from tuition.kernel import FrozenClock, clock, new_id
from tuition.platform import idempotency
from tuition.platform.database import Database, Session

REQUEST = {"actor": "person", "route": "POST /v1/orders", "key": "k1", "fingerprint": "f1"}


async def test_the_first_answer_is_replayed_and_stored_unreadably(session: Session) -> None:
    claimed = await idempotency.claim(session, **REQUEST)
    assert isinstance(claimed, idempotency.Claimed)
    await idempotency.store_answer(
        session, claimed, status=201, headers={"location": "/v1/orders/1"}, body=b'{"key": "shown once"}'
    )
    again = await idempotency.claim(session, **REQUEST)
    assert again == idempotency.Replay(201, {"location": "/v1/orders/1"}, b'{"key": "shown once"}')
    assert b"shown once" not in (await session.execute(text("select body from idempotency_keys"))).scalar_one()


@pytest.mark.parametrize("other", [{"actor": "another"}, {"route": "POST /v1/refunds"}, {"key": "k2"}])
async def test_a_key_belongs_to_one_actor_and_one_route(session: Session, other: dict[str, str]) -> None:
    await idempotency.claim(session, **REQUEST)
    assert isinstance(await idempotency.claim(session, **{**REQUEST, **other}), idempotency.Claimed)


async def test_the_same_key_with_another_body_is_refused(session: Session) -> None:
    claimed = await idempotency.claim(session, **REQUEST)
    assert isinstance(claimed, idempotency.Claimed)
    with pytest.raises(idempotency.KeyReused):
        await idempotency.claim(session, **{**REQUEST, "fingerprint": "f2"})
    await idempotency.store_answer(session, claimed, status=200, headers={}, body=b"")
    with pytest.raises(idempotency.KeyReused):
        await idempotency.claim(session, **{**REQUEST, "fingerprint": "f2"})


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"])
async def test_a_key_that_is_no_key_is_refused(session: Session, key: str) -> None:
    with pytest.raises(idempotency.KeyInvalid):
        await idempotency.claim(session, **{**REQUEST, "key": key})


async def test_a_claim_whose_process_died_is_taken_over_and_the_dead_cannot_answer(session: Session, moment: FrozenClock) -> None:
    dead = await idempotency.claim(session, **REQUEST)
    assert isinstance(dead, idempotency.Claimed)
    with pytest.raises(idempotency.InProgress):
        await idempotency.claim(session, **REQUEST)
    moment.advance(idempotency.LEASE)
    heir = await idempotency.claim(session, **REQUEST)
    assert isinstance(heir, idempotency.Claimed)
    await idempotency.store_answer(session, dead, status=200, headers={}, body=b"from the dead")
    await idempotency.release(session, dead)
    with pytest.raises(idempotency.InProgress):
        await idempotency.claim(session, **REQUEST)
    await idempotency.store_answer(session, heir, status=200, headers={}, body=b"from the heir")
    assert await idempotency.claim(session, **REQUEST) == idempotency.Replay(200, {}, b"from the heir")


async def test_whoever_takes_over_goes_on_with_what_was_reserved(session: Session, moment: FrozenClock) -> None:
    dead = await idempotency.claim(session, **REQUEST)
    assert isinstance(dead, idempotency.Claimed)
    payment_id = new_id()
    await idempotency.reserve(session, dead, payment_id)
    moment.advance(idempotency.LEASE)
    heir = await idempotency.claim(session, **REQUEST)
    assert isinstance(heir, idempotency.Claimed)
    assert (dead.reserved_id, heir.reserved_id) == (None, payment_id)
    with pytest.raises(idempotency.InProgress):
        await idempotency.reserve(session, dead, new_id())


async def test_what_failed_after_it_reserved_is_gone_on_with_at_once(session: Session, moment: FrozenClock) -> None:
    failed = await idempotency.claim(session, **REQUEST)
    assert isinstance(failed, idempotency.Claimed)
    payment_id = new_id()
    await idempotency.reserve(session, failed, payment_id)
    await idempotency.release(session, failed)
    heir = await idempotency.claim(session, **REQUEST)
    assert isinstance(heir, idempotency.Claimed)
    assert heir.reserved_id == payment_id
    moment.advance(idempotency.KEEP)
    fresh = await idempotency.claim(session, **REQUEST)
    assert isinstance(fresh, idempotency.Claimed)
    assert fresh.reserved_id is None


async def test_a_released_claim_may_be_tried_again(session: Session) -> None:
    claimed = await idempotency.claim(session, **REQUEST)
    assert isinstance(claimed, idempotency.Claimed)
    await idempotency.release(session, claimed)
    assert isinstance(await idempotency.claim(session, **REQUEST), idempotency.Claimed)


async def test_an_answer_that_was_not_kept_is_not_given_twice(session: Session) -> None:
    claimed = await idempotency.claim(session, **REQUEST)
    assert isinstance(claimed, idempotency.Claimed)
    await idempotency.store_answer(session, claimed, status=200, headers={}, body=b"x" * (idempotency.ANSWER_BYTES_MAX + 1))
    with pytest.raises(idempotency.AnswerNotKept):
        await idempotency.claim(session, **REQUEST)


async def test_keys_expire_after_a_day(session: Session, moment: FrozenClock) -> None:
    claimed = await idempotency.claim(session, **REQUEST)
    assert isinstance(claimed, idempotency.Claimed)
    await idempotency.store_answer(session, claimed, status=200, headers={}, body=b"old")
    moment.advance(timedelta(hours=24))
    assert isinstance(await idempotency.claim(session, **{**REQUEST, "fingerprint": "f2"}), idempotency.Claimed)
    moment.advance(timedelta(hours=25))
    assert await idempotency.forget_expired(session, now=clock.now()) == 1


async def test_of_twenty_equal_requests_one_executes_and_the_others_hear_its_answer(database: Database) -> None:
    executed = 0

    async def request() -> bytes:
        nonlocal executed
        claimed = await idempotency.claim_or_wait(database, wait_s=10.0, **REQUEST)
        if isinstance(claimed, idempotency.Replay):
            return claimed.body
        executed += 1
        await asyncio.sleep(0.2)
        async with database.transaction() as session:
            await idempotency.store_answer(session, claimed, status=200, headers={}, body=b"the one answer")
        return b"the one answer"

    answers = await asyncio.gather(*(request() for _ in range(20)))
    assert set(answers) == {b"the one answer"}
    assert executed == 1


async def test_claimed_in_the_working_transaction_an_equal_request_waits_for_its_end(database: Database) -> None:
    order: list[str] = []
    has_claimed = asyncio.Event()

    async def request(name: str) -> None:
        async with database.transaction() as session:
            claimed = await idempotency.claim(session, **REQUEST)
            order.append(f"{name} {type(claimed).__name__}")
            has_claimed.set()
            if isinstance(claimed, idempotency.Claimed):
                await asyncio.sleep(0.2)
                await idempotency.store_answer(session, claimed, status=200, headers={}, body=b"")

    first = asyncio.create_task(request("first"))
    await has_claimed.wait()
    await asyncio.gather(first, request("second"))
    assert order == ["first Claimed", "second Replay"]


def test_fingerprints_do_not_run_into_one_another() -> None:
    assert idempotency.fingerprint("post", "/a", "b", b"c") == idempotency.fingerprint("POST", "/a", "b", b"c")
    assert idempotency.fingerprint("POST", "/a", "b", b"c") != idempotency.fingerprint("POST", "/ab", "", b"c")
