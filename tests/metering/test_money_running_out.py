"""A wallet that runs low: one warning, one automatic top-up, and a stop that says exactly what is missing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from tests.metering.cinema import LAPTOP, Cinema, Player, euro
from tuition import access, messaging, payments, wallets
from tuition.identity import Actor, EmailUnverified
from tuition.kernel import new_id
from tuition.metering import WalletInOtherCurrency
from tuition.payments.ports import AnswerStatus
from tuition.platform.database import Session
from tuition.playback import EndReason, Report
from tuition.wallets import BalanceTooSmall, WalletFrozen


async def fill_by_itself(cinema: Cinema, person: Actor, *, threshold: int = 250, amount: int = 1000, ceiling: int = 3000) -> None:
    method_id = new_id()
    card = {"provider": "sandbox", "provider_reference": f"card_{method_id}", "brand": "Visa", "last4": "4242"}

    async def settle(session: Session) -> None:
        await session.execute(insert(payments.PaymentMethod).values(id=method_id, user_id=person.id, **card))
        await wallets.change_auto_top_up(
            session,
            person,
            enabled=True,
            threshold=euro(threshold),
            amount=euro(amount),
            ceiling_month=euro(ceiling),
            method_id=method_id,
        )

    await cinema.act(settle)


async def warn_below(cinema: Cinema, person: Actor, minor: int) -> None:
    async def change(session: Session) -> None:
        await messaging.change_settings(session, person.id, low_balance=euro(minor))
        await wallets.refresh_alert(session, person.id)

    await cinema.act(change)


async def answer(cinema: Cinema, *, paid: bool) -> None:
    """The provider answers the one payment that waits."""
    async with cinema.database.reading() as session:
        [payment] = (await session.scalars(select(payments.Payment).where(payments.Payment.status == "pending"))).all()
    status = AnswerStatus.SUCCEEDED if paid else AnswerStatus.FAILED
    said = payments.GatewayAnswer(status, f"pay_{payment.id}", key=str(payment.id), failure_message="" if paid else "Declined.")
    await cinema.act(lambda session: payments.record_answer(session, payment.id, said))


async def told(cinema: Cinema, kind: str) -> int:
    [[count]] = await cinema.ask("select count(*) from notifications where type = :kind", kind=kind)
    assert isinstance(count, int)
    return count


async def split_beats(player: Player, seconds: int) -> list[Report]:
    """The reports of so many seconds, each a second long, all at the present moment."""
    start = player.position_ms
    player.cinema.moment.advance(timedelta(seconds=seconds))
    session_id = player.begun.play_session.id
    return [
        Report(session_id, ((start + at * 1000, start + (at + 1) * 1000),), 1000, start + (at + 1) * 1000, player.cinema.now)
        for at in range(seconds)
    ]


async def test_of_many_reports_one_starts_the_automatic_top_up(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person()
    await warn_below(cinema, learner, 100)
    await cinema.top_up(learner, 260)
    await fill_by_itself(cinema, learner)
    player = await cinema.press_play(learner, await cinema.film(creator, price=None))
    reports = await split_beats(player, 80)
    await asyncio.gather(*(cinema.record(*reports[part::4]) for part in range(4)))
    assert await cinema.balance(learner) == 244
    [[opened]] = await cinema.ask("select count(*) from payments")
    assert opened == 1
    await answer(cinema, paid=True)
    assert await cinema.balance(learner) == 1244
    player.position_ms = 80_000
    beat = await player.play(20)
    assert beat.ended is None
    assert await told(cinema, "low_balance") == 0
    await cinema.check_books()


async def test_a_declined_card_lets_it_play_to_the_last_cent_and_stops_with_what_is_missing(
    cinema: Cinema, creator: Actor
) -> None:
    learner = await cinema.person()
    await warn_below(cinema, learner, 100)
    await cinema.top_up(learner, 255)
    await fill_by_itself(cinema, learner)
    film = await cinema.film(creator, rate="0.60", price=None)
    player = await cinema.press_play(learner, film)
    await player.play(10)
    await answer(cinema, paid=False)
    beat = await player.play(600)
    assert (beat.ended, beat.missing, beat.balance) == (EndReason.OUT_OF_MONEY, euro(60), euro(0))
    assert await cinema.end_of(player) is EndReason.OUT_OF_MONEY
    assert await told(cinema, "session_end") == 1
    assert await told(cinema, "low_balance") == 1
    [[opened]] = await cinema.ask("select count(*) from payments")
    assert opened == 1, "a declined card is left alone for an hour"
    lines = await cinema.ask("select type, status from transactions order by type")
    assert lines == [("payment", "completed"), ("topup", "failed")]

    with pytest.raises(BalanceTooSmall) as refused:
        await cinema.press_play(learner, film)
    assert refused.value.fields["missing"] == euro(60)
    await cinema.top_up(learner, 500)
    again = await cinema.press_play(learner, film)
    assert again.begun.position_ms == 260_000, "the place is kept: the report that ended it stood there"
    await cinema.check_books()


async def test_a_low_balance_is_said_once_until_it_recovers(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person()
    await warn_below(cinema, learner, 100)
    await cinema.top_up(learner, 120)
    player = await cinema.press_play(learner, await cinema.film(creator, rate="0.60", price=None))
    await player.play(40)
    assert await told(cinema, "low_balance") == 1
    await cinema.top_up(learner, 100)
    await player.play(60)
    await player.play(60)
    assert await told(cinema, "low_balance") == 2


async def test_gifts_are_spent_before_own_money(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=500)
    await cinema.act(lambda session: wallets.grant(session, learner.id, euro(300), reason="Welcome"))
    player = await cinema.press_play(learner, await cinema.film(creator, rate="0.60", price=None))
    await player.play(400)
    lots = await cinema.ask("select kind, remaining_minor from wallet_lots order by kind")
    assert lots == [("granted", 0), ("paid", 400)]
    await cinema.check_books()


async def test_a_wallet_in_another_currency_does_not_pay(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=5000, currency="USD")
    film = await cinema.film(creator)
    with pytest.raises(WalletInOtherCurrency):
        await cinema.press_play(learner, film)
    assert await cinema.balance(learner, "USD") == 5000


async def test_an_empty_wallet_an_unproved_address_and_a_frozen_wallet_do_not_begin(cinema: Cinema, creator: Actor) -> None:
    film = await cinema.film(creator)
    with pytest.raises(BalanceTooSmall):
        await cinema.press_play(await cinema.person(), film)
    with pytest.raises(EmailUnverified):
        await cinema.press_play(await cinema.person(funds=500, verified=False), film)
    disputed = await cinema.person(funds=500)
    async with cinema.database.engine.begin() as connection:
        await connection.exec_driver_sql("update wallets set owed_minor = 100 where user_id = %s", (disputed.id,))
    with pytest.raises(WalletFrozen):
        await cinema.press_play(disputed, film)
    with pytest.raises(access.PaymentNeeded):
        await cinema.press_play(await cinema.person(funds=500), await cinema.film(creator, rate=None))


async def test_the_lease_ends_where_the_money_does(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=12)
    player = await cinema.press_play(learner, await cinema.film(creator, rate="0.60", price=None), device=LAPTOP)
    beat = await player.report((), position_ms=0)
    assert beat.lease is not None
    assert (beat.affordable_ms, beat.lease.end_ms) == (12_000, 12_000)
    beat = await player.play(10)
    assert beat.lease is not None
    assert (beat.affordable_ms, beat.lease.end_ms) == (2_000, 12_000)
