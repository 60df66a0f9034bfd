"""A month of school life, lived through the same doors as any other: so that charts, lists and books have something to show."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from tuition import commerce, metering, payments, playback, wallets
from tuition.cli.demo.school import EUR
from tuition.commerce import WAIVER, Waiver
from tuition.edge import Runtime
from tuition.identity import Actor
from tuition.kernel import DomainError, FrozenClock, Money, clock
from tuition.payments.adapters import sandbox
from tuition.playback import Device, EndReason, Report
from tuition.wallets import Wallet

DAYS = 30
SEED = 20260302
BEAT = timedelta(seconds=10)
BEAT_MS = 10_000
SPEED = 1000
CARD = "4242424242424242"
TOP_UP = Money(1000, EUR)
GIFT = Money(300, EUR)
BEGUN_MS = 50_000
"""How much of a film the learner of the demonstration has watched when a stranger comes in."""


@dataclass(slots=True)
class Month:
    """What the month is lived with."""

    runtime: Runtime
    films: Mapping[UUID, int]
    """Content → duration in milliseconds."""
    books: list[UUID]
    learners: list[Actor]
    watch: FrozenClock
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - a story, not a secret

    async def live(self, *, until: datetime, progress: Callable[[int], None]) -> None:
        """Live day by day until ``until``, and leave the clock there."""
        for day in range(DAYS):
            morning = (until - timedelta(days=DAYS - day)).replace(hour=0, minute=0, second=0, microsecond=0)
            for number, learner in enumerate(self.learners):
                if self.dice.random() < 0.45:
                    self._move_to(morning + timedelta(hours=8 + number, minutes=self.dice.randrange(50)))
                    await self._visit(learner, day)
            progress(day + 1)
        self._move_to(until)

    async def begin_for(self, learner: Actor, *, film: UUID, book: UUID) -> None:
        """Give somebody a past of one evening: money in the wallet, a film that waits half watched, something bought."""
        wallet, _balance = await self._purse(learner)
        await self._top_up(learner, wallet)
        await self._watch(learner, film, length_ms=BEGUN_MS)
        await self._buy(learner, book, refund=False)

    async def _visit(self, learner: Actor, day: int) -> None:
        wallet, balance = await self._purse(learner)
        if balance.minor < 150:
            await self._top_up(learner, wallet)
        roll = self.dice.random()
        try:
            if roll < 0.75 and self.films:
                await self._watch(learner, self.dice.choice(list(self.films)))
            elif self.books:
                await self._buy(learner, self.dice.choice(self.books), refund=day % 9 == 8)
        except DomainError:
            return  # owned already, or an empty wallet: people turn back at the door, too

    async def _purse(self, learner: Actor) -> tuple[Wallet, Money]:
        async with self.runtime.database.transaction() as session:
            known = await wallets.wallet_of(session, learner.id, EUR)
            wallet = known or await wallets.open_wallet(session, learner.id, EUR)
            if known is None and self.dice.random() < 0.5:
                await wallets.grant(session, learner.id, GIFT, reason="Welcome", expires_at=clock.now() + timedelta(days=60))
            return wallet, await wallets.available(session, learner.id, EUR)

    async def _top_up(self, learner: Actor, wallet: Wallet) -> None:
        async with self.runtime.database.transaction() as session:
            saved = await payments.methods_of(session, learner.id)
            payment = await wallets.start_top_up(
                session,
                learner,
                wallet,
                TOP_UP,
                provider="sandbox",
                method_id=saved[0].id if saved else None,
                save_method=True,
            )
        await self._pay(payment.id)

    async def _pay(self, payment_id: UUID) -> None:
        """Let the sandbox's payer type a card where no saved one paid already."""
        gateways = self.runtime.service(payments.Gateways)
        payment = await payments.start(self.runtime.database, gateways, payment_id)
        if payment.status != payments.PaymentStatus.PENDING.value or payment.provider_reference is None:
            return
        async with self.runtime.database.transaction() as session:
            await sandbox.confirm(session, payment.provider_reference, CARD)
        answer = await gateways["sandbox"].fetch_payment(payment.provider_reference)
        async with self.runtime.database.transaction() as session:
            await payments.record_answer(session, payment_id, answer)

    async def _watch(self, learner: Actor, film: UUID, *, length_ms: int | None = None) -> None:
        database = self.runtime.database
        device = Device("demo", "Firefox")
        async with database.transaction() as session:
            begun = await metering.begin(session, learner, film, device=device, take_over=True, now=clock.now())
        at = begun.position_ms
        end = min(self.films[film], at + (length_ms or self.dice.randrange(20_000, 120_000)))
        while at < end:
            self.watch.advance(BEAT)
            step = min(end, at + BEAT_MS)
            report = Report(begun.play_session.id, ((at, step),), SPEED, step, clock.now())
            async with database.transaction() as session:
                [beat] = await metering.record_batch(session, [report], now=clock.now())
            if beat.ended is not None:
                break
            at = step
        async with database.transaction() as session:
            await playback.end(session, begun.play_session.id, reason=EndReason.STOPPED, at=clock.now())

    async def _buy(self, learner: Actor, content_id: UUID, *, refund: bool) -> None:
        async with self.runtime.database.transaction() as session:
            saved = await payments.methods_of(session, learner.id)
            order, payment = await commerce.checkout(
                session,
                learner,
                [content_id],
                currency=EUR,
                waiver=Waiver(WAIVER, clock.now(), "192.0.2.10"),
                provider="sandbox",
                method_id=saved[0].id if saved else None,
                save_method=True,
            )
        if payment is not None:
            await self._pay(payment.id)
        if refund:
            self.watch.advance(timedelta(hours=2))
            async with self.runtime.database.transaction() as session:
                for purchase in (await commerce.purchases_of_orders(session, [order.id]))[order.id]:
                    await commerce.refund(session, learner, purchase.id, reason="Not what I was looking for")

    def _move_to(self, moment: datetime) -> None:
        if moment > self.watch.now():
            self.watch.move_to(moment)
