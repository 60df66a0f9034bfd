"""Whatever is played at once, by whom, on what: time is paid for once, and the books agree."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.metering.cinema import LAPTOP, PHONE, Cinema, Player
from tuition import playback
from tuition.identity import Actor
from tuition.metering import Beat, exact_of, posted_of
from tuition.playback import Report

FILM_MIN = 5
PEOPLE = 3
Asked = list[tuple[int, int, int, int, int]]
# Who reports, from which second, for how long, in which of the batches that meet, how often again.
reports = st.tuples(
    st.integers(0, PEOPLE - 1), st.integers(0, FILM_MIN * 60), st.integers(1, 90), st.integers(0, 2), st.integers(1, 2)
)
rounds = st.lists(st.lists(reports, min_size=1, max_size=12), min_size=1, max_size=3)
unhurried = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


async def meet(cinema: Cinema, players: list[Player], asked: Asked) -> list[Beat]:
    """One round: every report is made at the same moment, and the batches meet in the database."""
    cinema.moment.advance(timedelta(seconds=30))
    batches: dict[int, list[Report]] = defaultdict(list)
    for number, start_s, length_s, batch, times in asked:
        session_id, end_ms = players[number].begun.play_session.id, (start_s + length_s) * 1000
        for again in range(times):
            report = Report(session_id, ((start_s * 1000, end_ms),), 1000, end_ms, cinema.now)
            batches[(batch + again) % 3].append(report)
    answered = await asyncio.gather(*(cinema.record(*batch) for batch in batches.values()))
    return [beat for beats in answered for beat in beats]


@given(rounds=rounds, rate=st.sampled_from(["0.05", "0.12", "0.333333", "7.77"]), price=st.sampled_from([None, 1, 37, 300]))
@unhurried
async def test_time_is_paid_for_once(cinema: Cinema, creator: Actor, rounds: list[Asked], rate: str, price: int | None) -> None:
    film = await cinema.film(creator, minutes=FILM_MIN, rate=rate, price=price)
    people = [await cinema.person(funds=funds) for funds in (3, 100, 5000)]
    players = [await cinema.press_play(person, film) for person in people]
    beats = [beat for asked in rounds for beat in await meet(cinema, players, asked)]
    for person, player, funds in zip(people, players, (3, 100, 5000), strict=True):
        meter = await cinema.meter(person, film)
        assert meter is not None
        async with cinema.database.reading() as session:
            covered_ms = playback.length(await playback.coverage_of(session, person.id, film.id))
        whole = posted_of(exact_of(meter.rate, meter.currency, covered_ms))
        assert meter.posted_minor == (whole if price is None else min(whole, price))
        assert await cinema.balance(person) == funds - meter.posted_minor
        told = [beat for beat in beats if beat.session_id == player.begun.play_session.id]
        assert sum(beat.accepted_ms for beat in told) == covered_ms
        assert sum(beat.charged.minor for beat in told if beat.charged) == meter.posted_minor
    await cinema.check_books()


async def test_batches_takeovers_and_ends_that_meet_wait_for_one_another(cinema: Cinema, creator: Actor) -> None:
    films = [await cinema.film(creator, minutes=FILM_MIN, rate="0.60", price=None) for _ in range(2)]
    people = [await cinema.person(funds=5000) for _ in range(6)]
    players = [await cinema.press_play(person, films[0], device=PHONE) for person in people]
    chance = random.Random(5)
    for turn in range(4):
        cinema.moment.advance(timedelta(seconds=10))
        work = []
        for _ in range(4):
            shuffled = chance.sample(players, len(players))
            step = [(turn * 10_000, (turn + 1) * 10_000)]
            now = cinema.now
            work.append(cinema.record(*(Report(p.begun.play_session.id, tuple(step), 1000, step[0][1], now) for p in shuffled)))
        movers = chance.sample(range(len(people)), 3)
        moves = [
            cinema.press_play(people[n], films[chance.randrange(2)], device=chance.choice((PHONE, LAPTOP)), take_over=True)
            for n in movers
        ]
        stale = cinema.act(lambda session: playback.close_stale(session, now=cinema.now))
        moving = asyncio.gather(*moves)
        await asyncio.gather(*work, stale, moving)
        moved = await moving
        for n, player in zip(movers, moved, strict=True):
            players[n] = player
    assert (
        await cinema.ask("select user_id from play_sessions where status = 'active' group by user_id having count(*) > 1") == []
    )
    await cinema.check_books()
