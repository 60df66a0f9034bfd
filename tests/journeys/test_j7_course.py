"""A course is built, put in another order, learned on two devices, and completed: over HTTP and in a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from tests.browser.cinema import make_film
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, findings, sideways
from tests.journeys.house import PASSWORD, House, Json, Person
from tuition.catalog import Kind

pytestmark = pytest.mark.slow
SLOW_MS = 60_000


async def add(teacher: Person, course: str, title: str, **details: object) -> str:
    """A lesson more. Returns its id."""
    lesson: Json = await teacher.post(f"/v1/courses/{course}/lessons", {"title": title, **details}, expect=201)
    return str(lesson["id"])


async def outline(person: Person, course: str) -> list[tuple[str, str]]:
    """The outline as this person finds it: numbers and titles."""
    items = (await person.get(f"/v1/courses/{course}/outline"))["items"]
    return [(item["lesson"]["number"], item["lesson"]["title"]) for item in items]


async def film_of(teacher: Person, film: bytes, title: str, minutes: int) -> str:
    """A film that stays a draft: a lesson will open it."""
    content = await teacher.make("video", title, file=film)
    if minutes:
        await teacher.house.stretch(content, minutes)
    return content


@dataclass(frozen=True)
class Built:
    """A course of five lessons: what it shows, what is watched, what is read."""

    course: str
    content: str
    watched: str
    read: str


async def build(house: House, mona: Person, film: bytes) -> Built:
    """Build it, and put it in another order."""
    body = {"title": "Breathing", "visibility": "public", "level": "beginner"}
    course = (await mona.post("/v1/courses", body, expect=201))["id"]
    refused = await mona.post(f"/v1/contents/{course}/publish", expect=409)
    assert "add a lesson" in refused["detail"]

    content = await film_of(mona, film, "The film", 10)
    chapter = await add(mona, course, "Air")
    watched = await add(mona, course, "Watch", lesson_type="video", content_id=content, parent_lesson_id=chapter)
    read = await add(mona, course, "Read", body="In. **Out.**", is_preview=True)
    quiz = await add(mona, course, "Test yourself", lesson_type="quiz", is_required=False)
    work = await add(mona, course, "Try it", lesson_type="assignment", is_required=False)
    assert await outline(mona, course) == [("1", "Air"), ("1.1", "Watch"), ("2", "Read"), ("3", "Test yourself"), ("4", "Try it")]

    # Dragged: two change places, and one goes below another.
    order = [(read, None), (chapter, None), (watched, chapter), (work, None), (quiz, work)]
    items = [{"lesson_id": lesson, "parent_lesson_id": parent} for lesson, parent in order]
    await mona.ask("PUT", f"/v1/courses/{course}/outline", json={"items": items})
    assert await outline(mona, course) == [
        ("1", "Read"),
        ("2", "Air"),
        ("2.1", "Watch"),
        ("3", "Try it"),
        ("3.1", "Test yourself"),
    ]
    await mona.ask("PUT", f"/v1/courses/{course}/outline", json={"items": items[:3]}, expect=409)
    await mona.post(f"/v1/lessons/{read}/move", {"index": 1})
    rows = await house.rows("select order_index from lessons where course_id = :id order by order_index", id=course)
    assert [row.order_index for row in rows] == [0, 1, 2, 3, 4]
    await mona.post(f"/v1/contents/{course}/publish")
    return Built(course, content, watched, read)


async def test_a_course_is_built_learned_and_completed(house: House, film: bytes) -> None:
    mona, sami = await house.creator("Mona"), await house.join("Sami")
    built = await build(house, mona, film)
    course, content, watched, read = built.course, built.content, built.watched, built.read

    # A visitor reads the sample and no more.
    assert (await house.http.get(f"/v1/lessons/{read}")).json()["body_html"] == "<p>In. <strong>Out.</strong></p>\n"
    assert (await house.http.get(f"/v1/lessons/{watched}")).status_code == 401
    await sami.post(f"/v1/lessons/{watched}/open", expect=403)
    await sami.post("/v1/play-sessions", {"content_id": content, "device_id": "laptop"}, expect=404)

    enrollment = await sami.post("/v1/enrollments", {"course_id": course}, expect=201)
    again = await sami.post("/v1/enrollments", {"course_id": course}, expect=201)
    assert (enrollment["id"], enrollment["status"], enrollment["total_lessons_count"]) == (again["id"], "active", 2)
    await sami.post(f"/v1/lessons/{watched}/open")
    player = await sami.play(content)
    await player.watch(0, 100)
    await player.close()

    # On another device, where one stopped.
    phone = await sami.play(content, "phone")
    assert phone.begun["position_ms"] == 100_000
    mine = await sami.get(f"/v1/enrollments/{enrollment['id']}/progress")
    [item] = mine["items"]
    assert (item["completion_percentage"], item["last_position_seconds"], item["time_spent_seconds"]) == ("16.67", 100, 100)
    await phone.watch(100, 570)
    await phone.close()
    mine = await sami.get(f"/v1/enrollments/{enrollment['id']}/progress")
    assert (mine["enrollment"]["progress_percentage"], mine["verified_seconds"]) == ("50.00", 570)
    assert mine["items"][0]["status"] == "completed"

    for _ in range(2):
        done = await sami.post(f"/v1/lessons/{read}/complete")
    assert done["status"] == "completed"
    await sami.post(f"/v1/lessons/{watched}/complete", expect=409)
    enrollment = await sami.get(f"/v1/enrollments/{enrollment['id']}")
    assert (enrollment["status"], enrollment["progress_percentage"]) == ("completed", "100.00")

    # What is somebody else's is not there; what the staff may see, it sees.
    lena = await house.join("Lena")
    await lena.get(f"/v1/enrollments/{enrollment['id']}", expect=404)
    await lena.get(f"/v1/courses/{course}/members", expect=404)
    [member] = (await mona.get(f"/v1/courses/{course}/members"))["items"]
    assert (member["full_name"], member["progress_percentage"]) == ("Sami", "100.00")
    report = await mona.post(f"/v1/courses/{course}/members/import", {"csv": f"email\n{lena.email}\nnobody@people.example\n"})
    assert [(line["number"], line["outcome"]) for line in report["items"]] == [(2, "enrolled"), (3, "unknown")]


async def test_a_sample_is_shown_to_visitors_and_a_later_lesson_says_when(house: House, film: bytes) -> None:
    mona, sami = await house.creator("Mona"), await house.join("Sami")
    course = (await mona.post("/v1/courses", {"title": "Breathing", "visibility": "public"}, expect=201))["id"]
    sample, later = await film_of(mona, film, "A sample", 0), await film_of(mona, film, "Later", 0)
    await add(mona, course, "See", lesson_type="video", content_id=sample, is_preview=True)
    await add(mona, course, "Wait", lesson_type="video", content_id=later, opens_after_days=7)
    await mona.post(f"/v1/contents/{course}/publish")
    for path in ("/c/a-sample", "/watch/a-sample", "/learn/breathing/see"):
        shown = await house.http.get(path)
        assert shown.status_code == 200, (path, shown.text[:300])
    assert (await house.http.post("/v1/visits", json={"content_id": sample})).status_code == 201
    assert (await house.http.get("/c/later")).status_code == 404

    await sami.post("/v1/enrollments", {"course_id": course}, expect=201)
    refused = await sami.post("/v1/play-sessions", {"content_id": later, "device_id": "laptop"}, expect=403)
    assert refused["code"] == "access.not_yet_open"
    assert (await sami.get(f"/v1/me/access/{later}"))["decision"]["reason"] == "not_yet_open"
    assert (await sami.send("GET", "/c/later")).status_code in (200, 404)


async def sign_in(house: House, page: Page, email: str) -> None:
    """Sign somebody in as people do."""
    await page.goto(f"{house.http.base_url}/sign-in")
    await page.fill("#f-email", email)
    await page.fill("#f-password", PASSWORD)
    await page.click("main button[type=submit]")
    await page.wait_for_url(lambda url: "/sign-in" not in url)


async def fits(page: Page) -> None:
    """Nothing that axe finds, and nothing that scrolls sideways."""
    assert await findings(page) == []
    assert await sideways(page) <= 0


@pytest.fixture(scope="session")
def minute(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film that a browser can play."""
    return make_film(tmp_path_factory.mktemp("lesson"), Kind.VIDEO)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), [(DESKTOP, "en"), (PHONE, "ar")])
async def test_somebody_learns_in_a_browser(
    living_house: House, minute: bytes, open_page: OpenPage, width: int, language: str
) -> None:
    house = living_house
    mona, sami = await house.creator("Mona"), await house.join("Sami")
    course = (await mona.post("/v1/courses", {"title": "Breathing", "visibility": "public"}, expect=201))["id"]
    content = await film_of(mona, minute, "The film", 0)
    chapter = await add(mona, course, "Air")
    await add(mona, course, "Read first", body="In. **Out.**", is_preview=True, parent_lesson_id=chapter)
    await add(mona, course, "Watch", lesson_type="video", content_id=content, parent_lesson_id=chapter)
    await mona.post(f"/v1/contents/{course}/publish")

    page = await open_page(width=width, language=language)
    await sign_in(house, page, sami.email)
    await page.goto(f"{house.http.base_url}/c/breathing")
    await expect(page.locator(".outline-lesson")).to_have_count(2)
    await fits(page)
    await page.click("form[action='/learn/breathing'] button")
    await page.wait_for_url("**/learn/breathing/read-first")
    await fits(page)
    await page.click("#complete button")
    await page.wait_for_url("**/learn/breathing/watch")
    await expect(page.locator("#course-done")).to_have_text(re.compile("1|١"))
    await fits(page)
    await page.click("#start")
    await page.wait_for_function("() => document.getElementById('film').currentTime >= 3", timeout=SLOW_MS)
    # Away in the middle, by the keyboard, and back again: it goes on where it was.
    await page.locator("#film").focus()
    await page.keyboard.press("p")
    await page.wait_for_url("**/learn/breathing/read-first")
    await page.goto(f"{house.http.base_url}/learn/breathing")
    await page.wait_for_url("**/learn/breathing/**")
    await page.goto(f"{house.http.base_url}/learning")
    await expect(page.locator(".course-row")).to_have_count(1)
    await fits(page)
    [row] = await house.rows("select last_position_seconds, status from lesson_progress order by started_at desc limit 1")
    assert row.last_position_seconds >= 2
