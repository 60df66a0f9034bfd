"""The studio in a real browser: a film goes up in pieces, through a lost connection, until it plays; parts are dragged."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
import typst
from PIL import Image
from playwright.async_api import FilePayload, Locator, Page, Route, expect

from tests.browser.cinema import House, make_film
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, Serve, findings, free_port, sideways
from tuition import catalog, identity
from tuition.catalog import BodyFormat, Kind, OneTime
from tuition.identity import Role
from tuition.kernel import Currency, Money
from tuition.learning import courses, enrollments
from tuition.learning.courses import LessonType
from tuition.main import create_app
from tuition.platform import jobs

pytestmark = pytest.mark.browser
SLOW_MS = 60_000


@pytest.fixture
async def house(database_url: str, tmp_path: Path, serve: Serve) -> House:
    port = free_port()
    house = await House.build(database_url, tmp_path / "home", port)
    async with house.runtime.database.transaction() as session:
        session.add(identity.UserRole(user_id=house.creator.id, role=Role.CREATOR.value))
    await serve(create_app(house.runtime), port)
    return house


async def draft(house: House, kind: Kind, title: str = "The Moon") -> catalog.Content:
    async with house.runtime.database.transaction() as session:
        content = await catalog.create_content(session, house.creator, kind, title=title, description="Phases and tides.")
        if kind is Kind.WRITTEN:
            await catalog.write_body(session, house.creator, content.id, f"# {title}\n\nWords.", BodyFormat.MARKDOWN)
        await catalog.set_price(session, house.creator, content.id, OneTime(Money(300, Currency("EUR"))))
    return content


async def desk(house: House, open_page: OpenPage, **options: object) -> Page:
    page = await open_page(**options)
    await house.admit(page, house.creator)
    return page


async def choose(page: Page, name: str, data: bytes) -> None:
    await page.set_input_files("input[type=file]", files=[FilePayload(name=name, mimeType="video/mp4", buffer=data)])


async def test_a_film_goes_up_through_a_lost_connection_until_it_can_be_played(
    house: House, open_page: OpenPage, tmp_path: Path
) -> None:
    film = await draft(house, Kind.VIDEO)
    data = make_film(tmp_path, Kind.VIDEO)
    page = await desk(house, open_page)
    losses: list[str] = []

    async def lose_once(route: Route) -> None:
        if not losses:
            losses.append(route.request.url)
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await page.route("**/v1/uploads/*", lambda route: lose_once(route) if route.request.method == "PUT" else route.continue_())
    await page.goto(f"{house.address}/studio/contents/{film.id}/file")
    async with page.expect_navigation(timeout=SLOW_MS):
        await choose(page, "moon.mp4", data)
        await expect(page.locator("[data-said]")).to_have_text("The connection is lost. We go on by ourselves when it is back.")
    assert losses
    await expect(page.locator("#media")).to_contain_text("Waiting to be prepared")
    work = asyncio.create_task(jobs.drain(house.runtime.database, house.runtime.services))
    await expect(page.locator("#media")).to_contain_text("Ready to be played", timeout=SLOW_MS)
    await work
    await expect(page.get_by_role("link", name="Play it").last).to_be_visible()
    assert await findings(page) == []


async def test_an_upload_is_paused_found_again_after_a_reload_and_given_up(house: House, open_page: OpenPage) -> None:
    film = await draft(house, Kind.VIDEO)
    page = await desk(house, open_page)
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.abort()

    await page.route("**/v1/uploads/*", lambda route: hold(route) if route.request.method == "PUT" else route.continue_())
    await page.goto(f"{house.address}/studio/contents/{film.id}/file")
    await choose(page, "moon.mp4", b"0" * 100_000)
    await expect(page.locator("[data-said]")).to_have_text("Sending")
    await page.click("[data-pause]")
    await expect(page.locator("[data-said]")).to_have_text("Paused. What has arrived is kept for a day.")
    await expect(page.locator("[data-resume]")).to_be_focused()
    assert await findings(page) == []
    held.set()
    await page.reload()
    await expect(page.locator("[data-unfinished]")).to_contain_text("moon.mp4")
    await choose(page, "sun.mp4", b"1")
    await expect(page.locator("[data-wrong]")).to_contain_text("Choose moon.mp4 to go on")
    await page.locator("[data-unfinished] [data-give-up]").click()
    await expect(page.locator("[data-unfinished]")).to_have_count(0)


def picture() -> bytes:
    """A cover as a phone makes it."""
    kept = io.BytesIO()
    Image.new("RGB", (1600, 1000), (180, 70, 40)).save(kept, "JPEG")
    return kept.getvalue()


def book() -> bytes:
    """Three pages with an outline."""
    source = "#outline()\n" + "#pagebreak()\n".join(f"= Chapter {number}\nWords.\n" for number in (1, 2, 3))
    return bytes(typst.compile(source.encode()))


async def test_a_cover_and_a_book_go_up_through_their_pages(house: House, open_page: OpenPage) -> None:
    document = await draft(house, Kind.DOCUMENT, "A small book")
    page = await desk(house, open_page)
    base = f"{house.address}/studio/contents/{document.id}"
    await page.goto(f"{base}/cover")
    async with page.expect_navigation(timeout=SLOW_MS):
        await page.set_input_files("input[type=file]", files=[FilePayload(name="c.jpg", mimeType="image/jpeg", buffer=picture())])
    await expect(page.locator("main .cover img[src*='.webp'], main img[src*='/covers/']").first).to_be_visible(timeout=SLOW_MS)
    await page.goto(f"{base}/file")
    async with page.expect_navigation(timeout=SLOW_MS):
        await page.set_input_files(
            "input[type=file]", files=[FilePayload(name="b.pdf", mimeType="application/pdf", buffer=book())]
        )
    work = asyncio.create_task(jobs.drain(house.runtime.database, house.runtime.services))
    await page.goto(f"{base}/file")
    await work
    await page.reload()
    await expect(page.locator("main")).to_contain_text("b.pdf", timeout=SLOW_MS)
    assert await findings(page) == []


async def test_titles_of_any_kind_are_kept_or_refused_in_words(house: House, open_page: OpenPage) -> None:
    page = await desk(house, open_page, width=PHONE)
    for title in ("🌙🌙🌙", "مرحبا <b>bold</b> & 'quoted'", "a\u202eb\u200dc", "long" * 49, "\u200b\u200b", "   "):
        await page.goto(f"{house.address}/studio/contents/new")
        await page.check("input[name=kind] >> nth=0")
        await page.fill("input[name=title]", title)
        answered = page.wait_for_load_state("load")
        await page.locator("main form button.btn-primary").click()
        await answered
        await expect(page.locator("main h1")).to_be_visible()
        assert await sideways(page) <= 0, title
        assert await page.locator("main h1 b").count() == 0


async def test_what_is_no_film_is_refused_with_a_sentence(house: House, open_page: OpenPage) -> None:
    film = await draft(house, Kind.VIDEO)
    page = await desk(house, open_page)
    await page.goto(f"{house.address}/studio/contents/{film.id}/file")
    await choose(page, "moon.mp4", b"no film" * 900)
    await expect(page.locator("[data-wrong]")).to_contain_text("was not accepted", timeout=SLOW_MS)
    await expect(page.locator("[data-choose]")).to_be_visible()


async def drag(page: Page, what: Locator, onto: Locator) -> None:
    """Take it, move it over the other in steps, let it go."""
    await what.hover()
    await page.mouse.down()
    box = await what.bounding_box()
    assert box is not None
    # It is on its way: from here on there is room in lists that have nothing in them.
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 10, steps=4)
    target = await onto.bounding_box()
    assert target is not None
    await page.mouse.move(target["x"] + min(60, target["width"] / 2), target["y"] + 8, steps=12)
    await page.mouse.up()


async def test_parts_are_moved_by_keyboard_and_by_dragging(house: House, open_page: OpenPage) -> None:
    parts = [await draft(house, Kind.WRITTEN, title) for title in ("One", "Two", "Three")]
    series = await draft(house, Kind.SERIES, "All three")
    async with house.runtime.database.transaction() as session:
        await catalog.set_members(session, house.creator, series.id, [part.id for part in parts])
    page = await desk(house, open_page)
    await page.goto(f"{house.address}/studio/contents/{series.id}/parts")
    titles = page.locator("[data-part] a")
    await page.locator(f"#up-{parts[2].id}").focus()
    await page.keyboard.press("Enter")
    await expect(titles).to_have_text(["One", "Three", "Two"])
    await expect(page.locator(f"#up-{parts[2].id}")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(titles).to_have_text(["Three", "One", "Two"])
    await expect(page.locator(f"#down-{parts[2].id}")).to_be_focused()
    async with page.expect_response("**/parts"):
        await drag(page, page.locator("[data-part] .part-handle").nth(2), page.locator("[data-part]").nth(0))
    await page.reload()
    await expect(titles).to_have_text(["Two", "Three", "One"])
    assert await findings(page) == []


async def test_words_are_previewed_and_survive_a_closed_page(house: House, open_page: OpenPage) -> None:
    article = await draft(house, Kind.WRITTEN)
    page = await desk(house, open_page)
    await page.goto(f"{house.address}/studio/contents/{article.id}/text")
    await page.fill("textarea", "# Waves\n\n<script>alert(1)</script>\n\nThey *carry* no water.")
    await expect(page.locator("#preview em")).to_have_text("carry")
    assert await page.locator("#preview script").count() == 0
    await page.wait_for_function("key => localStorage.getItem(key)?.includes('Waves')", arg=f"writing:{article.id}")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.goto(f"{house.address}/studio")
    await page.goto(f"{house.address}/studio/contents/{article.id}/text")
    await page.click("[data-recover]")
    await expect(page.locator("textarea")).to_have_value("# Waves\n\n<script>alert(1)</script>\n\nThey *carry* no water.")


async def test_a_price_is_said_in_words_while_it_is_typed(house: House, open_page: OpenPage) -> None:
    article = await draft(house, Kind.WRITTEN)
    page = await desk(house, open_page)
    await page.goto(f"{house.address}/studio/contents/{article.id}/prices")
    await page.fill("[name=amount]", "20")
    await expect(page.locator("#words")).to_have_text("Of €20.00 you get €14.00, before tax.")
    await page.click("button:has-text('Set the price')")
    await expect(page.locator(".figure-amount")).to_have_text("€20.00")


@pytest.mark.parametrize(("width", "theme", "language"), [(DESKTOP, "light", "en"), (PHONE, "dark", "ar")])
async def test_axe_finds_nothing_in_the_studio(house: House, open_page: OpenPage, width: int, theme: str, language: str) -> None:
    film, article, series = [await draft(house, kind) for kind in (Kind.VIDEO, Kind.WRITTEN, Kind.SERIES)]
    page = await desk(house, open_page, width=width, theme=theme, language=language)
    paths = ["", "/contents", "/contents/new", "/sales", "/earnings"]
    paths += [f"/contents/{film.id}{tab}" for tab in ("", "/file", "/captions", "/cover", "/prices", "/publishing", "/delete")]
    paths += [f"/contents/{article.id}/text", f"/contents/{series.id}/parts"]
    for path in paths:
        answer = await page.goto(f"{house.address}/studio{path}")
        assert answer is not None
        assert answer.status == 200, path
        assert await findings(page) == [], path
        assert await sideways(page) <= 0, path


async def test_lessons_are_dragged_below_one_another_and_moved_by_keyboard(house: House, open_page: OpenPage) -> None:
    async with house.runtime.database.transaction() as session:
        course = await courses.create(session, house.creator, title="Breathing")
        for title in ("Air", "Breath", "Rest"):
            await courses.add_lesson(session, house.creator, course.id, LessonType.TEXT, title=title)
    page = await desk(house, open_page)
    await page.goto(f"{house.address}/studio/courses/{course.id}")
    rows = page.locator("[data-row]")
    numbered = page.locator("[data-row] > .num")
    async with page.expect_response("**/outline"):
        await drag(page, rows.nth(1).locator(".part-handle"), page.locator("[data-lesson] > ol").nth(0))
    await expect(numbered).to_have_text(["1", "1.1", "2"])
    rest = page.locator("[data-lesson]").filter(has_text="Rest").last
    await rest.get_by_role("button", name="Move “Rest” in, below the one before it").focus()
    await page.keyboard.press("Enter")
    await expect(numbered).to_have_text(["1", "1.1", "1.2"])
    await page.reload()
    await expect(numbered).to_have_text(["1", "1.1", "1.2"])
    await expect(page.locator("[data-row] a.font-semibold")).to_have_text(["Air", "Breath", "Rest"])
    assert await findings(page) == []


async def test_lessons_are_dragged_by_a_finger(house: House, open_page: OpenPage) -> None:
    async with house.runtime.database.transaction() as session:
        course = await courses.create(session, house.creator, title="Breathing")
        for title in ("Air", "Breath"):
            await courses.add_lesson(session, house.creator, course.id, LessonType.TEXT, title=title)
    page = await desk(house, open_page, width=PHONE, has_touch=True, is_mobile=True)
    await page.goto(f"{house.address}/studio/courses/{course.id}")
    handle, first = page.locator(".part-handle").nth(1), page.locator("[data-row]").nth(0)
    await first.scroll_into_view_if_needed()
    box, target = await handle.bounding_box(), await first.bounding_box()
    assert box is not None
    assert target is not None
    finger = await page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    async def touch(kind: str, *points: tuple[float, float]) -> None:
        await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]})

    async with page.expect_response("**/outline"):
        await touch("touchStart", (x, y))
        for step in range(1, 13):
            await touch("touchMove", (x, y + (target["y"] + 4 - y) * step / 12))
        await touch("touchEnd")
    await expect(page.locator("[data-row] a.font-semibold")).to_have_text(["Breath", "Air"])


async def test_a_document_goes_up_inside_its_lesson_while_the_form_stays_as_it_is(house: House, open_page: OpenPage) -> None:
    async with house.runtime.database.transaction() as session:
        course = await courses.create(session, house.creator, title="Breathing")
        lesson = await courses.add_lesson(session, house.creator, course.id, LessonType.DOCUMENT, title="The book")
    page = await desk(house, open_page)
    await page.goto(f"{house.address}/studio/courses/{course.id}/lessons/{lesson.id}")
    await page.fill("#f-description", "To keep on the desk.")
    await page.set_input_files("#f-lesson-file", {"name": "book.md", "mimeType": "text/markdown", "buffer": b"# In\n\nOut.\n"})
    section = page.get_by_role("region", name="The file of the lesson")
    await expect(section.get_by_role("link", name="The book")).to_be_visible(timeout=SLOW_MS)
    await expect(page.locator("#f-description")).to_have_value("To keep on the desk.")
    assert await findings(page) == []


async def test_the_pages_of_a_course_fit_a_phone_in_arabic(house: House, open_page: OpenPage) -> None:
    async with house.runtime.database.transaction() as session:
        course = await courses.create(session, house.creator, title="Breathing, slowly and for a very long time")
        air = await courses.add_lesson(session, house.creator, course.id, LessonType.TEXT, title="Air", body="In. **Out.**")
        below = await courses.add_lesson(session, house.creator, course.id, LessonType.VIDEO, title="Watch", parent_id=air.id)
        learner = await house.person()
        enrollment = await enrollments.enroll_person(session, house.creator, course.id, learner.id)
        await enrollments.create_group(session, house.creator, course.id, name="Monday")
        await courses.add_staff(session, house.creator, course.id, learner.id)
    page = await desk(house, open_page, width=PHONE, language="ar")
    for path in ("", "/settings", "/members", f"/members/{enrollment.id}", "/groups", f"/lessons/{below.id}"):
        await page.goto(f"{house.address}/studio/courses/{course.id}{path}")
        assert await sideways(page) <= 0, path
        assert await findings(page) == [], path
    await page.goto(f"{house.address}/studio/courses")
    assert (await sideways(page), await findings(page)) == (0, [])
