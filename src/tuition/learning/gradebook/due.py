"""What a learner has to do next: work and quizzes with a date, in all their courses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from tuition import catalog
from tuition.learning import assignments, quizzes
from tuition.learning.assignments import Assignment, Submission, SubmissionStatus
from tuition.learning.courses import Lesson, LessonType
from tuition.learning.enrollments import Enrollment, EnrollmentStatus
from tuition.learning.gradebook.models import Gradebook
from tuition.learning.quizzes import AttemptStatus, Quiz, QuizAttempt
from tuition.platform.database import AnySession

COURSES_MAX = 200
DUE_MAX = 12


@dataclass(frozen=True, slots=True)
class Due:
    """Something that a learner has to do, and by when."""

    lesson_type: LessonType
    title: str
    course_title: str
    course_slug: str
    lesson_slug: str
    due_at: datetime
    """When it is due, or, if nothing is said of that, when it closes."""
    closes_at: datetime | None
    is_late: bool
    is_begun: bool
    is_returned: bool
    """It was given back to be done again."""


Places = Mapping[UUID, tuple[Lesson, str, str]]


async def due_for(session: AnySession, person_id: UUID, *, now: datetime) -> list[Due]:
    """What is neither handed in nor closed, the most urgent first. Seven queries, however much it is."""
    learning = select(Enrollment.course_id, Enrollment.id).where(
        Enrollment.student_id == person_id, Enrollment.status == EnrollmentStatus.ACTIVE.value
    )
    rows = await session.execute(learning.order_by(Enrollment.id.desc()).limit(COURSES_MAX))
    by_course = {row.course_id: row.id for row in rows}
    if not by_course:
        return []
    graded = [LessonType.ASSIGNMENT.value, LessonType.QUIZ.value]
    query = (
        select(Lesson, catalog.Content.title, catalog.Content.slug)
        .join(catalog.Content, catalog.Content.id == Lesson.course_id)
        .where(Lesson.course_id.in_(list(by_course)), Lesson.lesson_type.in_(graded), Lesson.is_published)
        .where(or_(Lesson.opens_at.is_(None), Lesson.opens_at <= now), catalog.Content.deleted_at.is_(None))
    )
    places = {lesson.id: (lesson, title, slug) for lesson, title, slug in await session.execute(query)}
    ids = list(by_course.values())
    found = [*await _work(session, places, ids, now), *await _quizzes(session, places, ids, now)]
    return sorted(found, key=lambda one: one.due_at)[:DUE_MAX]


async def with_grades(session: AnySession, course_ids: Sequence[UUID]) -> set[UUID]:
    """In which of these courses a learner can look at grades: something is graded there, and it is shown."""
    hidden = select(Gradebook.course_id).where(~Gradebook.is_released)
    graded = [LessonType.ASSIGNMENT.value, LessonType.QUIZ.value]
    query = select(Lesson.course_id).where(
        Lesson.course_id.in_(list(course_ids)),
        Lesson.lesson_type.in_(graded),
        Lesson.is_published,
        Lesson.course_id.not_in(hidden),
    )
    return set(await session.scalars(query.distinct()))


async def _work(session: AnySession, places: Places, enrollment_ids: Sequence[UUID], now: datetime) -> list[Due]:
    rows = list(await session.scalars(select(Assignment).where(Assignment.lesson_id.in_(list(places)))))
    dates = await assignments.dates_of_several(session, rows, enrollment_ids)
    handed = select(Submission.assignment_id, Submission.status).where(Submission.enrollment_id.in_(list(enrollment_ids)))
    # Of several the last one says where it stands.
    states = {row.assignment_id: row.status for row in await session.execute(handed.order_by(Submission.attempt))}
    made = []
    for one in rows:
        theirs, state = dates[one.id], states.get(one.id)
        due_at = theirs.due_at or theirs.closes_at
        if due_at is None or state in (SubmissionStatus.SUBMITTED, SubmissionStatus.GRADED):
            continue
        if assignments.closed(one, theirs, now):
            continue
        lesson, course_title, slug = places[one.lesson_id]
        made.append(
            Due(
                LessonType.ASSIGNMENT, lesson.title, course_title, slug, lesson.slug, due_at, theirs.closes_at,
                is_late=due_at < now, is_begun=state == SubmissionStatus.DRAFT, is_returned=state == SubmissionStatus.RETURNED,
            )
        )  # fmt: skip
    return made


async def _quizzes(session: AnySession, places: Places, enrollment_ids: Sequence[UUID], now: datetime) -> list[Due]:
    rows = list(await session.scalars(select(Quiz).where(Quiz.lesson_id.in_(list(places)), Quiz.is_published)))
    terms = await quizzes.terms_of_several(session, rows, enrollment_ids)
    tried = (
        select(QuizAttempt.quiz_id, func.bool_or(QuizAttempt.status != AttemptStatus.IN_PROGRESS.value).label("is_done"))
        .where(QuizAttempt.enrollment_id.in_(list(enrollment_ids)))
        .group_by(QuizAttempt.quiz_id)
    )
    done = {row.quiz_id: row.is_done for row in await session.execute(tried)}
    made = []
    for one in rows:
        theirs = terms[one.id]
        if done.get(one.id) or theirs.closes_at is None or theirs.closes_at <= now:
            continue
        if theirs.opens_at is not None and theirs.opens_at > now:
            continue
        lesson, course_title, slug = places[one.lesson_id]
        made.append(
            Due(
                LessonType.QUIZ, lesson.title, course_title, slug, lesson.slug, theirs.closes_at, theirs.closes_at,
                is_late=False, is_begun=one.id in done, is_returned=False,
            )
        )  # fmt: skip
    return made
