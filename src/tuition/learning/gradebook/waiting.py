"""What waits for somebody who grades: hand-ins and essays of all their courses in one queue, the longest waiting first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, Uuid, func, literal, null, select, tuple_, union_all

from tuition import catalog
from tuition.identity import Actor, User
from tuition.learning import courses, questions
from tuition.learning.assignments import Assignment, Submission, SubmissionStatus
from tuition.learning.courses import Right
from tuition.learning.enrollments import Enrollment
from tuition.learning.quizzes import Quiz, QuizAnswer, QuizAttempt
from tuition.platform import paging
from tuition.platform.database import AnySession


class WaitingKind(StrEnum):
    """What waits."""

    WORK = "work"
    """A hand-in of an assignment."""
    ESSAY = "essay"
    """An answer of a quiz that a person grades."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which part of the queue is meant: a course, a kind, a lesson; nothing said: all of it."""

    course_id: UUID | None = None
    kind: WaitingKind | None = None
    lesson_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to grade."""

    kind: WaitingKind
    id: UUID
    """The hand-in's, or the answer's."""
    at: datetime
    """When it was handed in."""
    course_id: UUID
    course_title: str
    title: str
    """The assignment's, or the quiz's."""
    words: str
    """The question of an essay."""
    student_name: str
    attempt: int
    late_seconds: int
    quiz_id: UUID | None
    attempt_id: UUID | None
    position: int | None


@dataclass(frozen=True, slots=True)
class Around:
    """Where one is in the queue: what comes before and after, and how many wait in all."""

    before: Waiting | None
    after: Waiting | None
    count: int


async def waiting_page(
    session: AnySession,
    actor: Actor,
    filters: Filters = Filters(),
    *,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[Waiting]:
    """What waits in the courses in which somebody may grade. Raises ``courses.CourseUnknown`` where they may not."""
    queue = await _queue(session, actor, filters)
    scope = f"gradebook.waiting/{actor.id}/{filters.course_id}/{filters.kind}/{filters.lesson_id}"
    page = await paging.paginate(session, select(queue), keys=[queue.c.at, queue.c.id], limit=limit, cursor=cursor, scope=scope)
    return paging.Page([_read(row) for row in page.items], page.next_cursor)


async def waiting_around(session: AnySession, actor: Actor, filters: Filters, *, at: datetime, one_id: UUID) -> Around:
    """What comes before and after a thing in the queue, whether it still waits itself or was graded a moment ago."""
    queue = await _queue(session, actor, filters)
    key, here = tuple_(queue.c.at, queue.c.id), tuple_(literal(at), literal(one_id, Uuid()))
    before = await session.execute(select(queue).where(key < here).order_by(queue.c.at.desc(), queue.c.id.desc()).limit(1))
    after = await session.execute(select(queue).where(key > here).order_by(queue.c.at, queue.c.id).limit(1))
    count = await session.scalar(select(func.count()).select_from(queue)) or 0
    first, last = (None if row is None else _read(tuple(row)) for row in (before.one_or_none(), after.one_or_none()))
    return Around(first, last, count)


async def count_waiting(session: AnySession, actor: Actor) -> int:
    """How much waits in all of somebody's courses. One query."""
    queue = await _queue(session, actor, Filters())
    return await session.scalar(select(func.count()).select_from(queue)) or 0


async def courses_to_grade(session: AnySession, actor: Actor) -> list[tuple[UUID, str]]:
    """The courses in which somebody may grade, by title."""
    mine = courses.where_may(actor, Right.GRADE)
    query = select(catalog.Content.id, catalog.Content.title).where(catalog.Content.id.in_(mine))
    rows = await session.execute(query.order_by(catalog.Content.title, catalog.Content.id).limit(paging.LIMIT_MAX))
    return [(row.id, row.title) for row in rows]


async def _queue(session: AnySession, actor: Actor, filters: Filters) -> Subquery:
    mine = courses.where_may(actor, Right.GRADE)
    if filters.course_id is not None:
        await courses.get_for_staff(session, actor, filters.course_id, Right.GRADE)
        mine = select(literal(filters.course_id, Uuid()))
    parts = {WaitingKind.WORK: _work(mine, filters), WaitingKind.ESSAY: _essays(mine, filters)}
    wanted = [part for kind, part in parts.items() if filters.kind in (None, kind)]
    return union_all(*wanted).subquery("queue")


def _work(mine: Select[UUID], filters: Filters) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            literal(WaitingKind.WORK.value).label("kind"), Submission.id.label("id"), Submission.submitted_at.label("at"),
            Assignment.course_id.label("course_id"), catalog.Content.title.label("course_title"), Assignment.title.label("title"),
            literal("").label("words"), User.full_name.label("student_name"), Submission.attempt.label("attempt"),
            Submission.late_seconds.label("late_seconds"), null().cast(Uuid()).label("quiz_id"),
            null().cast(Uuid()).label("attempt_id"), null().cast(Submission.attempt.type).label("position"),
        )
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(catalog.Content, catalog.Content.id == Assignment.course_id)
        .join(Enrollment, Enrollment.id == Submission.enrollment_id)
        .join(User, User.id == Enrollment.student_id)
        .where(Submission.status == SubmissionStatus.SUBMITTED.value, Assignment.course_id.in_(mine))
    )  # fmt: skip
    return query if filters.lesson_id is None else query.where(Assignment.lesson_id == filters.lesson_id)


def _essays(mine: Select[UUID], filters: Filters) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            literal(WaitingKind.ESSAY.value).label("kind"), QuizAnswer.id.label("id"), QuizAttempt.submitted_at.label("at"),
            Quiz.course_id.label("course_id"), catalog.Content.title.label("course_title"), Quiz.title.label("title"),
            questions.Question.words.label("words"), User.full_name.label("student_name"),
            QuizAttempt.attempt_number.label("attempt"), literal(0).label("late_seconds"), Quiz.id.label("quiz_id"),
            QuizAttempt.id.label("attempt_id"), QuizAnswer.position.label("position"),
        )
        .join(QuizAttempt, QuizAttempt.id == QuizAnswer.attempt_id)
        .join(Quiz, Quiz.id == QuizAttempt.quiz_id)
        .join(catalog.Content, catalog.Content.id == Quiz.course_id)
        .join(User, User.id == QuizAttempt.student_id)
        .join(questions.Question, questions.Question.id == QuizAnswer.question_id)
        .where(QuizAnswer.needs_person, QuizAnswer.points.is_(None), Quiz.course_id.in_(mine))
    )  # fmt: skip
    return query if filters.lesson_id is None else query.where(Quiz.lesson_id == filters.lesson_id)


def _read(row: tuple[Any, ...]) -> Waiting:
    kind, *rest = row
    return Waiting(WaitingKind(kind), *rest)
