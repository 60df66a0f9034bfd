"""A play session has ended: its bill is written once."""

from __future__ import annotations

from sqlalchemy import select

from tuition import messaging, wallets
from tuition.kernel import Currency, Money
from tuition.metering.models import Meter, MeteredSession
from tuition.platform.database import Session
from tuition.playback import EndReason, PlaySessionEnded


async def on_play_session_ended(session: Session, fact: PlaySessionEnded) -> None:
    """Write what a paid session came to: on the session, as one line of the wallet's history, and as a notice."""
    statement = (
        select(MeteredSession, Meter)
        .join(Meter, Meter.id == MeteredSession.meter_id)
        .where(MeteredSession.play_session_id == fact.play_session_id, MeteredSession.settled_at.is_(None))
        .with_for_update(of=(MeteredSession, Meter))
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return
    metered, meter = row
    metered.cost_minor = meter.posted_minor - metered.posted_before_minor
    metered.settled_at = fact.at
    if meter.play_session_id == fact.play_session_id:
        meter.play_session_id = None
    if not metered.cost_minor:
        return
    cost = Money(metered.cost_minor, Currency(meter.currency))
    wallet = await session.get_one(wallets.Wallet, meter.wallet_id)
    await wallets.record_movement(
        session,
        wallet,
        wallets.MovementType.PAYMENT,
        cost,
        source_type="play_session",
        source_id=fact.play_session_id,
        at=fact.at,
        payment_method="wallet",
    )
    await _tell(session, fact, cost)


async def _tell(session: Session, fact: PlaySessionEnded, cost: Money) -> None:
    if fact.reason == EndReason.OUT_OF_MONEY.value:
        await messaging.notify(
            session,
            fact.user_id,
            "session_end",
            title="Your wallet is empty",
            message="Playing stopped. Your place is kept: top up and go on where you were.",
            action_url="/wallet",
            dedupe_key=f"session_end:{fact.play_session_id}",
        )
        return
    await messaging.notify(
        session,
        fact.user_id,
        "session_end",
        title="You played by the minute",
        message=f"{fact.played_ms // 1000 // 60}:{fact.played_ms // 1000 % 60:02d} minutes, {cost}.",
        action_url="/wallet",
        dedupe_key=f"session_end:{fact.play_session_id}",
    )
