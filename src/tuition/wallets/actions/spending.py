"""Value leaves a wallet's lots, and comes back to them.

The caller posts the ledger transaction in the same transaction as the draw: lots say which value was spent, the ledger that
it moved. Lots are locked in the order of their ids before anything is read, so that two spendings of one wallet wait for each
other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, bindparam, case, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from tuition.kernel import Currency, Money, clock, new_id
from tuition.platform.database import Session
from tuition.wallets.errors import BalanceTooSmall, WalletFrozen
from tuition.wallets.models import Wallet, WalletDraw, WalletLot, WalletMovement
from tuition.wallets.rules import Draw, Lot, LotKind, MovementStatus, MovementType, Spending, spending_order, take

_TAKE_FROM_LOTS = text(
    "update wallet_lots set remaining_minor = remaining_minor - taken.minor"
    " from unnest(:lots, :minors) as taken (lot, minor) where wallet_lots.id = taken.lot"
).bindparams(bindparam("lots", type_=ARRAY(Uuid())), bindparam("minors", type_=ARRAY(BigInteger)))

_RECORD_DRAWS = text(
    "insert into wallet_draws (id, lot_id, source_type, source_id, amount_minor, created_at)"
    " select id, lot_id, source_type, source_id, minor, :now from unnest(cast(:ids as uuid[]), cast(:lots as uuid[]),"
    " cast(:types as text[]), cast(:sources as uuid[]), cast(:minors as bigint[]))"
    " as d (id, lot_id, source_type, source_id, minor) order by source_type, source_id, lot_id"
    " on conflict (source_type, source_id, lot_id) do update set amount_minor = wallet_draws.amount_minor + excluded.amount_minor"
)


async def draw(session: Session, wallet: Wallet, amount: Money, *, source_type: str, source_id: UUID) -> list[Draw]:
    """Take ``amount`` from a wallet's lots. Raises ``BalanceTooSmall`` (402) with what is missing, or ``WalletFrozen``."""
    locked = await lock_lots(session, {wallet.id})
    # Only now: a bank may have taken a top-up back while we waited for the lots.
    owed = await session.scalar(select(Wallet.owed_minor).where(Wallet.id == wallet.id))
    if owed:
        raise WalletFrozen(owed=Money(owed, Currency(wallet.currency)))
    [outcome] = await draw_from(session, locked, [Spending(wallet.id, amount, source_type, source_id)])
    if isinstance(outcome, Money):
        raise BalanceTooSmall(missing=outcome)
    return outcome


async def draw_many(session: Session, spendings: Sequence[Spending]) -> list[list[Draw] | Money]:
    """Serve many spendings in three statements. Per spending: its draws, or what is missing when the wallet cannot pay in full.

    Spendings of one wallet are served in the order given; one that cannot be paid takes nothing.
    """
    locked = await lock_lots(session, {spending.wallet_id for spending in spendings})
    return await draw_from(session, locked, spendings)


class LockedLots:
    """The live lots of some wallets, locked until the transaction ends: what they hold cannot change under one's hands."""

    def __init__(self, lots: dict[UUID, list[Lot]]) -> None:
        self._lots = lots

    def available(self, wallet_id: UUID) -> int:
        """What the wallet's live lots hold, in minor units."""
        return sum(lot.remaining for lot in self._lots.get(wallet_id, ()))

    def take(self, wallet_id: UUID, minor: int) -> tuple[list[Draw], int]:
        """Take from a wallet, or report what is missing and take nothing."""
        lots = self._lots.get(wallet_id, [])
        draws, missing = take(lots, minor)
        if not missing:
            taken = {part.lot_id: part.minor for part in draws}
            left = [replace(lot, remaining=lot.remaining - taken.get(lot.id, 0)) for lot in lots]
            self._lots[wallet_id] = [lot for lot in left if lot.remaining]
        return draws, missing


async def lock_lots(session: Session, wallet_ids: set[UUID]) -> LockedLots:
    """Lock the live lots of these wallets, in the order of their ids."""
    rows = await session.execute(
        select(
            WalletLot.wallet_id,
            WalletLot.id,
            WalletLot.kind,
            WalletLot.remaining_minor,
            WalletLot.expires_at,
            WalletLot.created_at,
        )
        .where(
            WalletLot.wallet_id == func.any(bindparam("wallets", list(wallet_ids), type_=ARRAY(Uuid()))),
            WalletLot.remaining_minor > 0,
            WalletLot.expires_at.is_(None) | (WalletLot.expires_at > clock.now()),
        )
        .order_by(WalletLot.id)
        .with_for_update()
    )
    lots: dict[UUID, list[Lot]] = defaultdict(list)
    for wallet_id, lot_id, kind, remaining, expires_at, created_at in rows:
        lots[wallet_id].append(Lot(lot_id, LotKind(kind), remaining, expires_at, created_at))
    return LockedLots({wallet_id: spending_order(found) for wallet_id, found in lots.items()})


async def draw_from(session: Session, locked: LockedLots, spendings: Sequence[Spending]) -> list[list[Draw] | Money]:
    """Serve spendings from lots that are locked already (see ``draw_many``)."""
    outcomes: list[list[Draw] | Money] = []
    taken: dict[UUID, int] = defaultdict(int)
    recorded: dict[tuple[str, UUID, UUID], int] = defaultdict(int)
    for spending in spendings:
        draws, missing = locked.take(spending.wallet_id, spending.amount.minor)
        if missing:
            outcomes.append(Money(missing, spending.amount.currency))
            continue
        for part in draws:
            taken[part.lot_id] += part.minor
            recorded[spending.source_type, spending.source_id, part.lot_id] += part.minor
        outcomes.append(draws)
    if taken:
        await session.execute(_TAKE_FROM_LOTS, {"lots": list(taken), "minors": list(taken.values())})
        await session.execute(
            _RECORD_DRAWS,
            {
                "ids": [new_id() for _ in recorded],
                "lots": [lot_id for _, _, lot_id in recorded],
                "types": [source_type for source_type, _, _ in recorded],
                "sources": [source_id for _, source_id, _ in recorded],
                "minors": list(recorded.values()),
                "now": clock.now(),
            },
        )
    return outcomes


async def give_back(session: Session, amount: Money, *, source_type: str, source_ids: Sequence[UUID]) -> None:
    """Return ``amount`` to the lots that these sources drew from: from the first source on, and of each what was drawn last
    first. More than was drawn is refused by assertion.
    """
    turn = {source_id: number for number, source_id in enumerate(source_ids)}
    draws = (
        await session.scalars(
            select(WalletDraw)
            .where(WalletDraw.source_type == source_type, WalletDraw.source_id.in_(source_ids))
            .order_by(WalletDraw.lot_id, WalletDraw.id)
            .with_for_update(),
            execution_options={"populate_existing": True},
        )
    ).all()
    ids = [drawn.lot_id for drawn in draws]
    statement = select(WalletLot).where(WalletLot.id.in_(ids)).order_by(WalletLot.id).with_for_update()
    lots = {lot.id: lot for lot in (await session.scalars(statement, execution_options={"populate_existing": True})).all()}
    order = {lot.id: rank for rank, lot in enumerate(spending_order(_as_lot(lot) for lot in lots.values()))}
    left = amount.minor
    for drawn in sorted(draws, key=lambda item: (turn[item.source_id], -order[item.lot_id])):
        part = min(left, drawn.amount_minor - drawn.returned_minor)
        drawn.returned_minor += part
        lots[drawn.lot_id].remaining_minor += part
        left -= part
    assert left == 0, "a refund cannot return more than was drawn"


async def record_movement(
    session: Session,
    wallet: Wallet,
    kind: MovementType,
    amount: Money,
    *,
    source_type: str,
    source_id: UUID,
    at: datetime,
    status: MovementStatus = MovementStatus.COMPLETED,
    description: str = "",
    payment_method: str | None = None,
) -> None:
    """Write a line of the wallet's history; the line of a source that has one already grows (a play session's charges)."""
    statement = insert(WalletMovement).values(
        id=new_id(),
        user_id=wallet.user_id,
        wallet_id=wallet.id,
        type=kind.value,
        amount_minor=amount.minor,
        currency=amount.currency,
        status=status.value,
        description=description,
        payment_method=payment_method,
        source_type=source_type,
        source_id=source_id,
        created_at=at,
        completed_at=at if status is MovementStatus.COMPLETED else None,
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["source_type", "source_id", "type"],
            set_={
                "amount_minor": case(
                    (WalletMovement.status == MovementStatus.PENDING.value, statement.excluded.amount_minor),
                    else_=WalletMovement.amount_minor + statement.excluded.amount_minor,
                ),
                "status": statement.excluded.status,
                "completed_at": statement.excluded.completed_at,
            },
        )
    )


async def settle_movement(
    session: Session, *, source_type: str, source_id: UUID, kind: MovementType, status: MovementStatus, at: datetime
) -> str | None:
    """Say how a pending line ended (or that a failed one came true after all); returns by which way it was paid."""
    open_states = [MovementStatus.PENDING.value]
    if status is MovementStatus.COMPLETED:
        open_states.append(MovementStatus.FAILED.value)
    return await session.scalar(
        update(WalletMovement)
        .where(
            WalletMovement.source_type == source_type,
            WalletMovement.source_id == source_id,
            WalletMovement.type == kind.value,
            WalletMovement.status.in_(open_states),
        )
        .values(status=status.value, completed_at=at)
        .returning(WalletMovement.payment_method)
    )


def _as_lot(lot: WalletLot) -> Lot:
    return Lot(lot.id, LotKind(lot.kind), lot.remaining_minor, lot.expires_at, lot.created_at)
