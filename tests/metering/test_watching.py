"""Watching by the minute, step by step, to the cent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.metering.cinema import LAPTOP, PHONE, Cinema, euro
from tuition import access, catalog, commerce, metering, playback, wallets
from tuition.identity import Actor
from tuition.playback import EndReason, PlayingElsewhere, Report


async def test_a_film_is_watched_by_the_minute_until_it_is_owned(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=500)
    film = await cinema.film(creator)

    first = await cinema.press_play(learner, film)
    assert first.begun.meter is not None
    assert first.begun.position_ms == 0
    beat = await first.play(600)
    assert (beat.session_cost, beat.content_cost, beat.balance, beat.cap) == (euro(120), euro(120), euro(380), euro(300))
    await first.stop()
    [row] = await cinema.ask("select status, end_reason, played_ms from play_sessions")
    assert row == ("completed", "stopped", 600_000)
    async with cinema.database.reading() as session:
        [line] = (await metering.metered_sessions_of(session, learner.id)).items
    assert (line.cost, line.price_per_minute) == (euro(120), first.begun.meter.rate)
    assert await cinema.balance(learner) == 380

    again = await cinema.press_play(learner, film, device=PHONE)
    assert again.begun.position_ms == 600_000
    again.position_ms = 120_000
    assert (await again.play(120)).session_cost == euro(0)

    again.position_ms = 600_000
    beat = await again.play(100, speed=2000)
    assert (beat.session_cost, beat.balance) == (euro(40), euro(340))

    with pytest.raises(PlayingElsewhere) as refused:
        await cinema.press_play(learner, film, device=LAPTOP)
    assert refused.value.fields["device"] == PHONE.name
    taken = await cinema.press_play(learner, film, device=LAPTOP, take_over=True)
    late = await again.report(((800_000, 810_000),), position_ms=810_000)
    assert (late.ended, late.accepted_ms) == (EndReason.TAKEN_OVER, 0)
    assert await cinema.balance(learner) == 340

    beat = await taken.play(700)
    assert (beat.content_cost, beat.balance, beat.is_owned) == (euro(300), euro(200), True)
    async with cinema.database.reading() as session:
        decision = await access.decide(session, learner, film.id)
        [purchase] = (await commerce.purchases_of(session, learner.id)).items
    assert (decision.allowed, decision.access_type, decision.until) == (True, access.AccessType.PURCHASED, None)
    assert (purchase.status, purchase.amount_minor) == ("completed", 300)

    beat = await taken.play(900)
    assert (beat.charged, beat.balance, beat.is_complete, beat.covered_ms) == (euro(0), euro(200), True, 2_400_000)
    await taken.stop()
    await cinema.check_books()

    owned = await cinema.press_play(learner, film)
    assert owned.begun.meter is None


async def test_reports_that_come_twice_late_and_out_of_order_cost_the_same(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=500)
    film = await cinema.film(creator, rate="0.05", price=None)
    player = await cinema.press_play(learner, film)
    await player.play(60)
    player.position_ms = 90_000  # a gap of half a minute
    beat = await player.play(30)
    assert beat.content_cost == euro(8)  # 1 min 30 s at 5 cents: 7.5 cents, to the even side
    before = await cinema.meter(learner, film)
    for report in [*reversed(player.sent), *player.sent]:
        [beat] = await cinema.record(Report(report.session_id, report.intervals, report.speed, report.position_ms, cinema.now))
        assert (beat.accepted_ms, beat.charged) == (0, euro(0))
    after = await cinema.meter(learner, film)
    assert before is not None
    assert after is not None
    assert (after.exact, after.posted_minor) == (before.exact, before.posted_minor)
    await cinema.check_books()


async def test_five_cents_a_minute_are_five_cents_a_minute(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=500)
    player = await cinema.press_play(learner, await cinema.film(creator, rate="0.05", price=None))
    assert (await player.play(60)).session_cost == euro(5)


async def test_a_preview_costs_nothing_and_what_follows_does(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=500)
    film = await cinema.film(creator, preview_s=120)
    player = await cinema.press_play(learner, film)
    assert (await player.play(120)).content_cost == euro(0)
    assert (await player.play(60)).content_cost == euro(12)


async def test_a_preview_needs_no_wallet_and_ends_where_it_ends(cinema: Cinema, creator: Actor) -> None:
    visitor = await cinema.person(verified=False)
    film = await cinema.film(creator, preview_s=30)
    begun = await cinema.act(
        lambda session: metering.begin_preview(session, visitor, film.id, device=LAPTOP, take_over=False, now=cinema.now)
    )
    assert (begun.meter, begun.play_session.limit_ms) == (None, 30_000)
    cinema.moment.advance(timedelta(seconds=40))
    [beat] = await cinema.record(Report(begun.play_session.id, ((0, 40_000),), 1000, 40_000, cinema.now))
    assert (beat.accepted_ms, beat.lease) == (30_000, None)


async def test_creators_watch_their_own_films_free_and_uncounted(cinema: Cinema, creator: Actor) -> None:
    film = await cinema.film(creator)
    player = await cinema.press_play(creator, film)
    assert player.begun.meter is None
    beat = await player.play(60)
    assert (beat.covered_ms, beat.charged) == (60_000, None)
    assert await cinema.ask("select basis_type from play_sessions") == [("owner",)]


async def test_a_price_that_fell_below_what_was_paid_gives_the_film_at_once(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=500)
    film = await cinema.film(creator)
    player = await cinema.press_play(learner, film)
    await player.play(600)
    await player.stop()
    await cinema.act(lambda session: catalog.set_price(session, creator, film.id, catalog.OneTime(euro(100))))
    again = await cinema.press_play(learner, film)
    beat = await again.play(60)
    assert (beat.is_owned, beat.charged, beat.content_cost) == (True, euro(0), euro(120))
    await cinema.check_books()


async def test_a_session_of_which_nothing_is_heard_ends_where_it_was_last_heard(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=500)
    player = await cinema.press_play(learner, await cinema.film(creator))
    await player.play(60)
    heard_at = cinema.now
    cinema.moment.advance(timedelta(seconds=100))
    assert await cinema.act(lambda session: playback.close_stale(session, now=cinema.now)) == 0
    cinema.moment.advance(timedelta(seconds=100))
    assert await cinema.act(lambda session: playback.close_stale(session, now=cinema.now)) == 1
    [row] = await cinema.ask("select end_reason, ended_at, played_ms from play_sessions")
    assert row == ("connection_lost", heard_at, 60_000)
    async with cinema.database.reading() as session:
        wallet = await wallets.wallet_of(session, learner.id, "EUR")
        assert wallet is not None
        movements = (await wallets.movements_of(session, wallet)).items
    assert [(line.type, line.amount_minor) for line in movements] == [("payment", 12)]


async def test_a_minute_without_a_network_is_made_up_for(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=500)
    player = await cinema.press_play(learner, await cinema.film(creator))
    await player.play(10)
    cinema.moment.advance(timedelta(seconds=70))
    beat = await player.report(((10_000, 80_000),), position_ms=80_000)
    assert (beat.accepted_ms, beat.refused_ms, beat.session_cost) == (70_000, 0, euro(16))


async def test_beginning_again_makes_no_time(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=500)
    film = await cinema.film(creator)
    accepted = 0
    for step in range(5):
        player = await cinema.press_play(learner, film)
        beat = await player.report(((step * 10_000, (step + 1) * 10_000),), position_ms=(step + 1) * 10_000)
        accepted += beat.accepted_ms
    assert accepted == 10_000


async def test_a_film_that_was_replaced_by_a_shorter_one_forgets_what_lies_beyond(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=500)
    film = await cinema.film(creator, minutes=10)
    player = await cinema.press_play(learner, film)
    await player.play(540)
    await player.stop()
    async with cinema.database.engine.begin() as connection:
        await connection.exec_driver_sql("update media set duration_ms = 300000")
    again = await cinema.press_play(learner, film)
    assert (again.begun.duration_ms, again.begun.position_ms) == (300_000, 0)
    [row] = await cinema.ask("select covered_ms, coverage::text from playback")
    assert row == (300_000, "{[0,300000)}")
