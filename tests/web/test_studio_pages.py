"""The studio without a browser: what its forms do, what they keep, whom they refuse."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.web import stock
from tuition import catalog, commerce, wallets
from tuition.identity import Role
from tuition.kernel import clock
from tuition.platform import files
from tuition.platform.database import Database

MISSING = "01a1fef6-0000-7000-8000-000000000000"


@pytest.fixture
async def client(database: Database, store: files.Store, school: stock.School) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody yet."""
    async with stock.browser(stock.application(stock.runtime(database, store))) as client:
        yield client


@pytest.fixture
async def creator(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Noor, who made everything."""
    await stock.sign_in(client, "noor@example.org")
    return client


def desk(school: stock.School, name: str, tab: str = "") -> str:
    return f"/studio/contents/{school.things[name].id}{tab}"


def wrong(answer: httpx.Response) -> list[str]:
    """The fields beside which something is said."""
    return re.findall(r'id="f-([a-z_]+)-error"', answer.text)


async def content(database: Database, school: stock.School, name: str) -> catalog.Content:
    async with database.reading() as session:
        return await catalog.get_owned_content(session, school.creator, school.things[name].id)


async def test_every_page_of_every_content_answers_its_creator(creator: httpx.AsyncClient, school: stock.School) -> None:
    for path in ("", "/contents", "/contents?q=slow&kind=video&status=published", "/contents/new", "/sales", "/earnings"):
        assert (await creator.get(f"/studio{path}")).status_code == 200, path
    for name in school.things:
        page = await creator.get(desk(school, name))
        tabs = set(re.findall(rf'href="({desk(school, name)}/[a-z]+)"', page.text))
        assert len(tabs) >= 3
        for tab in tabs:
            assert (await creator.get(tab)).status_code == 200, tab


async def test_the_studio_is_for_creators(client: httpx.AsyncClient, school: stock.School) -> None:
    visited = await client.get("/studio/contents")
    assert (visited.status_code, visited.headers["location"]) == (303, "/sign-in?next=/studio/contents")
    await stock.sign_in(client)
    assert (await client.get("/studio")).status_code == 403
    assert (await client.post(desk(school, "film"), data={"title": "Mine"})).status_code == 403


async def test_what_is_not_ones_own_does_not_exist(client: httpx.AsyncClient, database: Database, school: stock.School) -> None:
    async with database.transaction() as session:
        await stock.add_person(session, "lea@example.org", "Lea", Role.CREATOR)
    await stock.sign_in(client, "lea@example.org")
    for path in (desk(school, "film"), desk(school, "film", "/prices"), f"/studio/contents/{MISSING}"):
        assert (await client.get(path)).status_code == 404
    assert (await client.post(desk(school, "film", "/publish"))).status_code == 404
    assert "Slow arithmetic" not in (await client.get("/studio/contents")).text


async def test_a_draft_is_begun_and_a_nameless_one_is_not(creator: httpx.AsyncClient) -> None:
    refused = await creator.post("/studio/contents/new", data={"title": " ", "kind": "video"})
    assert (refused.status_code, wrong(refused)) == (422, ["title"])
    assert re.search(r'value="video" checked', refused.text)
    begun = await creator.post("/studio/contents/new", data={"title": "Tides", "kind": "audio"})
    assert begun.status_code == 303
    assert "Upload the recording" in (await creator.get(begun.headers["location"])).text


async def test_details_keep_what_was_typed_until_all_of_it_is_right(
    creator: httpx.AsyncClient, database: Database, school: stock.School
) -> None:
    typed = {
        "title": "Slower arithmetic", "slug": "on-patience", "description": "Typed & kept", "tags": "one, two", "language": "en",
        "level": "beginner", "visibility": "paid", "preview_minutes": "x",
    }  # fmt: skip
    refused = await creator.post(desk(school, "film"), data=typed)
    assert (refused.status_code, wrong(refused)) == (422, ["preview_minutes"])
    endless = await creator.post(desk(school, "film"), data={**typed, "preview_minutes": "1e999999"})
    assert (endless.status_code, wrong(endless)) == (422, wrong(refused))
    assert "Typed &amp; kept" in refused.text
    taken = await creator.post(desk(school, "film"), data={**typed, "preview_minutes": "2,5"})
    assert (taken.status_code, wrong(taken)) == (422, ["slug"])
    saved = await creator.post(desk(school, "film"), data={**typed, "preview_minutes": "٢٫٥", "slug": "slower"})
    assert saved.status_code == 303
    film = await content(database, school, "film")
    assert (film.title, film.slug, film.tags, film.preview_until_ms) == ("Slower arithmetic", "slower", ["one", "two"], 150_000)


async def test_publishing_says_what_is_missing(creator: httpx.AsyncClient, database: Database, school: stock.School) -> None:
    begun = await creator.post("/studio/contents/new", data={"title": "Tides", "kind": "video"})
    refused = await creator.post(f"{begun.headers['location']}/publish")
    assert refused.status_code == 409
    assert "upload the file first" in refused.text
    assert (await creator.post(desk(school, "draft", "/publish"))).status_code == 303
    assert (await content(database, school, "draft")).status == "published"


async def test_a_content_is_scheduled_for_a_moment_of_the_reader_and_taken_back(
    creator: httpx.AsyncClient, database: Database, school: stock.School
) -> None:
    past = await creator.post(desk(school, "draft", "/schedule"), data={"publish_at": "2020-01-01T10:00"})
    assert (past.status_code, wrong(past)) == (422, ["publish_at"])
    year = clock.now().year + 1
    await creator.post(desk(school, "draft", "/schedule"), data={"publish_at": f"{year}-06-01T10:00"})
    draft = await content(database, school, "draft")
    assert draft.status == "scheduled"
    assert draft.publish_at is not None
    assert f"{draft.publish_at:%m-%d %H:%M}" == "06-01 10:00"
    await creator.post(desk(school, "draft", "/unschedule"))
    assert (await content(database, school, "draft")).status == "draft"


async def test_what_is_deleted_is_asked_once_and_named(creator: httpx.AsyncClient, school: stock.School) -> None:
    assert "Delete “On patience”?" in (await creator.get(desk(school, "article", "/publishing"))).text
    assert "Delete “On patience”?" in (await creator.get(desk(school, "article", "/delete"))).text
    assert (await creator.post(desk(school, "article", "/delete"))).status_code == 303
    assert (await creator.get(desk(school, "article"))).status_code == 404


async def test_the_words_of_a_forty_minute_film_are_exact(creator: httpx.AsyncClient, school: stock.School) -> None:
    page = await creator.get(desk(school, "film", "/prices"))
    assert "Its 40 min at €0.12 a minute would cost €4.80; at €3.00 it is theirs." in page.text
    words = await creator.post(desk(school, "film", "/prices/words"), data={"currency": "EUR", "amount": "6"})
    assert "Its 40 min at €0.12 a minute cost €4.80 to watch once; it is theirs at €6.00." in words.text
    assert "Of €6.00 you get €4.20, before tax." in words.text


async def test_prices_change_and_the_past_stays(creator: httpx.AsyncClient, school: stock.School) -> None:
    nothing = await creator.post(desk(school, "film", "/prices"), data={"currency": "EUR"})
    assert (nothing.status_code, wrong(nothing)) == (422, ["amount"])
    broken = await creator.post(desk(school, "film", "/prices"), data={"currency": "EUR", "amount": "3.999", "rate": "x"})
    assert (broken.status_code, wrong(broken)) == (422, ["amount", "rate"])
    assert 'value="3.999"' in broken.text
    assert (await creator.post(desk(school, "film", "/prices"), data={"currency": "EUR", "amount": "4"})).status_code == 303
    page = await creator.get(desk(school, "film", "/prices"))
    assert "€4.00" in page.text
    assert "€3.00" in page.text
    ended = await creator.post(desk(school, "film", "/prices/remove"), data={"kind": "per_minute", "currency": "EUR"})
    assert ended.status_code == 303
    assert "By the minute</span><span" not in (await creator.get(desk(school, "film", "/prices"))).text


async def test_parts_move_leave_and_come(creator: httpx.AsyncClient, database: Database, school: stock.School) -> None:
    order = [school.things[name].id for name in ("film", "article", "free", "draft")]
    new = school.things["arabic"].id

    async def titles() -> list[str]:
        async with database.reading() as session:
            return [part.title for part in await catalog.members_of(session, school.things["series"].id)]

    parts = [str(part) for part in order]
    await creator.post(desk(school, "series", "/parts"), data={"part": parts, "up": parts[1]})
    assert (await titles())[:2] == ["On patience", "Slow arithmetic"]
    answer = await creator.post(
        desk(school, "series", "/parts"), data={"part": parts[:3], "add": str(new)}, headers={"hx-request": "true"}
    )
    assert answer.status_code == 200
    assert await titles() == ["Slow arithmetic", "On patience", "A free page", "في الصبر"]
    await creator.post(desk(school, "series", "/parts"), data={"part": parts[:3], "remove": parts[0]})
    assert await titles() == ["On patience", "A free page"]
    refused = await creator.post(desk(school, "series", "/parts"), data={"part": parts[:1], "add": MISSING})
    assert refused.status_code == 422
    assert "is not one of your contents" in refused.text


async def test_a_text_is_previewed_without_being_kept(
    creator: httpx.AsyncClient, database: Database, school: stock.School
) -> None:
    shown = await creator.post(
        desk(school, "article", "/text/preview"), data={"source": "# New\n\n<script>x</script>\n\n*words*"}
    )
    assert "<em>words</em>" in shown.text
    assert "<script>" not in shown.text
    assert "Wait first." in (await creator.get(desk(school, "article", "/text"))).text
    empty = await creator.post(desk(school, "article", "/text"), data={"source": " "})
    assert (empty.status_code, wrong(empty)) == (422, ["source"])
    assert (await creator.post(desk(school, "article", "/text"), data={"source": "Better."})).status_code == 303
    async with database.reading() as session:
        body = await catalog.body_of(session, school.things["article"].id)
    assert body is not None
    assert body.source == "Better."


async def test_captions_are_added_mended_and_removed(creator: httpx.AsyncClient, school: stock.School) -> None:
    broken = await creator.post(desk(school, "film", "/captions"), data={"language": "en", "kind": "captions", "source": "Hello"})
    assert (broken.status_code, wrong(broken)) == (422, ["source"])
    assert ">Hello</textarea>" in broken.text
    source = "WEBVTT\n\n00:01.000 --> 00:03.000\nCount with me."
    added = await creator.post(desk(school, "film", "/captions"), data={"language": "en", "kind": "captions", "source": source})
    assert added.status_code == 303
    assert "Count with me." in (await creator.get(desk(school, "film", "/captions"))).text
    await creator.post(desk(school, "film", "/captions/en/captions/remove"))
    assert "Count with me." not in (await creator.get(desk(school, "film", "/captions"))).text


async def test_a_sale_shows_fee_and_share_in_sales_earnings_and_statement(
    creator: httpx.AsyncClient, database: Database, school: stock.School
) -> None:
    async with database.transaction() as session:
        await wallets.open_wallet(session, school.learner.id, "EUR")
        await wallets.grant(session, school.learner.id, stock.euro(2000), reason="welcome", expires_at=None)
    async with database.transaction() as session:
        waiver = commerce.Waiver(text=commerce.WAIVER, at=clock.now(), ip="192.0.2.1")
        await commerce.checkout(
            session, school.learner, [school.things["book"].id], currency="EUR", waiver=waiver, from_wallet=True
        )
    sales = (await creator.get("/studio/sales")).text
    for figure in ("€12.00", "€3.60", "€8.40", "Sami Osman"):
        assert figure in sales
    assert "€8.40" in (await creator.get("/studio/earnings")).text
    assert "€8.40" in (await creator.get("/studio")).text
    statement = await creator.get("/studio/earnings/statement.csv", params={"currency": "EUR", "account": "pending"})
    assert statement.headers["content-disposition"] == 'attachment; filename="statement-pending-EUR.csv"'
    assert statement.text.splitlines()[1].split(",")[-3:] == ["8.40", "8.40", "EUR"]
    for month in ("", "2026-03"):
        asked = {"currency": "EUR", "account": "pending", "month": month}
        document = await creator.get("/studio/earnings/statement.pdf", params=asked)
        assert (document.status_code, document.content[:4]) == (200, b"%PDF")
    assert (
        await creator.get("/studio/earnings/statement.pdf", params={"currency": "EUR", "month": "2026-13"})
    ).status_code == 422


async def test_a_creator_sees_the_page_as_a_visitor_does(creator: httpx.AsyncClient, school: stock.School) -> None:
    page = await creator.get(desk(school, "film", "/visitor"))
    assert page.status_code == 200
    assert "/sign-in" in page.text
    assert "Noor Haddad" in page.text
    assert (await creator.get(desk(school, "draft", "/visitor"))).status_code == 404
