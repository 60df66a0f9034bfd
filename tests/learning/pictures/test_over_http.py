"""A picture is brought by whoever writes the text, and seen by whoever may open it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import text

from tests.web import stock
from tuition.identity import Role
from tuition.kernel import clock
from tuition.learning import pictures
from tuition.main import wire
from tuition.platform import files, jobs
from tuition.platform.database import Database

TEACHER, LEARNER, STRANGER = "teacher@example.org", "learner@example.org", "stranger@example.org"


def red() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(out, "PNG")
    return out.getvalue()


@dataclass
class School:
    """A course of a teacher's, and browsers."""

    database: Database
    store: files.Store
    app: Any
    open: AsyncExitStack
    course_id: str = ""
    slug: str = ""

    async def browser(self, email: str | None) -> httpx.AsyncClient:
        """Somebody's browser; nobody's: a visitor's."""
        client = await self.open.enter_async_context(stock.browser(self.app))
        if email:
            await stock.sign_in(client, email)
        return client

    async def work(self) -> None:
        await jobs.drain(self.database, jobs.Services().provide(files.Store, self.store))


@pytest.fixture
async def school(database: Database, tmp_path: Path) -> AsyncIterator[School]:
    """A published course that costs nothing."""
    wire(database.bus)
    async with database.transaction() as session:
        await stock.add_person(session, TEACHER, "Mona", Role.CREATOR)
        for email in (LEARNER, STRANGER):
            await stock.add_person(session, email, "Sami", Role.CREATOR)
    store = files.local(tmp_path)
    async with AsyncExitStack() as stack:
        school = School(database, store, stock.application(stock.runtime(database, store)), stack)
        teacher = await school.browser(TEACHER)
        made = (
            await teacher.post("/v1/courses", json={"title": "Flags", "visibility": "public", "description": "Flags."})
        ).json()
        school.course_id, school.slug = made["id"], made["slug"]
        yield school


async def lesson(teacher: httpx.AsyncClient, school: School, picture: dict[str, Any], **details: Any) -> None:
    body = f"Look: {picture['markdown']}"
    made = await teacher.post(
        f"/v1/courses/{school.course_id}/lessons", json={"lesson_type": "text", "title": "Red", "body": body, **details}
    )
    assert made.status_code == 201, made.text


async def bring(client: httpx.AsyncClient, data: bytes, **where: str) -> httpx.Response:
    return await client.post("/v1/pictures", params=where, content=data, headers={"content-type": "image/png"})


async def test_whoever_learns_in_the_course_sees_its_pictures_and_nobody_else(school: School) -> None:
    teacher, learner, stranger, visitor = [await school.browser(one) for one in (TEACHER, LEARNER, STRANGER, None)]
    brought = await bring(teacher, red(), course_id=school.course_id, file_name="../red.png")
    assert brought.status_code == 201, brought.text
    picture = brought.json()
    await lesson(teacher, school, picture)
    assert (await teacher.post(f"/v1/contents/{school.course_id}/publish")).status_code == 200
    for client in (learner, stranger, visitor):
        assert (await client.get(picture["address"])).status_code == 404
    enrolled = (await learner.post("/v1/enrollments", json={"course_id": school.course_id})).json()
    shown = await learner.get(picture["address"])
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, red(), "image/png")
    assert shown.headers["cache-control"].startswith("private")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert f'src="{picture["address"]}"' in (await learner.get(f"/learn/{school.slug}/red")).text
    again = await learner.get(picture["address"], headers={"if-none-match": shown.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await learner.delete(f"/v1/enrollments/{enrolled['id']}")
    assert (await learner.get(picture["address"])).status_code == 404
    copy = (await teacher.post(f"/v1/courses/{school.course_id}/duplicate", json={})).json()
    await teacher.patch(f"/v1/contents/{copy['id']}", json={"visibility": "public", "description": "Flags."})
    assert (await teacher.post(f"/v1/contents/{copy['id']}/publish")).status_code == 200
    await stranger.post("/v1/enrollments", json={"course_id": copy["id"]})
    assert (await stranger.get(picture["address"])).status_code == 200


async def test_a_free_sample_shows_its_pictures_to_everybody(school: School) -> None:
    teacher, visitor = [await school.browser(one) for one in (TEACHER, None)]
    inside, outside = [(await bring(teacher, red(), course_id=school.course_id)).json() for _ in range(2)]
    await lesson(teacher, school, inside, is_preview=True)
    await lesson(teacher, school, outside)
    assert (await visitor.get(inside["address"])).status_code == 404
    await teacher.post(f"/v1/contents/{school.course_id}/publish")
    assert (await visitor.get(inside["address"])).status_code == 200
    assert (await visitor.get(outside["address"])).status_code == 404


async def test_a_question_from_elsewhere_shows_its_picture_to_whoever_is_asked(school: School) -> None:
    teacher, learner, stranger = [await school.browser(one) for one in (TEACHER, LEARNER, STRANGER)]
    bank = (await teacher.post("/v1/question-banks", json={"title": "Flags"})).json()
    picture = (await bring(teacher, red(), bank_id=bank["id"])).json()
    body = {"type": "true_false", "text": f"Is it red? {picture['markdown']}", "answer": True}
    question = (await teacher.post(f"/v1/question-banks/{bank['id']}/questions", json={"body": body})).json()
    await teacher.post(f"/v1/courses/{school.course_id}/lessons", json={"lesson_type": "quiz", "title": "Quiz"})
    [quiz] = (await teacher.get(f"/v1/courses/{school.course_id}/quizzes")).json()["items"]
    added = await teacher.post(f"/v1/quizzes/{quiz['id']}/questions", json={"question_ids": [question["id"]]})
    assert added.status_code == 201, added.text
    await teacher.patch(f"/v1/quizzes/{quiz['id']}", json={"is_published": True})
    await teacher.post(f"/v1/contents/{school.course_id}/publish")
    await learner.post("/v1/enrollments", json={"course_id": school.course_id})
    assert (await learner.get(picture["address"])).status_code == 404
    sheet = await learner.post(f"/v1/quizzes/{quiz['id']}/attempts")
    assert picture["address"] in sheet.text
    assert (await learner.get(picture["address"])).status_code == 200
    assert (await stranger.get(picture["address"])).status_code == 404


async def test_what_cannot_be_taken_is_said(school: School) -> None:
    teacher, stranger, visitor = [await school.browser(one) for one in (TEACHER, STRANGER, None)]
    refused = await bring(teacher, b"<svg><script>alert(1)</script></svg>", course_id=school.course_id)
    assert (refused.status_code, refused.json()["code"], "SVG" in refused.text) == (422, "pictures.refused", True)
    assert (await bring(teacher, b"", course_id=school.course_id)).status_code == 422
    huge = red() + bytes(pictures.PICTURE_BYTES_MAX)
    assert (await bring(teacher, huge, course_id=school.course_id)).status_code == 413
    assert (await bring(stranger, red(), course_id=school.course_id)).status_code == 404
    assert (await bring(visitor, red())).status_code == 401
    assert await school.store.keys("pictures") == []


async def test_what_no_text_shows_is_thrown_away(school: School) -> None:
    teacher = await school.browser(TEACHER)
    kept, forgotten = [(await bring(teacher, red(), course_id=school.course_id)).json() for _ in range(2)]
    await lesson(teacher, school, kept)
    async with school.database.transaction() as session:
        await session.execute(text("update pictures set created_at = :at"), {"at": clock.now() - timedelta(days=3)})
    context = jobs.Context(school.database, jobs.Services().provide(files.Store, school.store), "pictures.sweep")
    await pictures.jobs.sweep_pictures(context, now=clock.now())
    assert await school.store.keys("pictures") == [f"pictures/{kept['id']}"]
    assert (await teacher.get(forgotten["address"])).status_code == 404
