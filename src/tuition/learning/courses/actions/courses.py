"""Making a course and saying what it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from tuition import access, catalog, identity
from tuition.identity import Actor
from tuition.learning.courses.errors import FieldInvalid, PrerequisiteInvalid, StaffInvalid
from tuition.learning.courses.events import OutlineChanged
from tuition.learning.courses.models import Course, CoursePrerequisite, CourseStaff
from tuition.learning.courses.queries import get_for_staff
from tuition.learning.courses.rules import RIGHTS_OF, CompletionRule, Right, StaffRole
from tuition.platform import events
from tuition.platform.database import Session

EDITABLE = frozenset(
    {
        "capacity",
        "certificate_enabled",
        "certificate_valid_months",
        "completion_rule",
        "course_metadata",
        "ends_at",
        "enrollment_open",
        "estimated_duration_minutes",
        "is_sequential",
        "starts_at",
    }
)
PREREQUISITES_MAX = 20
STAFF_MAX = 100
CAPACITY_MAX = 1_000_000
MINUTES_MAX = 100_000
MONTHS_MAX = 600
STAFF_SOURCE = "course_staff"
"""The source of the grant that lets the staff open what the course shows."""


async def create(session: Session, actor: Actor, *, title: str, slug: str | None = None, **details: Any) -> Course:
    """Begin a course, as a draft without lessons. ``details`` are what ``catalog.edit_content`` and ``edit`` take.

    Raises ``identity.PermissionMissing``, ``catalog.FieldInvalid``, ``FieldInvalid``.
    """
    own = {field: details.pop(field) for field in EDITABLE & details.keys()}
    content = await catalog.create_content(session, actor, catalog.Kind.COURSE, title=title, slug=slug, **details)
    course = await make_row(session, content.id)
    _change(course, own)
    return course


async def make_row(session: Session, content_id: UUID) -> Course:
    """The detail row of a content that is a course; again is the same row."""
    await session.execute(insert(Course).values(content_id=content_id).on_conflict_do_nothing())
    return await session.get_one(Course, content_id)


async def edit(session: Session, actor: Actor, course_id: UUID, changes: Mapping[str, Any]) -> Course:
    """Change how a course works (``EDITABLE``). What it is called and costs belongs to its content.

    Raises ``CourseUnknown``, ``FieldInvalid``.
    """
    course = await get_for_staff(session, actor, course_id, Right.OUTLINE, lock=True)
    counted = course.completion_rule
    _change(course, changes)
    if course.completion_rule != counted:
        await events.publish(session, OutlineChanged(course_id))
    return course


async def set_prerequisites(session: Session, actor: Actor, course_id: UUID, required_ids: Sequence[UUID]) -> None:
    """Name the courses that must be completed first. Raises ``CourseUnknown``, ``PrerequisiteInvalid``."""
    await get_for_staff(session, actor, course_id, Right.OUTLINE, lock=True)
    wanted = list(dict.fromkeys(required_ids))
    if len(wanted) > PREREQUISITES_MAX:
        raise PrerequisiteInvalid(reason=f"at most {PREREQUISITES_MAX} courses.")
    await _check_prerequisites(session, actor, course_id, wanted)
    await session.execute(delete(CoursePrerequisite).where(CoursePrerequisite.course_id == course_id))
    if wanted:
        rows = [{"course_id": course_id, "required_course_id": required} for required in wanted]
        await session.execute(insert(CoursePrerequisite).values(rows))


async def add_staff(
    session: Session,
    actor: Actor,
    course_id: UUID,
    person_id: UUID,
    *,
    role: StaffRole = StaffRole.TEACHER,
    rights: Collection[Right] | None = None,
) -> CourseStaff:
    """Let somebody teach or help in a course; again changes what they may do. Only its author says who does.

    Raises ``catalog.ContentUnknown``, ``StaffInvalid``.
    """
    content = await _owned(session, actor, course_id)
    if person_id == content.creator_id:
        raise StaffInvalid(reason="they made the course and may do everything in it.")
    found = await identity.people_by_id(session, [person_id])
    if person_id not in found:
        raise StaffInvalid(reason="there is no such person here.")
    chosen = sorted(RIGHTS_OF[role] if rights is None else rights)
    values = {"role": str(role), "rights": [str(right) for right in chosen]}
    statement = insert(CourseStaff).values(course_id=course_id, user_id=person_id, **values)
    member: CourseStaff | None = await session.scalar(
        statement.on_conflict_do_update(index_elements=["course_id", "user_id"], set_=values).returning(CourseStaff),
        execution_options={"populate_existing": True},
    )
    assert member is not None, "an upsert returns its row"
    if len(list(await session.scalars(select(CourseStaff.user_id).where(CourseStaff.course_id == course_id)))) > STAFF_MAX:
        raise StaffInvalid(reason=f"a course has at most {STAFF_MAX} people on its staff.")
    await access.grant(
        session,
        person_id,
        access.Collection(course_id),
        kind=access.AccessType.OWNER,
        source=(STAFF_SOURCE, course_id),
        granted_by=actor.id,
    )
    return member


async def remove_staff(session: Session, actor: Actor, course_id: UUID, person_id: UUID) -> None:
    """Let somebody teach here no longer. Again is no change."""
    await _owned(session, actor, course_id)
    await session.execute(delete(CourseStaff).where(CourseStaff.course_id == course_id, CourseStaff.user_id == person_id))
    await access.end(session, source=(STAFF_SOURCE, course_id), person_id=person_id, reason="left_staff")


async def _owned(session: Session, actor: Actor, course_id: UUID) -> catalog.Content:
    await get_for_staff(session, actor, course_id, Right.OUTLINE, lock=True)
    return await catalog.get_owned_content(session, actor, course_id)


async def _check_prerequisites(session: Session, actor: Actor, course_id: UUID, wanted: Sequence[UUID]) -> None:
    if course_id in wanted:
        raise PrerequisiteInvalid(reason="a course cannot come before itself.")
    query = (
        select(Course.content_id)
        .join(catalog.Content, catalog.Content.id == Course.content_id)
        .where(Course.content_id.in_(wanted), catalog.visible_to(actor))
    )
    unknown = set(wanted) - set(await session.scalars(query))
    if unknown:
        raise PrerequisiteInvalid(reason=f"{min(map(str, unknown))} is not a course that you can see.")
    circle = text("""
        with recursive before as (
          select required_course_id from course_prerequisites where course_id = any(:wanted)
          union
          select next.required_course_id
          from course_prerequisites as next join before on next.course_id = before.required_course_id
        ) select exists (select from before where required_course_id = :course_id)
    """)
    if (await session.execute(circle, {"wanted": list(wanted), "course_id": course_id})).scalar_one():
        raise PrerequisiteInvalid(reason="the two would wait for each other.")


def _change(course: Course, changes: Mapping[str, Any]) -> None:
    assert changes.keys() <= EDITABLE, f"not editable: {changes.keys() - EDITABLE}"
    for field, value in changes.items():
        _check(field, value)
    starts_at, ends_at = changes.get("starts_at", course.starts_at), changes.get("ends_at", course.ends_at)
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise FieldInvalid(field="ends_at", reason="a course ends after it has begun")
    for field, value in changes.items():
        setattr(course, field, value)


def _check(field: str, value: Any) -> None:
    bounds = {
        "capacity": (1, CAPACITY_MAX),
        "certificate_valid_months": (1, MONTHS_MAX),
        "estimated_duration_minutes": (0, MINUTES_MAX),
    }
    if field in bounds and value is not None:
        least, most = bounds[field]
        if not least <= value <= most:
            raise FieldInvalid(field=field, reason=f"choose a number from {least} to {most}")
    if field == "completion_rule" and value not in list(CompletionRule):
        raise FieldInvalid(field=field, reason=f"choose one of {', '.join(CompletionRule)}")
    if field in ("starts_at", "ends_at"):
        assert value is None or isinstance(value, datetime), "an edge parses times"
