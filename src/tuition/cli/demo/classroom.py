"""The demonstration's class: an assignment with a rubric, what people handed in, essays that wait, and dates ahead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from tuition.edge import Runtime
from tuition.identity import Actor
from tuition.kernel import clock
from tuition.learning import assignments, courses, enrollments, gradebook, questions, quizzes
from tuition.learning.courses import Lesson, LessonType
from tuition.learning.questions import QuestionType
from tuition.platform.database import Session

TITLE = "Find the theorem at home"
ASKED = """\
Look for a right angle where you live: a table, a stair, a sheet of paper.

1. Measure its two short sides and the long one.
2. Write down what you measured, and what the theorem says.
3. If the two do not agree, say **why**, in one sentence.

A photograph is welcome, and no replacement for the sentence.
"""
RUBRIC = [
    {"title": "Measuring", "description": "Three lengths, with their unit.", "levels": [
        {"title": "All three, and believable", "points": 2}, {"title": "Something is missing", "points": 1},
        {"title": "Nothing was measured", "points": 0},
    ]},
    {"title": "Explaining", "description": "Why it does not agree to the millimetre.", "levels": [
        {"title": "A reason that one could check", "points": 3}, {"title": "A reason", "points": 2},
        {"title": "None", "points": 0},
    ]},
]  # fmt: skip
LETTERS = [("A", Decimal(90)), ("B", Decimal(80)), ("C", Decimal(70)), ("D", Decimal(60)), ("F", Decimal(0))]
HANDED_IN: Mapping[str, str] = {
    "jonas": "Kitchen table: 80 cm, 120 cm, and across it 144 cm. The theorem says 144.2. The hook of my tape wobbles.",
    "ines": "A4 paper: 21.0 and 29.7 cm, diagonal 36.4. 21² + 29.7² = 1323.09, and its root is 36.37. It agrees.",
    "leila": "قست درجة السلم: 17 سم و29 سم، والوتر 33.5 سم. تقول النظرية 33.6. الحافة مستديرة قليلًا، ولهذا ينقص مليمتر.",
    "tomas": "My door: 200, 80 and 215.",
}
ESSAYS: Mapping[str, str] = {
    "jonas": "Nothing is added and nothing taken away: the four triangles are the same in both pictures, so what is left over "
    "has to be the same too, once as one square and once as two.",
    "kofi": "Because the squares are moved and you can see in the film that they fit into the big one at the end, all of them.",
}
SOFAR = {"jonas": 6, "ines": 4, "leila": 6, "tomas": 2, "kofi": 3}
"""How many lessons each has done."""


async def gather(runtime: Runtime, author: Actor, course_id: UUID, people: Mapping[str, Actor], *, today: datetime) -> None:
    """Give the class its work, and let it do some of it."""
    async with runtime.database.transaction() as session:
        await gradebook.configure(session, author, course_id, is_released=True, letters=LETTERS)
        assignment_id = await _assign(session, author, course_id, today)
    async with runtime.database.transaction() as session:
        nodes = [node.lesson for node in await courses.outline(session, course_id) if not node.lesson.is_heading]
        for key, done in SOFAR.items():
            enrollment = await enrollments.enroll_person(session, author, course_id, people[key].id)
            for lesson in nodes[:done]:
                await enrollments.complete_lesson(session, enrollment.id, lesson.id, at=clock.now())
        for key, words in HANDED_IN.items():
            draft = await assignments.begin(session, people[key], assignment_id)
            await assignments.submit(session, people[key], draft.id, body=words)
            if key == "ines":
                levels = {"c1": "l1", "c2": "l2"}
                said = "Well measured. Why does a sheet of paper agree so much better than a table does?"
                await assignments.grade(session, author, draft.id, levels=levels, feedback=said)
        await _take_the_quiz(session, people, nodes, today)


async def _assign(session: Session, author: Actor, course_id: UUID, today: datetime) -> UUID:
    rubric = await questions.keep_rubric(
        session, author, course_id, "Looking and explaining", questions.parse_rubric({"criteria": RUBRIC})
    )
    await session.flush()  # the assignment points at it
    lesson = await courses.add_lesson(
        session, author, course_id, LessonType.ASSIGNMENT, title=TITLE, is_required=False, duration_minutes=20
    )
    await session.flush()  # its assignment is made by a reaction
    assignment = await assignments.of_lesson(session, lesson.id)
    assert assignment is not None, "an assignment lesson has an assignment"
    dates = {"due_at": today + timedelta(days=3), "closes_at": today + timedelta(days=10)}
    graded = {"points_max": Decimal(20), "passing_score": Decimal(50), "late_percent_per_day": Decimal(10), "attempts_max": 3}
    await assignments.edit(
        session,
        author,
        assignment.id,
        instructions=ASKED,
        file_types=["jpg", "pdf", "png"],
        rubric_id=rubric.id,
        **dates,
        **graded,
    )
    return assignment.id


async def _take_the_quiz(session: Session, people: Mapping[str, Actor], lessons: list[Lesson], today: datetime) -> None:
    lesson = next(lesson for lesson in lessons if lesson.lesson_type == LessonType.QUIZ)
    quiz = await quizzes.quiz_of_lesson(session, lesson.id)
    assert quiz is not None, "a quiz lesson has a quiz"
    quiz.closes_at = today + timedelta(days=5)
    for key, words in ESSAYS.items():
        attempt = await quizzes.start(session, people[key], quiz.id)
        sheet = await quizzes.sheet_of(session, await quizzes.look(session, people[key], attempt.id), now=clock.now())
        for line in sheet.lines:
            position = line.answer.position
            match line.kind:
                case QuestionType.ESSAY:
                    await quizzes.save_answer(session, people[key], attempt.id, position, {"text": words})
                case QuestionType.MULTIPLE_CHOICE | QuestionType.MATCHING | QuestionType.ORDERING:
                    key_of = line.body.key(f"{attempt.seed}/{line.answer.question_id}")
                    await quizzes.save_answer(session, people[key], attempt.id, position, key_of)
        await quizzes.submit(session, people[key], attempt.id)
