"""A bank (or somebody at the provider) takes a top-up back; what was spent of it is owed, and paid from what comes in next."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from tuition import ledger, payments
from tuition.kernel import Currency, Money, clock
from tuition.ledger import AccountKey, AccountKind
from tuition.platform.database import Session
from tuition.wallets.actions.spending import record_movement
from tuition.wallets.models import Wallet, WalletLot
from tuition.wallets.rules import LotKind, MovementType

PURPOSE = "topup"


async def on_payment_disputed(session: Session, fact: payments.PaymentDisputed) -> None:
    """What is left of the top-up goes, what was spent is owed, and spending stops until that is settled."""
    if fact.purpose == PURPOSE:
        await _take_away(session, fact, MovementType.DISPUTE, ("payment", fact.payment_id))


async def on_refunded_outside(session: Session, fact: payments.RefundedOutside) -> None:
    """A top-up was given back at the provider: as with a dispute, what is left of it goes and what was spent is owed."""
    if fact.purpose == PURPOSE:
        await _take_away(session, fact, MovementType.WITHDRAWAL, ("payment_refund", fact.refund_id))


async def _take_away(
    session: Session,
    fact: payments.PaymentDisputed | payments.RefundedOutside,
    kind: MovementType,
    source: tuple[str, UUID],
) -> None:
    lot = await _lot_of(session, fact.payment_id)
    left = min(lot.remaining_minor, fact.amount.minor)
    spent = fact.amount.minor - left
    lot.remaining_minor -= left
    currency = fact.amount.currency
    gateway = AccountKey(ledger.PLATFORM, ledger.gateway_kind(fact.provider), currency)
    debits = [
        (AccountKey(fact.payer_id, AccountKind.WALLET, currency), left),
        (AccountKey(fact.payer_id, AccountKind.RECEIVABLE, currency), spent),
    ]
    await ledger.post(
        session,
        ledger.Posting(
            owner=fact.payer_id,
            kind="wallet.disputed" if kind is MovementType.DISPUTE else "wallet.refunded_outside",
            source=ledger.Source(*source),
            idempotency_key=f"dispute:{source[1]}",
            transfers=[ledger.Transfer(debit, gateway, Money(minor, currency)) for debit, minor in debits if minor],
            at=clock.now(),
        ),
    )
    # The wallet after lots and accounts: the order in which a spending locks them.
    wallet = await _locked(session, lot.wallet_id)
    wallet.owed_minor += spent
    now = clock.now()
    await record_movement(session, wallet, kind, fact.amount, source_type=source[0], source_id=source[1], at=now)
    await pay_debt(session, wallet, source=("dispute", source[1]))


async def _lot_of(session: Session, payment_id: UUID) -> WalletLot:
    """The lot that a payment filled, locked with all that may pay for it: in the order in which a spending locks them."""
    paid_in = (WalletLot.source_type == "payment") & (WalletLot.source_id == payment_id)
    wallet_id = select(WalletLot.wallet_id).where(paid_in).scalar_subquery()
    pays = (WalletLot.remaining_minor > 0) | paid_in
    statement = select(WalletLot).where(WalletLot.wallet_id == wallet_id, pays).order_by(WalletLot.id).with_for_update()
    lots = (await session.scalars(statement, execution_options={"populate_existing": True})).all()
    return next(lot for lot in lots if (lot.source_type, lot.source_id) == ("payment", payment_id))


async def pay_debt(session: Session, wallet: Wallet, *, source: tuple[str, UUID]) -> None:
    """Pay what a wallet owes from the money that its owner paid in, oldest first. Gifts pay no debts.

    The history gets no line: the dispute's line has taken the whole amount already.
    """
    if not await session.scalar(select(Wallet.owed_minor).where(Wallet.id == wallet.id)):
        return
    own = (WalletLot.wallet_id == wallet.id) & (WalletLot.remaining_minor > 0) & (WalletLot.kind == LotKind.PAID.value)
    statement = select(WalletLot).where(own).order_by(WalletLot.id).with_for_update()
    lots = (await session.scalars(statement, execution_options={"populate_existing": True})).all()
    wallet = await _locked(session, wallet.id)
    paid = _take(lots, wallet.owed_minor)
    if not paid:
        return
    wallet.owed_minor -= paid
    currency = Currency(wallet.currency)
    await ledger.post(
        session,
        ledger.Posting(
            owner=wallet.user_id,
            kind="wallet.debt_paid",
            source=ledger.Source(*source),
            idempotency_key=f"debt:{source[0]}:{source[1]}",
            transfers=[
                ledger.Transfer(
                    AccountKey(wallet.user_id, AccountKind.WALLET, currency),
                    AccountKey(wallet.user_id, AccountKind.RECEIVABLE, currency),
                    Money(paid, currency),
                )
            ],
            at=clock.now(),
        ),
    )


def _take(lots: Sequence[WalletLot], owed: int) -> int:
    paid = 0
    for lot in lots:
        part = min(lot.remaining_minor, owed - paid)
        lot.remaining_minor -= part
        paid += part
    return paid


async def _locked(session: Session, wallet_id: UUID) -> Wallet:
    statement = select(Wallet).where(Wallet.id == wallet_id).with_for_update()
    return (await session.scalars(statement, execution_options={"populate_existing": True})).one()
