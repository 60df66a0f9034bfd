"""What handing in a quiz costs, over HTTP: attempts graded a second, and the questions each asks of the database.

A thousand learners have answered a quiz of ten questions of every type that needs no person, and hand it in; nine thousand have
done so before. Every attempt passes and so completes the course, which asks for a certificate: that is in the figure. In the
second school a hundred learners hand in the same in ten courses, in turns with them. The yardstick is a FastAPI handler of the
same process that runs as many trivial queries.

    python -m benchmarks.quizzes [--attempts 1000] [--rounds 4]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from benchmarks.heartbeat import Result
from benchmarks.load import Ask
from benchmarks.school import MANY, Learner, Operation, compare, enrol, seat, two_schools
from tuition import catalog, identity
from tuition.identity import Actor, Role
from tuition.kernel import new_id
from tuition.learning import courses, questions, quizzes
from tuition.learning.courses import LessonType
from tuition.learning.questions import AnyQuestion
from tuition.platform.database import Database, Session, array_of

ATTEMPTS = 1000
ROUNDS = 4
QUERIES_MAX = 16
"""What is promised for one attempt, however many learners there are."""
COUNTED = 2
"""Attempts that are handed in while queries are counted."""


def ten_questions() -> list[AnyQuestion]:
    """Every type that needs no person, some of them twice."""
    words = {
        "type": "short_answer",
        "text": "The capital of France?",
        "accepted": [{"text": "Paris"}],
        "tolerance": {"slips_max": 1},
    }
    number = {"type": "numeric", "text": "6 × 7?", "accepted": [{"value": 42}]}
    choice = {
        "type": "multiple_choice",
        "text": "Which are prime?",
        "several": True,
        "options": [{"text": str(figure), "is_correct": figure in (2, 3, 7)} for figure in (2, 3, 4, 7, 9)],
    }
    truth = {"type": "true_false", "text": "The sun is a star.", "answer": True}
    pairs = {
        "type": "matching",
        "text": "Match.",
        "pairs": [{"prompt": "France", "answer": "Paris"}, {"prompt": "Spain", "answer": "Madrid"}],
    }
    order = {"type": "ordering", "text": "Order.", "items": [{"text": "One"}, {"text": "Two"}, {"text": "Three"}]}
    cloze = {
        "type": "cloze",
        "text": "1 + 1 = [[g1]]; the sky is [[g2]].",
        "gaps": [{"kind": "number", "accepted": [{"value": 2}]}, {"kind": "words", "accepted": [{"text": "blue"}]}],
    }
    return [questions.parse(one) for one in (words, number, choice, truth, pairs, order, cloze, words, number, choice)]


RESPONSES: dict[str, dict[str, Any]] = {
    "short_answer": {"text": "pariss"},
    "numeric": {"number": "42", "unit": ""},
    "multiple_choice": {"choices": ["a1", "a2"]},
    "true_false": {"value": True},
    "matching": {"pairs": {"p1": "p1", "p2": "p1"}},
    "ordering": {"order": ["i1", "i3", "i2"]},
    "cloze": {"gaps": {"g1": "2", "g2": "green"}},
}


def measure(*, attempts: int = ATTEMPTS, rounds: int = ROUNDS, learners: int = MANY, seconds: float = 1) -> Result:
    """Hand in everybody's attempt. Raises when one asks the database more often than it may, or than with few learners."""
    handed_in = Operation("quiz.graded", "attempts/s", QUERIES_MAX, _handed_in, times=attempts // rounds)

    async def furnish(database: Database, people: int) -> list[Ask]:
        return await _furnish(database, people, attempts=attempts + COUNTED)

    with two_schools(furnish, [handed_in], many=learners) as (few, many, queries):
        return compare(few, many, handed_in, queries[handed_in.name], seconds=seconds, rounds=rounds)


def _handed_in(attempts: list[Ask]) -> Iterator[Ask]:
    # What was handed in while queries were counted is not there any more when the load begins.
    while attempts:
        yield attempts.pop()


async def _furnish(database: Database, people: int, *, attempts: int) -> list[Ask]:
    """As many attempts, in as many courses as it takes; everybody else has handed in already."""
    asks: list[Ask] = []
    async with database.transaction() as session:
        teacher = Actor(id=new_id(), roles=frozenset({Role.CREATOR}), email_verified=True)
        await session.execute(insert(identity.User).values(id=teacher.id, email="teacher@example.org", full_name="Teacher"))
        learners = await seat(session, people)
        while len(asks) < attempts:
            course_id, quiz_id = await _quiz(session, teacher, number=len(asks))
            await enrol(session, course_id, learners)
            asks += await _attempts(session, quiz_id, learners, running=attempts - len(asks))
    return asks


async def _quiz(session: Session, teacher: Actor, *, number: int) -> tuple[UUID, UUID]:
    course = await courses.create(session, teacher, title=f"Benchmarks {number}", visibility="public")
    lesson = await courses.add_lesson(session, teacher, course.id, LessonType.QUIZ, title="Ten questions")
    quiz = await quizzes.quiz_of_lesson(session, lesson.id)
    assert quiz is not None, "a quiz lesson has a quiz"
    for body in ten_questions():
        await quizzes.write_question(session, teacher, quiz.id, body, points=Decimal(1))
    await quizzes.edit_quiz(session, teacher, quiz.id, {"is_published": True, "passing_score": Decimal(50)})
    await catalog.publish(session, teacher, course.id)
    return course.id, quiz.id


async def _attempts(session: Session, quiz_id: UUID, learners: Sequence[Learner], *, running: int) -> list[Ask]:
    """Everybody has answered, and all but so many have handed in."""
    contents = await quizzes.contents_of(session, quiz_id)
    ids = [new_id() for _ in learners]
    bound = {
        "quiz_id": quiz_id,
        "ids": array_of(ids),
        "people": array_of([one.id for one in learners]),
        "running": running,
        "points": contents.points,
        "questions": array_of([one.asked.question.id for one in contents.listed]),
        "versions": array_of([one.asked.version.id for one in contents.listed]),
        "responses": [json.dumps(RESPONSES[one.asked.body.type]) for one in contents.listed],
    }
    for statement in _ANSWERED:
        await session.execute(statement, bound)
    return [
        Ask("POST", f"/v1/quiz-attempts/{attempt_id}/submit", one.program)
        for attempt_id, one in list(zip(ids, learners, strict=True))[:running]
    ]


_ANSWERED = (
    text(
        "insert into quiz_attempts (id, enrollment_id, quiz_id, student_id, attempt_number, seed, started_at, max_score, status,"
        " submitted_at, handed_in_by, graded_at, score, percentage, is_passed)"
        " select attempt.id, enrollment.id, quizzes.id, person, 1, attempt.id::text, now(), :points,"
        " case when is_running then 'in_progress' else 'graded' end, case when not is_running then now() end,"
        " case when not is_running then 'student' end, case when not is_running then now() end,"
        " case when not is_running then :points end, case when not is_running then 100 end, not is_running"
        " from unnest(cast(:ids as uuid[]), cast(:people as uuid[])) with ordinality as attempt (id, person, place)"
        " join quizzes on quizzes.id = :quiz_id"
        " join enrollments as enrollment on enrollment.course_id = quizzes.course_id and enrollment.student_id = person"
        " cross join lateral (select place <= :running as is_running) as state"
    ),
    text(
        "insert into quiz_answers (id, attempt_id, question_id, version_id, position, points_max, points, response, answered_at)"
        " select gen_random_uuid(), attempt.id, question_id, version_id, position, 1,"
        " case when attempt.status = 'graded' then 1 end, response::jsonb, now()"
        " from quiz_attempts as attempt"
        " cross join unnest(cast(:questions as uuid[]), cast(:versions as uuid[]), cast(:responses as text[]))"
        " with ordinality as question (question_id, version_id, response, position) where attempt.quiz_id = :quiz_id"
    ),
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attempts", type=int, default=ATTEMPTS)
    parser.add_argument("--learners", type=int, default=MANY)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    figures = measure(attempts=options.attempts, rounds=options.rounds, learners=options.learners)
    print(json.dumps(figures, indent=2))
