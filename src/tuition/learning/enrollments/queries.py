"""Who learns where, and how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, text

from tuition import catalog
from tuition.identity import Actor, User
from tuition.learning import courses
from tuition.learning.courses import CoursePrerequisite, Right
from tuition.learning.enrollments.errors import EnrollmentUnknown
from tuition.learning.enrollments.models import CourseGroup, CourseGroupMember, Enrollment, LessonProgress
from tuition.learning.enrollments.rules import LEARNING, EnrollmentStatus
from tuition.platform import paging
from tuition.platform.database import AnySession

SEES_LEARNERS = frozenset({Right.MEMBERS, Right.GRADE, Right.REPORTS})
"""Any of these rights lets the staff see who learns in a course, and how far they are."""
STUDENTS_MAX = 100_000
_VERIFIED = text(
    "select coalesce(sum(played.covered_ms), 0) / 1000 from enrollments as enrollment"
    " join (select distinct course_id, content_id from lessons where content_id is not null and is_published) as shown"
    "  on shown.course_id = enrollment.course_id"
    " join playback as played on played.user_id = enrollment.student_id and played.content_id = shown.content_id"
    " where enrollment.id = :id"
)


async def get_for(session: AnySession, actor: Actor, enrollment_id: UUID) -> Enrollment:
    """One's own enrollment, or one of a course whose learners one may see. Raises ``EnrollmentUnknown``."""
    enrollment = await session.get(Enrollment, enrollment_id)
    if enrollment is None:
        raise EnrollmentUnknown
    if enrollment.student_id != actor.id and not SEES_LEARNERS & await courses.rights_of(session, actor, enrollment.course_id):
        raise EnrollmentUnknown
    return enrollment


async def of_person(session: AnySession, person_id: UUID, course_id: UUID) -> Enrollment | None:
    """A person's enrollment in a course, whatever its status."""
    query = select(Enrollment).where(Enrollment.student_id == person_id, Enrollment.course_id == course_id)
    enrollment: Enrollment | None = await session.scalar(query.execution_options(populate_existing=True))
    return enrollment


async def by_id(session: AnySession, ids: Sequence[UUID]) -> dict[UUID, Enrollment]:
    """These enrollments, for a room above that has asked who may see them."""
    rows = await session.scalars(select(Enrollment).where(Enrollment.id.in_(list(ids))))
    return {enrollment.id: enrollment for enrollment in rows}


async def student_ids(session: AnySession, course_id: UUID, *, group_id: UUID | None = None) -> list[UUID]:
    """Who learns in a course now (in one of its groups)."""
    query = select(Enrollment.student_id).where(
        Enrollment.course_id == course_id, Enrollment.status.in_([str(status) for status in LEARNING])
    )
    if group_id is not None:
        members = select(CourseGroupMember.enrollment_id).where(CourseGroupMember.group_id == group_id)
        query = query.where(Enrollment.id.in_(members))
    return list(await session.scalars(query.order_by(Enrollment.id).limit(STUDENTS_MAX)))


async def learners_after(session: AnySession, course_id: UUID, after: UUID | None, limit: int) -> list[UUID]:
    """Who learns in a course now, in the order of their ids, so that a job can go on where the last one ended."""
    query = select(Enrollment.student_id).where(
        Enrollment.course_id == course_id, Enrollment.status.in_([str(status) for status in LEARNING])
    )
    if after is not None:
        query = query.where(Enrollment.student_id > after)
    return list(await session.scalars(query.order_by(Enrollment.student_id).limit(limit)))


async def of_course(
    session: AnySession,
    course_id: UUID,
    *,
    status: EnrollmentStatus | None = None,
    group_id: UUID | None = None,
    search: str = "",
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[tuple[Enrollment, User]]:
    """The learners of a course with their names, the newest first. The caller has asked who may see them."""
    query = select(Enrollment, User).join(User, User.id == Enrollment.student_id).where(Enrollment.course_id == course_id)
    if status is not None:
        query = query.where(Enrollment.status == status)
    if group_id is not None:
        members = select(CourseGroupMember.enrollment_id).where(CourseGroupMember.group_id == group_id)
        query = query.where(Enrollment.id.in_(members))
    if search:
        like = f"%{search.lower().replace('%', '').replace('_', '')}%"
        query = query.where(or_(func.lower(User.full_name).like(like), func.lower(User.email).like(like)))
    scope = f"enrollments.of_course/{course_id}"
    return await paging.paginate(session, query, keys=[Enrollment.id.desc()], limit=limit, cursor=cursor, scope=scope)


async def mine(
    session: AnySession,
    person_id: UUID,
    *,
    status: EnrollmentStatus | None = None,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[tuple[Enrollment, catalog.Content]]:
    """A person's enrollments with their courses, the newest first."""
    query = (
        select(Enrollment, catalog.Content)
        .join(catalog.Content, catalog.Content.id == Enrollment.course_id)
        .where(Enrollment.student_id == person_id)
    )
    if status is not None:
        query = query.where(Enrollment.status == status)
    scope = f"enrollments.mine/{person_id}"
    return await paging.paginate(session, query, keys=[Enrollment.id.desc()], limit=limit, cursor=cursor, scope=scope)


async def counts_of_course(session: AnySession, course_id: UUID) -> dict[EnrollmentStatus, int]:
    """How many learners stand where."""
    query = select(Enrollment.status, func.count()).where(Enrollment.course_id == course_id).group_by(Enrollment.status)
    return {EnrollmentStatus(row[0]): row[1] for row in await session.execute(query)}


async def progress_of(session: AnySession, enrollment_id: UUID) -> dict[UUID, LessonProgress]:
    """How far a learner is with each lesson, by lesson."""
    query = select(LessonProgress).where(LessonProgress.enrollment_id == enrollment_id)
    # Progress is written past the session.
    rows = await session.scalars(query.execution_options(populate_existing=True))
    return {row.lesson_id: row for row in rows}


async def progress_in(session: AnySession, enrollment_ids: Sequence[UUID], lesson_id: UUID) -> dict[UUID, LessonProgress]:
    """How far these learners are with one lesson, by enrollment."""
    query = select(LessonProgress).where(
        LessonProgress.lesson_id == lesson_id, LessonProgress.enrollment_id.in_(list(enrollment_ids))
    )
    rows = await session.scalars(query.execution_options(populate_existing=True))
    return {row.enrollment_id: row for row in rows}


async def missing_prerequisites(session: AnySession, person_id: UUID, course_id: UUID) -> list[catalog.Content]:
    """The courses that this person must complete first and has not."""
    done = select(Enrollment.course_id).where(Enrollment.student_id == person_id, Enrollment.completed_at.is_not(None))
    query = (
        select(catalog.Content)
        .join(CoursePrerequisite, CoursePrerequisite.required_course_id == catalog.Content.id)
        .where(CoursePrerequisite.course_id == course_id, catalog.Content.deleted_at.is_(None))
        .where(catalog.Content.id.not_in(done))
        .order_by(catalog.Content.title, catalog.Content.id)
    )
    return list(await session.scalars(query))


async def verified_seconds(session: AnySession, enrollment_id: UUID) -> int:
    """How much of the course's films this learner has played, each second once."""
    return int((await session.execute(_VERIFIED, {"id": enrollment_id})).scalar_one())


async def groups_of(session: AnySession, course_id: UUID) -> list[tuple[CourseGroup, int]]:
    """The groups of a course by name, with how many are in each."""
    query = (
        select(CourseGroup, func.count(CourseGroupMember.enrollment_id))
        .outerjoin(CourseGroupMember, CourseGroupMember.group_id == CourseGroup.id)
        .where(CourseGroup.course_id == course_id)
        .group_by(CourseGroup.id)
        .order_by(CourseGroup.name, CourseGroup.id)
    )
    return [(group, count) for group, count in await session.execute(query)]


async def group_ids_of(session: AnySession, enrollment_id: UUID) -> set[UUID]:
    """The groups that a learner is in."""
    query = select(CourseGroupMember.group_id).where(CourseGroupMember.enrollment_id == enrollment_id)
    return set(await session.scalars(query))


@dataclass(frozen=True, slots=True)
class Week:
    """What somebody completed in a week."""

    begins: datetime
    completed: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What somebody has learned in all."""

    learning: int
    """Courses that they are in the middle of."""
    completed: int
    lessons: int
    seconds: int


async def weeks_of(session: AnySession, person_id: UUID, *, now: datetime, weeks: int) -> list[Week]:
    """How many lessons somebody completed in each of the last weeks, the oldest first; the last one ends now."""
    begins = [now - timedelta(weeks=number) for number in range(weeks, 0, -1)]
    query = (
        select(LessonProgress.completed_at)
        .join(Enrollment, Enrollment.id == LessonProgress.enrollment_id)
        .where(Enrollment.student_id == person_id, LessonProgress.completed_at > begins[0], LessonProgress.completed_at <= now)
    )
    counts = [0] * weeks
    for completed_at in await session.scalars(query):
        assert completed_at is not None, "the query asks for nothing else"
        counts[min(weeks - 1, (completed_at - begins[0]) // timedelta(weeks=1))] += 1
    return [Week(begin, count) for begin, count in zip(begins, counts, strict=True)]


async def totals_of(session: AnySession, person_id: UUID) -> Totals:
    """Courses, lessons and time of somebody, in one query."""
    done = (
        select(func.count())
        .select_from(LessonProgress)
        .join(Enrollment, Enrollment.id == LessonProgress.enrollment_id)
        .where(Enrollment.student_id == person_id, LessonProgress.completed_at.is_not(None))
        .scalar_subquery()
    )
    query = select(
        func.count().filter(Enrollment.status == EnrollmentStatus.ACTIVE),
        func.count().filter(Enrollment.completed_at.is_not(None)),
        done,
        func.coalesce(func.sum(Enrollment.total_time_spent_seconds), 0),
    ).where(Enrollment.student_id == person_id)
    learning, completed, lessons, seconds = (await session.execute(query)).one()
    return Totals(learning, completed, lessons, int(seconds))
