"""The books as a Beancount file, so that ``bean-check``, which knows nothing of us, audits them.

Beancount counts debits as positive, we count credits: every figure changes its sign on the way out.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TextIO
from uuid import UUID

from sqlalchemy import Row

from tuition.kernel import Currency, Money
from tuition.ledger.exports.rows import transfers
from tuition.ledger.rules import GATEWAY_PREFIX, PLATFORM, AccountKind
from tuition.platform.database import AnySession

_DAY_ONE = date(1970, 1, 1)
_ROOTS: dict[str, str] = {
    AccountKind.WALLET: "Liabilities:Wallet",
    AccountKind.CREDITS: "Liabilities:Credits",
    AccountKind.HELD: "Liabilities:Held",
    AccountKind.EARNINGS_PENDING: "Liabilities:EarningsPending",
    AccountKind.EARNINGS: "Liabilities:Earnings",
    AccountKind.PAYABLE: "Liabilities:Payable",
    AccountKind.DEFERRED: "Liabilities:Deferred",
    AccountKind.POOL: "Liabilities:Pool",
    AccountKind.RECEIVABLE: "Assets:Receivable",
    AccountKind.REVENUE: "Income:Revenue",
    AccountKind.TAX: "Liabilities:Tax",
    AccountKind.PROMOTIONS: "Expenses:Promotions",
    AccountKind.GATEWAY_FEES: "Expenses:GatewayFees",
    AccountKind.ROUNDING: "Equity:Rounding",
}


async def export_beancount(session: AnySession, out: TextIO) -> int:
    """Write every transaction, and at the end what each account holds as assertions; return the number of transactions.

    The assertions state the stored balances, not sums of what was written: a lost or changed transfer fails the audit.
    """
    out.write('option "title" "Tuition"\n')
    last: tuple[Any, date] | None = None
    opened = ""
    count = 0
    async for row in transfers(session, with_balances=True):
        if row.transaction_id is None:
            name = account_name(row.credit_owner, row.credit_kind)
            if name != opened:
                opened = name
                out.write(f"\n{_DAY_ONE} open {name}\n")
            # A balance holds at the start of its day, so it is stated for the day after.
            day = (last[1] if last else _DAY_ONE) + timedelta(days=1)
            out.write(f"{day} balance {name} {-Money(row.amount, Currency(row.currency)).decimal:f} ~ 0 {row.currency}\n")
            continue
        if last is None or last[0] != row.transaction_id:
            last = row.transaction_id, row.at.date()
            count += 1
            out.write(_heading(row))
        figure = Money(row.amount, Currency(row.currency)).decimal
        out.write(f"  {account_name(row.debit_owner, row.debit_kind)} {figure:f} {row.currency}\n")
        out.write(f"  {account_name(row.credit_owner, row.credit_kind)} {-figure:f} {row.currency}\n")
    return count


def account_name(owner: UUID, kind: str) -> str:
    """The Beancount account of one of ours: a root that says what it is, then whose it is (an id, never a name)."""
    if kind.startswith(GATEWAY_PREFIX):
        root = "Assets:Gateway:" + kind.removeprefix(GATEWAY_PREFIX).replace("_", "-").capitalize()
    else:
        root = _ROOTS[kind]
    # Never the root alone: Beancount counts into an account what its sub-accounts hold.
    return f"{root}:Platform" if owner == PLATFORM else f"{root}:{str(owner).upper()}"


def _heading(row: Row[Any]) -> str:
    return (
        f'\n{row.at.date()} * "{_quoted(row.kind)}"\n'
        f'  transaction: "{row.transaction_id}"\n  source: "{_quoted(row.source_type)} {row.source_id}"\n'
        f'  at: "{row.at.isoformat()}"\n'
    )


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
