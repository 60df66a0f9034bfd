"""Finding quizzes, what is in them, and the rules that hold for one learner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from tuition import catalog
from tuition.identity import Actor
from tuition.learning import courses, enrollments, questions
from tuition.learning.courses import Right
from tuition.learning.questions import Asked
from tuition.learning.quizzes.errors import QuizUnknown
from tuition.learning.quizzes.models import Quiz, QuizAnswer, QuizAttempt, QuizDraw, QuizOverride, QuizQuestion
from tuition.learning.quizzes.rules import Extra, Terms, terms_of
from tuition.platform import paging
from tuition.platform.database import AnySession


@dataclass(frozen=True, slots=True)
class Listed:
    """A question that everybody gets, and what it is worth here."""

    row: QuizQuestion
    asked: Asked


@dataclass(frozen=True, slots=True)
class Contents:
    """What a quiz asks: named questions, then drawn ones."""

    listed: list[Listed]
    draws: list[QuizDraw]

    @property
    def count(self) -> int:
        """How many questions an attempt has, if the banks have enough."""
        return len(self.listed) + sum(draw.count for draw in self.draws)

    @property
    def points(self) -> Decimal:
        """What they are worth together."""
        named = sum((one.row.points for one in self.listed), Decimal(0))
        return named + sum((draw.points * draw.count for draw in self.draws), Decimal(0))


async def get_quiz_for_staff(session: AnySession, actor: Actor, quiz_id: UUID, *rights: Right) -> Quiz:
    """A quiz of a course in which the actor has one of these rights. Raises ``QuizUnknown`` for everybody else."""
    quiz = await session.get(Quiz, quiz_id)
    if quiz is None or not set(rights) & await courses.rights_of(session, actor, quiz.course_id):
        raise QuizUnknown
    return quiz


async def find_quiz(session: AnySession, quiz_id: UUID) -> Quiz | None:
    """A quiz, for whomever; the caller asks who may see it."""
    return await session.get(Quiz, quiz_id)


async def quiz_of_lesson(session: AnySession, lesson_id: UUID) -> Quiz | None:
    """The quiz of a lesson, for whomever."""
    quiz: Quiz | None = await session.scalar(select(Quiz).where(Quiz.lesson_id == lesson_id))
    return quiz


async def quizzes_of_course(session: AnySession, course_id: UUID) -> list[Quiz]:
    """Every quiz of a course, the oldest first."""
    return list(await session.scalars(select(Quiz).where(Quiz.course_id == course_id).order_by(Quiz.id)))


@dataclass(frozen=True, slots=True)
class Taught:
    """A quiz in the list of somebody who teaches."""

    quiz: Quiz
    course_title: str
    waiting: int
    """Answers that wait for a person."""


async def taught_by(
    session: AnySession, actor: Actor, *, limit: int = paging.LIMIT_USUAL, cursor: str | None = None
) -> paging.Page[Taught]:
    """The quizzes of the courses that somebody made or helps to grade, the newest first."""
    course, staff = catalog.Content, courses.CourseStaff
    helps = select(staff.course_id).where(
        staff.user_id == actor.id, staff.rights.op("@>", is_comparison=True)(literal([Right.GRADE.value], JSONB()))
    )
    waiting = (
        select(func.count())
        .select_from(QuizAnswer)
        .join(QuizAttempt, QuizAttempt.id == QuizAnswer.attempt_id)
        .where(QuizAttempt.quiz_id == Quiz.id, QuizAnswer.needs_person, QuizAnswer.points.is_(None))
        .correlate(Quiz)
        .scalar_subquery()
    )
    query = (
        select(Quiz, course.title, waiting)
        .join(course, course.id == Quiz.course_id)
        .where(or_(course.creator_id == actor.id, course.id.in_(helps)), course.deleted_at.is_(None))
    )
    scope = f"quizzes/{actor.id}"
    page = await paging.paginate(session, query, keys=[Quiz.id.desc()], limit=limit, cursor=cursor, scope=scope)
    return paging.Page([Taught(*row) for row in page.items], page.next_cursor)


async def contents_of(session: AnySession, quiz_id: UUID) -> Contents:
    """What a quiz asks, for its staff: keys and all."""
    rows = list(
        await session.scalars(select(QuizQuestion).where(QuizQuestion.quiz_id == quiz_id).order_by(QuizQuestion.order_index))
    )
    asked = await questions.newest(session, [row.question_id for row in rows])
    draws = await session.scalars(select(QuizDraw).where(QuizDraw.quiz_id == quiz_id).order_by(QuizDraw.id))
    return Contents([Listed(row, asked[row.question_id]) for row in rows], list(draws))


async def overrides_of(session: AnySession, quiz_id: UUID) -> list[QuizOverride]:
    """Every override of a quiz."""
    return list(await session.scalars(select(QuizOverride).where(QuizOverride.quiz_id == quiz_id).order_by(QuizOverride.id)))


async def terms_for(session: AnySession, quiz: Quiz, enrollment_id: UUID) -> Terms:
    """The rules that hold for one learner."""
    return (await terms_of_several(session, [quiz], [enrollment_id]))[quiz.id]


async def terms_of_several(session: AnySession, several: Sequence[Quiz], enrollment_ids: Sequence[UUID]) -> dict[UUID, Terms]:
    """The rules that hold in several courses of one learner: by quiz, in one query."""
    member = enrollments.CourseGroupMember.enrollment_id.in_(list(enrollment_ids))
    groups = select(enrollments.CourseGroupMember.group_id).where(member)
    theirs = or_(QuizOverride.enrollment_id.in_(list(enrollment_ids)), QuizOverride.group_id.in_(groups))
    found: dict[UUID, list[QuizOverride]] = {}
    for row in await session.scalars(select(QuizOverride).where(QuizOverride.quiz_id.in_([one.id for one in several]), theirs)):
        found.setdefault(row.quiz_id, []).append(row)
    return {one.id: terms_with(one, found.get(one.id, [])) for one in several}


def terms_with(quiz: Quiz, overrides: Sequence[QuizOverride]) -> Terms:
    """The quiz's rules with these overrides."""
    return terms_of(
        time_limit_minutes=quiz.time_limit_minutes,
        max_attempts=quiz.max_attempts,
        opens_at=quiz.opens_at,
        closes_at=quiz.closes_at,
        extras=[Extra(row.extra_minutes, row.extra_attempts, row.closes_at) for row in overrides],
    )
