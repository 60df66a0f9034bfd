"""Rubrics of a course: written, copied, removed; followed by assignments, taken by essays, true to given grades."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.learning.assignments.conftest import Desk
from tests.learning.certificates.conftest import ok
from tuition.learning import courses, quizzes
from tuition.learning.courses import LessonType

LEVELS = [{"title": "Clear", "points": "2"}, {"title": "Not clear", "points": "0"}]


def criteria(*titles: str, best: str = "2") -> list[dict[str, Any]]:
    return [{"title": title, "levels": [{"title": "Clear", "points": best}, LEVELS[1]]} for title in titles]


async def rubric(desk: Desk, **changes: Any) -> dict[str, Any]:
    mona = await desk.school.program("Mona Haddad")
    body = {"title": "Essays", "criteria": criteria("Argument", "Words")} | changes
    made: dict[str, Any] = await ok(await mona.post(f"/v1/courses/{desk.school.course_id}/rubrics", json=body), 201)
    return made


async def test_a_changed_rubric_reaches_who_follows_it_until_work_is_graded_by_it(desk: Desk) -> None:
    mona, made = await desk.school.program("Mona Haddad"), await rubric(desk)
    there = f"/v1/courses/{desk.school.course_id}/rubrics"
    await desk.change(rubric_id=made["id"])
    assert (await ok(await mona.get(there)))["items"][0]["assignment_ids"] == [str(desk.assignment_id)]
    changed = await ok(
        await mona.put(f"{there}/{made['id']}", json={"title": "Essays", "criteria": criteria("Argument", best="4")})
    )
    assert (changed["assignments_changed"], changed["assignments_kept"]) == (1, 0)
    handed = await desk.hand_in()
    assert (await desk.grade(handed["id"], levels={"c1": "l1"}))["points"] == "100.00"
    changed = await ok(await mona.put(f"{there}/{made['id']}", json={"title": "Essays", "criteria": criteria("Words")}))
    assert (changed["assignments_changed"], changed["assignments_kept"]) == (0, 1)
    shown = await ok(await mona.get(f"/v1/assignments/{desk.assignment_id}"))
    assert [one["title"] for one in shown["rubric"]["criteria"]] == ["Argument"]
    await desk.change(rubric_id=made["id"], points_max="10")
    await ok(await mona.delete(f"{there}/{made['id']}"), 204)
    shown = await ok(await mona.get(f"/v1/assignments/{desk.assignment_id}"))
    assert (shown["rubric_id"], len(shown["rubric"]["criteria"])) == (None, 1), "the copy stays"


async def test_rubrics_are_the_staffs_of_their_course_alone(desk: Desk) -> None:
    made, dana = await rubric(desk), await desk.school.program("Dana Young")
    page = f"/studio/courses/{desk.school.course_id}/rubrics"
    for path in (page, f"{page}/new", f"{page}/{made['id']}", f"{page}/{made['id']}/remove"):
        assert (await dana.get(path)).status_code == 404, path
    await ok(await dana.get(f"/v1/courses/{desk.school.course_id}/rubrics"), 404)
    assert (await dana.post(f"{page}/{made['id']}/remove")).status_code == 404


async def test_a_rubric_is_written_copied_and_removed_on_its_page(desk: Desk) -> None:
    mona = await desk.school.program("Mona Haddad")
    page, api = (f"{start}/courses/{desk.school.course_id}/rubrics" for start in ("/studio", "/v1"))
    assert "No rubrics yet" in (await mona.get(page)).text
    form = {"title": "Essays", "criteria-0-title": "Argument", "criteria-0-levels": "2 Clear\n0 Not clear"}
    more = await mona.post(f"{page}/new", data=form | {"more": "criteria"})
    assert (more.status_code, "criteria-3-title" in more.text) == (200, True)
    assert (await mona.post(f"{page}/new", data=form)).status_code == 303
    kept = (await ok(await mona.get(api)))["items"][0]
    assert [level["points"] for level in kept["criteria"][0]["levels"]] == ["2", "0"]
    assert (await mona.post(f"{page}/{kept['id']}/copy")).status_code == 303
    titles = [one["title"] for one in (await ok(await mona.get(api)))["items"]]
    assert titles == ["Essays", "Essays (copy)"]
    assert "Delete “Essays”?" in (await mona.get(f"{page}/{kept['id']}/remove")).text
    assert (await mona.post(f"{page}/{kept['id']}/remove")).status_code == 303
    assert [one["title"] for one in (await ok(await mona.get(api)))["items"]] == ["Essays (copy)"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "at least one criterion"),
        ({"criteria-0-levels": "2 Clear"}, "every criterion a name"),
        ({"criteria-0-title": "Argument", "criteria-0-levels": "Clear"}, "begins with its points"),
        ({"criteria-0-title": "Argument", "criteria-0-levels": ""}, "at least one level"),
        ({"criteria-0-title": "Argument", "criteria-0-levels": "0 Bad"}, "some level is worth more than nothing"),
        ({"title": " ", "criteria-0-title": "Argument", "criteria-0-levels": "2 Clear"}, "between 1 and 255"),
    ],
)
async def test_a_rubric_that_cannot_be_used_is_refused_with_the_reason(desk: Desk, typed: dict[str, str], said: str) -> None:
    mona = await desk.school.program("Mona Haddad")
    refused = await mona.post(f"/studio/courses/{desk.school.course_id}/rubrics/new", data={"title": "Essays"} | typed)
    assert (refused.status_code, said in refused.text) == (422, True)


async def test_an_essay_takes_a_rubric_of_the_course(desk: Desk) -> None:
    made, mona = await rubric(desk), await desk.school.program("Mona Haddad")
    async with desk.school.database.transaction() as session:
        lesson = await courses.add_lesson(session, desk.mona, UUID(str(desk.school.course_id)), LessonType.QUIZ, title="Test")
    async with desk.school.database.reading() as session:
        quiz = await quizzes.quiz_of_lesson(session, lesson.id)
    assert quiz is not None
    form = {"text": "Why do waves break?", "more": "rubric", "rubric": made["id"]}
    filled = await mona.post(f"/studio/quizzes/{quiz.id}/new?type=essay", data=form)
    assert 'value="Argument"' in filled.text
    assert "2 Clear" in filled.text
    assert "Why do waves break?" in filled.text, "what was typed stays"
