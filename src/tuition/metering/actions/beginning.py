"""Press play: on which right, at which rate, from which wallet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tuition import access, catalog, earnings, playback, wallets
from tuition.access import Decision, WayKind
from tuition.identity import Actor, require_terms, require_verified
from tuition.kernel import Currency, Money, new_id
from tuition.metering.errors import WalletInOtherCurrency
from tuition.metering.events import CapReached
from tuition.metering.models import Meter, MeteredSession
from tuition.metering.queries import split_of
from tuition.metering.rules import MINUTE_MS, cost_of
from tuition.platform import events, site
from tuition.platform.database import Session
from tuition.playback import Basis, Device, PlaySession


@dataclass(frozen=True, slots=True)
class Begun:
    """A play session that has begun."""

    play_session: PlaySession
    content: catalog.Content
    duration_ms: int
    token: str
    position_ms: int
    """Where to go on."""
    meter: Meter | None
    """``None`` when nothing is charged."""


async def begin(session: Session, actor: Actor, content_id: UUID, *, device: Device, take_over: bool, now: datetime) -> Begun:
    """Begin to play a content, on a right that the actor has or by the minute.

    Raises ``PaymentNeeded`` (402), ``AccessDenied`` (403), ``BalanceTooSmall`` or ``WalletInOtherCurrency`` (402) when minutes
    cannot be paid, ``PlayingElsewhere`` (409), ``MediaNotReady``.
    """
    content, decision = await access.get_content_for(session, actor, content_id)
    duration_ms = await _duration(session, content_id)
    terms = None if decision.allowed else await _terms(session, actor, content, decision)
    if terms is not None:
        basis = Basis("meter", await _meter_id(session, actor, content, terms, now))
    else:
        basis = Basis("grant", decision.grant_id) if decision.grant_id else Basis(decision.reason.value, content_id)
    play = await playback.begin(
        session,
        actor.id,
        content_id=content_id,
        kind=content.kind,
        title=content.title,
        duration_ms=duration_ms,
        limit_ms=duration_ms,
        device=device,
        basis=basis,
        right_until=decision.until,
        take_over=take_over,
        now=now,
    )
    # Only now is the meter locked: after the playback row, in the order in which a heartbeat's batch locks the two.
    meter = await _agree(session, basis.id, terms, play, now) if terms is not None else None
    return await _begun(session, actor, content, duration_ms, play, meter)


async def begin_preview(
    session: Session, actor: Actor, content_id: UUID, *, device: Device, take_over: bool, now: datetime
) -> Begun:
    """Begin to play the free beginning of something that the actor may not open. Raises as ``begin`` when there is none."""
    content, decision = await access.get_content_for(session, actor, content_id)
    duration_ms = await _duration(session, content_id)
    if not decision.preview_until_ms:
        access.require(decision)
        raise access.AccessDenied(reason="no_preview")
    play = await playback.begin(
        session,
        actor.id,
        content_id=content_id,
        kind=content.kind,
        title=content.title,
        duration_ms=duration_ms,
        limit_ms=decision.preview_until_ms,
        device=device,
        basis=Basis("preview", content_id),
        take_over=take_over,
        now=now,
    )
    return await _begun(session, actor, content, duration_ms, play, None)


async def _duration(session: Session, content_id: UUID) -> int:
    """How long the film that can be played is; while a newer file is being packaged, that is the older one."""
    media = await catalog.find_media(session, content_id)
    if media is None or media.hls_prefix is None or not media.duration_ms:
        raise catalog.MediaNotReady
    return media.duration_ms


async def _begun(
    session: Session, actor: Actor, content: catalog.Content, duration_ms: int, play: PlaySession, meter: Meter | None
) -> Begun:
    known = await playback.playback_of(session, actor.id, content.id)
    resume = known.position_ms if known and known.position_ms < min(play.limit_ms, duration_ms) else 0
    token = playback.write_token(playback.PlayToken(play.id, actor.id, content.id))
    return Begun(play, content, duration_ms, token, resume, meter)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a session by the minute is agreed on."""

    wallet: wallets.Wallet
    rate: Decimal
    cap: int | None
    creator_id: UUID
    free_until_ms: int
    fee_rate: Decimal
    tax: earnings.Tax


async def _terms(session: Session, actor: Actor, content: catalog.Content, decision: Decision) -> _Terms:
    per_minute = [way for way in decision.ways if way.kind is WayKind.PER_MINUTE]
    rates = {Currency(way.currency): way.rate for way in per_minute if way.currency and way.rate}
    if not rates:
        access.require(decision)
    require_verified(actor)
    await require_terms(session, actor)
    wallet = await _paying_wallet(session, actor, rates)
    prices = [way.amount for way in decision.ways if way.kind is WayKind.PURCHASE and way.amount]
    settings = await site.current(session)
    return _Terms(
        wallet=wallet,
        rate=rates[Currency(wallet.currency)],
        cap=next((price.minor for price in prices if price.currency == wallet.currency), None),
        creator_id=content.creator_id,
        free_until_ms=content.preview_until_ms,
        fee_rate=settings.platform_fee_rate,
        tax=await earnings.tax_for(session, actor.country),
    )


async def _meter_id(session: Session, actor: Actor, content: catalog.Content, terms: _Terms, now: datetime) -> UUID:
    """The meter of this person, content and currency, made now if it is missing; one that exists is not locked by this."""
    await session.execute(
        insert(Meter)
        .values(
            id=new_id(),
            user_id=actor.id,
            content_id=content.id,
            creator_id=content.creator_id,
            wallet_id=terms.wallet.id,
            currency=terms.wallet.currency,
            rate=terms.rate,
            fee_rate=terms.fee_rate,
            tax_rate=terms.tax.rate,
            tax_country=terms.tax.country,
            tax_name=terms.tax.name,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["user_id", "content_id", "currency"])
    )
    statement = select(Meter.id).where(
        Meter.user_id == actor.id, Meter.content_id == content.id, Meter.currency == terms.wallet.currency
    )
    return (await session.scalars(statement)).one()


async def _agree(session: Session, meter_id: UUID, terms: _Terms, play: PlaySession, now: datetime) -> Meter:
    """Freeze the terms of this session on the meter, and own at once what has been paid in full already."""
    statement = select(Meter).where(Meter.id == meter_id).with_for_update()
    meter = (await session.scalars(statement, execution_options={"populate_existing": True})).one()
    meter.play_session_id = play.id
    meter.wallet_id = terms.wallet.id
    meter.creator_id = terms.creator_id
    meter.rate = terms.rate
    meter.free_until_ms = terms.free_until_ms
    if meter.owned_at is not None:
        # Whoever owns it plays by the grant: this one gave it back, and what they pay from now on counts anew.
        meter.owned_at, meter.base_minor = None, meter.posted_minor
        meter.split_base_minor, meter.split_tax_minor, meter.split_fee_minor = meter.posted_minor, 0, 0
    # The price may have fallen below what was paid already: then it is theirs for what they paid.
    meter.cap_minor = None if terms.cap is None else max(meter.base_minor + terms.cap, meter.posted_minor)
    if (meter.fee_rate, meter.tax_rate, meter.tax_country) != (terms.fee_rate, terms.tax.rate, terms.tax.country):
        moved = split_of(meter)
        meter.split_base_minor, meter.split_tax_minor, meter.split_fee_minor = (
            meter.posted_minor,
            moved.tax.minor,
            moved.fee.minor,
        )
        meter.fee_rate, meter.tax_rate, meter.tax_country = terms.fee_rate, terms.tax.rate, terms.tax.country
    meter.tax_name = terms.tax.name
    session.add(
        MeteredSession(
            play_session_id=play.id,
            meter_id=meter.id,
            currency=meter.currency,
            price_per_minute=meter.rate,
            posted_before_minor=meter.posted_minor,
            created_at=now,
        )
    )
    if meter.cap_minor is not None and meter.posted_minor >= meter.cap_minor:
        meter.owned_at = now
        amount = Money(meter.posted_minor - meter.base_minor, Currency(meter.currency))
        await events.publish(session, CapReached(meter.id, meter.user_id, meter.content_id, meter.creator_id, amount, play.id))
    return meter


async def _paying_wallet(session: Session, actor: Actor, rates: dict[Currency, Decimal]) -> wallets.Wallet:
    """The actor's wallet that can pay: one with money in a currency that has a rate. Nothing is exchanged."""
    currencies = list(rates)
    held = await wallets.wallets_of(session, actor.id)
    balances = await wallets.availables(session, held)
    fitting = [wallet for wallet in held if wallet.currency in currencies]
    funded = [wallet for wallet in fitting if balances[wallet.id].minor > 0]
    for wallet in funded:
        if not wallet.owed_minor:
            return wallet
    if funded:
        raise wallets.WalletFrozen(owed=Money(funded[0].owed_minor, Currency(funded[0].currency)))
    others = [balance for wallet_id, balance in balances.items() if balance.minor > 0]
    if others:
        raise WalletInOtherCurrency(wanted=currencies[0], held=str(others[0]))
    raise wallets.BalanceTooSmall(missing=cost_of(rates[currencies[0]], currencies[0], MINUTE_MS))
