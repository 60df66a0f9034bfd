"""Value comes in: a top-up, a gift; and goes when a gift expires."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from tuition import ledger, payments
from tuition.identity import Actor, require_terms, require_verified
from tuition.kernel import Currency, Money, clock, new_id
from tuition.platform import events
from tuition.platform.database import Session
from tuition.wallets.actions import telling
from tuition.wallets.actions.automatic import AUTOMATIC, look_at, note_balances
from tuition.wallets.actions.disputing import pay_debt
from tuition.wallets.actions.opening import open_wallet
from tuition.wallets.actions.spending import record_movement, settle_movement
from tuition.wallets.errors import GiftInvalid, TopUpAmountRefused
from tuition.wallets.events import WalletFunded
from tuition.wallets.models import AutoTopUpSettings, Wallet, WalletLot
from tuition.wallets.queries import availables, top_up_limits
from tuition.wallets.rules import FAILURES_MAX, LotKind, MovementStatus, MovementType, next_attempt_at

PURPOSE = "topup"
EXPIRE_BATCH = 500


async def start_top_up(
    session: Session,
    actor: Actor,
    wallet: Wallet,
    amount: Money,
    *,
    provider: str | None,
    method_id: UUID | None = None,
    save_method: bool = False,
    return_url: str = "",
) -> payments.Payment:
    """Ask for a top-up. The edge then calls the gateway; the wallet is credited when the provider says that it was paid."""
    require_verified(actor)
    await require_terms(session, actor)
    least, most = await top_up_limits(session, wallet.currency)
    if amount.currency != wallet.currency or not least <= amount <= most:
        raise TopUpAmountRefused(least=least, most=most)
    payment = await payments.open_payment(
        session,
        payer_id=actor.id,
        amount=amount,
        purpose=PURPOSE,
        subject=("wallet", wallet.id),
        provider=provider,
        method_id=method_id,
        save_method=save_method,
        return_url=return_url,
    )
    await record_movement(
        session,
        wallet,
        MovementType.TOPUP,
        amount,
        source_type="payment",
        source_id=payment.id,
        at=clock.now(),
        status=MovementStatus.PENDING,
        payment_method=payment.provider,
    )
    return payment


async def grant(
    session: Session, person_id: UUID, amount: Money, *, reason: str, expires_at: datetime | None = None
) -> WalletLot:
    """Give somebody value to spend; it cannot be withdrawn and is spent first. Raises ``GiftInvalid``."""
    if amount.minor <= 0 or (expires_at is not None and expires_at <= clock.now()):
        raise GiftInvalid
    wallet = await open_wallet(session, person_id, amount.currency)
    grant_id = new_id()
    lot = _lot(wallet, amount, LotKind.GRANTED, ("grant", grant_id), expires_at)
    session.add(lot)
    await _post(session, wallet, amount, "wallet.granted", ("grant", grant_id), ledger.PLATFORM, ledger.AccountKind.PROMOTIONS)
    await record_movement(
        session, wallet, MovementType.GRANT, amount, source_type="grant", source_id=grant_id, at=clock.now(), description=reason
    )
    await note_funding(session, wallet, amount, source=("grant", grant_id))
    return lot


async def on_payment_succeeded(session: Session, fact: payments.PaymentSucceeded) -> None:
    """A top-up was paid: credit the wallet, once, however often the provider says so."""
    if fact.purpose != PURPOSE:
        return
    wallet = await open_wallet(session, fact.payer_id, fact.amount.currency)
    gateway = ledger.gateway_kind(fact.provider)
    if await _post(session, wallet, fact.amount, "wallet.topped_up", ("payment", fact.payment_id), ledger.PLATFORM, gateway):
        return
    session.add(_lot(wallet, fact.amount, LotKind.PAID, ("payment", fact.payment_id), None))
    paid_by = await settle_movement(
        session,
        source_type="payment",
        source_id=fact.payment_id,
        kind=MovementType.TOPUP,
        status=MovementStatus.COMPLETED,
        at=clock.now(),
    )
    # The wallet before its settings: the order in which a spending locks the two.
    await session.execute(select(Wallet.id).where(Wallet.id == wallet.id).with_for_update())
    await session.execute(
        update(AutoTopUpSettings)
        .where(AutoTopUpSettings.attempt_payment_id == fact.payment_id)
        .values(attempt_payment_id=None, failures=0, next_attempt_at=None)
    )
    await note_funding(session, wallet, fact.amount, source=("payment", fact.payment_id))
    await telling.of_top_up(session, wallet, fact.amount, by_itself=paid_by == AUTOMATIC)


async def on_payment_failed(session: Session, fact: payments.PaymentFailed) -> None:
    """A top-up was declined: its line says so, and an automatic one waits longer before it tries again."""
    if fact.purpose != PURPOSE:
        return
    now = clock.now()
    await settle_movement(
        session,
        source_type="payment",
        source_id=fact.payment_id,
        kind=MovementType.TOPUP,
        status=MovementStatus.FAILED,
        at=now,
    )
    settings = (
        await session.scalars(
            select(AutoTopUpSettings).where(AutoTopUpSettings.attempt_payment_id == fact.payment_id).with_for_update()
        )
    ).one_or_none()
    if settings is None:
        return
    settings.attempt_payment_id = None
    settings.failures += 1
    settings.next_attempt_at = next_attempt_at(settings.failures, now)
    if settings.failures >= FAILURES_MAX:
        settings.enabled = False
    await telling.of_failed_top_up(session, fact, gives_up=not settings.enabled)


async def note_funding(session: Session, wallet: Wallet, amount: Money, *, source: tuple[str, UUID]) -> None:
    """Value came in, and lots and ledger say so already: what is owed is paid from it first, then the balance is looked at."""
    await pay_debt(session, wallet, source=source)
    # A fall below the threshold is news again only after the balance has recovered: this is where it may have.
    await look_at(session, wallet, came_in=True)
    await events.publish(session, WalletFunded(wallet.id, wallet.user_id, amount))


async def expire_due(session: Session, *, now: datetime) -> int:
    """Take back gifts whose time is over; returns how many lots."""
    statement = (
        select(WalletLot, Wallet)
        .join(Wallet, Wallet.id == WalletLot.wallet_id)
        .where(WalletLot.expires_at <= now, WalletLot.remaining_minor > 0)
        .order_by(WalletLot.id)
        .limit(EXPIRE_BATCH)
        .with_for_update(of=WalletLot, skip_locked=True)
    )
    rows = (await session.execute(statement)).all()
    for lot, wallet in rows:
        amount = Money(lot.remaining_minor, Currency(lot.currency))
        key = ledger.AccountKey(wallet.user_id, ledger.AccountKind.WALLET, amount.currency)
        promotions = ledger.AccountKey(ledger.PLATFORM, ledger.AccountKind.PROMOTIONS, amount.currency)
        await ledger.post(
            session,
            ledger.Posting(
                owner=wallet.user_id,
                kind="wallet.expired",
                source=ledger.Source("wallet_lot", lot.id),
                # A refund may bring value back to an expired lot, which then expires again: the moment names the step.
                idempotency_key=f"expire:{lot.id}:{now.isoformat()}",
                transfers=[ledger.Transfer(key, promotions, amount)],
                at=now,
            ),
        )
        lot.remaining_minor = 0
        await record_movement(session, wallet, MovementType.EXPIRY, amount, source_type="wallet_lot", source_id=lot.id, at=now)
    # Looked at only now, together: all lots before the first wallet, the order in which a spending locks them.
    balances = await availables(session, list({wallet.id: wallet for _, wallet in rows}.values()))
    await note_balances(session, {wallet_id: balance.minor for wallet_id, balance in balances.items()})
    return len(rows)


def _lot(wallet: Wallet, amount: Money, kind: LotKind, source: tuple[str, UUID], expires_at: datetime | None) -> WalletLot:
    return WalletLot(
        wallet_id=wallet.id,
        kind=kind.value,
        source_type=source[0],
        source_id=source[1],
        currency=amount.currency,
        amount_minor=amount.minor,
        remaining_minor=amount.minor,
        expires_at=expires_at,
        created_at=clock.now(),
    )


async def _post(
    session: Session, wallet: Wallet, amount: Money, kind: str, source: tuple[str, UUID], owner: UUID, from_kind: str
) -> bool:
    """Credit the wallet in the ledger; ``True`` when this source had been posted before."""
    posted = await ledger.post(
        session,
        ledger.Posting(
            owner=wallet.user_id,
            kind=kind,
            source=ledger.Source(*source),
            idempotency_key=f"{kind}:{source[1]}",
            transfers=[
                ledger.Transfer(
                    debit=ledger.AccountKey(owner, from_kind, amount.currency),
                    credit=ledger.AccountKey(wallet.user_id, ledger.AccountKind.WALLET, amount.currency),
                    amount=amount,
                )
            ],
            at=clock.now(),
        ),
    )
    return posted.replayed
