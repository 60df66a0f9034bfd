"""Reading the books. Every figure counts what waits to be folded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from tuition.kernel import Currency, Money
from tuition.ledger import wire
from tuition.ledger.rules import AccountKey, Source
from tuition.platform import paging
from tuition.platform.database import AnySession

_EVER = "infinity"
_LAST = UUID(int=2**128 - 1)
_BALANCES = """
    select coalesce(a.balance, 0) + coalesce((select sum(u.amount) from ledger_unfolded u where u.account_id = a.id), 0)
    from unnest(%s, %s, %s) with ordinality k (owner, kind, currency, n)
    left join ledger_accounts a on a.owner = k.owner and a.kind = k.kind and a.currency = k.currency
    order by k.n
"""
# An account's lines: what came in, what went out. `newer` is what the balance must lose to stand where the lines begin.
_ACCOUNT = """
    with account as (
      select a.id, a.balance + coalesce((select sum(u.amount) from ledger_unfolded u where u.account_id = a.id), 0) as balance
      from ledger_accounts a where a.owner = :owner and a.kind = :kind and a.currency = :currency
    )
"""
_LINES = """
    select t.id, t.at, t.owner, t.transaction_id, t.debit_account_id as other_id, t.amount
    from ledger_transfers t where t.credit_account_id = (select id from account) and {where}
    union all
    select t.id, t.at, t.owner, t.transaction_id, t.credit_account_id, -t.amount
    from ledger_transfers t where t.debit_account_id = (select id from account) and {where}
"""
_SHOWN = "t.at >= cast(:since as timestamptz) and t.at < cast(:until as timestamptz)"
_NEWER = "((t.at, t.id) >= (cast(:at as timestamptz), cast(:id as uuid)) or t.at >= cast(:until as timestamptz))"
_COLUMNS = "l.id, l.at, l.transaction_id, l.amount, b.kind, b.source_type, b.source_id, o.owner, o.kind as other_kind, o.currency"
_JOINS = """
    join ledger_transactions b on b.owner = l.owner and b.id = l.transaction_id
    join ledger_accounts o on o.id = l.other_id
"""
_PAGE = f"""
    {_ACCOUNT}, l as (
      {_LINES.format(where=_SHOWN + " and (t.at, t.id) < (cast(:at as timestamptz), cast(:id as uuid))")}
      order by at desc, id desc limit :limit
    ), newer as (
      select coalesce(sum(n.amount), 0) as amount from (
        {_LINES.format(where=_NEWER)}
      ) n
    )
    select {_COLUMNS}, (select balance from account) - (select amount from newer) as balance
    from l {_JOINS} order by l.at desc, l.id desc
"""  # noqa: S608 - our own text
_PERIOD = f"""
    {_ACCOUNT}, l as ({_LINES.format(where=_SHOWN)}), later as (
      select coalesce(sum(n.amount), 0) as amount from ({_LINES.format(where="t.at >= cast(:since as timestamptz)")}) n
    )
    select {_COLUMNS}, (select balance from account) - (select amount from later)
      + (sum(l.amount) over (order by l.at, l.id rows unbounded preceding)) as balance
    from l {_JOINS} order by l.at, l.id
"""  # noqa: S608 - our own text


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer, seen from one of its accounts."""

    at: datetime
    transfer_id: UUID
    transaction_id: UUID
    kind: str
    source: Source
    counterparty: AccountKey
    amount: Money
    """Positive: it came in; negative: it went out."""
    balance: Money
    """What the account held after it, in the order of ``at``."""


async def balance(session: AnySession, key: AccountKey) -> Money:
    """What an account holds: exact, also while transfers wait to be folded; zero when it was never used."""
    return (await balances(session, [key]))[key]


async def balances(session: AnySession, keys: Sequence[AccountKey]) -> dict[AccountKey, Money]:
    """What accounts hold, all at the same moment."""
    arrays = (
        wire.uuids([key.owner.bytes for key in keys]),
        wire.texts([key.kind for key in keys]),
        wire.texts([key.currency for key in keys]),
    )
    rows = await wire.call(session, _BALANCES, arrays)
    return {key: Money(int(minor), key.currency) for key, [minor] in zip(keys, rows, strict=True)}


async def statement(
    session: AnySession,
    key: AccountKey,
    *,
    cursor: str | None = None,
    limit: int = paging.LIMIT_USUAL,
    since: datetime | None = None,
    until: datetime | None = None,
) -> paging.Page[StatementLine]:
    """An account's lines, newest first, each with the balance after it; ``since`` belongs to the period, ``until`` does not."""
    if not 1 <= limit <= paging.LIMIT_MAX:
        raise paging.LimitInvalid(limit_max=paging.LIMIT_MAX)
    scope = f"ledger.statement/{key.owner}/{key.kind}/{key.currency}"
    at, transfer_id = paging.Cursor.decode(cursor, scope=scope) if cursor else (_EVER, _LAST)
    values = _account_values(key) | _period_values(since, until) | {"at": at, "id": transfer_id, "limit": limit + 1}
    rows = (await session.execute(text(_PAGE), values)).all()
    lines: list[StatementLine] = []
    standing = int(rows[0].balance) if rows else 0
    for row in rows[:limit]:
        lines.append(_line(row, standing, key.currency))
        standing -= row.amount
    more = len(rows) > limit
    return paging.Page(lines, paging.Cursor.encode([lines[-1].at, lines[-1].transfer_id], scope=scope) if more else None)


async def statement_lines(
    session: AnySession, key: AccountKey, *, since: datetime | None = None, until: datetime | None = None
) -> AsyncIterator[StatementLine]:
    """All of an account's lines in a period, oldest first, streamed."""
    rows = await session.stream(
        text(_PERIOD), _account_values(key) | _period_values(since, until), execution_options={"yield_per": 1_000}
    )
    async for row in rows:
        yield _line(row, int(row.balance), key.currency)


def _account_values(key: AccountKey) -> dict[str, Any]:
    return {"owner": key.owner, "kind": str(key.kind), "currency": key.currency}


def _period_values(since: datetime | None, until: datetime | None) -> dict[str, Any]:
    return {"since": since or "-" + _EVER, "until": until or _EVER}


def _line(row: Row[Any], standing: int, currency: Currency) -> StatementLine:
    return StatementLine(
        at=row.at,
        transfer_id=row.id,
        transaction_id=row.transaction_id,
        kind=row.kind,
        source=Source(row.source_type, row.source_id),
        counterparty=AccountKey(row.owner, row.other_kind, currency),
        amount=Money(row.amount, currency),
        balance=Money(standing, currency),
    )
