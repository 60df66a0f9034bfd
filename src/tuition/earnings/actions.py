"""What can happen to earnings: they are recorded, consumed and matured; ``reversing`` takes them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text, update

from tuition import ledger
from tuition.earnings.models import EarningLot
from tuition.earnings.reversing import settle_debts
from tuition.earnings.rules import CONSUMED_ALL, Earned, maturable
from tuition.kernel import Currency, Money, new_id
from tuition.platform import site
from tuition.platform.database import Session, array_of, quoted_array_of

MATURE_BATCH = 500
"""How many lots one run locks; the job runs again while there are more."""
# One text for any number of rows: a batch of heartbeats writes hundreds, and a statement per number would be compiled each time.
_RECORD = text(
    "insert into earning_lots as lot (id, creator_id, source_type, source_id, category, currency, amount_minor,"
    " consumed_millionths, hold_until, window_until, created_at)"
    " select * from unnest(cast(:ids as uuid[]), cast(:creators as uuid[]), cast(:types as text[]), cast(:sources as uuid[]),"
    " cast(:categories as text[]), cast(:currencies as text[]), cast(:minors as bigint[]), cast(:consumed as integer[]),"
    " cast(:holds as timestamptz[]), cast(:windows as timestamptz[]), cast(:ats as timestamptz[]))"
    " on conflict (source_type, source_id, creator_id) do update set amount_minor = lot.amount_minor + excluded.amount_minor,"
    " hold_until = greatest(lot.hold_until, excluded.hold_until),"
    " window_until = greatest(lot.window_until, excluded.window_until)"
)
CONSUMED_AT_ONCE = frozenset({"play_session", "donation"})
"""Sources that are consumed in the moment in which they are paid."""


async def record(session: Session, earned: Earned) -> None:
    """Remember one creator's share. The ledger posting that moves it is the caller's, in the same transaction."""
    await record_many(session, [earned])


async def record_many(session: Session, earned: Sequence[Earned]) -> None:
    """Remember many shares in one statement.

    A source seen before grows, and its hold begins anew: what was added last decides.
    """
    if not earned:
        return
    settings = await site.glance(session)
    hold, window = timedelta(days=settings.earnings_hold_days), timedelta(days=settings.refund_window_days)
    grown: dict[tuple[str, UUID, UUID], tuple[Earned, int]] = {}
    for item in earned:
        key = (item.source_type, item.source_id, item.creator_id)
        grown[key] = item, item.amount.minor + (grown[key][1] if key in grown else 0)
    lots = [grown[key] for key in sorted(grown)]
    await session.execute(
        _RECORD,
        {
            "ids": array_of([new_id() for _ in lots]),
            "creators": array_of([item.creator_id for item, _ in lots]),
            "types": quoted_array_of([item.source_type for item, _ in lots]),
            "sources": array_of([item.source_id for item, _ in lots]),
            "categories": quoted_array_of([item.category.value for item, _ in lots]),
            "currencies": quoted_array_of([item.amount.currency for item, _ in lots]),
            "minors": array_of([minor for _, minor in lots]),
            "consumed": array_of([CONSUMED_ALL if item.source_type in CONSUMED_AT_ONCE else 0 for item, _ in lots]),
            "holds": array_of([item.at + hold for item, _ in lots]),
            "windows": array_of([item.at + window for item, _ in lots]),
            "ats": array_of([item.at for item, _ in lots]),
        },
    )


async def note_consumption(session: Session, *, source_type: str, source_id: UUID, consumed_millionths: int) -> None:
    """Say how much of a sold thing has been consumed by now (0 to 1,000,000). It only grows: what was seen stays seen."""
    assert 0 <= consumed_millionths <= CONSUMED_ALL
    await session.execute(
        update(EarningLot)
        .where(
            EarningLot.source_type == source_type,
            EarningLot.source_id == source_id,
            EarningLot.consumed_millionths < consumed_millionths,
        )
        .values(consumed_millionths=consumed_millionths)
    )


async def mature_due(session: Session, *, now: datetime) -> int:
    """Move what is due from pending to available; returns how many lots moved. Call it again until it returns 0."""
    kept = EarningLot.amount_minor - EarningLot.reversed_minor
    # Rounded down as the rule does: a lot that could only mature by a fraction would come back in every run.
    consumed = func.least(kept, EarningLot.amount_minor * EarningLot.consumed_millionths // CONSUMED_ALL)
    statement = (
        select(EarningLot)
        .where(
            EarningLot.hold_until <= now,
            EarningLot.matured_minor < kept,
            (EarningLot.window_until <= now) | (consumed > EarningLot.matured_minor),
        )
        .order_by(EarningLot.id)
        .limit(MATURE_BATCH)
        .with_for_update(skip_locked=True)
    )
    postings = []
    for lot in (await session.scalars(statement)).all():
        due = maturable(
            amount=lot.amount_minor,
            reversed_=lot.reversed_minor,
            matured=lot.matured_minor,
            consumed=lot.consumed_millionths,
            hold_until=lot.hold_until,
            window_until=lot.window_until,
            now=now,
        )
        assert due > 0, "the statement and the rule agree on what is due"
        lot.matured_minor += due
        postings.append(_maturing(lot, due, now))
    for outcome in await ledger.post_many(session, postings):
        assert isinstance(outcome, ledger.Posted), f"pending earnings lack what their lots hold: {outcome}"
    await settle_debts(session, {posting.owner for posting in postings}, now=now)
    return len(postings)


def _maturing(lot: EarningLot, due: int, now: datetime) -> ledger.Posting:
    currency = Currency(lot.currency)
    return ledger.Posting(
        owner=lot.creator_id,
        kind="earnings.matured",
        source=ledger.Source("earning_lot", lot.id),
        # The total after this step names the step: a job that runs twice finds the same key.
        idempotency_key=f"mature:{lot.id}:{lot.reversed_minor}:{lot.matured_minor}",
        transfers=[
            ledger.Transfer(
                debit=ledger.AccountKey(lot.creator_id, ledger.AccountKind.EARNINGS_PENDING, currency),
                credit=ledger.AccountKey(lot.creator_id, ledger.AccountKind.EARNINGS, currency),
                amount=Money(due, currency),
            )
        ],
        at=now,
    )
