"""What was taken down, wherever somebody may still come across it: no dead link, and the reason for those who had it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.web import stock
from tuition import catalog
from tuition.catalog import Kind
from tuition.kernel import clock
from tuition.learning import courses, enrollments
from tuition.learning.courses import LessonType
from tuition.main import wire
from tuition.platform import files
from tuition.platform.database import Database

REASON = "It belongs to somebody else."


@pytest.fixture
async def school(database: Database, store: files.Store) -> stock.School:
    wire(database.bus)
    async with database.transaction() as session:
        return await stock.open_school(session, store)


@pytest.fixture
async def client(database: Database, store: files.Store, school: stock.School) -> AsyncIterator[httpx.AsyncClient]:
    assert school
    async with stock.browser(stock.application(stock.runtime(database, store))) as client:
        await stock.sign_in(client)
        yield client


async def take_down(database: Database, content: catalog.Content) -> None:
    async with database.transaction() as session:
        await catalog.take_down(session, content.id, note=REASON)


async def test_who_had_it_reads_why_and_nobody_else_hears_of_it(
    client: httpx.AsyncClient, school: stock.School, database: Database
) -> None:
    film = school.things["film"]
    async with database.transaction() as session:
        await stock.give(session, school.learner, film)
    await client.get("/library")
    await take_down(database, film)
    shelf = (await client.get("/library")).text
    assert "Not available any more" in shelf
    assert REASON in shelf
    assert "/c/slow-arithmetic" not in shelf
    for path in ("/c/slow-arithmetic", "/watch/slow-arithmetic", "/c/slow-arithmetic/discussions", "/c/slow-arithmetic/access"):
        page = await client.get(path)
        assert (page.status_code, REASON in page.text) == (410, True), path
    answer = await client.get(f"/v1/contents/{film.id}")
    assert (answer.status_code, answer.json()["code"]) == (410, "access.taken_down")
    lists = re.findall("<loc>(.*?)</loc>", (await client.get("/sitemap.xml")).text)
    assert len(lists) > 1
    for path in ("/", "/catalogue?q=arithmetic", "/v1/catalog?q=arithmetic", *lists):
        assert "slow-arithmetic" not in (await client.get(path)).text, path
    await client.post("/sign-out")
    for path in ("/c/slow-arithmetic", "/watch/slow-arithmetic"):
        assert (await client.get(path)).status_code == 404, path


async def test_a_course_that_was_taken_down_says_so_where_one_learns(
    client: httpx.AsyncClient, school: stock.School, database: Database
) -> None:
    async with database.transaction() as session:
        course = await courses.create(session, school.creator, title="Breathing", visibility="public")
        article = await catalog.create_content(session, school.creator, Kind.WRITTEN, title="Stolen words", visibility="shared")
        await catalog.write_body(session, school.creator, article.id, "Not ours.", catalog.BodyFormat.MARKDOWN)
        await courses.add_lesson(session, school.creator, course.id, LessonType.TEXT, title="In", body="And out.")
        await courses.add_lesson(session, school.creator, course.id, LessonType.TEXT, title="Words", content_id=article.id)
        content = await catalog.publish(session, school.creator, course.id)
        enrollment = await enrollments.enroll(session, school.learner, course.id)
    assert "Not ours." in (await client.get("/learn/breathing/words")).text
    await take_down(database, article)
    page = (await client.get("/learn/breathing/words")).text
    assert "Not ours." not in page
    assert "It was taken down and is not available any more." in page

    await take_down(database, content)
    assert "It was taken down and is not available any more." in (await client.get("/learning")).text
    gone = await client.get("/learn/breathing")
    assert (gone.status_code, REASON in gone.text) == (410, True)
    closed = await client.get("/learn/breathing/in")
    assert (closed.status_code, "And out." in closed.text) == (403, False)
    async with database.reading() as session:
        [first, _second] = [node.lesson for node in await courses.outline(session, course.id)]
        with pytest.raises(enrollments.LessonLocked, match="it was taken down"):
            await enrollments.open_lesson(session, school.learner, first.id, now=clock.now())
        assert (await enrollments.of_person(session, school.learner.id, course.id)) is not None
    assert enrollment.course_id == course.id
