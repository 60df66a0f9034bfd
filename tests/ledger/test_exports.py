"""What leaves the ledger can be read by programs that know nothing of it, and says the same."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from beancount import loader
from sqlalchemy import text

from tests.ledger.books import ALICE, BOB, CARLA, CRD, EUR, JPY, NOON, earnings, gateway, move, posting, revenue, wallet
from tuition import ledger
from tuition.kernel import Currency, Money
from tuition.ledger import AccountKey, AccountKind
from tuition.platform.database import Session

KWD = Currency("KWD")


async def books(session: Session) -> None:
    for currency in (EUR, JPY, KWD, CRD):
        await ledger.post(session, posting(f"fund {currency}", move(gateway(currency), wallet(ALICE, currency), 12345)))
        transfers = [
            move(wallet(ALICE, currency), earnings(BOB, currency), 777),
            move(wallet(ALICE, currency), revenue(currency), 333),
        ]
        await ledger.post(session, posting(f"sale {currency}", *transfers, kind='the "sale" \\ of', at=NOON.replace(day=5)))
    for kind in AccountKind:
        if kind not in (AccountKind.WALLET, AccountKind.CREDITS):
            await ledger.post(session, posting(f"use {kind}", move(gateway(), AccountKey(CARLA, kind, EUR), 1)))
    await ledger.post(
        session, posting("bank", move(AccountKey(ledger.PLATFORM, ledger.gateway_kind("bank_transfer"), EUR), revenue(), 5))
    )


async def exported(session: Session) -> str:
    out = io.StringIO()
    await ledger.export_beancount(session, out)
    return out.getvalue()


async def test_bean_check_finds_nothing_to_complain_about(session: Session) -> None:
    await books(session)
    out = io.StringIO()
    count = await ledger.export_beancount(session, out)
    entries, errors, _ = loader.load_string(out.getvalue())
    assert errors == []
    kinds = [type(entry).__name__ for entry in entries]
    assert kinds.count("Transaction") == count == (await ledger.check(session)).transactions
    assert kinds.count("Balance") == (await ledger.check(session)).accounts


async def test_bean_check_finds_a_cent_that_a_balance_has_too_much(session: Session) -> None:
    await books(session)
    await session.execute(text("update ledger_accounts set balance = balance + 1 where kind = 'wallet' and currency = 'EUR'"))
    _, errors, _ = loader.load_string(await exported(session))
    assert len(errors) == 1
    assert "Balance failed" in errors[0].message


async def test_no_name_leaves_in_an_export_only_ids(session: Session) -> None:
    await books(session)
    assert f"Liabilities:Wallet:{str(ALICE).upper()}" in await exported(session)


async def test_empty_books_are_exported_as_empty_books(session: Session) -> None:
    assert loader.load_string(await exported(session))[1] == []
    assert await ledger.export_csv(session, io.StringIO()) == 0
    assert await ledger.export_parquet(session, io.BytesIO()) == 0


async def test_csv_holds_every_transfer_exactly(session: Session) -> None:
    await books(session)
    out = io.StringIO(newline="")
    count = await ledger.export_csv(session, out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert len(rows) == count == (await ledger.check(session)).transfers
    for row in rows:
        assert Decimal(row["amount"]) == Money(int(row["amount_minor"]), Currency(row["currency"])).decimal
    assert [row["kind"] for row in rows].count('the "sale" \\ of') == 8


async def test_parquet_read_again_gives_every_balance(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuition.ledger.exports.tables.BATCH", 7)
    await books(session)
    out = io.BytesIO()
    count = await ledger.export_parquet(session, out)
    table = pq.read_table(io.BytesIO(out.getvalue()))
    assert table.num_rows == count
    sums: dict[AccountKey, int] = {}
    for row in table.to_pylist():
        for side, sign in (("debit", -1), ("credit", 1)):
            key = AccountKey(type(ALICE)(row[f"{side}_owner"]), row[f"{side}_kind"], row["currency"])
            sums[key] = sums.get(key, 0) + sign * row["amount_minor"]
    assert {key: money.minor for key, money in (await ledger.balances(session, list(sums))).items()} == sums
    assert table.column("at").type.tz == "UTC"


async def test_a_statement_leaves_as_csv(session: Session) -> None:
    await books(session)
    out = io.StringIO(newline="")
    assert await ledger.export_statement_csv(session, wallet(ALICE), out, since=NOON) == 3
    rows = list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert [(row["amount"], row["balance"]) for row in rows] == [("123.45", "123.45"), ("-7.77", "115.68"), ("-3.33", "112.35")]
    assert rows[1]["counterparty_kind"] == "earnings"
