"""What an assignment asks, until when, and for whom otherwise."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from tuition import catalog
from tuition.identity import Actor
from tuition.kernel import new_id
from tuition.learning import enrollments
from tuition.learning.assignments.errors import AssignmentInvalid, AssignmentUnknown
from tuition.learning.assignments.models import Assignment, AssignmentOverride
from tuition.learning.assignments.queries import get_for_staff
from tuition.learning.assignments.rules import LatePolicy
from tuition.learning.enrollments import CourseGroup, Enrollment
from tuition.learning.questions import Rubric
from tuition.platform.database import Session

TITLE_LENGTH_MAX = 500
INSTRUCTIONS_LENGTH_MAX = 50_000
TYPES_MAX = 30
TYPE_LENGTH_MAX = 10
FILE_BYTES_MAX = 2**30
EDITABLE = frozenset({
    "title", "instructions", "takes_text", "files_max", "file_bytes_max", "file_types", "points_max", "passing_score", "due_at",
    "closes_at", "late_policy", "late_percent_per_day", "grace_minutes", "attempts_max", "rubric",
})  # fmt: skip
_BETWEEN: dict[str, tuple[Decimal, Decimal]] = {
    "files_max": (Decimal(0), Decimal(20)),
    "file_bytes_max": (Decimal(1), Decimal(FILE_BYTES_MAX)),
    "points_max": (Decimal("0.01"), Decimal("9999.99")),
    "passing_score": (Decimal(0), Decimal(100)),
    "late_percent_per_day": (Decimal(0), Decimal(100)),
    "grace_minutes": (Decimal(0), Decimal(10080)),
    "attempts_max": (Decimal(1), Decimal(100)),
}


async def make(session: Session, *, lesson_id: UUID, course_id: UUID, title: str) -> Assignment:
    """The assignment of a new lesson."""
    assignment = Assignment(id=new_id(), lesson_id=lesson_id, course_id=course_id, title=title[:TITLE_LENGTH_MAX])
    session.add(assignment)
    return assignment


async def copy(session: Session, original: Assignment, *, lesson_id: UUID, course_id: UUID) -> None:
    """The same assignment for a copied lesson; its dates are not copied, since they belong to a class."""
    kept = {name: getattr(original, name) for name in EDITABLE - {"due_at", "closes_at"}}
    session.add(
        Assignment(id=new_id(), lesson_id=lesson_id, course_id=course_id, instructions_html=original.instructions_html, **kept)
    )


async def edit(session: Session, actor: Actor, assignment_id: UUID, **changes: Any) -> Assignment:
    """Change what is named. Raises ``AssignmentUnknown``, ``AssignmentInvalid`` with the field."""
    assert changes.keys() <= EDITABLE, "only what can be edited"
    assignment = await get_for_staff(session, actor, assignment_id)
    for field, value in changes.items():
        setattr(assignment, field, _checked(field, value))
    if "instructions" in changes:
        assignment.instructions_html = catalog.render_markup(assignment.instructions, catalog.BodyFormat.MARKDOWN).html
    if not assignment.takes_text and not assignment.files_max:
        raise AssignmentInvalid(field="takes_text", reason="take a text, or files, or both.")
    _check_period(assignment.due_at, assignment.closes_at)
    return assignment


async def set_dates(
    session: Session,
    actor: Actor,
    assignment_id: UUID,
    *,
    enrollment_id: UUID | None = None,
    group_id: UUID | None = None,
    due_at: datetime | None,
    closes_at: datetime | None,
) -> AssignmentOverride:
    """Other dates for one learner or one group; no date at all is one too."""
    if (enrollment_id is None) == (group_id is None):
        raise AssignmentInvalid(field="enrollment_id", reason="name one learner or one group.")
    assignment = await get_for_staff(session, actor, assignment_id)
    await _check_target(session, assignment, enrollment_id, group_id)
    _check_period(due_at, closes_at)
    dates = {"due_at": due_at, "closes_at": closes_at}
    column = AssignmentOverride.enrollment_id if enrollment_id else AssignmentOverride.group_id
    statement = insert(AssignmentOverride).values(
        id=new_id(), assignment_id=assignment.id, enrollment_id=enrollment_id, group_id=group_id, **dates
    )
    statement = statement.on_conflict_do_update(index_elements=[AssignmentOverride.assignment_id, column], set_=dates)
    made = await session.scalars(statement.returning(AssignmentOverride), execution_options={"populate_existing": True})
    return made.one()


async def remove_dates(session: Session, actor: Actor, assignment_id: UUID, override_id: UUID) -> None:
    """Everybody's dates hold again."""
    assignment = await get_for_staff(session, actor, assignment_id)
    await session.execute(
        delete(AssignmentOverride).where(AssignmentOverride.id == override_id, AssignmentOverride.assignment_id == assignment.id)
    )


async def _check_target(session: Session, assignment: Assignment, enrollment_id: UUID | None, group_id: UUID | None) -> None:
    if enrollment_id is not None:
        enrollment = await session.get(Enrollment, enrollment_id)
        if enrollment is None or enrollment.course_id != assignment.course_id:
            raise enrollments.EnrollmentUnknown
    elif (
        await session.scalar(
            select(CourseGroup.id).where(CourseGroup.id == group_id, CourseGroup.course_id == assignment.course_id)
        )
        is None
    ):
        raise AssignmentUnknown


def _check_period(due_at: datetime | None, closes_at: datetime | None) -> None:
    if due_at is not None and closes_at is not None and closes_at < due_at:
        raise AssignmentInvalid(field="closes_at", reason="it closes after it was due.")


def _checked(field: str, value: Any) -> Any:
    match field:
        case "title":
            title = " ".join(str(value).split())
            if not 1 <= len(title) <= TITLE_LENGTH_MAX:
                raise AssignmentInvalid(field=field, reason=f"give it between 1 and {TITLE_LENGTH_MAX} letters.")
            return title
        case "instructions":
            if len(value) > INSTRUCTIONS_LENGTH_MAX:
                raise AssignmentInvalid(field=field, reason=f"at most {INSTRUCTIONS_LENGTH_MAX} letters.")
            return value
        case "file_types":
            return _types(value)
        case "late_policy":
            return LatePolicy(value).value
        case "rubric":
            return _rubric(value)
    if field in _BETWEEN and value is not None:
        least, most = _BETWEEN[field]
        if not least <= Decimal(value) <= most:
            raise AssignmentInvalid(field=field, reason=f"between {least} and {most}.")
    return value


def _types(value: list[str]) -> list[str]:
    endings = sorted({ending.strip().lower().lstrip(".") for ending in value} - {""})
    if len(endings) > TYPES_MAX or any(len(ending) > TYPE_LENGTH_MAX or not ending.isalnum() for ending in endings):
        raise AssignmentInvalid(field="file_types", reason="endings of file names, such as pdf or docx.")
    return endings


def _rubric(value: dict[str, Any] | None) -> dict[str, Any] | None:
    if value is None:
        return None
    try:
        return Rubric.model_validate(value).model_dump(mode="json")
    except ValidationError as error:
        raise AssignmentInvalid(field="rubric", reason=str(error.errors()[0]["msg"])) from error
