"""A course's grades: put together, overridden, hidden, exported; and how the class is doing."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.learning.assignments.conftest import Desk
from tests.learning.certificates.conftest import ok
from tuition.learning import assignments, courses
from tuition.learning.courses import LessonType


async def second(desk: Desk) -> Desk:
    """Another assignment in the same course."""
    async with desk.school.database.transaction() as session:
        lesson = await courses.add_lesson(session, desk.mona, desk.school.course_id, LessonType.ASSIGNMENT, title="=2+2")
    async with desk.school.database.reading() as session:
        found = await assignments.of_lesson(session, lesson.id)
    assert found is not None
    return Desk(desk.school, lesson.id, found.id, desk.enrollment_id)


async def book(desk: Desk, who: str = "Mona Haddad", path: str = "", expect: int = 200) -> dict[str, Any]:
    """The gradebook as somebody sees it."""
    program = await desk.school.program(who)
    seen: dict[str, Any] = await ok(await program.get(f"/v1/courses/{desk.school.course_id}/gradebook{path}"), expect)
    return seen


async def test_results_come_together_by_weight(desk: Desk) -> None:
    other = await second(desk)
    mona = await desk.school.program("Mona Haddad")
    address = f"/v1/courses/{desk.school.course_id}/gradebook"
    essays = await ok(await mona.post(f"{address}/categories", json={"title": "Essays", "weight": "3"}), 201)
    tests = await ok(await mona.post(f"{address}/categories", json={"title": "Tests", "weight": "1"}), 201)
    twice = await mona.post(f"{address}/categories", json={"title": " Tests ", "weight": "1"})
    assert (await ok(twice, 422))["code"] == "gradebook.invalid"
    await ok(await mona.put(f"{address}/items/{desk.lesson_id}", json={"category_id": essays["id"]}), 204)
    await ok(await mona.put(f"{address}/items/{other.lesson_id}", json={"category_id": tests["id"]}), 204)
    await ok(await mona.put(address, json={"letters": [{"letter": "B", "at_least": "80"}, {"letter": "A", "at_least": "90"}]}))
    await desk.grade((await desk.hand_in())["id"], points="90")
    assert (await book(desk))["rows"][0]["total"] == "90.00", "what is not graded yet marks nobody down"
    await other.grade((await other.hand_in())["id"], points="50")
    row = (await book(desk))["rows"][0]
    assert (row["name"], row["total"], row["letter"]) == ("Dana Young", "80.00", "B")
    own = (await book(desk, "Dana Young", "/mine"))["rows"][0]
    assert (own["total"], own["letter"]) == ("80.00", "B")
    await ok(await mona.delete(f"{address}/categories/{tests['id']}"), 204)
    assert (await book(desk))["rows"][0]["total"] == "90.00"


async def test_a_result_set_by_hand_counts_until_it_is_undone(desk: Desk) -> None:
    await desk.grade((await desk.hand_in())["id"], points="40")
    mona, dana = await desk.school.program("Mona Haddad"), await desk.school.program("Dana Young")
    address = f"/v1/courses/{desk.school.course_id}/gradebook/items/{desk.lesson_id}/overrides/{desk.enrollment_id}"
    body = {"percentage": "75", "reason": "Handed in on paper."}
    await ok(await dana.put(address, json=body), 404)
    await ok(await mona.put(address, json=body | {"reason": "   "}), 422)
    await ok(await mona.put(address, json=body), 204)
    cell = (await book(desk))["rows"][0]["cells"][0]
    assert (cell["percentage"], cell["earned"], cell["reason"]) == ("75.00", "40.00", "Handed in on paper.")
    await ok(await mona.put(address, json={"percentage": None, "reason": "Excused, was ill."}), 204)
    assert (await book(desk))["rows"][0]["total"] is None
    await ok(await mona.delete(address), 204)
    assert (await book(desk))["rows"][0]["total"] == "40.00"


async def test_grades_are_hidden_until_they_are_released(desk: Desk) -> None:
    await desk.grade((await desk.hand_in())["id"], points="40")
    mona = await desk.school.program("Mona Haddad")
    address = f"/v1/courses/{desk.school.course_id}/gradebook"
    await ok(await mona.put(address, json={"is_released": False}))
    assert (await book(desk, "Dana Young", "/mine", 403))["code"] == "gradebook.hidden"
    await ok(await mona.put(address, json={"is_released": True}))
    await ok(await mona.put(f"{address}/items/{desk.lesson_id}", json={"is_hidden": True}), 204)
    hidden = await book(desk, "Dana Young", "/mine")
    assert (hidden["items"], hidden["rows"][0]["total"]) == ([], None)
    await desk.school.program("Sami Aziz")
    await book(desk, "Sami Aziz", "/mine", 404)
    await book(desk, "Dana Young", "", 404)


async def test_the_table_for_spreadsheets_holds_no_formula(desk: Desk) -> None:
    await second(desk)
    await desk.grade((await desk.hand_in())["id"], points="87.5")
    await desk.school.enrol_by_hand("=cmd|' /C calc'!A0")
    mona = await desk.school.program("Mona Haddad")
    answer = await mona.get(f"/v1/courses/{desk.school.course_id}/gradebook/export.csv")
    assert answer.status_code == 200
    table = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert table[0] == ["enrollment_id", "name", "Describe a wave", "'=2+2", "total"]
    assert {row[1]: row[2:] for row in table[1:]} == {
        "Dana Young": ["87.50", "", "87.50"],
        "'=cmd|' /C calc'!A0": ["", "", ""],
    }


async def test_a_report_shows_where_people_stop_and_who_needs_help(desk: Desk) -> None:
    await second(desk)
    await desk.grade((await desk.hand_in())["id"], points="30")
    await desk.school.enrol_by_hand("Sami Aziz")
    mona = await desk.school.program("Mona Haddad")
    report = await ok(await mona.get(f"/v1/courses/{desk.school.course_id}/report"))
    assert (report["learners"], sum(report["progress"])) == (2, 2)
    assert [(stop["title"], stop["completed"]) for stop in report["stops"]] == [("Describe a wave", 1), ("=2+2", 0)]
    assert [(one["name"], one["grade"], one["is_away"]) for one in report["struggling"]] == [("Dana Young", "30.00", False)]
    await ok(await (await desk.school.program("Dana Young")).get(f"/v1/courses/{desk.school.course_id}/report"), 404)
