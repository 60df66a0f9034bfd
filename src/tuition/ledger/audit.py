"""``ledger check``: the proof that the books are what they claim to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, text

from tuition.platform.database import AnySession

PROBLEMS_MAX = 100
"""Problems of one sort that a report spells out; it counts the rest."""
Progress = Callable[[str, int, int], None]
"""Called before each step: its title, its number from 0, how many there are."""

# What accounts hold, and what their transfers say that they hold. One snapshot, because each check is one statement.
_EXACT = """
    exact as (
      select a.id, a.owner, a.kind, a.currency, a.floor, a.busy, a.balance as folded, a.balance + coalesce(u.amount, 0) as balance
      from ledger_accounts a
      left join (select account_id, sum(amount) as amount from ledger_unfolded group by account_id) u on u.account_id = a.id
    )
"""


@dataclass(frozen=True, slots=True)
class _Check:
    title: str
    """What holds when all is well."""
    query: str
    """A row per problem."""
    sentence: str
    """What a row means, with its columns as placeholders."""


_NAMES = "a.owner::text || ' ' || a.kind || ' ' || a.currency as account"
_CHECKS = (
    _Check(
        "Every currency sums to zero over all accounts",
        f"with {_EXACT} select currency, sum(balance) as total from exact group by currency having sum(balance) <> 0",  # noqa: S608 - our own text
        "The accounts in {currency} sum to {total} minor units and not to zero.",
    ),
    _Check(
        "Every balance is the sum of its transfers",
        f"""
        with {_EXACT}, moved as (
          select account_id, sum(amount) as amount from (
            select credit_account_id as account_id, amount from ledger_transfers
            union all select debit_account_id, -amount from ledger_transfers
          ) m group by account_id
        )
        select {_NAMES}, a.balance, coalesce(m.amount, 0) as moved from exact a left join moved m on m.account_id = a.id
        where a.balance <> coalesce(m.amount, 0)
        """,  # noqa: S608 - our own text
        "Account {account} holds {balance} minor units, but its transfers sum to {moved}.",
    ),
    _Check(
        "No floored account is below its floor",
        f"""
        with {_EXACT} select {_NAMES}, least(a.balance, a.folded) as balance, a.floor from exact a
        where least(a.balance, a.folded) < a.floor
        """,  # noqa: S608 - our own text
        "Account {account} holds {balance} minor units, below its floor of {floor}.",
    ),
    _Check(
        "Every account follows the rules of its kind",
        f"""
        select {_NAMES} from ledger_accounts a
        left join ledger_kinds k on k.kind = case when a.kind like 'gateway:%' then 'gateway:' else a.kind end
        where k.kind is null or k.floor is distinct from a.floor or k.busy <> a.busy
        """,  # noqa: S608 - our own text
        "Account {account} has another floor or another way of folding than its kind.",
    ),
    _Check(
        "Every transfer has its transaction and joins two accounts of one currency",
        """
        select t.id as transfer from ledger_transfers t
        left join ledger_transactions b on b.owner = t.owner and b.id = t.transaction_id and b.at = t.at
        left join ledger_accounts d on d.id = t.debit_account_id
        left join ledger_accounts c on c.id = t.credit_account_id
        where b.id is null or d.currency is null or c.currency is null or d.currency <> c.currency or t.amount <= 0
        """,
        "Transfer {transfer} has no transaction, or an account that does not exist or is of another currency.",
    ),
    _Check(
        "Every transaction says today what it said when it was posted",
        """
        with said as (
          select t.owner, t.transaction_id, t.at, string_agg(uuid_send(d.owner) || convert_to(d.kind || ' ' || d.currency, 'UTF8')
                         || uuid_send(c.owner) || convert_to(c.kind || ' ' || c.currency, 'UTF8') || int8send(t.amount), ''::bytea
                         order by t.id) as body
          from ledger_transfers t
          join ledger_accounts d on d.id = t.debit_account_id
          join ledger_accounts c on c.id = t.credit_account_id
          group by t.owner, t.transaction_id, t.at
        )
        select b.id as transaction from ledger_transactions b
        left join said m on m.owner = b.owner and m.transaction_id = b.id and m.at = b.at
        where m.body is null or uuid_send(b.fingerprint) <>
          substring(sha256(convert_to(b.kind || ' ' || b.source_type || ' ', 'UTF8') || uuid_send(b.source_id) || m.body) for 16)
        """,
        "Transaction {transaction} is not what was posted: a transfer of it was changed, added or removed.",
    ),
    _Check(
        "An idempotency key moves money once",
        """
        select owner, idempotency_key from ledger_transactions group by owner, idempotency_key having count(*) > 1
        union all
        select '00000000-0000-0000-0000-000000000000', 'every key: the unique constraint is missing' where not exists (
          select from pg_index i where i.indrelid = 'ledger_transactions'::regclass and i.indisunique and i.indisvalid
            and pg_get_indexdef(i.indexrelid) like '%(owner, idempotency_key)')
        """,
        "The key {idempotency_key} of {owner} moved money more than once, or could.",
    ),
    _Check(
        "Triggers keep transactions and transfers as they are",
        """
        select r.oid::regclass::text as relation from pg_class r
        where (r.oid = 'ledger_transactions'::regclass or r.oid in (select relid from pg_partition_tree('ledger_transfers')))
          and (select count(*) from pg_trigger g where g.tgrelid = r.oid and g.tgfoid = 'tuition_refuse_change'::regproc
                 and g.tgenabled in ('O', 'A')) < 2
        """,
        "The table {relation} could be changed: its append-only triggers are missing or switched off.",
    ),
)
_COUNTS = """
    select (select count(*) from ledger_accounts) as accounts, (select count(*) from ledger_transactions) as transactions,
      (select count(*) from ledger_transfers) as transfers, (select count(*) from ledger_unfolded) as unfolded
"""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check looked at and found."""

    accounts: int
    transactions: int
    transfers: int
    unfolded: int
    checks: list[str]
    """What was proved, or disproved by one of the problems."""
    problems: list[str] = field(default_factory=list)
    """A sentence for each."""

    @property
    def clean(self) -> bool:
        """Whether the books are in order."""
        return not self.problems


async def check(session: AnySession, progress: Progress | None = None) -> CheckReport:
    """Prove every invariant of the ledger against what is stored.

    It reads everything: when the books are long, let a replica do it.
    """
    # Long by nature: the time limit of a request's statements is not for it.
    await session.execute(text("set local statement_timeout = 0"))
    counts: RowMapping = (await session.execute(text(_COUNTS))).mappings().one()
    problems: list[str] = []
    for number, one in enumerate(_CHECKS):
        if progress:
            progress(one.title, number, len(_CHECKS))
        problems += await _problems(session, one)
    return CheckReport(**counts, checks=[one.title for one in _CHECKS], problems=problems)


async def _problems(session: AnySession, one: _Check) -> list[str]:
    query = f"select p.*, count(*) over () as found from ({one.query}) p limit {PROBLEMS_MAX}"  # noqa: S608 - our own text
    # No parameters: nothing in these texts is a placeholder.
    rows: Any = (await session.execute(text(query.replace(":", "\\:")))).mappings().all()
    sentences = [one.sentence.format_map(row) for row in rows]
    if rows and rows[0]["found"] > PROBLEMS_MAX:
        sentences.append(f"… and {rows[0]['found'] - PROBLEMS_MAX} more of this sort ({one.title.lower()}).")
    return sentences
