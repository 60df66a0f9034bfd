"""A creator sells; a buyer buys, gives back what was not watched, and buys again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.journeys.house import DECLINED_CARD, House, Person, minor

pytestmark = pytest.mark.slow
ARTICLE = b"Breathe *in*.\n\n<!-- more -->\n\nAnd out, slowly, until nothing is left."


class School:
    """Three contents in a series, and who made them."""

    def __init__(self, mona: Person, video: str, audio: str, written: str, series: str) -> None:
        self.mona, self.video, self.audio, self.written, self.series = mona, video, audio, written, series

    @property
    def everything(self) -> list[str]:
        """The series and its parts."""
        return [self.video, self.audio, self.written, self.series]


@pytest.fixture
async def school(house: House, film: bytes, sound: bytes) -> School:
    """Drafts: a film of two hours, a recording and an article, each 20.00 alone; 30.00 together."""
    mona = await house.creator("Mona")
    video = await mona.make("video", "The film", file=film, once=2000)
    audio = await mona.make("audio", "The recording", file=sound, once=2000)
    written = await mona.make("written", "The article", file=ARTICLE, once=2000)
    await house.stretch(video, 120)
    series = (await mona.post("/v1/series", {"title": "All of it", "content_ids": [video, audio, written]}))["id"]
    await mona.ask("PUT", f"/v1/contents/{series}/prices", json={"currency": "EUR", "amount_minor": 3000})
    return School(mona, video, audio, written, series)


async def _publish(school: School) -> None:
    for content_id in school.everything:
        await school.mona.post(f"/v1/contents/{content_id}/publish")


async def test_the_owner_brands_the_site_in_one_row(house: House) -> None:
    changed = await house.owner.ask(
        "PATCH", "/v1/admin/site", json={"primary_color": "#0f766e", "hero_title": "Breathe", "platform_name": "Wave School"}
    )
    assert (changed["primary_color"], changed["hero_title"]) == ("#0f766e", "Breathe")
    page = await house.http.get("/")
    assert "Wave School" in page.text
    assert "Breathe" in page.text
    refused = await house.owner.ask("PATCH", "/v1/admin/site", json={"primary_color": "red;} body{display:none"}, expect=422)
    assert refused["status"] == 422
    with pytest.raises(IntegrityError):
        async with house.runtime.database.transaction() as session:
            await session.execute(text("insert into platform_settings (id) values (gen_random_uuid())"))
    assert len(await house.rows("select from platform_settings")) == 1
    lena = await house.join("Lena")
    await lena.ask("PATCH", "/v1/admin/site", json={"hero_title": "Mine"}, expect=403)


async def test_what_is_scheduled_is_invisible_until_its_moment(house: House, school: School) -> None:
    at = house.clock.now() + timedelta(days=2)
    for content_id in school.everything:
        await school.mona.post(f"/v1/contents/{content_id}/schedule", {"publish_at": at.isoformat()})
    lena = await house.join("Lena")
    for content_id in school.everything:
        assert (await house.http.get(f"/v1/contents/{content_id}")).status_code == 404
        await lena.get(f"/v1/contents/{content_id}", expect=404)
    await lena.order(school.video, expect=404)
    assert (await lena.get("/v1/catalog"))["items"] == []
    house.clock.advance(timedelta(days=2) - timedelta(seconds=1))
    await house.tick("catalog.publish_due")
    assert (await lena.get("/v1/catalog"))["items"] == []
    house.clock.advance(timedelta(seconds=1))
    await house.tick("catalog.publish_due")
    assert {item["id"] for item in (await lena.get("/v1/catalog"))["items"]} == set(school.everything)
    slugs = [await _slug(school.mona, content_id) for content_id in school.everything]
    assert len(set(slugs)) == 4


async def _slug(person: Person, content_id: str) -> str:
    return str((await person.get(f"/v1/contents/{content_id}"))["slug"])


async def test_a_slug_is_nobody_elses(house: House, school: School) -> None:
    taken = await _slug(school.mona, school.video)
    body = {"kind": "written", "title": "Another", "slug": taken}
    refused = await school.mona.post("/v1/contents", body, expect=409)
    assert refused["status"] == 409
    same_title = await school.mona.post("/v1/contents", {"kind": "written", "title": "The film"})
    assert same_title["slug"] != taken


async def test_an_unverified_address_cannot_buy_yet(house: House, school: School) -> None:
    await _publish(school)
    lena = await house.join("Lena", verified=False)
    refused = await lena.order(school.video, expect=403)
    assert refused["code"] == "identity.email_unverified"
    assert "address" in refused["detail"] or "mail" in refused["detail"]
    assert await lena.purchases() == []
    await house.verify(lena.email)
    bought = await lena.buy(school.video)
    assert bought["status"] == "completed"


async def test_a_sale_divides_and_a_part_of_it_goes_back(house: House, school: School) -> None:
    await _publish(school)
    lena = await house.join("Lena")
    await _buy_one_alone(house, lena, school)
    await _what_is_owned_is_not_sold_again(lena, school)
    await _the_rest_of_the_series_costs_its_share(lena, school)
    await _give_back_what_was_not_watched(house, lena, school)
    await _buy_it_again_and_give_it_back_again(house, lena, school)


async def _buy_one_alone(house: House, lena: Person, school: School) -> None:
    order = await lena.order(school.video)
    assert (order["status"], await _states(house)) == ("pending", ["pending"])
    assert await lena.purchases() == []
    assert not (await lena.get(f"/v1/me/access/{school.video}"))["decision"]["allowed"]
    await house.pay(order["payment"])
    [purchase] = await lena.purchases()
    assert (purchase["status"], minor(purchase["amount"])) == ("completed", 2000)
    assert (minor(purchase["platform_fee"]), minor(purchase["creator"]), minor(purchase["tax"])) == (600, 1400, 0)
    [explained] = (await lena.get(f"/v1/me/access/{school.video}"))["grants"]
    assert (explained["grant"]["access_type"], explained["grant"]["expires_at"], explained["is_live"]) == (
        "purchased",
        None,
        True,
    )
    [receipt] = await house.mails(lena.email, "purchase_receipt")
    assert receipt["status"] == "delivered"
    assert (await school.mona.earned())["pending"] == 1400
    [invoice] = (await lena.get("/v1/invoices", order_id=order["id"]))["items"]
    assert minor(invoice["total"]) == 2000
    pdf = await lena.send("GET", f"/v1/invoices/{invoice['id']}.pdf")
    assert pdf.content.startswith(b"%PDF")


async def _states(house: House) -> list[str]:
    return [status for (status,) in await house.rows("select status from purchases order by id")]


async def _what_is_owned_is_not_sold_again(lena: Person, school: School) -> None:
    refused = await lena.order(school.video, expect=409)
    assert refused["code"] == "commerce.already_owned"


async def _the_rest_of_the_series_costs_its_share(lena: Person, school: School) -> None:
    quoted = await lena.get("/v1/orders/quote", content_id=school.series)
    assert minor(quoted["total"]) == 2000
    bought = await lena.buy(school.series)
    assert bought["status"] == "completed"
    amounts = {item["content_id"]: minor(item["amount"]) for item in await lena.purchases() if item["order_id"] == bought["id"]}
    assert amounts == {school.audio: 1000, school.written: 1000}


async def _give_back_what_was_not_watched(house: House, lena: Person, school: School) -> None:
    player = await lena.play(school.video)
    await player.watch(0, 18 * 60)
    await player.close()
    [purchase] = await lena.purchases(school.video)
    before = await school.mona.earned()
    preview = await lena.get(f"/v1/purchases/{purchase['id']}/refund-preview")
    assert (minor(preview["paid"]), minor(preview["amount"])) == (2000, 1700)
    assert (preview["used_seconds"], preview["duration_seconds"]) == (18 * 60, 120 * 60)
    held = await _account(house, "gateway:sandbox")
    revenue = await _account(house, "revenue")
    refund = await lena.post("/v1/refunds", {"purchase_id": purchase["id"], "reason": "Too slow"})
    await house.work()
    assert (minor(refund["amount"]), minor(refund["creator"]), minor(refund["platform_fee"])) == (1700, 1190, 510)
    assert (await school.mona.earned())["pending"] == before["pending"] - 1190
    # A gateway that holds money for us stands below zero: 17.00 less are held.
    assert await _account(house, "gateway:sandbox") == held + 1700
    assert await _account(house, "revenue") == revenue - 510
    paid = await house.rows("select refunded_minor from payments where purpose = 'order' order by id limit 1")
    assert paid == [(1700,)]
    assert not (await lena.get(f"/v1/me/access/{school.video}"))["decision"]["allowed"]
    for kept in (school.audio, school.written, school.series):
        assert (await lena.get(f"/v1/me/access/{kept}"))["decision"]["allowed"], kept
    [receipt] = await house.mails(lena.email, "refund_receipt")
    assert receipt["status"] == "delivered"
    again = await lena.post("/v1/refunds", {"purchase_id": purchase["id"]}, expect=409)
    assert again["status"] == 409


async def _account(house: House, kind: str) -> int:
    [row] = await house.rows(
        """
        select coalesce(sum(a.balance), 0) + coalesce((
          select sum(u.amount) from ledger_unfolded u join ledger_accounts b on b.id = u.account_id where b.kind = :kind
        ), 0) from ledger_accounts a where a.kind = :kind
        """,
        kind=kind,
    )
    return int(row[0])


async def _buy_it_again_and_give_it_back_again(house: House, lena: Person, school: School) -> None:
    bought = await lena.buy(school.video)
    assert bought["status"] == "completed"
    newest = (await lena.purchases(school.video))[0]
    preview = await lena.get(f"/v1/purchases/{newest['id']}/refund-preview")
    # What was watched on the first purchase was paid for then.
    assert minor(preview["amount"]) == 2000
    await lena.post("/v1/refunds", {"purchase_id": newest["id"]})
    await house.work()
    assert await lena.purchases(school.video) == []
    assert (await lena.get(f"/v1/purchases/{newest['id']}"))["status"] == "refunded"
    assert sorted(await _states(house)) == ["completed", "completed", "refunded", "refunded"]
    assert (await school.mona.earned())["pending"] == 1400 - 1190 + 1400


async def test_two_checkouts_of_one_thing_leave_one_sale_and_one_refund(house: House, school: School) -> None:
    await _publish(school)
    lena = await house.join("Lena")
    first, second = await lena.order(school.video), await lena.order(school.video)
    await house.pay(first["payment"])
    await house.pay(second["payment"])
    states = [(await lena.get(f"/v1/orders/{order['id']}"))["status"] for order in (first, second)]
    assert sorted(states) == ["completed", "superseded"]
    payments = (await lena.get("/v1/payments"))["items"]
    assert sorted(minor(payment["refunded"]) for payment in payments) == [0, 2000]
    assert [row["status"] for row in await lena.purchases() if row["status"] == "completed"] == ["completed"]
    assert (await school.mona.earned())["earned"] == 1400
    assert await _account(house, "gateway:sandbox") == -2000 + await _account(house, "gateway_fees") * -1


async def test_a_card_may_be_declined_twice_and_a_third_try_pays(house: House, school: School) -> None:
    await _publish(school)
    lena = await house.join("Lena")
    for _ in range(2):
        order = await lena.buy(school.video, card=DECLINED_CARD)
        assert (order["status"], order["payment"]["status"]) == ("failed", "failed")
        assert order["payment"]["failure_message"]
    assert await _states(house) == ["failed", "failed"]
    assert (await lena.buy(school.video))["status"] == "completed"
    assert (await school.mona.earned())["earned"] == 1400


async def test_what_was_bought_outlives_its_place_in_the_catalogue(house: House, school: School) -> None:
    await _publish(school)
    lena, late = await house.join("Lena"), await house.join("Later")
    await lena.buy(school.video)
    await school.mona.ask("DELETE", f"/v1/contents/{school.video}")
    assert school.video not in {item["id"] for item in (await late.get("/v1/catalog"))["items"]}
    assert (await house.http.get(f"/v1/contents/{school.video}")).status_code == 404
    await late.order(school.video, expect=404)
    assert (await lena.get(f"/v1/me/access/{school.video}"))["decision"]["allowed"]
    player = await lena.play(school.video)
    assert await player.watch(0, 60) == 0
    [row] = await house.rows("select deleted_at is not null from contents where id = :id", id=school.video)
    assert row[0]
