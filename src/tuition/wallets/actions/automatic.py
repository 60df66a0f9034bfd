"""A wallet that says when it is low, and one that fills itself.

Both are decided under the wallet's row lock from the balance that a spending left behind, so that of many heartbeats arriving
together exactly one warns and exactly one starts a payment.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from tuition import messaging, payments
from tuition.identity import Actor
from tuition.kernel import Currency, CurrencyMismatch, Money, MoneyInvalid, clock, new_id
from tuition.platform import events
from tuition.platform.database import AnySession, Session
from tuition.wallets.actions.spending import record_movement
from tuition.wallets.errors import AutoTopUpNeedsMethod, CeilingTooLow, TopUpAmountRefused
from tuition.wallets.events import BalanceLow
from tuition.wallets.models import AutoTopUpSettings, Wallet, WalletMovement
from tuition.wallets.queries import available, availables, top_up_limits
from tuition.wallets.rules import FAILURES_MAX, MovementStatus, MovementType

RETRY_BATCH = 500
AUTOMATIC = "automatic"
"""The payment method that a line of the history shows for a top-up that the wallet started itself."""


async def change_auto_top_up(
    session: Session,
    actor: Actor,
    *,
    enabled: bool,
    threshold: Money,
    amount: Money,
    ceiling_month: Money,
    method_id: UUID | None,
) -> AutoTopUpSettings:
    """Say when the wallet fills itself. Saving it again also forgets earlier declines: a person has looked at it."""
    currency = amount.currency
    if threshold.minor < 0:
        raise MoneyInvalid(value=f"{threshold.decimal:f}", currency=threshold.currency)
    least, most = await top_up_limits(session, currency)
    if not least <= amount <= most:
        raise TopUpAmountRefused(least=least, most=most)
    if ceiling_month < amount:
        raise CeilingTooLow(amount=amount)
    if threshold.currency != currency:
        raise CurrencyMismatch(left=threshold.currency, right=currency)
    if method_id is not None:
        await payments.get_method_for(session, actor, method_id)
    elif enabled:
        raise AutoTopUpNeedsMethod
    values = {
        "currency": currency,
        "enabled": enabled,
        "threshold_minor": threshold.minor,
        "amount_minor": amount.minor,
        "ceiling_month_minor": ceiling_month.minor,
        "payment_method_id": method_id,
        "failures": 0,
        "next_attempt_at": None,
    }
    statement = insert(AutoTopUpSettings).values(id=new_id(), user_id=actor.id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))
    await refresh_alert(session, actor.id)
    return (await session.scalars(select(AutoTopUpSettings).where(AutoTopUpSettings.user_id == actor.id))).one()


async def refresh_alert(session: Session, person_id: UUID) -> None:
    """Work out anew below which balance each of a person's wallets needs a look: call it when a threshold has changed."""
    settings = (await session.scalars(select(AutoTopUpSettings).where(AutoTopUpSettings.user_id == person_id))).one_or_none()
    low = await messaging.low_balance_threshold(session, person_id)
    statement = select(Wallet).where(Wallet.user_id == person_id).order_by(Wallet.id).with_for_update()
    held = (await session.scalars(statement, execution_options={"populate_existing": True})).all()
    balances = await availables(session, held)
    for wallet in held:
        if balances[wallet.id].minor >= low:
            wallet.low_since = None  # under a lower threshold it is not low any more, so that its next fall is news
        fills_itself = settings is not None and settings.enabled and settings.currency == wallet.currency
        wallet.alert_below_minor = max(low, settings.threshold_minor if settings and fills_itself else 0)


async def note_balances(session: Session, balances: Mapping[UUID, int], *, came_in: bool = False) -> None:
    """Look at what spendings left behind (wallet id → minor units) and warn or fill up where it is time.

    Cheap when nothing is due: callers pass only wallets below their ``alert_below_minor``, or just funded. ``came_in``: value
    came in; a balance that grew and is still below the threshold has not fallen, and nobody is warned of it, then or later.
    """
    now = clock.now()
    statement = select(Wallet).where(Wallet.id.in_(balances)).order_by(Wallet.id).with_for_update()
    for wallet in (await session.scalars(statement, execution_options={"populate_existing": True})).all():
        balance = Money(balances[wallet.id], Currency(wallet.currency))
        await _warn(session, wallet, balance, now, came_in=came_in)
        await _fill_up(session, wallet, balance, now)


async def charge_due(session: Session, *, now: datetime) -> int:
    """Try again where an automatic top-up has waited long enough, after a decline or for a new month; returns how many wallets
    were looked at.
    """
    statement = (
        select(Wallet)
        .join(AutoTopUpSettings, (AutoTopUpSettings.user_id == Wallet.user_id) & (AutoTopUpSettings.currency == Wallet.currency))
        .where(
            AutoTopUpSettings.enabled, AutoTopUpSettings.next_attempt_at <= now, AutoTopUpSettings.attempt_payment_id.is_(None)
        )
        .order_by(Wallet.id)
        .limit(RETRY_BATCH)
        .with_for_update(of=Wallet)
    )
    # Locked before the balances are read: what came in meanwhile is seen, and a wallet that has recovered is left alone.
    balances = await availables(session, (await session.scalars(statement)).all())
    await note_balances(session, {wallet_id: balance.minor for wallet_id, balance in balances.items()})
    return len(balances)


async def _warn(session: Session, wallet: Wallet, balance: Money, now: datetime, *, came_in: bool) -> None:
    threshold = await messaging.low_balance_threshold(session, wallet.user_id)
    if balance.minor >= threshold:
        wallet.low_since = None
    elif wallet.low_since is None:
        wallet.low_since = now
        if not came_in:
            await events.publish(session, BalanceLow(wallet.id, wallet.user_id, balance))


async def _fill_up(session: Session, wallet: Wallet, balance: Money, now: datetime) -> None:
    statement = (
        select(AutoTopUpSettings)
        .where(
            AutoTopUpSettings.user_id == wallet.user_id, AutoTopUpSettings.currency == wallet.currency, AutoTopUpSettings.enabled
        )
        .with_for_update()
    )
    settings = (await session.scalars(statement, execution_options={"populate_existing": True})).one_or_none()
    if settings is None or settings.attempt_payment_id is not None or settings.failures >= FAILURES_MAX:
        return
    if settings.next_attempt_at is not None and settings.next_attempt_at > now:
        return
    settings.next_attempt_at = None  # its time has come: whatever is decided now, the clock need not ask again
    if balance.minor >= settings.threshold_minor:
        return
    if await _filled_this_month(session, wallet, now) + settings.amount_minor > settings.ceiling_month_minor:
        settings.next_attempt_at = _month_after(now)
        await _tell_of_ceiling(session, wallet, Money(settings.ceiling_month_minor, balance.currency), now)
        return
    amount = Money(settings.amount_minor, balance.currency)
    assert settings.payment_method_id is not None, "a CHECK keeps enabled settings from having no method"
    payment = await payments.open_payment(
        session,
        payer_id=wallet.user_id,
        amount=amount,
        purpose=MovementType.TOPUP.value,
        subject=("wallet", wallet.id),
        method_id=settings.payment_method_id,
        off_session=True,
    )
    settings.attempt_payment_id = payment.id
    await record_movement(
        session,
        wallet,
        MovementType.TOPUP,
        amount,
        source_type="payment",
        source_id=payment.id,
        at=now,
        status=MovementStatus.PENDING,
        payment_method=AUTOMATIC,
    )
    await payments.start_later(session, payment.id)


async def on_method_removed(session: Session, fact: payments.MethodRemoved) -> None:
    """A card is gone: the wallet that filled itself from it stops, and its owner chooses another one."""
    await session.execute(
        update(AutoTopUpSettings)
        .where(AutoTopUpSettings.user_id == fact.person_id, AutoTopUpSettings.payment_method_id == fact.method_id)
        .values(enabled=False, payment_method_id=None, next_attempt_at=None)
    )
    await refresh_alert(session, fact.person_id)


async def look_at(session: Session, wallet: Wallet, *, came_in: bool = False) -> None:
    """Look at what a wallet holds now, after something moved (see ``note_balances``)."""
    balance = await available(session, wallet.user_id, wallet.currency)
    await note_balances(session, {wallet.id: balance.minor}, came_in=came_in)


async def _tell_of_ceiling(session: Session, wallet: Wallet, ceiling: Money, now: datetime) -> None:
    await messaging.notify(
        session,
        wallet.user_id,
        "auto_topup",
        title="Your wallet fills itself no more this month",
        message="The ceiling of {ceiling} that you chose is reached. Top up yourself, or raise it.",
        fields={"ceiling": ceiling},
        action_url="/wallet",
        action_label="Open my wallet",
        dedupe_key=f"auto_topup_ceiling:{wallet.id}:{now:%Y-%m}:{ceiling.minor}",
    )


def _month_of(now: datetime) -> datetime:
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _month_after(now: datetime) -> datetime:
    return _month_of(_month_of(now) + timedelta(days=31))


async def _filled_this_month(session: AnySession, wallet: Wallet, now: datetime) -> int:
    total = await session.scalar(
        select(func.coalesce(func.sum(WalletMovement.amount_minor), 0)).where(
            WalletMovement.wallet_id == wallet.id,
            WalletMovement.type == MovementType.TOPUP.value,
            WalletMovement.payment_method == AUTOMATIC,
            WalletMovement.status.in_([MovementStatus.PENDING.value, MovementStatus.COMPLETED.value]),
            WalletMovement.created_at >= _month_of(now),
        )
    )
    return int(total or 0)
