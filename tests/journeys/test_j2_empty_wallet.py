"""A wallet that fills itself, one that cannot, and value that was given."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.journeys.house import DECLINED_LATER_CARD, House, Person, Player, minor

pytestmark = pytest.mark.slow


def euro(amount_minor: int) -> dict[str, object]:
    return {"amount_minor": amount_minor, "currency": "EUR"}


async def _choose(person: Person, method_id: str) -> None:
    body = {"enabled": True, "threshold": euro(250), "amount": euro(1000), "ceiling_month": euro(3000), "method_id": method_id}
    await person.ask("PUT", "/v1/me/auto-topup", json=body)


async def _drain_to(player: Player, position: int, balance: int) -> int:
    """Watch a film of a euro a minute until the wallet holds no more than this; returns the second it stands at."""
    while minor((await player.beat(position, position + 30))["balance"]) > balance:
        position += 30
        player.person.house.clock.advance(timedelta(seconds=30))
    return position + 30


async def test_an_empty_wallet_fills_itself_once_and_stops_playing_when_it_cannot(house: House, film: bytes) -> None:
    mona = await house.creator("Mona")
    content = await mona.film(film, "A euro a minute", minutes=120, rate="1.00")
    lena = await house.join("Lena")
    await lena.ask("PUT", "/v1/me/notification-settings", json={"low_balance_threshold": euro(100)})
    await lena.top_up(500, save=True)
    [card] = (await lena.get("/v1/payment-methods"))["items"]
    await _choose(lena, card["id"])

    player = await lena.play(content)
    await player.watch(0, 150)
    assert await lena.balance() == 250
    await house.work()
    assert len(await lena.movements("topup")) == 1
    await _many_reports_at_once_start_one_top_up(house, lena, player)
    position = await _the_card_declines_next_time(house, lena, player)
    await _warned_once_until_it_recovers(house, lena, content, position)


async def _many_reports_at_once_start_one_top_up(house: House, lena: Person, player: Player) -> None:
    house.clock.advance(timedelta(seconds=30))
    said = await asyncio.gather(*(player.beat(150 + part * 6, 156 + part * 6) for part in range(5)))
    assert sum(minor(answer["charged"]) for answer in said) == 50
    await house.work()
    assert await lena.balance() == 200 + 1000
    automatic = [line for line in await lena.movements("topup") if line["payment_method"] == "automatic"]
    assert [(line["status"], minor(line["amount"])) for line in automatic] == [("completed", 1000)]
    assert len(await lena.notifications("auto_topup")) == 1
    # Playing was not interrupted.
    assert await player.watch(180, 210) == 50
    assert await lena.balance() == 1150


async def _the_card_declines_next_time(house: House, lena: Person, player: Player) -> int:
    await lena.top_up(100, card=DECLINED_LATER_CARD, save=True)
    cards = (await lena.get("/v1/payment-methods"))["items"]
    declining = next(card for card in cards if card["last4"] == DECLINED_LATER_CARD[-4:])
    await _choose(lena, declining["id"])
    house.clock.advance(timedelta(seconds=30))
    position = await _drain_to(player, 210, 240)
    await house.work()
    failed = [line for line in await lena.movements("topup") if line["status"] == "failed"]
    assert [minor(line["amount"]) for line in failed] == [1000]
    assert len(await lena.notifications("auto_topup")) == 2
    # It does not try again with the next report, but later.
    house.clock.advance(timedelta(seconds=30))
    position = await _drain_to(player, position, 60)
    await house.work()
    assert len([line for line in await lena.movements("topup") if line["status"] == "failed"]) == 1

    balance = await lena.balance()
    seconds = balance * 60 // 100
    house.clock.advance(timedelta(seconds=90))
    refused = await player.beat(position, position + 90, expect=402)
    assert minor(refused["missing"]) > 0
    assert refused["missing"]["amount"] in refused["detail"]
    assert await lena.balance() == 0
    await house.work()
    shown = await lena.get(f"/v1/play-sessions/{player.id}")
    assert shown["end_reason"] == "out_of_money"
    covered = await house.rows("select covered_ms from playback")
    assert covered == [((position + seconds) * 1000,)]
    return position + seconds


async def _warned_once_until_it_recovers(house: House, lena: Person, content: str, position: int) -> None:
    assert len(await lena.notifications("low_balance")) == 1
    refused = await lena.ask(
        "POST", "/v1/play-sessions", json={"content_id": content, "device_id": "laptop", "device_name": "laptop"}, expect=402
    )
    assert minor(refused["missing"]) == 100
    await lena.top_up(130)
    player = await lena.play(content)
    assert player.begun["position_ms"] >= position * 1000
    start = player.begun["position_ms"] / 1000
    house.clock.advance(timedelta(seconds=30))
    await player.beat(start, start + 24)
    assert await lena.balance() == 90
    assert len(await lena.notifications("low_balance")) == 2
    house.clock.advance(timedelta(seconds=30))
    await player.beat(start + 24, start + 36)
    assert await lena.balance() == 70
    assert len(await lena.notifications("low_balance")) == 2


async def test_what_was_given_is_spent_first_and_then_the_oldest(house: House, film: bytes) -> None:
    mona = await house.creator("Mona")
    content = await mona.film(film, "Four euro", minutes=40, once=400)
    lena = await house.join("Lena")
    await lena.top_up(200)
    house.clock.advance(timedelta(days=1))
    await lena.top_up(500)
    gift = {"person_id": lena.id, "amount": euro(300), "reason": "Welcome"}
    await house.owner.post("/v1/admin/gifts", gift)
    assert await lena.balance() == 1000
    await lena.order(content, from_wallet=True)
    assert await lena.balance() == 600
    wallet = await lena.wallet()
    lots = (await lena.get(f"/v1/wallets/{wallet['id']}/lots"))["items"]
    assert [(lot["kind"], minor(lot["amount"]), minor(lot["remaining"])) for lot in lots] == [
        ("paid", 200, 100),
        ("paid", 500, 500),
    ]


async def test_the_ceiling_of_a_month_holds(house: House, film: bytes) -> None:
    mona = await house.creator("Mona")
    content = await mona.film(film, "Two euro a minute", minutes=120, rate="2.00")
    lena = await house.join("Lena")
    await lena.top_up(300, save=True)
    [card] = (await lena.get("/v1/payment-methods"))["items"]
    await _choose(lena, card["id"])
    player = await lena.play(content)
    position = 0
    answer = 200
    while answer == 200:
        house.clock.advance(timedelta(seconds=30))
        times = [position * 1000, (position + 30) * 1000]
        answer = (await player.report({"position_ms": times[1], "intervals": [times]})).status_code
        position += 30
        await house.work()
    assert answer == 402
    automatic = [line for line in await lena.movements("topup") if line["payment_method"] == "automatic"]
    assert [minor(line["amount"]) for line in automatic] == [1000, 1000, 1000]
    assert await lena.balance() == 0
