"""What every export reads: all transfers in the order of time, in one statement and therefore of one moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Row, text

from tuition.platform.database import AnySession

BATCH = 5_000
_TRANSFERS = """
    select t.at, t.transaction_id, t.id as transfer_id, b.kind, b.source_type, b.source_id,
      d.owner as debit_owner, d.kind as debit_kind, c.owner as credit_owner, c.kind as credit_kind, d.currency, t.amount
    from ledger_transfers t
    join ledger_transactions b on b.owner = t.owner and b.id = t.transaction_id
    join ledger_accounts d on d.id = t.debit_account_id
    join ledger_accounts c on c.id = t.credit_account_id
"""
# After the transfers, a row per account with what it holds: no transfer, the account as the credited one.
_WITH_BALANCES = f"""
    {_TRANSFERS}
    union all
    select null, null, null, null, null, null, null, null, a.owner, a.kind, a.currency,
      (a.balance + coalesce((select sum(u.amount) from ledger_unfolded u where u.account_id = a.id), 0))::bigint
    from ledger_accounts a
    order by 1 nulls last, 2, 3, 9, 10
"""  # noqa: S608 - our own text


async def transfers(session: AnySession, *, with_balances: bool = False) -> AsyncIterator[Row[Any]]:
    """Every transfer, oldest first, those of a transaction together."""
    query = _WITH_BALANCES if with_balances else f"{_TRANSFERS} order by 1, 2, 3"
    # Long by nature: the time limit of a request's statements is not for it.
    await session.execute(text("set local statement_timeout = 0"))
    rows = await session.stream(text(query), execution_options={"yield_per": BATCH})
    async for row in rows:
        yield row
