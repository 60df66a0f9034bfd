"""Many connections at once, with real commits."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import text

from tests.ledger.books import ALICE, BOB, CARLA, EUR, earnings, gateway, move, posting, revenue, told, wallet
from tuition import ledger
from tuition.kernel import new_id
from tuition.ledger import AccountKey, Outcome, Posted, Posting
from tuition.platform.database import Database


async def post(database: Database, one: Posting) -> Outcome:
    async with database.transaction() as session:
        try:
            return await ledger.post(session, one)
        except (ledger.InsufficientFunds, ledger.KeyReused) as refusal:
            return refusal


async def post_many(database: Database, many: Sequence[Posting]) -> list[Outcome]:
    async with database.transaction() as session:
        return await ledger.post_many(session, many)


async def minor(database: Database, key: AccountKey) -> int:
    async with database.reading() as session:
        return (await ledger.balance(session, key)).minor


async def in_order(database: Database) -> None:
    async with database.reading() as session:
        assert (await ledger.check(session)).problems == []


async def test_a_wallet_is_never_spent_twice(database: Database) -> None:
    await post(database, posting("fund", move(gateway(), wallet(ALICE), 100)))
    single = [post(database, posting(f"single {n}", move(wallet(ALICE), earnings(BOB), 7))) for n in range(12)]
    batches = [
        post_many(database, [posting(f"batch {m} {n}", move(wallet(ALICE), revenue(), 7)) for n in range(4)]) for m in range(4)
    ]
    ones, many = await asyncio.gather(asyncio.gather(*single), asyncio.gather(*batches))
    posted = sum(isinstance(outcome, Posted) for outcome in [*ones, *(outcome for batch in many for outcome in batch)])
    assert posted == 100 // 7
    assert await minor(database, wallet(ALICE)) == 100 % 7
    assert await minor(database, earnings(BOB)) + await minor(database, revenue()) == posted * 7
    await in_order(database)


async def test_creator_earnings_are_never_paid_out_twice_while_sales_and_folds_go_on(database: Database) -> None:
    payable = AccountKey(BOB, ledger.AccountKind.PAYABLE, EUR)
    sales = [posting(f"sale {n}", move(gateway(), earnings(BOB), 10)) for n in range(20)]
    payouts = [posting(f"payout {n}", move(earnings(BOB), payable, 60)) for n in range(8)]

    async def fold() -> int:
        async with database.transaction() as session:
            return await ledger.fold(session, limit=3)

    work = [*(post(database, one) for one in sales), *(post(database, one) for one in payouts), *(fold() for _ in range(12))]
    random.Random(7).shuffle(work)
    await asyncio.gather(*work)
    paid, left = await minor(database, payable), await minor(database, earnings(BOB))
    assert paid + left == 200
    assert left >= 0
    assert paid % 60 == 0
    await in_order(database)


async def test_the_same_key_at_the_same_time_moves_money_once(database: Database) -> None:
    one = posting("key", move(gateway(), revenue(), 5))
    alone = [post(database, one) for _ in range(5)]
    in_batches = [post_many(database, [posting(f"other {n}", move(gateway(), wallet(BOB), 1)), one]) for n in range(5)]
    ones, many = await asyncio.gather(asyncio.gather(*alone), asyncio.gather(*in_batches))
    outcomes = [*ones, *(batch[-1] for batch in many)]
    assert Counter(told(outcome) for outcome in outcomes) == {"posted": 1, "replayed": 9}
    assert len({outcome.transaction_id for outcome in outcomes if isinstance(outcome, Posted)}) == 1
    assert await minor(database, revenue()) == 5


@pytest.mark.parametrize("size", [1, 5])
async def test_money_that_runs_in_circles_never_locks_itself_out(database: Database, size: int) -> None:
    people = [ALICE, BOB, CARLA]
    await post_many(database, [posting("fund", move(gateway(), wallet(person), 1000), owner=person) for person in people])
    chance = random.Random(11)

    def circle(name: str) -> list[Posting]:
        pairs = [chance.sample(people, 2) for _ in range(size)]
        return [
            posting(f"{name} {n}", move(wallet(a), wallet(b), 1), move(wallet(a), revenue(), 1)) for n, (a, b) in enumerate(pairs)
        ]

    work = [post_many(database, circle(f"many {m}")) for m in range(30)]
    work += [post_many(database, [one]) for m in range(10) for one in circle(f"one {m}")]
    await asyncio.gather(*work, *(post(database, one) for m in range(20) for one in circle(f"single {m}")))
    await in_order(database)


async def test_accounts_that_two_open_at_once_are_opened_once(database: Database) -> None:
    people, chance = [new_id() for _ in range(200)], random.Random(3)
    await post(database, posting("open", move(revenue(), gateway(), 1)))

    def batch(name: str) -> list[Posting]:
        return [posting(f"{name} {n}", move(gateway(), wallet(person), 1)) for n, person in enumerate(chance.sample(people, 200))]

    batches = [batch(f"batch {m}") for m in range(6)]
    await asyncio.gather(*(post_many(database, one) for one in batches), *(post(database, one) for one in batches[0][:20]))
    assert await minor(database, gateway()) == 1 - 6 * 200
    await in_order(database)


async def test_what_commits_late_is_folded_late_and_never_missed(database: Database) -> None:
    await post(database, posting("open", move(gateway(), earnings(BOB), 1)))
    async with database.transaction() as slow:
        await ledger.post(slow, posting("slow", move(gateway(), earnings(BOB), 100)))
        for n in range(5):
            await post(database, posting(f"quick {n}", move(gateway(), earnings(BOB), 10)))
            async with database.transaction() as session:
                await ledger.fold(session)
        assert await minor(database, earnings(BOB)) == 51
        assert told(await post(database, posting("early", move(earnings(BOB), revenue(), 52)))) == ("short", earnings(BOB), 1)
    assert await minor(database, earnings(BOB)) == 151
    async with database.transaction() as session:
        assert await ledger.fold(session) == 2
        waiting = (await session.execute(text("select count(*) from ledger_unfolded"))).scalar_one()
    assert waiting == 0
    assert await minor(database, earnings(BOB)) == 151
    await in_order(database)


async def test_what_is_rolled_back_is_never_folded(database: Database) -> None:
    await post(database, posting("open", move(gateway(), wallet(ALICE), 9), move(gateway(), earnings(BOB), 1)))
    for known in (False, True):
        with pytest.raises(ZeroDivisionError):
            async with database.transaction() as session:
                await ledger.post(session, posting("one", move(wallet(ALICE), earnings(BOB), 2)))
                await ledger.post_many(session, [posting("many", move(wallet(ALICE), earnings(BOB), 3))])
                await ledger.fold(session)
                raise ZeroDivisionError
        assert await minor(database, earnings(BOB)) == (3 if known else 1)
        if not known:
            await post(database, posting("one", move(wallet(ALICE), earnings(BOB), 2)))
    async with database.transaction() as session:
        assert await ledger.fold(session) == 3
    assert await minor(database, wallet(ALICE)) == 7
    await in_order(database)


async def test_nobody_waits_for_a_busy_account(database: Database) -> None:
    await post(
        database,
        posting("open", move(gateway(), wallet(ALICE), 10), move(gateway(), wallet(BOB), 10), move(gateway(), revenue(), 1)),
    )
    async with database.transaction() as slow:
        await ledger.post(slow, posting("slow", move(wallet(ALICE), revenue(), 3), move(gateway(), wallet(ALICE), 1)))
        async with database.transaction() as quick:
            await quick.execute(text("set local lock_timeout = '200ms'"))
            await ledger.post(quick, posting("quick", move(wallet(BOB), revenue(), 3), move(gateway(), wallet(BOB), 1)))
            await ledger.post_many(quick, [posting("batch", move(revenue(), wallet(BOB), 3), move(gateway(), revenue(), 1))])
    assert await minor(database, revenue()) == 5
    await in_order(database)


async def test_money_that_is_not_committed_cannot_be_spent(database: Database) -> None:
    await post(database, posting("open", move(gateway(), earnings(BOB), 1)))
    async with database.transaction() as slow:
        await ledger.post(slow, posting("slow", move(gateway(), earnings(BOB), 100)))
        assert told(await post(database, posting("out", move(earnings(BOB), revenue(), 50)))) == ("short", earnings(BOB), 49)


async def test_a_transaction_that_fails_leaves_no_trace(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as session:
            await ledger.post(session, posting("key", move(gateway(), wallet(ALICE), 5)))
            raise ZeroDivisionError
    assert await minor(database, wallet(ALICE)) == 0
    assert told(await post(database, posting("key", move(gateway(), wallet(ALICE), 5)))) == "posted"
    await in_order(database)
