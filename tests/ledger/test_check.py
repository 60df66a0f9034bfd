"""The check finds what it is for: each fault is planted behind the triggers' back and must be named."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.ledger.books import ALICE, BOB, earnings, gateway, move, posting, revenue, wallet
from tuition import ledger
from tuition.platform.database import Session

FAULTS = [
    (
        "update ledger_accounts set balance = balance + 1 where kind = 'wallet'",
        "The accounts in EUR sum to 1 minor units and not to zero.",
    ),
    (
        "update ledger_accounts set balance = balance + 1 where kind = 'wallet'",
        "holds 61 minor units, but its transfers sum to 60.",
    ),
    ("delete from ledger_unfolded", "The accounts in EUR sum to 60 minor units"),
    (
        "insert into ledger_unfolded select account_id, gen_random_uuid(), amount from ledger_unfolded limit 1",
        "but its transfers sum to",
    ),
    ("update ledger_accounts set floor = null, balance = -1 where kind = 'wallet'", "another floor or another way of folding"),
    ("update ledger_accounts set kind = 'slush' where kind = 'revenue'", "another floor or another way of folding"),
    ("update ledger_transfers set amount = amount + 1", "is not what was posted"),
    ("update ledger_transfers set credit_account_id = gen_random_uuid()", "or an account that does not exist"),
    ("update ledger_transfers set transaction_id = gen_random_uuid()", "has no transaction"),
    ("delete from ledger_transfers", "is not what was posted"),
    ("delete from ledger_transactions", "has no transaction"),
    ("update ledger_transactions set source_id = gen_random_uuid()", "is not what was posted"),
    ("update ledger_accounts set currency = 'USD' where kind = 'wallet'", "or is of another currency"),
    (
        "alter table ledger_transactions drop constraint uq_ledger_transactions_owner_idempotency_key",
        "moved money more than once, or could",
    ),
    ("alter table ledger_transfers disable trigger append_only", "The table ledger_transfers could be changed"),
    (
        "alter table ledger_transfers_default disable trigger append_only_all",
        "The table ledger_transfers_default could be changed",
    ),
]


async def books(session: Session) -> None:
    await ledger.post(session, posting("fund", move(gateway(), wallet(ALICE), 100)))
    await ledger.post(session, posting("sale", move(wallet(ALICE), earnings(BOB), 30), move(wallet(ALICE), revenue(), 10)))


async def test_books_in_order_have_no_problems(session: Session) -> None:
    await books(session)
    steps: list[tuple[str, int, int]] = []
    report = await ledger.check(session, lambda *step: steps.append(step))
    assert report.clean
    assert (report.accounts, report.transactions, report.transfers, report.unfolded) == (4, 2, 3, 3)
    assert [step[0] for step in steps] == report.checks
    assert [step[1:] for step in steps] == [(number, len(steps)) for number in range(len(steps))]


@pytest.mark.parametrize(("fault", "sentence"), FAULTS)
async def test_a_planted_fault_is_named(session: Session, fault: str, sentence: str) -> None:
    await books(session)
    tables = "ledger_transactions", "ledger_transfers"
    if not fault.startswith("alter"):
        for table in tables:
            await session.execute(text(f"alter table {table} disable trigger append_only"))
    await session.execute(text(fault))
    if not fault.startswith("alter"):
        for table in tables:
            await session.execute(text(f"alter table {table} enable trigger append_only"))
    report = await ledger.check(session)
    assert not report.clean
    assert any(sentence in problem for problem in report.problems), report.problems


async def test_a_balance_below_the_floor_is_named(session: Session) -> None:
    await books(session)
    await session.execute(text("alter table ledger_accounts drop constraint ck_ledger_accounts_floor"))
    await session.execute(text("update ledger_accounts set balance = -1 where kind = 'wallet'"))
    problems = (await ledger.check(session)).problems
    assert any(f"{ALICE} wallet EUR holds -1 minor units, below its floor of 0." in problem for problem in problems), problems
