"""A session lasts as long as the right on which it plays."""

from __future__ import annotations

from datetime import timedelta

from tests.metering.cinema import LAPTOP, Cinema, euro
from tuition import access, catalog, identity
from tuition.access import AccessType
from tuition.identity import Actor, Role
from tuition.playback import EndReason


async def test_a_session_ends_with_its_grant(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person()
    film = await cinema.film(creator)
    grant = await cinema.act(
        lambda session: access.grant(
            session, learner.id, access.Content(film.id), kind=AccessType.COMPLIMENTARY, source=("gift", film.id)
        )
    )
    player = await cinema.press_play(learner, film)
    assert (await player.play(20)).ended is None
    await cinema.act(lambda session: access.end(session, source=("gift", film.id), reason="taken_back", at=cinema.now))
    assert await cinema.end_of(player) is EndReason.ACCESS_ENDED
    beat = await player.play(10)
    assert (beat.ended, beat.accepted_ms) == (EndReason.ACCESS_ENDED, 0)
    assert grant.person_id == learner.id


async def test_a_session_ends_when_its_grant_runs_out_of_time(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person()
    film = await cinema.film(creator)
    until = cinema.now + timedelta(seconds=60)
    await cinema.act(
        lambda session: access.grant(
            session,
            learner.id,
            access.Content(film.id),
            kind=AccessType.COMPLIMENTARY,
            source=("gift", film.id),
            expires_at=until,
        )
    )
    player = await cinema.press_play(learner, film)
    assert (await player.play(50)).ended is None
    assert (await player.play(20)).ended is EndReason.ACCESS_ENDED
    assert await cinema.end_of(player) is EndReason.ACCESS_ENDED


async def test_somebody_who_is_kept_out_stops_playing_and_is_billed(cinema: Cinema, creator: Actor) -> None:
    owner = await cinema.person(Role.OWNER)
    learner = await cinema.person(funds=500)
    player = await cinema.press_play(learner, await cinema.film(creator))
    await player.play(60)
    await cinema.act(lambda session: identity.suspend(session, owner, learner.id, reason="Shared the account."))
    assert await cinema.end_of(player) is EndReason.ACCESS_ENDED
    assert await cinema.ask("select cost_minor from metered_sessions") == [(12,)]


async def test_what_left_the_catalogue_plays_for_those_who_own_it_only(cinema: Cinema, creator: Actor) -> None:
    learner, owner = await cinema.person(funds=500), await cinema.person()
    film = await cinema.film(creator)
    await cinema.act(
        lambda session: access.grant(
            session, owner.id, access.Content(film.id), kind=AccessType.PURCHASED, source=("purchase", film.id)
        )
    )
    renting, owning = await cinema.press_play(learner, film), await cinema.press_play(owner, film)
    await cinema.act(lambda session: catalog.archive(session, creator, film.id))
    assert (await renting.play(10)).ended is EndReason.ACCESS_ENDED
    assert (await owning.play(10)).ended is None
    await cinema.act(lambda session: catalog.take_down(session, film.id, note="Copied from elsewhere."))
    assert (await owning.play(10)).ended is EndReason.ACCESS_ENDED, "what was taken down is closed to all"


async def test_who_gave_it_back_pays_the_whole_price_again(cinema: Cinema, creator: Actor) -> None:
    learner = await cinema.person(funds=1000)
    film = await cinema.film(creator, rate="1.00", price=300)
    player = await cinema.press_play(learner, film)
    assert (await player.play(180)).is_owned
    await player.stop()
    [(purchase_id,)] = await cinema.ask("select id from purchases")
    await cinema.act(lambda session: access.end(session, source=("purchase", purchase_id), reason="refunded", at=cinema.now))
    again = await cinema.press_play(learner, film, device=LAPTOP)
    again.position_ms = 180_000
    beat = await again.play(60)
    assert (beat.is_owned, beat.content_cost, beat.cap) == (False, euro(100), euro(300))
    beat = await again.play(120)
    assert (beat.is_owned, beat.content_cost, beat.balance) == (True, euro(300), euro(400))
    await cinema.check_books()
