"""What a learner has to do next: in the order of its dates, their own counted, and gone once it is handed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.learning.assignments.conftest import Desk
from tests.learning.certificates.conftest import ok
from tests.learning.gradebook.test_queue import essay_by
from tuition.kernel import clock
from tuition.learning import courses, quizzes
from tuition.learning.courses import LessonType


def days(number: float) -> str:
    return (clock.now() + timedelta(days=number)).isoformat()


async def due(desk: Desk, name: str = "Dana Young") -> list[tuple[str, bool]]:
    program = await desk.school.program(name)
    found: list[dict[str, Any]] = (await ok(await program.get("/v1/me/due")))["items"]
    return [(one["title"], one["is_late"]) for one in found]


async def test_work_with_a_date_is_due_until_it_is_handed_in_or_closed(desk: Desk) -> None:
    assert await due(desk) == [], "without a date nothing is due"
    await desk.change(due_at=days(3))
    assert await due(desk) == [("Describe a wave", False)]
    await desk.change(due_at=days(-1))
    assert await due(desk) == [("Describe a wave", True)]
    await desk.change(due_at=days(-2), closes_at=days(-1))
    assert await due(desk) == []
    mona = await desk.school.program("Mona Haddad")
    more_time = {"enrollment_id": str(desk.enrollment_id), "due_at": days(1), "closes_at": None}
    await ok(await mona.put(f"/v1/assignments/{desk.assignment_id}/dates", json=more_time))
    assert await due(desk) == [("Describe a wave", False)]
    handed = await desk.hand_in()
    assert await due(desk) == []
    await ok(await mona.post(f"/v1/submissions/{handed['id']}/return", json={"feedback": "Again."}))
    assert await due(desk) == [("Describe a wave", False)]
    assert await due(desk, "Mona Haddad") == []


async def test_quizzes_and_work_of_all_courses_stand_in_one_order_on_the_dashboard(desk: Desk) -> None:
    await desk.change(due_at=days(3))
    await essay_by(desk, "Dana Young")
    async with desk.school.database.transaction() as session:
        lesson = await courses.add_lesson(session, desk.mona, desk.school.course_id, LessonType.QUIZ, title="Sooner")
    async with desk.school.database.transaction() as session:
        quiz = await quizzes.quiz_of_lesson(session, lesson.id)
        assert quiz is not None
        quiz.is_published, quiz.closes_at = True, clock.now() + timedelta(days=2)
        done = next(one for one in await quizzes.quizzes_of_course(session, desk.school.course_id) if one.id != quiz.id)
        done.closes_at = clock.now() + timedelta(days=1)
    assert await due(desk) == [("Sooner", False), ("Describe a wave", False)], "what was handed in is due no more"
    dana = await desk.school.program("Dana Young")
    page = (await dana.get("/learning")).text
    assert page.index("Sooner") < page.index("Describe a wave")
    assert f'href="/learning/grades/{desk.school.course_id}"' in page
    mona = await desk.school.program("Mona Haddad")
    await ok(await mona.put(f"/v1/courses/{desk.school.course_id}/gradebook", json={"is_released": False, "letters": []}))
    assert "/learning/grades/" not in (await dana.get("/learning")).text, "what is not released is not linked"
