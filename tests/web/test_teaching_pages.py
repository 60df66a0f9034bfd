"""A course made and looked after with the studio's forms: what they do, what they keep, whom they refuse."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from tests.web import stock
from tuition.identity import Role
from tuition.learning import courses, enrollments, quizzes
from tuition.learning.courses import Right
from tuition.main import wire
from tuition.platform import files
from tuition.platform.database import Database

MISSING = "01a1fef6-0000-7000-8000-000000000000"


@pytest.fixture
async def client(database: Database, store: files.Store, school: stock.School) -> AsyncIterator[httpx.AsyncClient]:
    """Noor, who teaches."""
    wire(database.bus)
    async with stock.browser(stock.application(stock.runtime(database, store))) as client:
        await stock.sign_in(client, "noor@example.org")
        yield client


async def begin(client: httpx.AsyncClient, title: str = "Breathing") -> str:
    """A course begun by its form; where its builder is."""
    answer = await client.post("/studio/courses", data={"title": title})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def add(client: httpx.AsyncClient, desk: str, kind: str, title: str, below: str = "") -> None:
    answer = await client.post(f"{desk}/lessons", data={"kind": kind, "title": title, "below": below})
    assert answer.status_code == 303, answer.text


def id_of(desk: str) -> UUID:
    return UUID(desk.rsplit("/", 1)[1])


def wrong(answer: httpx.Response) -> list[str]:
    """The fields beside which something is said."""
    return re.findall(r'id="f-([a-z_]+)-error"', answer.text)


async def outline(database: Database, desk: str) -> dict[str, courses.Node]:
    """The lessons by title, in their order."""
    async with database.reading(fresh=True) as session:
        nodes = await courses.outline(session, id_of(desk), drafts=True)
    return {node.lesson.title: node for node in nodes}


async def numbers(database: Database, desk: str) -> list[str]:
    return [f"{node.number} {title}" for title, node in (await outline(database, desk)).items()]


def places(page: httpx.Response) -> list[str]:
    """The order as the page would send it."""
    return re.findall(r'name="place" value="([^"]+)"', page.text)


async def test_a_course_is_begun_and_a_nameless_one_is_not(client: httpx.AsyncClient) -> None:
    empty = await client.get("/studio/courses")
    assert "No courses yet" in empty.text
    assert 'href="/studio/imports"' in empty.text
    refused = await client.post("/studio/courses", data={"title": " "})
    assert (refused.status_code, wrong(refused)) == (422, ["title"])
    desk = await begin(client)
    assert "No lessons yet" in (await client.get(desk)).text
    assert f'href="{desk}"' in (await client.get("/studio/courses")).text
    content = desk.replace("/courses/", "/contents/")
    assert f'href="{desk}"' in (await client.get(content)).text
    assert (await client.get(f"{content}/parts")).headers["location"] == desk


async def test_a_lesson_of_every_kind_is_added_and_leads_to_its_editor(client: httpx.AsyncClient, database: Database) -> None:
    desk = await begin(client)
    refused = await client.post(f"{desk}/lessons", data={"kind": "dance", "title": ""})
    assert (refused.status_code, sorted(wrong(refused))) == (422, ["kind", "title"])
    for kind in ("chapter", "text", "video", "audio", "document", "quiz", "assignment"):
        await add(client, desk, kind, f"A {kind}")
    lessons = await outline(database, desk)
    assert len(lessons) == 7
    for node in lessons.values():
        assert (await client.get(f"{desk}/lessons/{node.lesson.id}")).status_code == 200
    async with database.reading() as session:
        quiz = await quizzes.quiz_of_lesson(session, lessons["A quiz"].lesson.id)
    assert quiz is not None
    assert f"/studio/quizzes/{quiz.id}" in (await client.get(f"{desk}/lessons/{lessons['A quiz'].lesson.id}")).text
    assert "/studio/assignments/" in (await client.get(f"{desk}/lessons/{lessons['A assignment'].lesson.id}")).text


async def test_a_lesson_is_written_previewed_and_kept_when_something_is_wrong(
    client: httpx.AsyncClient, database: Database, school: stock.School
) -> None:
    desk = await begin(client)
    await add(client, desk, "video", "Watch")
    lesson = (await outline(database, desk))["Watch"].lesson
    page = f"{desk}/lessons/{lesson.id}"
    typed = {"title": "", "body": "In. **Out.**", "opens_after_days": "soon", "is_published": "yes"}
    refused = await client.post(page, data=typed)
    assert (refused.status_code, sorted(wrong(refused))) == (422, ["opens_after_days", "title"])
    assert "In. **Out.**" in refused.text
    far = await client.post(page, data=typed | {"title": "Watch", "opens_after_days": "99999"})
    assert (far.status_code, wrong(far)) == (422, ["opens_after_days"])
    shown = await client.post(f"{page}/preview", data={"body": "**Out.** <script>alert(1)</script>"})
    assert "<strong>Out.</strong>" in shown.text
    assert "<script>" not in shown.text
    film = school.things["film"].id
    good = typed | {"title": "Look", "opens_after_days": "7", "content_id": str(film), "is_preview": "yes"}
    assert (await client.post(page, data=good)).status_code == 303
    kept = (await outline(database, desk))["Look"].lesson
    assert (kept.content_id, kept.opens_after_days, kept.is_preview, kept.is_required) == (film, 7, True, False)
    assert f'<option value="{film}" selected>' in (await client.get(page)).text


async def test_lessons_are_moved_by_buttons_and_by_the_order_that_a_drag_sends(
    client: httpx.AsyncClient, database: Database
) -> None:
    desk = await begin(client)
    for title in ("One", "Two", "Three"):
        await add(client, desk, "chapter", title)
    ids = {title: str(node.lesson.id) for title, node in (await outline(database, desk)).items()}

    async def step(name: str, title: str) -> list[str]:
        order = places(await client.get(desk))
        assert (await client.post(f"{desk}/outline", data={"place": order, name: ids[title]})).status_code == 303
        return await numbers(database, desk)

    assert await step("up", "Three") == ["1 One", "2 Three", "3 Two"]
    assert await step("in", "Three") == ["1 One", "1.1 Three", "2 Two"]
    assert await step("in", "Two") == ["1 One", "1.1 Three", "1.2 Two"]
    assert await step("up", "Two") == ["1 One", "1.1 Two", "1.2 Three"]
    assert await step("out", "Two") == ["1 One", "1.1 Three", "2 Two"]
    assert await step("up", "Two") == ["1 Two", "2 One", "2.1 Three"]
    assert await step("down", "Two") == ["1 One", "1.1 Three", "2 Two"]
    assert await step("up", "One") == ["1 One", "1.1 Three", "2 Two"]
    dragged = [f"{ids['Two']}:", f"{ids['One']}:{ids['Two']}", f"{ids['Three']}:{ids['Two']}"]
    answer = await client.post(f"{desk}/outline", data={"place": dragged}, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert places(answer) == dragged
    circle = [f"{ids['One']}:{ids['Two']}", f"{ids['Two']}:{ids['One']}", f"{ids['Three']}:"]
    assert (await client.post(f"{desk}/outline", data={"place": circle})).status_code == 422
    assert await numbers(database, desk) == ["1 Two", "1.1 One", "1.2 Three"]


async def test_a_stale_outline_is_answered_with_the_fresh_one(client: httpx.AsyncClient) -> None:
    desk = await begin(client)
    await add(client, desk, "chapter", "One")
    before = places(await client.get(desk))
    await add(client, desk, "chapter", "Two")
    for headers in ({}, {"hx-request": "true"}):
        answer = await client.post(f"{desk}/outline", data={"place": before}, headers=headers)
        assert answer.status_code == 409
        assert "Somebody changed the outline meanwhile" in answer.text
        assert len(places(answer)) == 2


async def test_a_lesson_is_deleted_after_one_question(client: httpx.AsyncClient, database: Database) -> None:
    desk = await begin(client)
    await add(client, desk, "chapter", "Air")
    air = (await outline(database, desk))["Air"].lesson
    await add(client, desk, "text", "Breath", below=str(air.id))
    asked = await client.get(f"{desk}/lessons/{air.id}/delete")
    assert "1 lesson below it goes too" in asked.text
    assert (await client.post(f"{desk}/lessons/{air.id}/delete")).status_code == 303
    assert await outline(database, desk) == {}


async def test_a_course_is_copied(client: httpx.AsyncClient, database: Database) -> None:
    desk = await begin(client)
    await add(client, desk, "chapter", "Air")
    copied = (await client.post(f"{desk}/duplicate")).headers["location"]
    assert copied != desk
    assert await numbers(database, copied) == ["1 Air"]
    assert "Breathing (copy)" in (await client.get(copied)).text


async def test_another_teachers_course_does_not_exist(client: httpx.AsyncClient, database: Database) -> None:
    desk = await begin(client)
    await add(client, desk, "text", "Air")
    lesson_id = (await outline(database, desk))["Air"].lesson.id
    async with database.transaction() as session:
        await stock.add_person(session, "lea@example.org", "Lea", Role.CREATOR)
    client.cookies.clear()
    await stock.sign_in(client, "lea@example.org")
    for path in ("", "/settings", "/members", "/groups", f"/lessons/{lesson_id}", f"/lessons/{lesson_id}/delete"):
        assert (await client.get(f"{desk}{path}")).status_code == 404, path
    for path in (
        "/outline", "/lessons", f"/lessons/{lesson_id}", f"/lessons/{lesson_id}/delete", f"/lessons/{lesson_id}/preview",
        "/duplicate", "/settings", "/settings/prerequisites", "/settings/staff", "/members", "/members/list", "/groups",
    ):  # fmt: skip
        assert (await client.post(f"{desk}{path}", data={"title": "Mine"})).status_code == 404, path
    assert (await client.get(f"/studio/courses/{MISSING}")).status_code == 404
    mine = await begin(client, "Mine")
    assert (await client.get(f"{mine}/lessons/{lesson_id}")).status_code == 404


async def test_settings_are_kept_and_what_is_wrong_is_said_beside_its_field(
    client: httpx.AsyncClient, database: Database
) -> None:
    desk, first = await begin(client), await begin(client, "Sitting")
    typed = {"is_sequential": "yes", "capacity": "a few", "starts_at": "2027-02-01T10:00", "ends_at": "2027-01-01T10:00"}
    refused = await client.post(f"{desk}/settings", data=typed)
    assert (refused.status_code, wrong(refused)) == (422, ["capacity"])
    assert 'value="a few"' in refused.text
    backwards = await client.post(f"{desk}/settings", data=typed | {"capacity": "12"})
    assert (backwards.status_code, wrong(backwards)) == (422, ["ends_at"])
    good = typed | {"capacity": "12", "ends_at": "", "certificate_enabled": "yes", "certificate_valid_months": "24"}
    assert (await client.post(f"{desk}/settings", data=good)).status_code == 303
    async with database.reading(fresh=True) as session:
        course = (await courses.find(session, [id_of(desk)]))[id_of(desk)]
    assert (course.is_sequential, course.enrollment_open, course.capacity) == (True, False, 12)
    assert (course.certificate_valid_months, course.ends_at) == (24, None)
    assert (await client.post(f"{desk}/settings/prerequisites", data={"required": str(id_of(first))})).status_code == 303
    circle = await client.post(f"{first}/settings/prerequisites", data={"required": str(id_of(desk))})
    assert (circle.status_code, wrong(circle)) == (422, ["required"])


async def test_staff_do_what_they_may_and_nothing_else(client: httpx.AsyncClient, database: Database) -> None:
    desk = await begin(client)
    unknown = await client.post(f"{desk}/settings/staff", data={"email": "nobody@example.org", "right": Right.GRADE})
    assert (unknown.status_code, wrong(unknown)) == (422, ["email"])
    nothing = await client.post(f"{desk}/settings/staff", data={"email": "sami@example.org"})
    assert (nothing.status_code, wrong(nothing)) == (422, ["rights"])
    rights = [Right.GRADE, Right.REPORTS]
    added = await client.post(f"{desk}/settings/staff", data={"email": "sami@example.org", "right": rights})
    assert added.status_code == 303
    client.cookies.clear()
    await stock.sign_in(client)
    assert f'href="{desk}"' in (await client.get("/studio/courses")).text
    assert (await client.get(desk)).headers["location"] == f"{desk}/members"
    seen = await client.get(f"{desk}/members")
    assert (seen.status_code, "Add somebody" in seen.text) == (200, False)
    assert (await client.get(f"{desk}/settings")).status_code == 404
    assert (await client.post(f"{desk}/members", data={"email": "noor@example.org"})).status_code == 404
    assert (await client.post("/studio/courses", data={"title": "Mine"})).status_code == 403


async def test_learners_are_added_by_address_extended_and_taken_out(
    client: httpx.AsyncClient, database: Database, school: stock.School
) -> None:
    desk = await begin(client)
    assert "Nobody learns here yet" in (await client.get(f"{desk}/members")).text
    for typed, field in (
        ({"email": ""}, "email"),
        ({"email": "nobody@example.org"}, "email"),
        ({"email": "sami@example.org", "until": "soon"}, "until"),
        ({"email": "sami@example.org", "until": "2001-01-01"}, "until"),
    ):
        refused = await client.post(f"{desk}/members", data=typed)
        assert (refused.status_code, wrong(refused)) == (422, [field])
    assert (await client.post(f"{desk}/members", data={"email": "Sami@example.org"})).status_code == 303
    async with database.reading(fresh=True) as session:
        enrollment = await enrollments.of_person(session, school.learner.id, id_of(desk))
    assert enrollment is not None
    page = f"{desk}/members/{enrollment.id}"
    assert (await client.post(f"{desk}/groups", data={"name": ""})).status_code == 422
    assert (await client.post(f"{desk}/groups", data={"name": "Monday"})).status_code == 303
    assert wrong(await client.post(f"{desk}/groups", data={"name": "Monday"})) == ["name"]
    async with database.reading(fresh=True) as session:
        (group, _count), *_others = await enrollments.groups_of(session, id_of(desk))
    assert (await client.post(f"{page}/groups", data={"group": str(group.id)})).status_code == 303
    assert f"{enrollment.id}" in (await client.get(f"{desk}/members?group={group.id}")).text
    assert (await client.post(f"{desk}/groups/{group.id}", data={f"name-{group.id}": "Tuesday"})).status_code == 303
    assert "Tuesday" in (await client.get(page)).text
    assert (await client.post(f"{page}/extend", data={"until": "1999-12-31"})).status_code == 422
    assert (await client.post(f"{page}/extend", data={"until": ""})).status_code == 303
    assert (await client.post(f"{page}/remove")).status_code == 303
    async with database.reading(fresh=True) as session:
        left = await enrollments.of_person(session, school.learner.id, id_of(desk))
    assert left is not None
    assert left.status == "dropped"
    other = await begin(client, "Other")
    assert (await client.get(f"{other}/members/{enrollment.id}")).status_code == 404


async def test_a_list_is_answered_line_by_line(client: httpx.AsyncClient) -> None:
    desk = await begin(client)
    assert wrong(await client.post(f"{desk}/members/list", data={"csv": " "})) == ["csv"]
    assert wrong(await client.post(f"{desk}/members/list", data={"csv": "name\nSami\n"})) == ["csv"]
    lines = b"email,until,group\nsami@example.org,,Monday\nnobody@example.org,,\nsami@example.org,,\nodd,,\n"
    report = await client.post(f"{desk}/members/list", files={"file": ("people.csv", lines, "text/csv")})
    assert report.status_code == 200
    for word in ("Added", "Unknown", "Twice in the list", "Cannot be read"):
        assert word in report.text
    assert "Monday" in (await client.get(f"{desk}/groups")).text


async def test_a_lesson_takes_the_file_that_was_sent_for_it_when_it_is_ready(
    client: httpx.AsyncClient, database: Database, store: files.Store
) -> None:
    desk = await begin(client)
    await add(client, desk, "document", "The book")
    lesson = (await outline(database, desk))["The book"].lesson
    page = f"{desk}/lessons/{lesson.id}"
    assert f'data-begin="/v1/lessons/{lesson.id}/uploads"' in (await client.get(page)).text
    there = f"/v1/lessons/{lesson.id}/uploads"
    data = b"# Breathing\n\nIn. Out.\n"
    given_up = (await client.post(there, json={"file_name": "other.txt", "size": 9})).json()
    assert (await client.delete(f"/v1/uploads/{given_up['id']}")).status_code == 204
    begun = (await client.post(there, json={"file_name": "book.md", "size": len(data)})).json()
    assert begun["content_id"] == given_up["content_id"], "what was given up leaves no second draft behind"
    assert (await client.put(f"/v1/uploads/{begun['id']}", content=data)).status_code == 200
    assert (await outline(database, desk))["The book"].lesson.content_id is None, "not before it is there"
    assert (await client.post(f"/v1/uploads/{begun['id']}/complete")).status_code == 200
    shown = (await outline(database, desk))["The book"].lesson
    assert str(shown.content_id) == begun["content_id"]
    assert "It shows" in (await client.get(f"{page}/file")).text
    await add(client, desk, "text", "Words")
    words = (await outline(database, desk))["Words"].lesson
    refused = await client.post(f"/v1/lessons/{words.id}/uploads", json={"file_name": "a.mp4", "size": 1})
    assert refused.status_code == 422


async def test_what_cannot_be_taken_back_is_asked_first_without_any_script(client: httpx.AsyncClient, database: Database) -> None:
    desk = await begin(client)
    await add(client, desk, "text", "Air")
    assert (await client.post(f"{desk}/groups", data={"name": "Evening"})).status_code == 303
    await client.post(f"{desk}/members", data={"email": "sami@example.org"})
    await client.post(f"{desk}/settings/staff", data={"email": "sami@example.org", "right": "work:grade"})
    for page, pattern, gone in (
        ("groups", r'href="([^"]+/groups/[^"]+/delete)"', "Evening"),
        ("settings", r'href="([^"]+/staff/[^"]+/remove)"', "/staff/"),
    ):
        listed = await client.get(f"{desk}/{page}")
        ask = re.search(pattern, listed.text)
        assert ask is not None, page
        asked = await client.get(ask[1])
        assert (asked.status_code, f'action="{ask[1]}"' in asked.text) == (200, True)
        assert (await client.post(ask[1])).status_code == 303
        assert gone not in (await client.get(f"{desk}/{page}")).text.split("</ul>")[0]


async def test_any_course_that_can_be_found_may_come_first(client: httpx.AsyncClient, database: Database) -> None:
    desk, other = await begin(client), await begin(client, "Sleeping")
    await begin(client, "Sleeping 100 % well")
    settings = f"{desk}/settings"
    assert "Nothing comes before it." in (await client.get(settings)).text
    found = (await client.get(settings, params={"before": "sleep"})).text
    assert found.count('name="required"') == 2
    assert (await client.get(settings, params={"before": "100 %"})).text.count('name="required"') == 1
    assert "No other course fits" in (await client.get(settings, params={"before": "breath"})).text, "itself is not offered"
    wanted = str(id_of(other))
    assert (await client.post(f"{settings}/prerequisites", data={"required": wanted})).status_code == 303
    assert f'value="{wanted}" checked' in (await client.get(settings)).text


async def test_a_course_is_begun_among_other_contents_too(client: httpx.AsyncClient) -> None:
    assert 'value="course"' in (await client.get("/studio/contents/new")).text
    begun = await client.post("/studio/contents/new", data={"kind": "course", "title": "Waking"})
    assert begun.headers["location"].startswith("/studio/courses/")
