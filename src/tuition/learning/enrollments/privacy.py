"""What the enrollments know of a person: what they learn, how far they are, and when they were last there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tuition import catalog
from tuition.learning.courses import Lesson
from tuition.learning.enrollments.models import CourseGroup, CourseGroupMember, Enrollment, LessonProgress
from tuition.learning.enrollments.rules import EnrollmentStatus
from tuition.platform.database import AnySession, Session

_SHOWN = (
    "status",
    "source",
    "enrolled_at",
    "started_at",
    "completed_at",
    "expires_at",
    "progress_percentage",
    "completed_lessons_count",
    "total_lessons_count",
    "total_time_spent_seconds",
    "last_accessed_at",
    "certificate_issued_at",
)
_PROGRESS = (
    "status",
    "started_at",
    "completed_at",
    "time_spent_seconds",
    "last_position_seconds",
    "completion_percentage",
    "score",
    "attempts_count",
)


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Every course that they learn or learned in, with each lesson."""
    query = (
        select(Enrollment, catalog.Content.title)
        .join(catalog.Content, catalog.Content.id == Enrollment.course_id)
        .where(Enrollment.student_id == person_id)
        .order_by(Enrollment.id)
    )
    steps = (
        select(LessonProgress, Lesson.title)
        .join(Lesson, Lesson.id == LessonProgress.lesson_id)
        .join(Enrollment, Enrollment.id == LessonProgress.enrollment_id)
        .where(Enrollment.student_id == person_id)
        .order_by(LessonProgress.id)
    )
    lessons: dict[UUID, list[dict[str, Any]]] = {}
    for row, title in await session.execute(steps):
        lessons.setdefault(row.enrollment_id, []).append({"lesson": title, **_plain(row, _PROGRESS)})
    groups = (
        select(CourseGroupMember.enrollment_id, CourseGroup.name)
        .join(CourseGroup, CourseGroup.id == CourseGroupMember.group_id)
        .join(Enrollment, Enrollment.id == CourseGroupMember.enrollment_id)
        .where(Enrollment.student_id == person_id)
        .order_by(CourseGroup.name)
    )
    names: dict[UUID, list[str]] = {}
    for enrollment_id, name in await session.execute(groups):
        names.setdefault(enrollment_id, []).append(name)
    return {
        "enrollments": [
            {"course": title, **_plain(row, _SHOWN), "groups": names.get(row.id, []), "lessons": lessons.get(row.id, [])}
            for row, title in await session.execute(query)
        ]
    }


async def erase(session: Session, person_id: UUID) -> None:
    """They learn nowhere any more, and nobody knows when they last did. What was completed stays counted, without a name."""
    await session.execute(
        update(Enrollment)
        .where(Enrollment.student_id == person_id)
        .values(last_accessed_at=None)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Enrollment)
        .where(Enrollment.student_id == person_id, Enrollment.status == EnrollmentStatus.ACTIVE)
        .values(status=EnrollmentStatus.DROPPED)
        .execution_options(synchronize_session=False)
    )


def _plain(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: None if getattr(row, name) is None else str(getattr(row, name)) for name in names}
