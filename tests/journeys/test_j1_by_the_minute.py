"""Watch by the minute, own at the cap."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from tests.journeys.house import House, Person, minor

pytestmark = pytest.mark.slow
MINUTE = 60


async def test_a_film_is_watched_by_the_minute_until_it_is_owned(house: House, film: bytes) -> None:
    mona = await house.creator("Mona")
    content = await mona.film(film, "Breathing slowly", minutes=40, once=300, rate="0.12")
    lena = await house.join("Lena")
    assert await lena.balance() == 0

    await _top_up_by_card(house, lena)
    await _watch_ten_minutes_and_close_the_tab(house, lena, content)
    await _go_on_on_a_phone(house, lena, content)
    await _own_it_at_the_cap(lena, content)
    await _watch_to_the_end_for_nothing(house, lena, content)

    assert await mona.earned() == {"earned": 210, "pending": 210, "available": 0, "paid_out": 0, "reversed": 0, "owed": 0}
    assert await house.rows("select sum(balance) from ledger_accounts where kind = 'tax'") in ([(None,)], [(0,)])


async def _top_up_by_card(house: House, lena: Person) -> None:
    wallet = await lena.wallet()
    asked = {"amount": {"amount_minor": 500, "currency": "EUR"}}
    payment = await lena.post(f"/v1/wallets/{wallet['id']}/top-ups", asked)
    [line] = await lena.movements()
    assert (line["type"], line["status"], minor(line["amount"])) == ("topup", "pending", 500)
    assert await lena.balance() == 0
    await house.pay(payment)
    [line] = await lena.movements()
    assert (line["type"], line["status"], minor(line["amount"])) == ("topup", "completed", 500)
    assert await lena.balance() == 500
    [receipt] = await house.mails(lena.email, "topup_receipt")
    assert receipt["status"] == "delivered"


async def _watch_ten_minutes_and_close_the_tab(house: House, lena: Person, content: str) -> None:
    seen = await lena.get(f"/v1/me/access/{content}")
    assert not seen["decision"]["allowed"]
    assert {way["kind"] for way in seen["decision"]["ways"]} == {"purchase", "per_minute"}
    laptop = await lena.play(content)
    assert laptop.begun["terms"]["rate"] == "0.120000"
    # The price may change while somebody watches: what was agreed holds.
    shown = await lena.get(f"/v1/play-sessions/{laptop.id}")
    assert (shown["status"], shown["price_per_minute"]) == ("active", "0.120000")
    assert await laptop.watch(0, 10 * MINUTE) == 120
    assert [minor(answer["session_cost"]) for answer in laptop.answers][:3] == [2, 4, 6]
    closed = await laptop.close()
    assert (closed["status"], closed["duration_seconds"], minor(closed["total_cost"])) == ("completed", 600, 120)
    assert await lena.balance() == 380
    [payment] = await lena.movements("payment")
    assert minor(payment["amount"]) == 120


async def _go_on_on_a_phone(house: House, lena: Person, content: str) -> None:
    phone = await lena.play(content, "phone")
    assert phone.begun["position_ms"] == 600_000
    assert await phone.watch(2 * MINUTE, 4 * MINUTE) == 0
    began = house.clock.now()
    assert await phone.watch(600, 800, speed=2000) == 40
    assert house.clock.now() - began == timedelta(seconds=100)
    assert await lena.balance() == 340

    busy = await lena.ask(
        "POST", "/v1/play-sessions", json={"content_id": content, "device_id": "laptop", "device_name": "laptop"}, expect=409
    )
    assert busy["code"] == "playback.playing_elsewhere"
    laptop = await lena.play(content, "laptop", take_over=True)
    house.clock.advance(timedelta(seconds=10))
    refused = await phone.beat(800, 810, expect=410)
    assert "charged" not in refused
    assert minor((await laptop.beat(800, 810))["charged"]) == 2
    assert minor((await laptop.beat(800, 810))["charged"]) == 0
    await laptop.close()
    assert await lena.balance() == 338


async def _own_it_at_the_cap(lena: Person, content: str) -> None:
    laptop = await lena.play(content)
    await laptop.watch(810, 25 * MINUTE - 10)
    last = laptop.answers[-1]
    assert not last["is_owned"]
    assert minor(last["content_cost"]) == 298
    await laptop.watch(25 * MINUTE - 10, 25 * MINUTE)
    last = laptop.answers[-1]
    assert last["is_owned"]
    assert (minor(last["content_cost"]), minor(last["cap"]), minor(last["balance"])) == (300, 300, 200)
    [purchase] = await lena.purchases(content)
    assert (purchase["status"], minor(purchase["amount"])) == ("completed", 300)
    assert (minor(purchase["platform_fee"]), minor(purchase["creator"])) == (90, 210)
    seen = await lena.get(f"/v1/me/access/{content}")
    assert (seen["decision"]["allowed"], seen["decision"]["access_type"], seen["decision"]["until"]) == (True, "purchased", None)
    assert any("yours" in told["title"] for told in await lena.notifications())
    await laptop.close()


async def _watch_to_the_end_for_nothing(house: House, lena: Person, content: str) -> None:
    laptop = await lena.play(content)
    assert laptop.begun["terms"] is None
    assert await laptop.watch(25 * MINUTE, 38 * MINUTE - 10) == 0
    assert not laptop.answers[-1]["is_complete"]
    assert await laptop.watch(38 * MINUTE - 10, 40 * MINUTE) == 0
    assert laptop.answers[-1]["is_complete"]
    assert next(answer["covered_ms"] for answer in laptop.answers if answer["is_complete"]) == 38 * MINUTE * 1000
    await laptop.close()
    assert await lena.balance() == 200
    assert len(await lena.purchases()) == 1


async def test_reports_sent_twice_out_of_order_and_with_a_gap_come_to_the_same(house: House, film: bytes) -> None:
    mona = await house.creator("Mona")
    content = await mona.film(film, "Breathing slowly", minutes=40, once=300, rate="0.12")
    orderly, messy = await house.join("Orla"), await house.join("Max")
    totals = []
    for person in (orderly, messy):
        await person.top_up(500)
        player = await person.play(content)
        intervals = [(start, start + 10) for start in range(0, 600, 10)]
        intervals.remove((300, 310))  # one report was lost on its way
        if person is messy:
            intervals = random.Random(7).sample(intervals * 2, k=2 * len(intervals))
        for start, end in intervals:
            house.clock.advance(timedelta(seconds=10))
            await player.beat(start, end)
        if person is messy:
            for body in list(player.sent):
                assert minor((await player.report(body)).json()["charged"]) == 0
        closed = await player.close()
        totals.append((closed["duration_seconds"], minor(closed["total_cost"]), await person.balance()))
    assert totals == [(590, 118, 382), (590, 118, 382)]


async def test_small_charges_are_rounded_once_and_not_with_every_report(house: House, film: bytes) -> None:
    mona = await house.creator("Mona")
    content = await mona.film(film, "Cheap", minutes=40, rate="0.05")
    lena = await house.join("Lena")
    await lena.top_up(500)
    player = await lena.play(content)
    assert await player.watch(0, 60) == 5
    assert await lena.balance() == 495


async def test_what_the_wall_clock_does_not_allow_is_not_believed(house: House, film: bytes) -> None:
    mona = await house.creator("Mona")
    content = await mona.film(film, "Long", minutes=120, rate="1.00")
    lena = await house.join("Lena")
    await lena.top_up(5000)
    player = await lena.play(content)
    house.clock.advance(timedelta(seconds=10))
    said = await player.beat(0, 3600)
    assert said["accepted_ms"] + said["refused_ms"] == 3_600_000
    assert said["accepted_ms"] <= 20_000


async def test_a_tab_that_vanishes_is_billed_for_what_it_reported(house: House, film: bytes) -> None:
    mona = await house.creator("Mona")
    content = await mona.film(film, "Breathing slowly", minutes=40, rate="0.12")
    lena = await house.join("Lena")
    await lena.top_up(500)
    player = await lena.play(content)
    await player.watch(0, 100)
    house.clock.advance(timedelta(minutes=10))
    await house.tick("playback.close_stale")
    shown = await lena.get(f"/v1/play-sessions/{player.id}")
    assert (shown["end_reason"], shown["duration_seconds"], minor(shown["total_cost"])) == ("connection_lost", 100, 20)
    # The reports that were still on their way are refused, and nothing more is charged.
    await player.beat(100, 110, expect=410)
    assert await lena.balance() == 480


async def test_somebody_who_asks_for_nonsense_spoils_the_film_for_nobody(house: House, film: bytes) -> None:
    mona = await house.creator("Mona")
    content = await mona.film(film, "Breathing slowly", minutes=40, rate="0.12")
    lena = await house.join("Lena")
    await lena.top_up(500)
    player = await lena.play(content)
    play = {"play": player.begun["token"]}
    assert (await house.http.get(f"/media/{content}/nonsense/index.m3u8", params=play)).status_code == 404
    playlist = await house.http.get(player.begun["playlist"])
    assert playlist.status_code == 200
    rendition = playlist.text.splitlines()[-1]
    pieces = await house.http.get(f"/media/{content}/{rendition}")
    assert pieces.text.count("#EXTINF") == 3
    lease = (await player.beat(0, 1))["lease"]
    first = f"/media/{content}/{rendition.partition('/')[0]}/00000.m4s"
    house.http.cookies.clear()
    assert (await house.http.get(first)).status_code == 401
    piece = await house.http.get(first, headers={"tuition-lease": lease})
    assert (piece.status_code, piece.headers["content-type"]) == (200, "video/mp4")
