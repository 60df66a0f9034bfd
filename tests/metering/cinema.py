"""A cinema on a real database: films by the minute, people with wallets, players that report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import insert, text, update

from tuition import catalog, identity, ledger, metering, wallets
from tuition.catalog import Kind, Media, MediaStatus, OneTime, PerMinute
from tuition.identity import Actor, Role
from tuition.kernel import Currency, FrozenClock, Money, new_id
from tuition.metering import Beat, Begun
from tuition.payments import PaymentSucceeded
from tuition.platform.database import Database, Session
from tuition.playback import Device, EndReason, Report

T = TypeVar("T")
EUR = Currency("EUR")
PHONE, LAPTOP = Device("phone", "a phone"), Device("laptop", "Firefox on Linux")
MINUTE_MS = 60_000


def euro(minor: int) -> Money:
    return Money(minor, EUR)


@dataclass
class Player:
    """One device that plays one film and reports as a player does."""

    cinema: Cinema
    begun: Begun
    position_ms: int
    sent: list[Report] = field(default_factory=list)

    async def play(self, seconds: int, *, speed: int = 1000, beat_s: int = 10) -> Beat:
        """Play so many seconds of wall time from where it stands, reporting every few; the last answer."""
        beat: Beat | None = None
        left = seconds
        while left > 0:
            step = min(beat_s, left)
            self.cinema.moment.advance(timedelta(seconds=step))
            end = self.position_ms + step * speed
            beat = await self.report(((self.position_ms, end),), position_ms=end, speed=speed)
            left -= step
            if beat.ended is not None:
                return beat
        assert beat is not None
        return beat

    async def report(
        self, intervals: tuple[tuple[int, int], ...], *, position_ms: int, speed: int = 1000, closes: bool = False
    ) -> Beat:
        """Send one report."""
        self.position_ms = position_ms
        report = Report(self.begun.play_session.id, intervals, speed, position_ms, self.cinema.now, closes)
        self.sent.append(report)
        [beat] = await self.cinema.record(report)
        return beat

    async def stop(self) -> None:
        """Press stop."""
        await self.report((), position_ms=self.position_ms, closes=True)


class Cinema:
    """What the tests do to the rooms, each step in a transaction of its own, as the edge does it."""

    def __init__(self, database: Database, moment: FrozenClock) -> None:
        self.database = database
        self.moment = moment

    @property
    def now(self) -> datetime:
        return self.moment.now()

    async def person(self, *roles: Role, funds: int = 0, verified: bool = True, currency: str = "EUR") -> Actor:
        """Somebody, with money in the wallet."""
        person_id = new_id()
        async with self.database.transaction() as session:
            values = {"id": person_id, "email": f"{person_id}@example.org", "full_name": "Somebody"}
            await session.execute(insert(identity.User).values(**values))
        actor = Actor(id=person_id, roles=frozenset({Role.LEARNER, *roles}), email_verified=verified)
        if funds:
            await self.top_up(actor, funds, currency=currency)
        return actor

    async def top_up(self, actor: Actor, minor: int, *, currency: str = "EUR") -> None:
        """Money comes in as if a provider had said so."""
        paid = Money(minor, Currency(currency))
        fact = PaymentSucceeded(new_id(), "topup", "wallet", new_id(), actor.id, paid, "sandbox", Money.zero(currency))
        await self.act(lambda session: wallets.on_payment_succeeded(session, fact))

    async def film(
        self,
        creator: Actor,
        *,
        minutes: int = 40,
        rate: str | None = "0.12",
        price: int | None = 300,
        preview_s: int = 0,
        kind: Kind = Kind.VIDEO,
    ) -> catalog.Content:
        """A published film with a rate and a price."""
        async with self.database.transaction() as session:
            content = await catalog.create_content(
                session, creator, kind, title="Slow arithmetic", visibility="paid" if rate or price else "public"
            )
            await session.flush()  # the update below looks for its media row
            ready = {"status": MediaStatus.READY, "hls_prefix": "films/slow", "duration_ms": minutes * MINUTE_MS}
            await session.execute(update(Media).where(Media.content_id == content.id).values(**ready))
            if preview_s:
                await catalog.edit_content(session, creator, content.id, {"preview_until_ms": preview_s * 1000})
            if price is not None:
                await catalog.set_price(session, creator, content.id, OneTime(euro(price)))
            if rate is not None:
                await catalog.set_price(session, creator, content.id, PerMinute(Decimal(rate), EUR))
            return await catalog.publish(session, creator, content.id)

    async def press_play(
        self, actor: Actor, film: catalog.Content, *, device: Device = LAPTOP, take_over: bool = False
    ) -> Player:
        """Press play."""
        begun = await self.act(
            lambda session: metering.begin(session, actor, film.id, device=device, take_over=take_over, now=self.now)
        )
        return Player(self, begun, begun.position_ms)

    async def record(self, *reports: Report) -> list[Beat]:
        """Take in a batch."""
        return await self.act(lambda session: metering.record_batch(session, reports, now=self.now))

    async def act(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Do something in a transaction, as the edges do."""
        return await self.database.retrying(work)

    async def balance(self, actor: Actor, currency: str = "EUR") -> int:
        """Minor units in the wallet."""
        async with self.database.reading() as session:
            return (await wallets.available(session, actor.id, currency)).minor

    async def meter(self, actor: Actor, film: catalog.Content) -> metering.Meter | None:
        """What somebody has paid for a film by the minute."""
        async with self.database.reading() as session:
            return await metering.meter_of(session, actor.id, film.id)

    async def ask(self, statement: str, **bound: object) -> list[tuple[Any, ...]]:
        """Rows, straight from the database."""
        async with self.database.reading() as session:
            return [tuple(row) for row in await session.execute(text(statement), bound)]

    async def end_of(self, player: Player) -> EndReason | None:
        """Why a session ended."""
        [(reason,)] = await self.ask("select end_reason from play_sessions where id = :id", id=player.begun.play_session.id)
        return EndReason(str(reason)) if reason else None

    async def check_books(self) -> None:
        """What must hold at any moment, whatever was played by whom."""
        await self.act(ledger.fold)
        async with self.database.reading() as session:
            report = await ledger.check(session)
        assert report.clean, report.problems
        for question in (WALLETS_THAT_DIFFER, METERS_THAT_DIFFER, TIME_THAT_DIFFERS, EARNINGS_THAT_DIFFER):
            found = await self.ask(question)
            assert found == [], f"{question}{found}"


# Each asks for what must not be: rows are failures.
WALLETS_THAT_DIFFER = """
select w.id, a.balance, coalesce(sum(l.remaining_minor), 0) from wallets w
join ledger_accounts a on a.owner = w.user_id and a.kind = 'wallet' and a.currency = w.currency
left join wallet_lots l on l.wallet_id = w.id group by w.id, a.balance having a.balance <> coalesce(sum(l.remaining_minor), 0)
"""
METERS_THAT_DIFFER = """
select m.id, m.posted_minor, moved.amount from meters m cross join lateral (
  select coalesce(sum(x.amount), 0) as amount from ledger_transactions t join ledger_transfers x on x.transaction_id = t.id
  where t.owner = m.user_id and t.kind = 'minutes.played' and t.idempotency_key like 'meter:' || m.id || ':%') as moved
where m.posted_minor <> moved.amount or m.posted_minor > m.cap_minor
"""
TIME_THAT_DIFFERS = """
select p.id, p.covered_ms, counted.covered, counted.new from playback p cross join lateral (
  select coalesce(sum(upper(part) - lower(part)), 0) as covered, (
    select coalesce(sum(new_ms), 0) from play_intervals i where i.user_id = p.user_id and i.content_id = p.content_id) as new
  from unnest(p.coverage) as part) as counted
where p.covered_ms <> counted.covered or p.covered_ms <> counted.new
"""
EARNINGS_THAT_DIFFER = """
select a.owner, a.balance, coalesce(sum(l.amount_minor), 0) from ledger_accounts a
left join earning_lots l on l.creator_id = a.owner and l.currency = a.currency
where a.kind = 'earnings_pending' group by a.owner, a.balance having a.balance <> coalesce(sum(l.amount_minor), 0)
"""
