"""Many postings at once: each as if it stood alone, none in the way of another."""

from __future__ import annotations

import contextlib
import random

from sqlalchemy import text

from tests.ledger.books import ALICE, BOB, CARLA, Model, earnings, gateway, move, posting, revenue, told, wallet
from tuition import ledger
from tuition.kernel import new_id
from tuition.ledger import Posted
from tuition.platform.database import Session


async def test_nothing_posted_is_nothing_said(session: Session) -> None:
    assert await ledger.post_many(session, []) == []


async def test_a_refused_posting_leaves_the_others_alone(session: Session) -> None:
    await ledger.post(session, posting("fund", move(gateway(), wallet(ALICE), 10), move(gateway(), wallet(BOB), 10)))
    outcomes = await ledger.post_many(
        session,
        [
            posting("1", move(wallet(ALICE), earnings(CARLA), 8)),
            posting("2", move(wallet(ALICE), earnings(CARLA), 3)),
            posting("3", move(wallet(BOB), earnings(CARLA), 10)),
            posting("4", move(wallet(ALICE), earnings(CARLA), 2)),
            posting("fund", move(gateway(), wallet(ALICE), 11)),
        ],
    )
    assert [told(outcome) for outcome in outcomes] == ["posted", ("short", wallet(ALICE), 1), "posted", "posted", "reused"]
    assert (await ledger.balance(session, earnings(CARLA))).minor == 20


async def test_what_one_posting_brings_a_later_one_may_spend(session: Session) -> None:
    outcomes = await ledger.post_many(
        session,
        [
            posting("early", move(wallet(ALICE), revenue(), 5)),
            posting("fund", move(gateway(), wallet(ALICE), 5)),
            posting("late", move(wallet(ALICE), revenue(), 5)),
        ],
    )
    assert [told(outcome) for outcome in outcomes] == [("short", wallet(ALICE), 5), "posted", "posted"]


async def test_a_key_twice_in_one_batch_moves_money_once(session: Session) -> None:
    one, other = posting("key", move(gateway(), wallet(ALICE), 5)), posting("key", move(gateway(), wallet(ALICE), 6))
    first, again, reused = await ledger.post_many(session, [one, one, other])
    assert isinstance(first, Posted)
    assert again == Posted(first.transaction_id, replayed=True)
    assert told(reused) == "reused"
    assert (await ledger.balance(session, wallet(ALICE))).minor == 5


async def test_a_batch_posted_again_changes_nothing(session: Session) -> None:
    batch = [posting(f"key {n}", move(gateway(), wallet(new_id()), n)) for n in range(1, 50)]
    first = await ledger.post_many(session, batch)
    again = (await ledger.post_many(session, batch[::-1]))[::-1]
    assert again == [Posted(outcome.transaction_id, replayed=True) for outcome in first if isinstance(outcome, Posted)]
    assert (await ledger.balance(session, gateway())).minor == -sum(range(1, 50))


async def test_a_large_batch_with_a_few_poor_wallets_agrees_with_the_model(session: Session) -> None:
    chance = random.Random(20260302)
    model, people = Model(), [new_id() for _ in range(150)]
    funding = [posting("fund", move(gateway(), wallet(person), chance.choice([3, 1000])), owner=person) for person in people]
    charges = [
        posting(f"{n}", move(wallet(person), earnings(BOB), 2), move(wallet(person), revenue(), 1), owner=person)
        for n in range(600)
        for person in [chance.choice(people)]
    ]
    for batch in (funding, charges):
        outcomes = await ledger.post_many(session, batch)
        assert [told(outcome) for outcome in outcomes] == [model.post(one) for one in batch]
    assert (await ledger.balance(session, earnings(BOB))).minor == model.balances[earnings(BOB)]
    assert (await ledger.check(session)).clean


async def test_a_payout_run_takes_from_many_creators(session: Session) -> None:
    people = [new_id() for _ in range(40)]
    await ledger.post_many(
        session, [posting("earned", move(gateway(), earnings(person), 100), owner=person) for person in people]
    )
    payouts = [posting("payout", move(earnings(person), gateway(), 100 + n % 2), owner=person) for n, person in enumerate(people)]
    outcomes = await ledger.post_many(session, payouts)
    assert [told(outcome) for outcome in outcomes] == [
        ("short", earnings(person), 1) if n % 2 else "posted" for n, person in enumerate(people)
    ]


async def test_what_an_unusual_posting_or_batch_had_begun_is_undone(session: Session) -> None:
    await ledger.post_many(session, [posting("fund", move(gateway(), wallet(ALICE), 10), move(gateway(), revenue(), 1))])
    sale = posting("sale", move(wallet(ALICE), revenue(), 4))
    await ledger.post(session, sale)
    waiting = "select account_id, id, amount from ledger_unfolded order by 1, 2"
    before = (await session.execute(text(waiting))).all()
    for begun in (
        sale,  # known
        posting("fund", move(wallet(ALICE), revenue(), 1)),  # its key is another's
        posting("short", move(wallet(ALICE), revenue(), 7)),
    ):
        with contextlib.suppress(ledger.InsufficientFunds, ledger.KeyReused):
            assert (await ledger.post(session, begun)).replayed
        [outcome] = await ledger.post_many(session, [begun])
        assert told(outcome) in ("replayed", "reused", ("short", wallet(ALICE), 1))
    assert (await session.execute(text(waiting))).all() == before
    assert (await ledger.balance(session, wallet(ALICE))).minor == 6
    assert (await ledger.check(session)).clean
