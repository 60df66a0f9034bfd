"""What was posted stays as it was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.ledger.books import ALICE, NOON, gateway, move, posting, wallet
from tuition import ledger
from tuition.platform.database import Session

MONTH = datetime(2031, 7, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "table", ["ledger_transactions", "ledger_transfers", "ledger_transfers_default", "ledger_transfers_2031_07"]
)
@pytest.mark.parametrize("statement", ["update {} set at = now()", "delete from {}", "truncate {}"])
async def test_no_row_is_changed_or_removed(session: Session, table: str, statement: str) -> None:
    await ledger.make_months(session, now=MONTH)
    for number, at in enumerate((NOON.replace(year=1999), MONTH)):
        await ledger.post(session, posting(f"key {number}", move(gateway(), wallet(ALICE), 5), at=at))
    with pytest.raises(IntegrityError, match="append-only"):
        async with session.begin_nested():
            await session.execute(text(statement.format(table)))


@pytest.mark.parametrize("column", ["balance = -1", "balance = balance - 6"])
async def test_the_database_itself_holds_the_floor(session: Session, column: str) -> None:
    await ledger.post(session, posting("key", move(gateway(), wallet(ALICE), 5)))
    with pytest.raises(IntegrityError, match="ck_ledger_accounts_floor"):
        async with session.begin_nested():
            await session.execute(text(f"update ledger_accounts set {column} where kind = 'wallet'"))


@pytest.mark.parametrize("amount", [0, -5])
async def test_the_database_itself_refuses_a_transfer_of_nothing(session: Session, amount: int) -> None:
    await ledger.post(session, posting("key", move(gateway(), wallet(ALICE), 5)))
    values = "gen_random_uuid(), owner, at, transaction_id, debit_account_id, credit_account_id, :amount"
    again = f"insert into ledger_transfers select {values} from ledger_transfers"
    with pytest.raises(IntegrityError, match="ck_ledger_amount"):
        async with session.begin_nested():
            await session.execute(text(again), {"amount": amount})


async def test_the_database_itself_refuses_what_is_no_currency(session: Session) -> None:
    await ledger.post(session, posting("key", move(gateway(), wallet(ALICE), 5)))
    with pytest.raises(IntegrityError, match="ck_ledger_currency"):
        async with session.begin_nested():
            await session.execute(text("update ledger_accounts set currency = 'eur' where kind = 'wallet'"))


async def test_months_are_made_once_and_take_their_transfers(session: Session) -> None:
    assert await ledger.make_months(session, now=MONTH) == 3
    assert await ledger.make_months(session, now=MONTH) == 0
    await ledger.post(session, posting("key", move(gateway(), wallet(ALICE), 5), at=MONTH))
    found = await session.execute(text("select tableoid::regclass::text from ledger_transfers"))
    assert found.scalar_one() == "ledger_transfers_2031_07"


async def test_a_month_that_began_without_its_partition_stays_where_it_is(session: Session) -> None:
    await ledger.post(session, posting("key", move(gateway(), wallet(ALICE), 5), at=MONTH))
    assert await ledger.make_months(session, now=MONTH) == 2
    assert (await ledger.balance(session, wallet(ALICE))).minor == 5
    assert (await ledger.check(session)).clean
