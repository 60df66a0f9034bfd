"""Whether a course takes somebody in now. Whoever enrols themselves asks, and so does whoever sells it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from tuition import catalog
from tuition.kernel import DomainError, clock
from tuition.learning.courses import Course
from tuition.learning.enrollments.errors import CourseEnded, CourseFull, EnrollmentClosed, PrerequisitesMissing
from tuition.learning.enrollments.models import Enrollment
from tuition.learning.enrollments.queries import missing_prerequisites
from tuition.learning.enrollments.rules import LEARNING, EnrollmentStatus
from tuition.platform.database import AnySession


async def refusals(
    session: AnySession, person_id: UUID | None, contents: Sequence[catalog.Content], *, hold: bool = False
) -> dict[UUID, DomainError]:
    """Why some of these contents are courses that do not take this person (none: a visitor) in now.

    Whoever learns in a course has been taken in. ``hold``: those who come at once are counted one after the other, until the
    transaction ends. The staff is not asked: it enrols whom it likes (``enroll_person``).
    """
    titles = {content.id: content.title for content in contents if content.kind == catalog.Kind.COURSE}
    courses = await _courses(session, person_id, list(titles), hold=hold)
    taken = await _taken(session, [course.id for course in courses if course.capacity is not None])
    now = clock.now()
    refused: dict[UUID, DomainError] = {}
    for course in courses:
        if reason := _closed(course, titles[course.id], taken.get(course.id, 0), now):
            refused[course.id] = reason
        elif person_id is not None and (missing := await missing_prerequisites(session, person_id, course.id)):
            refused[course.id] = PrerequisitesMissing(courses=", ".join(content.title for content in missing))
    return refused


def _closed(course: Course, title: str, taken: int, now: datetime) -> DomainError | None:
    if course.ends_at is not None and course.ends_at <= now:
        return CourseEnded(title=title)
    if not course.enrollment_open:
        return EnrollmentClosed(title=title)
    if course.capacity is not None and taken >= course.capacity:
        return CourseFull(title=title)
    return None


async def _courses(session: AnySession, person_id: UUID | None, course_ids: Sequence[UUID], *, hold: bool) -> list[Course]:
    """Those of these courses in which the person does not learn yet."""
    if not course_ids:
        return []
    query = select(Course).where(Course.content_id.in_(course_ids)).order_by(Course.content_id)
    if person_id is not None:
        learns = select(Enrollment.course_id).where(
            Enrollment.student_id == person_id, Enrollment.status.in_([str(status) for status in LEARNING])
        )
        query = query.where(Course.content_id.not_in(learns))
    if hold:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return list(await session.scalars(query))


async def _taken(session: AnySession, course_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many learn in each now. Whoever has completed a course has left their place."""
    if not course_ids:
        return {}
    query = (
        select(Enrollment.course_id, func.count())
        .where(Enrollment.course_id.in_(course_ids), Enrollment.status == EnrollmentStatus.ACTIVE)
        .group_by(Enrollment.course_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}
