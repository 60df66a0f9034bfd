"""The storefront without a browser: what each page says to whom, what it hides, and what it costs in queries."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.conftest import Counted
from tests.web import stock
from tuition import catalog, messaging
from tuition.identity import Role
from tuition.platform import files, site
from tuition.platform.database import Database, Session
from tuition.web.storefront import standing

QUERIES_MAX = 6
"""What a page of a thing may ask beyond what surrounds every page."""


@pytest.fixture
async def client(database: Database, store: files.Store, school: stock.School) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    async with stock.browser(stock.application(stock.runtime(database, store))) as client:
        yield client


def words(answer: httpx.Response) -> str:
    """What a person reads of a page."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?(span|a)\b[^>]*>", "", body)).split())


async def test_pages_answer_visitors_and_members(client: httpx.AsyncClient, school: stock.School) -> None:
    slugs = [thing.slug for name, thing in school.things.items() if name != "draft"]
    paths = ["/", "/catalogue", "/library", "/notifications", "/robots.txt", "/sitemap.xml", *(f"/c/{slug}" for slug in slugs)]
    paths += [f"/creators/{school.creator.id}", "/read/a-free-page"]
    for path in paths:
        expected = 303 if path in {"/library", "/notifications"} else 200
        assert (await client.get(path)).status_code == expected, path
    await stock.sign_in(client)
    for path in paths:
        assert (await client.get(path)).status_code == 200, path


async def test_home_explains_paying_with_true_figures(client: httpx.AsyncClient) -> None:
    page = words(await client.get("/"))
    assert "€0.12" in page
    assert "25:00 of playing" in page
    assert "€3.00" in page
    assert "14 days" in page


async def test_home_begins_with_what_was_begun(client: httpx.AsyncClient, school: stock.School, database: Database) -> None:
    async with database.transaction() as session:
        await stock.played(session, school.learner, school.things["film"], 17)
    await stock.sign_in(client)
    page = words(await client.get("/"))
    assert "Go on where you stopped" in page
    assert "23 min left" in page


async def test_the_owner_chooses_what_stands_first(client: httpx.AsyncClient, school: stock.School, database: Database) -> None:
    chosen = [school.things["book"].id, school.things["draft"].id]
    async with database.transaction() as session:
        await site.change(session, None, featured_content_ids=chosen, hero_title="Slowly", hero_cta_text="Begin")
    page = words(await client.get("/"))
    assert "Slowly" in page
    assert "Begin" in page
    assert "Still at work" not in page


NARROWED = {
    "kind=audio": {"Ten minutes of breathing"},
    "q=arithmetc&kind=video": {"Slow arithmetic"},
    "category=body&price=under_10&kind=audio": {"Ten minutes of breathing"},
    "language=ar": {"في الصبر"},
    "level=beginner": {"Slow arithmetic"},
    "price=over_50": set(),
    "kind=nonsense&kind=document&sort=nonsense&cursor=nonsense": {"Counting and measuring"},
}


async def test_the_catalogue_narrows_down(client: httpx.AsyncClient) -> None:
    for query, found in NARROWED.items():
        answer = await client.get(f"/catalogue?{query}")
        assert answer.status_code == 200, query
        shown = re.search(r'id="cards">(.*?)<nav', answer.text, re.DOTALL)
        titles = set(re.findall(r'<a class="link-quiet" href="/c/[^"]*">([^<]+)</a>', shown.group(1) if shown else ""))
        assert titles == found, query
        assert bool(found) != ("Nothing fits all of that" in answer.text), query


async def test_htmx_gets_the_part_that_changed(client: httpx.AsyncClient) -> None:
    part = await client.get("/catalogue?kind=video", headers={"hx-request": "true", "hx-target": "browse"})
    assert "<html" not in part.text
    assert 'hx-swap-oob="innerHTML">1 found' in part.text


async def test_more_cards_follow_without_repeating(client: httpx.AsyncClient, school: stock.School, database: Database) -> None:
    async with database.transaction() as session:
        for number in range(20):
            await stock.add_article(session, school.creator, f"Note {number}", "Short.", visibility="public")
    first = await client.get("/catalogue")
    href = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert href
    more = await client.get(href.group(1), headers={"hx-request": "true", "hx-target": "more"})
    links = r'class="link-quiet" href="(/c/[^"]+)"'
    one, two = set(re.findall(links, first.text)), set(re.findall(links, more.text))
    assert one
    assert two
    assert not one & two
    assert "<html" not in more.text


async def test_an_old_address_leads_to_the_new_one(client: httpx.AsyncClient, school: stock.School, database: Database) -> None:
    async with database.transaction() as session:
        await catalog.edit_content(session, school.creator, school.things["free"].id, {"slug": "an-open-page"})
        await catalog.edit_content(session, school.creator, school.things["draft"].id, {"slug": "secret"})
    moved = await client.get("/c/a-free-page")
    assert (moved.status_code, moved.headers["location"]) == (301, "/c/an-open-page")
    assert (await client.get("/c/still-at-work")).status_code == 404


async def test_what_is_not_published_exists_for_its_creator_alone(client: httpx.AsyncClient, school: stock.School) -> None:
    assert (await client.get("/c/still-at-work")).status_code == 404
    assert (await client.get("/read/still-at-work")).status_code == 404
    assert "Still at work" not in (await client.get("/c/all-of-arithmetic")).text
    await stock.sign_in(client, "noor@example.org")
    page = await client.get("/c/still-at-work")
    assert page.status_code == 200
    assert "it is not published" in page.text


async def test_every_way_stands_side_by_side(client: httpx.AsyncClient, school: stock.School) -> None:
    page = await client.get("/c/slow-arithmetic")
    said = words(page)
    assert "€0.12 a minute" in said
    assert "At €3.00 it is yours: that is after 25:00 of playing." in said
    assert "With all of All of arithmetic €4.00" in said
    assert "The first 2 min are free" in said
    assert f"/checkout?content={school.things['film'].id}" in page.text
    assert 'href="/watch/slow-arithmetic"' in page.text
    assert "Playing all of it by the minute comes to €1.20, which is less." in words(
        await client.get("/c/ten-minutes-of-breathing")
    )
    assert "€0.50 less than its parts one by one." in words(await client.get("/c/all-of-arithmetic"))


async def test_the_advisor_reads_the_meter(client: httpx.AsyncClient, school: stock.School, database: Database) -> None:
    async with database.transaction() as session:
        await stock.paid_by_minute(session, school.learner, school.things["film"], 210)
    await stock.sign_in(client)
    said = words(await client.get("/c/slow-arithmetic"))
    assert "You have paid €2.10 by the minute; €0.90 more makes it yours." in said
    assert "playing on is cheaper for you" in said


async def test_what_is_yours_says_so_and_why(client: httpx.AsyncClient, school: stock.School, database: Database) -> None:
    async with database.transaction() as session:
        await stock.give(session, school.learner, school.things["film"])
        await stock.give(session, school.learner, school.things["article"], days=3)
    await stock.sign_in(client)
    film = await client.get("/c/slow-arithmetic")
    assert "This is yours" in words(film)
    assert "/checkout" not in film.text
    why = words(await client.get("/c/slow-arithmetic/access"))
    assert "Bought" in why
    assert "Without it, it would be closed to you." in why
    lent = words(await client.get("/c/on-patience"))
    assert "Open to you until" in lent
    assert "To keep it" in lent
    assert "1 of 3 are yours" in words(await client.get("/c/all-of-arithmetic"))
    shelves = words(await client.get("/library"))
    assert "Yours" in shelves
    assert "Open to you for a time" in shelves


async def test_a_shared_link_has_words_and_a_picture(client: httpx.AsyncClient, school: stock.School) -> None:
    page = (await client.get("/c/slow-arithmetic")).text
    assert '<meta property="og:title" content="Slow arithmetic">' in page
    assert f'<meta property="og:image" content="http://tuition.test/covers/{school.things["film"].id}.svg">' in page
    assert '<link rel="canonical" href="http://tuition.test/c/slow-arithmetic">' in page


@pytest.mark.parametrize("is_member", [False, True])
async def test_a_page_of_a_thing_asks_at_most_six_queries(
    client: httpx.AsyncClient,
    school: stock.School,
    database: Database,
    count_queries: Callable[[Database | Session], AbstractContextManager[Counted]],
    is_member: bool,
) -> None:
    async with database.transaction() as session:
        await stock.paid_by_minute(session, school.learner, school.things["film"], 210)
        await stock.give(session, school.learner, school.things["short"])
        await site.change(session, None, about_content="Us.")
    if is_member:
        await stock.sign_in(client)
    await client.get("/about")
    for thing in school.things.values():
        # The first look at a thing counts a view, and the settings are looked at again now and then: neither is the page's.
        await client.get(f"/c/{thing.slug}")
        with count_queries(database) as around:
            await client.get("/about")
        with count_queries(database) as counted:
            await client.get(f"/c/{thing.slug}")
        own = [statement for statement in counted.statements if "platform_settings" not in statement]
        every = [statement for statement in around.statements if "platform_settings" not in statement]
        assert len(own) - len(every) <= QUERIES_MAX, (thing.slug, own)


async def test_an_article_is_read_by_whom_it_is_open_to(
    client: httpx.AsyncClient, school: stock.School, database: Database
) -> None:
    closed = await client.get("/read/on-patience")
    assert closed.status_code == 402
    assert "Wait first." in closed.text
    assert "The secret" not in closed.text
    assert (await client.get("/read/for-members")).status_code == 403
    free = await client.get(f"/read/{school.things['arabic'].slug}")
    assert free.status_code == 200
    assert 'lang="ar" dir="rtl"' in free.text
    assert (await client.get("/read/slow-arithmetic")).headers["location"] == "/c/slow-arithmetic"
    async with database.transaction() as session:
        await stock.give(session, school.learner, school.things["article"])
    await stock.sign_in(client)
    assert "<strong>waiting longer</strong>" in (await client.get("/read/on-patience")).text


async def test_a_file_is_served_in_parts_to_whom_it_is_open_to(
    client: httpx.AsyncClient, school: stock.School, database: Database
) -> None:
    path = "/read/counting-and-measuring/file"
    assert (await client.get(path)).status_code == 402
    async with database.transaction() as session:
        await stock.give(session, school.learner, school.things["book"])
    await stock.sign_in(client)
    whole = await client.get(path)
    assert whole.status_code == 200
    assert whole.content.startswith(b"%PDF")
    assert whole.headers["content-type"] == "application/pdf"
    assert whole.headers["content-disposition"].startswith("inline")
    size = len(whole.content)
    for asked, start, end in (
        ("bytes=0-4", 0, 5),
        ("bytes=10-", 10, size),
        ("bytes=-7", size - 7, size),
        (f"bytes=5-{size * 2}", 5, size),
    ):
        part = await client.get(path, headers={"range": asked})
        assert part.status_code == 206, asked
        assert part.content == whole.content[start:end]
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    for asked in (f"bytes={size}-", "bytes=9-3", "bytes=-", "lines=1-2", "bytes=0-1,5-6"):
        refused = await client.get(path, headers={"range": asked})
        assert refused.status_code == 416, asked
    assert "attachment" in (await client.get(f"{path}?download=1")).headers["content-disposition"]


async def test_a_cover_is_everybodys_only_when_its_thing_is(
    client: httpx.AsyncClient, school: stock.School, database: Database, store: files.Store, tmp_path: Path
) -> None:
    picture = tmp_path / "cover.webp"
    Image.new("RGB", (16, 9), "teal").save(picture)
    async with database.transaction() as session:
        for name in ("film", "draft"):
            thing = await catalog.get_owned_content(session, school.creator, school.things[name].id)
            thing.cover_key = f"covers/{thing.id}/1"
            await store.put_file(f"{thing.cover_key}/640.webp", picture)
    page = await client.get("/catalogue")
    address = re.search(r"/covers/[0-9a-f-]+/640\.webp\?v=[0-9a-f]+", page.text)
    assert address
    served = await client.get(address.group(0))
    assert served.content == picture.read_bytes()
    assert "public" in served.headers["cache-control"]
    hidden = f"/covers/{school.things['draft'].id}/640.webp"
    assert (await client.get(hidden)).status_code == 404
    await stock.sign_in(client, "noor@example.org")
    assert "private" in (await client.get(hidden)).headers["cache-control"]


async def test_a_creator_has_a_page_and_a_learner_has_none(client: httpx.AsyncClient, school: stock.School) -> None:
    page = words(await client.get(f"/creators/{school.creator.id}?cursor=nonsense"))
    assert "Teaches slow arithmetic." in page
    assert "Still at work" not in page
    assert (await client.get(f"/creators/{school.learner.id}")).status_code == 404
    assert (await client.get("/creators/nobody")).status_code == 404


async def test_notifications_are_read_once_and_by_their_person(
    client: httpx.AsyncClient, school: stock.School, database: Database
) -> None:
    async with database.transaction() as session:
        mine = await messaging.notify(
            session, school.learner.id, "payment", title="Topped up", message="By card.", action_url="/wallet"
        )
        theirs = await messaging.notify(session, school.creator.id, "payment", title="Sold", message="One film.")
        await messaging.notify(
            session, school.learner.id, "system", title="Welcome back", message="", action_url="//evil.example"
        )
    await stock.sign_in(client)
    page = await client.get("/notifications")
    assert "Topped up" in page.text
    assert "Sold" not in page.text
    assert (await client.post(f"/notifications/{theirs}/read")).status_code == 404
    opened = await client.post(f"/notifications/{mine}/open")
    assert (opened.status_code, opened.headers["location"]) == (303, "/wallet")
    unread = words(await client.get("/notifications?show=unread"))
    assert "Topped up" not in unread
    assert "Welcome back" in unread
    assert (await client.post("/notifications/read")).status_code == 303
    assert "Everything is read" in words(await client.get("/notifications?show=unread"))


async def test_search_engines_learn_what_everybody_may_find(
    client: httpx.AsyncClient, school: stock.School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "SITEMAP_LENGTH", 2)
    index = re.findall("<loc>http://tuition.test(.*?)</loc>", (await client.get("/sitemap.xml")).text)
    lists = [re.findall("<loc>http://tuition.test(.*?)</loc>", (await client.get(path)).text) for path in index]
    contents = [path for listed in lists for path in listed if path.startswith("/c/")]
    assert (index[0], lists[0]) == ("/sitemap/pages.xml", ["/", "/catalogue"])
    assert len(contents) == len(set(contents)) > 2, "each once, over several lists"
    assert "/c/slow-arithmetic" in contents
    assert not [path for path in contents if "still-at-work" in path]
    assert "Sitemap: http://tuition.test/sitemap.xml" in (await client.get("/robots.txt")).text


async def test_looks_are_counted_but_not_the_creators_own(
    client: httpx.AsyncClient, school: stock.School, database: Database
) -> None:
    await client.get("/c/a-free-page")
    await stock.sign_in(client, "noor@example.org")
    await client.get("/c/slow-arithmetic")
    async with database.reading(fresh=True) as session:
        known = await catalog.contents_by_id(session, [school.things["free"].id, school.things["film"].id])
    assert known[school.things["free"].id].view_count == 1
    assert known[school.things["film"].id].view_count == 0


async def test_an_empty_school_says_so(database: Database, store: files.Store) -> None:
    async with database.transaction() as session:
        await stock.add_person(session, "sami@example.org", "Sami Osman", Role.CREATOR)
    async with stock.browser(stock.application(stock.runtime(database, store))) as client:
        assert "The shelves are still empty" in words(await client.get("/"))
        assert "The shelves are still empty" in words(await client.get("/catalogue"))
        assert (await client.get("/about")).status_code == 404
        await stock.sign_in(client)
        assert "Your library is empty" in words(await client.get("/library"))
        assert "No news" in words(await client.get("/notifications"))


async def test_an_address_that_leads_nowhere_stands_in_the_house_all_the_same(
    client: httpx.AsyncClient, school: stock.School, database: Database
) -> None:
    async with database.transaction() as session:
        await site.change(session, None, platform_name="The Lakeside School")
    for path in ("/no/such/page", "/c/no-such-thing"):
        page = await client.get(path)
        assert page.status_code == 404
        assert "The Lakeside School" in page.text
        assert 'href="/sign-in"' in page.text
    await stock.sign_in(client)
    mine = (await client.get("/no/such/page", headers={"accept-language": "ar"})).text
    assert 'href="/library"' in mine
    assert 'dir="rtl"' in mine
    assert school.learner.id
