"""What handing in a quiz costs: attempts graded a second, the questions each asks of the database, and whether either grows.

A thousand learners have answered a quiz of ten questions of every type that needs no person; their attempts are handed in, each
in a transaction of its own, a few at a time, as a worker does when a quiz closes. The first hundred are measured apart from the
rest: the cost of one attempt must not depend on how many learners there are. Every attempt passes and so
completes the course, which asks for a certificate: that is in the figure. The yardstick is a transaction of as many trivial
queries.

    python -m benchmarks.quizzes [--learners 1000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop
from sqlalchemy import event, insert, select, text

from benchmarks.heartbeat import Result, settings_in
from tuition import catalog, identity
from tuition.identity import Actor, Role
from tuition.kernel import clock, new_id
from tuition.learning import courses, enrollments, questions, quizzes
from tuition.learning.courses import LessonType
from tuition.learning.questions import AnyQuestion
from tuition.main import build_runtime
from tuition.platform import migrate, postgres
from tuition.platform.database import Database, Session

LEARNERS = 1000
AT_ONCE = 4
QUERIES_MAX = 20
"""What is promised for one attempt, however many learners there are."""
FIRST = 100


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


def measure(*, learners: int = LEARNERS) -> Result:
    """Hand in everybody's attempt. Raises when one asks the database more often than it may, or more often than the first."""
    with tempfile.TemporaryDirectory(prefix="tuition-bench-") as folder, postgres.hold(Path(folder) / "postgres") as server:
        url = server.create_database(f"bench_{new_id().hex}")
        migrate.upgrade(url)
        return uvloop.run(_measure(Path(folder), url, learners))


async def _measure(folder: Path, url: str, learners: int) -> Result:
    runtime = build_runtime(settings_in(folder), url)
    database = runtime.database
    attempts = await _furnish(database, learners)
    first = await _hand_in(database, attempts[:FIRST])
    rest = await _hand_in(database, attempts[FIRST:])
    queries = round(rest[1])
    assert queries <= QUERIES_MAX, f"an attempt asks {queries} times, {QUERIES_MAX} are promised"
    assert rest[1] <= first[1] + 1, f"the first attempts asked {first[1]:.1f} times each, later ones {rest[1]:.1f}"
    yardstick = await _trivial(database, len(attempts), queries)
    await runtime.close()
    return {
        "quiz.graded": {
            "value": round(rest[0]),
            "unit": "attempts/s",
            "baseline": f"{queries} trivial queries in a transaction: {round(yardstick)}/s",
            "ratio": round(rest[0] / yardstick, 2),
        },
        "quiz.graded.queries": {
            "value": queries,
            "unit": "queries per attempt",
            "baseline": f"the first {FIRST}: {first[1]:.1f}",
        },
    }


async def _hand_in(database: Database, attempts: Sequence[tuple[UUID, Actor]]) -> tuple[float, float]:
    """Attempts a second, and statements an attempt."""
    statements = 0

    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1

    async def one(attempt: tuple[UUID, Actor]) -> None:
        async with database.transaction() as session:
            await quizzes.submit(session, attempt[1], attempt[0])

    event.listen(database.engine.sync_engine, "before_cursor_execute", count)
    began = time.perf_counter()
    await _a_few_at_a_time(attempts, one)
    took = time.perf_counter() - began
    event.remove(database.engine.sync_engine, "before_cursor_execute", count)
    return len(attempts) / took, statements / len(attempts)


async def _trivial(database: Database, times: int, queries: int) -> float:
    async def one(_: int) -> None:
        async with database.transaction() as session:
            for _query in range(queries):
                await session.execute(text("select 1"))

    began = time.perf_counter()
    await _a_few_at_a_time(range(times), one)
    return times / (time.perf_counter() - began)


async def _a_few_at_a_time(work: Sequence[Any], do: Callable[[Any], Awaitable[None]]) -> None:
    waiting = iter(work)

    async def worker() -> None:
        for item in waiting:
            await do(item)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def _furnish(database: Database, learners: int) -> list[tuple[UUID, Actor]]:
    """A published course with the quiz; everybody is enrolled, has begun and has answered."""
    async with database.transaction() as session:
        teacher = Actor(id=(await _people(session, 1))[0], roles=frozenset({Role.CREATOR}), email_verified=True)
        course = await courses.create(session, teacher, title="Benchmarks", description="How fast.")
        lesson = await courses.add_lesson(session, teacher, course.id, LessonType.QUIZ, title="Ten questions")
        quiz = await quizzes.quiz_of_lesson(session, lesson.id)
        assert quiz is not None, "a quiz lesson has a quiz"
        for body in ten_questions():
            await quizzes.write_question(session, teacher, quiz.id, body, points=Decimal(1))
        await quizzes.edit_quiz(session, teacher, quiz.id, {"is_published": True, "passing_score": Decimal(50)})
        await catalog.publish(session, teacher, course.id)
        people = await _people(session, learners)
        await session.execute(
            insert(enrollments.Enrollment),
            [
                {"id": new_id(), "student_id": person, "course_id": course.id, "source": "manual", "enrolled_at": clock.now()}
                for person in people
            ],
        )
    async with database.transaction() as session:
        return await _attempts(session, quiz.id)


async def _attempts(session: Session, quiz_id: UUID) -> list[tuple[UUID, Actor]]:
    contents = await quizzes.contents_of(session, quiz_id)
    quiz = await session.get_one(quizzes.Quiz, quiz_id)
    query = select(enrollments.Enrollment.id, enrollments.Enrollment.student_id).where(
        enrollments.Enrollment.course_id == quiz.course_id
    )
    made, rows, answers = [], [], []
    for enrollment_id, student_id in await session.execute(query.order_by(enrollments.Enrollment.id)):
        attempt_id = new_id()
        made.append((attempt_id, Actor(id=student_id, email_verified=True)))
        row = {
            "id": attempt_id,
            "enrollment_id": enrollment_id,
            "quiz_id": quiz_id,
            "student_id": student_id,
            "attempt_number": 1,
        }
        rows.append(row | {"seed": attempt_id.hex, "started_at": clock.now(), "max_score": contents.points})
        answers += [
            {
                "id": new_id(),
                "attempt_id": attempt_id,
                "question_id": one.asked.question.id,
                "version_id": one.asked.version.id,
                "position": place,
                "points_max": one.row.points,
                "response": RESPONSES[one.asked.body.type],
            }
            for place, one in enumerate(contents.listed, 1)
        ]
    await session.execute(insert(quizzes.QuizAttempt), rows)
    await session.execute(insert(quizzes.QuizAnswer), answers)
    return made


async def _people(session: Session, count: int) -> list[UUID]:
    ids = [new_id() for _ in range(count)]
    rows = [{"id": one, "email": f"{one}@example.org", "full_name": "Somebody", "email_verified_at": clock.now()} for one in ids]
    await session.execute(insert(identity.User), rows)
    return ids


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=LEARNERS)
    print(json.dumps(measure(learners=parser.parse_args().learners), indent=2))
