"""Sections of a course's learners."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from tuition.identity import Actor
from tuition.kernel import Phrase, new_id
from tuition.learning import courses
from tuition.learning.courses import FieldInvalid, Right
from tuition.learning.enrollments.errors import EnrollmentUnknown, GroupTaken, GroupUnknown
from tuition.learning.enrollments.models import CourseGroup, CourseGroupMember, Enrollment
from tuition.platform.database import Session

NAME_LENGTH_MAX = 200


async def create_group(session: Session, actor: Actor, course_id: UUID, *, name: str) -> CourseGroup:
    """Begin a group. Raises ``CourseUnknown``, ``GroupTaken``."""
    await courses.get_for_staff(session, actor, course_id, Right.MEMBERS)
    statement = insert(CourseGroup).values(id=new_id(), course_id=course_id, name=_name(name))
    group: CourseGroup | None = await session.scalar(statement.on_conflict_do_nothing().returning(CourseGroup))
    if group is None:
        raise GroupTaken(name=name)
    return group


async def rename_group(session: Session, actor: Actor, group_id: UUID, *, name: str) -> CourseGroup:
    """Call a group otherwise. Raises ``GroupUnknown``, ``GroupTaken``."""
    group = await _group(session, actor, group_id)
    taken = select(CourseGroup.id).where(
        CourseGroup.course_id == group.course_id, CourseGroup.name == _name(name), CourseGroup.id != group_id
    )
    if await session.scalar(taken) is not None:
        raise GroupTaken(name=name)
    group.name = _name(name)
    return group


async def delete_group(session: Session, actor: Actor, group_id: UUID) -> None:
    """Dissolve a group; its people stay in the course."""
    group = await _group(session, actor, group_id)
    await session.delete(group)


async def add_to_group(session: Session, actor: Actor, group_id: UUID, enrollment_id: UUID) -> None:
    """Put a learner of the same course into a group; again is no change. Raises ``GroupUnknown``, ``EnrollmentUnknown``."""
    group = await _group(session, actor, group_id)
    enrollment = await session.get(Enrollment, enrollment_id)
    if enrollment is None or enrollment.course_id != group.course_id:
        raise EnrollmentUnknown
    statement = insert(CourseGroupMember).values(group_id=group_id, enrollment_id=enrollment_id)
    await session.execute(statement.on_conflict_do_nothing())


async def remove_from_group(session: Session, actor: Actor, group_id: UUID, enrollment_id: UUID) -> None:
    """Take a learner out of a group; again is no change."""
    await _group(session, actor, group_id)
    await session.execute(
        delete(CourseGroupMember).where(CourseGroupMember.group_id == group_id, CourseGroupMember.enrollment_id == enrollment_id)
    )


async def _group(session: Session, actor: Actor, group_id: UUID) -> CourseGroup:
    group = await session.get(CourseGroup, group_id)
    if group is None or not await courses.may(session, actor, group.course_id, Right.MEMBERS):
        raise GroupUnknown
    return group


def _name(name: str) -> str:
    tidy = " ".join(name.replace("\x00", "").split())
    if not 1 <= len(tidy) <= NAME_LENGTH_MAX:
        raise FieldInvalid(field="name", reason=Phrase("give 1 to {most} characters", most=NAME_LENGTH_MAX))
    return tidy
