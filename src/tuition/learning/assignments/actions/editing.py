"""What an assignment asks, until when, and for whom otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from tuition import catalog
from tuition.identity import Actor
from tuition.kernel import new_id
from tuition.learning import enrollments
from tuition.learning.assignments.errors import AssignmentInvalid, AssignmentUnknown, RubricInUse
from tuition.learning.assignments.models import Assignment, AssignmentOverride, Submission
from tuition.learning.assignments.queries import get_for_staff
from tuition.learning.assignments.rules import CountedAttempt, LatePolicy
from tuition.learning.courses import Right
from tuition.learning.enrollments import CourseGroup, Enrollment
from tuition.learning.questions import Rubric, RubricTemplate, RubricUnknown, get_rubric_for, parse_rubric
from tuition.platform.database import Session

SETS_DATES = (Right.OUTLINE, Right.GRADE)
"""Who may give somebody more time."""
TITLE_LENGTH_MAX = 500
INSTRUCTIONS_LENGTH_MAX = 50_000
TYPES_MAX = 30
TYPE_LENGTH_MAX = 10
FILE_BYTES_MAX = 2**30
EDITABLE = frozenset({
    "title", "instructions", "takes_text", "files_max", "file_bytes_max", "file_types", "points_max", "passing_score", "due_at",
    "closes_at", "late_policy", "late_percent_per_day", "grace_minutes", "attempts_max", "counted_attempt", "rubric", "rubric_id",
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
    if course_id != original.course_id:
        kept["rubric_id"] = None  # the copy of the rubric goes along; what it follows belongs to the other course
    session.add(
        Assignment(id=new_id(), lesson_id=lesson_id, course_id=course_id, instructions_html=original.instructions_html, **kept)
    )


async def edit(session: Session, actor: Actor, assignment_id: UUID, **changes: Any) -> Assignment:
    """Change what is named. ``rubric_id`` takes a rubric of the course (none: none), ``rubric`` brings one of its own.

    Raises ``AssignmentUnknown``, ``AssignmentInvalid`` with the field, ``RubricInUse``, ``questions.RubricUnknown``,
    ``questions.RubricInvalid``.
    """
    assert changes.keys() <= EDITABLE, "only what can be edited"
    assignment = await get_for_staff(session, actor, assignment_id)
    if "rubric_id" in changes or "rubric" in changes:
        await _take_rubric(session, actor, assignment, changes)
    for field, value in changes.items():
        setattr(assignment, field, _checked(field, value))
    if "instructions" in changes:
        assignment.instructions_html = catalog.render_markup(assignment.instructions, catalog.BodyFormat.MARKDOWN).html
    if not assignment.takes_text and not assignment.files_max:
        raise AssignmentInvalid(field="takes_text", reason="take a text, or files, or both.")
    _check_period(assignment.due_at, assignment.closes_at)
    return assignment


@dataclass(frozen=True, slots=True)
class Followed:
    """How many assignments took a changed rubric over, and how many keep theirs, because work was graded by it."""

    changed: int
    kept: int


async def follow_rubric(session: Session, template: RubricTemplate) -> Followed:
    """Give a changed rubric to the assignments that follow it, but for those in which it would break grades that were given."""
    query = select(Assignment).where(Assignment.rubric_id == template.id).order_by(Assignment.id).with_for_update()
    following = list(await session.scalars(query))
    made = Rubric.model_validate({"criteria": template.criteria})
    changed = 0
    for assignment in following:
        if await _breaks_grades(session, assignment, made):
            continue
        assignment.rubric = made.model_dump(mode="json")
        changed += 1
    return Followed(changed, len(following) - changed)


async def _take_rubric(session: Session, actor: Actor, assignment: Assignment, changes: dict[str, Any]) -> None:
    rubric_id = changes.get("rubric_id")
    if rubric_id is not None and rubric_id == assignment.rubric_id:
        # Taken already. What was changed since was brought here, or stays away for the sake of grades.
        changes.pop("rubric", None)
        return
    if rubric_id is not None:
        template = await get_rubric_for(session, actor, rubric_id)
        if template.course_id != assignment.course_id:
            raise RubricUnknown
        changes["rubric"] = {"criteria": template.criteria}
    else:
        changes["rubric_id"] = None
    made = changes.setdefault("rubric", None)
    changes["rubric"] = _rubric(made)
    if await _breaks_grades(session, assignment, None if made is None else Rubric.model_validate(made)):
        raise RubricInUse


async def _breaks_grades(session: Session, assignment: Assignment, made: Rubric | None) -> bool:
    """Whether a level that somebody chose would be gone, or worth something else. Words may change at any time."""
    if assignment.rubric is None or (made is not None and made.worths == Rubric.model_validate(assignment.rubric).worths):
        return False
    graded = select(Submission.id).where(Submission.assignment_id == assignment.id, Submission.chosen_levels != {})
    return await session.scalar(graded.limit(1)) is not None


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
    assignment = await get_for_staff(session, actor, assignment_id, *SETS_DATES)
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
    assignment = await get_for_staff(session, actor, assignment_id, *SETS_DATES)
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
        case "counted_attempt":
            return CountedAttempt(value).value
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
    return parse_rubric(value).model_dump(mode="json")
