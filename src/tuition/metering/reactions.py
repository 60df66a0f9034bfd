"""What metering does about news of other rooms: sessions are billed when they end, and end when their right does."""

from __future__ import annotations

from sqlalchemy import select

from tuition import access, messaging, playback, wallets
from tuition.access import AccessEnded, AccessGranted
from tuition.catalog import ContentArchived, ContentDeleted, contents_by_id
from tuition.identity import PersonDeactivated, PersonErased, PersonSuspended, get_actor
from tuition.kernel import Currency, Money, clock
from tuition.metering.models import Meter, MeteredSession
from tuition.platform.database import Session
from tuition.playback import Basis, EndReason, PlaySessionEnded

BOUGHT_AS_THEY_PLAY = ("meter", "preview", "free")
"""Rights that nobody was given for good: they end when the content leaves the catalogue."""


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
    cost = Money(metered.cost_minor, Currency(meter.currency))
    if cost:
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
    if cost or fact.reason == EndReason.OUT_OF_MONEY.value:
        await _tell(session, fact, cost)


async def on_access_ended(session: Session, fact: AccessEnded) -> None:
    """A grant has ended: what plays on it stops. Whoever holds another one presses play again."""
    basis = Basis("grant", fact.grant_id)
    await playback.end_all_of(session, fact.person_id, reason=EndReason.ACCESS_ENDED, at=clock.now(), basis=basis)


async def on_access_granted(session: Session, fact: AccessGranted) -> None:
    """Somebody was given what they play by the minute at the moment: they pay no more of it, and press play on the new right.

    By a mark that their next report finds, not under the playback's lock: who gives access may hold their wallet's lots by now.
    """
    running = (Meter.user_id == fact.person_id) & Meter.play_session_id.is_not(None) & Meter.owned_at.is_(None)
    content_id = await session.scalar(select(Meter.content_id).where(running))
    actor = await get_actor(session, fact.person_id) if content_id is not None else None
    if content_id is not None and (await access.decide(session, actor, content_id)).allowed:
        now = clock.now()
        await playback.end_rights(session, content_id, basis_types=("meter",), at=now, user_id=fact.person_id)


async def on_person_gone(session: Session, fact: PersonSuspended | PersonDeactivated | PersonErased) -> None:
    """Somebody may not or will not be here any more: what they play stops."""
    await playback.end_all_of(session, fact.person_id, reason=EndReason.ACCESS_ENDED, at=clock.now())


async def on_content_gone(session: Session, fact: ContentArchived | ContentDeleted) -> None:
    """A content has left the catalogue: whoever plays it without a grant stops with their next report.

    One that was taken down is closed to those with a grant as well.
    """
    [content] = (await contents_by_id(session, [fact.content_id])).values()
    rights = BOUGHT_AS_THEY_PLAY if content.taken_down_at is None else (*BOUGHT_AS_THEY_PLAY, "grant")
    await playback.end_rights(session, fact.content_id, basis_types=rights, at=clock.now())


async def _tell(session: Session, fact: PlaySessionEnded, cost: Money) -> None:
    seconds = fact.played_ms // 1000
    if fact.reason == EndReason.OUT_OF_MONEY.value:
        title, message = "Your wallet is empty", "Playing stopped. Your place is kept: top up and go on where you were."
    else:
        title, message = "You played by the minute", "{minutes} minutes, {cost}."
    await messaging.notify(
        session,
        fact.user_id,
        "session_end",
        title=title,
        message=message,
        fields={"minutes": f"{seconds // 60}:{seconds % 60:02d}", "cost": cost},
        action_url="/wallet",
        dedupe_key=f"session_end:{fact.play_session_id}",
    )
