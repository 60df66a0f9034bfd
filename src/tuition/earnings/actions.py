"""What can happen to earnings: they are recorded, consumed, matured and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from tuition import ledger
from tuition.earnings.errors import EarningsAlreadyPaid
from tuition.earnings.models import EarningLot
from tuition.earnings.rules import CONSUMED_ALL, Earned, Reversal, maturable
from tuition.kernel import Currency, Money, new_id
from tuition.platform import site
from tuition.platform.database import Session

MATURE_BATCH = 500
"""How many lots one run locks; the job runs again while there are more."""
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
    settings = await site.current(session)
    grown: dict[tuple[str, UUID, UUID], dict[str, object]] = {}
    for item in earned:
        key = (item.source_type, item.source_id, item.creator_id)
        row = grown.get(key)
        if row is None:
            grown[key] = {
                "id": new_id(),
                "creator_id": item.creator_id,
                "source_type": item.source_type,
                "source_id": item.source_id,
                "category": item.category.value,
                "currency": item.amount.currency,
                "amount_minor": item.amount.minor,
                "consumed_millionths": CONSUMED_ALL if item.source_type in CONSUMED_AT_ONCE else 0,
                "hold_until": item.at + timedelta(days=settings.earnings_hold_days),
                "window_until": item.at + timedelta(days=settings.refund_window_days),
                "created_at": item.at,
            }
        else:
            row["amount_minor"] = int(str(row["amount_minor"])) + item.amount.minor
    statement = insert(EarningLot).values([grown[key] for key in sorted(grown)])
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["source_type", "source_id", "creator_id"],
            set_={
                "amount_minor": EarningLot.amount_minor + statement.excluded.amount_minor,
                "hold_until": func.greatest(EarningLot.hold_until, statement.excluded.hold_until),
                "window_until": func.greatest(EarningLot.window_until, statement.excluded.window_until),
            },
        )
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
    return len(postings)


async def reverse(session: Session, *, source_type: str, source_id: UUID, amounts: dict[UUID, Money]) -> list[Reversal]:
    """Take back from creators what a refund of this source costs them; the caller posts the returned amounts in the same
    transaction.

    Raises ``EarningsAlreadyPaid`` when a lot holds less than that.
    """
    lots = (
        await session.scalars(
            select(EarningLot)
            .where(EarningLot.source_type == source_type, EarningLot.source_id == source_id, EarningLot.creator_id.in_(amounts))
            .order_by(EarningLot.id)
            .with_for_update()
        )
    ).all()
    by_creator = {lot.creator_id: lot for lot in lots}
    reversals = []
    for creator_id, amount in amounts.items():
        if not amount:
            continue
        lot = by_creator.get(creator_id)
        pending = 0 if lot is None else lot.amount_minor - lot.reversed_minor - lot.matured_minor
        available = 0 if lot is None else lot.matured_minor - lot.paid_out_minor
        if lot is None or amount.minor > pending + available:
            raise EarningsAlreadyPaid(missing=Money(amount.minor - pending - available, amount.currency))
        from_pending = min(amount.minor, pending)
        lot.reversed_minor += amount.minor
        lot.matured_minor -= amount.minor - from_pending
        reversals.append(
            Reversal(creator_id, Money(from_pending, amount.currency), Money(amount.minor - from_pending, amount.currency))
        )
    return reversals


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
