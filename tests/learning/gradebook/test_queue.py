"""One queue for everything that waits for a grader: hand-ins and essays of all their courses, one after the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from tests.learning.assignments.conftest import Desk
from tests.learning.certificates.conftest import ok
from tuition.kernel import clock
from tuition.learning import courses, questions, quizzes
from tuition.learning.assignments import Submission
from tuition.learning.courses import LessonType, Right


async def essay_by(desk: Desk, name: str) -> UUID:
    """A quiz with an essay, which somebody has answered."""
    async with desk.school.database.transaction() as session:
        lesson = await courses.add_lesson(session, desk.mona, desk.school.course_id, LessonType.QUIZ, title="Test")
    async with desk.school.database.transaction() as session:
        quiz = await quizzes.quiz_of_lesson(session, lesson.id)
        assert quiz is not None
        body = questions.parse({"type": "essay", "text": "Why do waves break?"})
        await quizzes.write_question(session, desk.mona, quiz.id, body)
        await quizzes.edit_quiz(session, desk.mona, quiz.id, {"is_published": True})
    program = await desk.school.program(name)
    begun = await ok(await program.post(f"/v1/quizzes/{quiz.id}/attempts"), 201)
    attempt = begun["attempt"]["id"]
    await ok(await program.put(f"/v1/quiz-attempts/{attempt}/answers/1", json={"response": {"text": "They are tired."}}))
    await ok(await program.post(f"/v1/quiz-attempts/{attempt}/submit"))
    return quiz.id


async def queue(desk: Desk, name: str = "Mona Haddad", **asked: Any) -> list[dict[str, Any]]:
    program = await desk.school.program(name)
    found: list[dict[str, Any]] = (await ok(await program.get("/v1/grading", params=asked)))["items"]
    return found


async def test_hand_ins_and_essays_wait_together_and_are_graded_one_after_the_other(desk: Desk) -> None:
    await desk.school.enrol_by_hand("Sami Aziz")
    first = await desk.hand_in(name="Dana Young")
    second = await desk.hand_in(name="Sami Aziz")
    await essay_by(desk, "Dana Young")
    async with desk.school.database.transaction() as session:
        # The second one has waited longest.
        earlier = update(Submission).where(Submission.id == UUID(second["id"]))
        await session.execute(earlier.values(submitted_at=clock.now() - timedelta(days=1)))
    waiting = await queue(desk)
    assert [(one["kind"], one["student_name"]) for one in waiting] == [
        ("work", "Sami Aziz"), ("work", "Dana Young"), ("essay", "Dana Young"),
    ]  # fmt: skip
    mona = await desk.school.program("Mona Haddad")
    page = await mona.get("/studio/grading")
    places = [page.text.index(f"/studio/submissions/{one['id']}") for one in (second, first)]
    assert places == sorted(places)
    assert "Why do waves break?" in page.text
    sent = await mona.post(f"/studio/submissions/{second['id']}", data={"do": "grade", "points": "80"})
    assert sent.headers["location"] == f"/studio/submissions/{first['id']}"
    sent = await mona.post(sent.headers["location"], data={"do": "return", "feedback": "Again."})
    essay = f"/studio/quizzes/{waiting[2]['quiz_id']}/grading/{waiting[2]['attempt_id']}/{waiting[2]['position']}"
    assert sent.headers["location"] == essay
    sent = await mona.post(essay, data={"points": "1"})
    assert sent.headers["location"] == "/studio/grading"
    assert await queue(desk) == []
    assert "Nothing waits" in (await mona.get("/studio/grading")).text


async def test_what_was_passed_over_comes_at_the_end(desk: Desk) -> None:
    await desk.school.enrol_by_hand("Sami Aziz")
    first, second = await desk.hand_in(name="Dana Young"), await desk.hand_in(name="Sami Aziz")
    mona = await desk.school.program("Mona Haddad")
    assert f'rel="next" href="/studio/submissions/{second["id"]}"' in (await mona.get(f"/studio/submissions/{first['id']}")).text
    sent = await mona.post(f"/studio/submissions/{second['id']}", data={"do": "grade", "points": "80"})
    assert sent.headers["location"] == f"/studio/submissions/{first['id']}"


async def test_the_queue_is_narrowed_by_course_kind_and_lesson_and_stays_so_from_one_to_the_next(desk: Desk) -> None:
    handed = await desk.hand_in()
    quiz_id = await essay_by(desk, "Dana Young")
    assert [one["kind"] for one in await queue(desk, kind="essay")] == ["essay"]
    assert [one["id"] for one in await queue(desk, lesson_id=str(desk.lesson_id))] == [handed["id"]]
    assert len(await queue(desk, course_id=str(desk.school.course_id))) == 2
    mona = await desk.school.program("Mona Haddad")
    listed = await mona.get(f"/studio/courses/{desk.school.course_id}/grading", follow_redirects=True)
    assert f"/studio/submissions/{handed['id']}?course={desk.school.course_id}" in listed.text
    of_quiz = await mona.get(f"/studio/quizzes/{quiz_id}/grading", follow_redirects=True)
    assert handed["id"] not in of_quiz.text
    assert "Why do waves break?" in of_quiz.text
    sent = await mona.post(f"/studio/submissions/{handed['id']}?kind=work", data={"do": "grade", "points": "80"})
    assert sent.headers["location"] == "/studio/grading?kind=work"
    for nonsense in ("kind=all", "course=x", "lesson=x"):
        assert (await mona.get(f"/studio/grading?{nonsense}")).status_code == 200


async def test_an_assistant_sees_the_queue_of_the_courses_in_which_they_grade_and_nobody_elses(desk: Desk) -> None:
    handed = await desk.hand_in()
    for name, right in (("Gil Grader", Right.GRADE), ("Rita Reader", Right.REPORTS)):
        await desk.school.program(name)
        async with desk.school.database.transaction() as session:
            staff_id, role = desk.school.ids[name], courses.StaffRole.ASSISTANT
            await courses.add_staff(session, desk.mona, desk.school.course_id, staff_id, role=role, rights=frozenset({right}))
    assert [one["id"] for one in await queue(desk, "Gil Grader")] == [handed["id"]]
    for name in ("Rita Reader", "Dana Young"):
        assert await queue(desk, name) == []
        program = await desk.school.program(name)
        await ok(await program.get("/v1/grading", params={"course_id": str(desk.school.course_id)}), 404)
        assert (await program.get(f"/studio/courses/{desk.school.course_id}/grading")).status_code == 404
    gil = await desk.school.program("Gil Grader")
    assert '<span class="badge badge-sm tone-accent num">1</span>' in (await gil.get("/studio/grading")).text
