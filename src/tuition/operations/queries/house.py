"""The house as its owner sees it: figures out of the tables of several rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text

from tuition import catalog
from tuition.catalog import MediaStatus
from tuition.kernel import Currency, Money
from tuition.ledger import PLATFORM, AccountKind
from tuition.messaging import EmailLog, EmailStatus
from tuition.payments import Payment, PaymentRefund, PaymentStatus, RefundStatus, WebhookEvent, WebhookStatus
from tuition.platform.database import AnySession
from tuition.playback import PlaySession

JOBS_SHOWN_MAX = 50
TABLES_SHOWN_MAX = 12
_REVENUE = """
    with account as (
      select id from ledger_accounts where owner = :owner and kind = :kind and currency = :currency
    ), moved as (
      select t.at, t.amount from ledger_transfers t where t.credit_account_id = (select id from account) and t.at >= :since
      union all
      select t.at, -t.amount from ledger_transfers t where t.debit_account_id = (select id from account) and t.at >= :since
    )
    select date(timezone(:zone, at)) as day, sum(amount) as amount from moved group by 1
"""
_ACCOUNTS = """
    select a.currency, a.kind, count(*) as accounts, sum(a.balance + coalesce(u.amount, 0)) as balance
    from ledger_accounts a
    left join (select account_id, sum(amount) as amount from ledger_unfolded group by account_id) u on u.account_id = a.id
    group by a.currency, a.kind order by a.currency, a.kind
"""
_FAILED_JOBS = """
    select j.id, j.task_name, j.queue_name, j.attempts, j.args,
      (select max(e.at) from procrastinate_events e where e.job_id = j.id) as at
    from procrastinate_jobs j where j.status = 'failed' order by j.id desc limit :limit
"""
_TABLES = """
    select relname as name, n_live_tup as rows, pg_total_relation_size(relid) as bytes
    from pg_stat_user_tables where schemaname = 'public' order by 3 desc limit :limit
"""


@dataclass(frozen=True, slots=True)
class AccountsLine:
    """What all accounts of one kind and currency hold together."""

    kind: str
    accounts: int
    balance: Money


@dataclass(frozen=True, slots=True)
class Learning:
    """How much was learnt in a period."""

    learners: int
    minutes: int


@dataclass(frozen=True, slots=True)
class FailedJob:
    """Work that was given up."""

    id: int
    name: str
    queue: str
    attempts: int
    arguments: Mapping[str, Any]
    at: datetime | None


async def revenue_by_day(session: AnySession, currency: str, *, since: datetime, zone: str) -> dict[date, Money]:
    """The platform's fees, less what was given back, on each day of a calendar. Days without any are left out."""
    values = {"owner": PLATFORM, "kind": AccountKind.REVENUE.value, "currency": currency, "since": since, "zone": zone}
    rows = await session.execute(text(_REVENUE), values)
    return {day: Money(int(amount), Currency(currency)) for day, amount in rows}


async def accounts_by_kind(session: AnySession) -> dict[str, list[AccountsLine]]:
    """What the books hold, by currency and kind. Each currency sums to zero."""
    lines: dict[str, list[AccountsLine]] = {}
    for currency, kind, accounts, balance in await session.execute(text(_ACCOUNTS)):
        lines.setdefault(currency, []).append(AccountsLine(kind, accounts, Money(int(balance), Currency(currency))))
    return lines


async def learning(session: AnySession, *, since: datetime, until: datetime) -> Learning:
    """Who played anything in a period, and how many minutes. A session under way counts when it ends."""
    statement = select(func.count(PlaySession.user_id.distinct()), func.coalesce(func.sum(PlaySession.played_ms), 0)).where(
        PlaySession.started_at >= since, PlaySession.started_at < until
    )
    learners, played_ms = (await session.execute(statement)).one()
    return Learning(learners, int(played_ms) // 60_000)


async def count_failed_webhooks(session: AnySession) -> int:
    """What providers said and we could not understand."""
    statement = select(func.count()).where(WebhookEvent.status == WebhookStatus.FAILED.value)
    return (await session.execute(statement)).scalar_one()


async def count_failed_emails(session: AnySession, *, since: datetime) -> int:
    """Letters that did not arrive."""
    undelivered = [EmailStatus.FAILED.value, EmailStatus.BOUNCED.value]
    statement = select(func.count()).where(EmailLog.status.in_(undelivered), EmailLog.created_at >= since)
    return (await session.execute(statement)).scalar_one()


async def count_stuck_payments(session: AnySession, *, before: datetime) -> int:
    """Payments of which nobody has heard anything final since a moment."""
    statement = select(func.count()).where(Payment.status == PaymentStatus.PENDING.value, Payment.created_at < before)
    return (await session.execute(statement)).scalar_one()


async def count_failed_refunds(session: AnySession) -> int:
    """Refunds that a provider refused, and that nobody has sent again."""
    statement = select(func.count()).where(PaymentRefund.status == RefundStatus.FAILED.value)
    return (await session.execute(statement)).scalar_one()


async def count_failed_media(session: AnySession) -> int:
    """Films that could not be made playable."""
    statement = select(func.count()).where(catalog.Media.status == MediaStatus.FAILED.value)
    return (await session.execute(statement)).scalar_one()


async def count_failed_jobs(session: AnySession) -> int:
    """Work that was given up."""
    return int((await session.execute(text("select count(*) from procrastinate_jobs where status = 'failed'"))).scalar_one())


async def failed_jobs(session: AnySession) -> list[FailedJob]:
    """The last of them. Arguments are ids, never secrets."""
    rows = await session.execute(text(_FAILED_JOBS), {"limit": JOBS_SHOWN_MAX})
    return [FailedJob(row.id, row.task_name, row.queue_name, row.attempts, row.args, row.at) for row in rows]


async def database_facts(session: AnySession) -> tuple[str, int, int]:
    """The server's version, the size of the database in bytes, how many connections it has."""
    statement = text(
        "select current_setting('server_version'), pg_database_size(current_database()), "
        "(select count(*) from pg_stat_activity where datname = current_database())"
    )
    version, size, connections = (await session.execute(statement)).one()
    return str(version), int(size), int(connections)


async def largest_tables(session: AnySession) -> list[tuple[str, int, int]]:
    """Name, rows (about) and bytes of the largest tables."""
    rows = await session.execute(text(_TABLES), {"limit": TABLES_SHOWN_MAX})
    return [(row.name, row.rows, row.bytes) for row in rows]
