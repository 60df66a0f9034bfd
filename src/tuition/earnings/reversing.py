"""Earnings are taken back: by a refund, or by a bank that asks nobody; and a creator who was paid already owes.

What is owed stands in the creator's ``receivable`` account and on the lot that it came from, and is paid by itself from whatever
else of theirs is or becomes available, oldest first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from tuition import ledger
from tuition.earnings.errors import EarningsAlreadyPaid
from tuition.earnings.models import EarningLot
from tuition.earnings.rules import Reversal
from tuition.kernel import Currency, Money
from tuition.ledger import AccountKey, AccountKind
from tuition.platform.database import Session


async def reverse(
    session: Session, *, sources: Sequence[tuple[str, UUID]], amounts: dict[UUID, Money], forced: bool = False
) -> list[Reversal]:
    """Take back from creators what a refund of these sources costs them, the newest lot first; the caller posts the returned
    amounts in the same transaction.

    Raises ``EarningsAlreadyPaid`` when the lots hold less than that. ``forced``: the money has gone whatever we say (a bank, a
    provider took it), so what was paid out is owed; call ``settle_debts`` after the posting.
    """
    statement = (
        select(EarningLot)
        .where(tuple_(EarningLot.source_type, EarningLot.source_id).in_(sources), EarningLot.creator_id.in_(amounts))
        .order_by(EarningLot.id)
        .with_for_update()
    )
    lots = (await session.scalars(statement, execution_options={"populate_existing": True})).all()
    reversals = []
    for creator_id, amount in amounts.items():
        if not amount:
            continue
        left, pending, available, owed = amount.minor, 0, 0, 0
        theirs = [lot for lot in reversed(lots) if lot.creator_id == creator_id]
        for lot in theirs:
            from_pending = min(left, lot.amount_minor - lot.reversed_minor - lot.matured_minor)
            from_available = min(left - from_pending, lot.available_minor)
            lot.reversed_minor += from_pending + from_available
            lot.matured_minor -= from_available
            left, pending, available = left - from_pending - from_available, pending + from_pending, available + from_available
        for lot in theirs if forced else []:
            part = min(left, lot.matured_minor)
            lot.reversed_minor += part
            lot.matured_minor -= part
            lot.owed_minor += part
            left, owed = left - part, owed + part
        if left:
            raise EarningsAlreadyPaid(missing=Money(left, amount.currency))
        parts = [Money(minor, amount.currency) for minor in (pending, available, owed)]
        reversals.append(Reversal(creator_id, *parts))
    return reversals


async def settle_debts(session: Session, creator_ids: Collection[UUID], *, now: datetime) -> None:
    """Pay what these creators owe from what is available to them, in each currency by itself."""
    theirs = EarningLot.creator_id.in_(creator_ids)
    owing = select(EarningLot).where(theirs, EarningLot.owed_minor > 0).order_by(EarningLot.id)
    if not (await session.scalars(owing.limit(1))).all():
        return
    has_any = EarningLot.matured_minor + EarningLot.owed_minor > EarningLot.paid_out_minor
    statement = select(EarningLot).where(theirs, (EarningLot.owed_minor > 0) | has_any).order_by(EarningLot.id).with_for_update()
    lots = (await session.scalars(statement, execution_options={"populate_existing": True})).all()
    for debt in lots:
        if debt.owed_minor:
            payers = [lot for lot in lots if (lot.creator_id, lot.currency) == (debt.creator_id, debt.currency)]
            await _settle(session, debt, payers, now)


async def _settle(session: Session, debt: EarningLot, payers: Sequence[EarningLot], now: datetime) -> None:
    paid = 0
    for payer in payers:
        part = min(debt.owed_minor, payer.available_minor)
        if part <= 0:
            continue
        payer.paid_out_minor += part
        debt.owed_minor -= part
        debt.paid_out_minor -= part
        paid += part
    if not paid:
        return
    currency = Currency(debt.currency)
    await ledger.post(
        session,
        ledger.Posting(
            owner=debt.creator_id,
            kind="earnings.debt_paid",
            source=ledger.Source("earning_lot", debt.id),
            # What is left of the debt names the step; a lot that is taken back further begins a new count.
            idempotency_key=f"earnings_debt:{debt.id}:{debt.reversed_minor}:{debt.owed_minor}",
            transfers=[
                ledger.Transfer(
                    AccountKey(debt.creator_id, AccountKind.EARNINGS, currency),
                    AccountKey(debt.creator_id, AccountKind.RECEIVABLE, currency),
                    Money(paid, currency),
                )
            ],
            at=now,
        ),
    )
