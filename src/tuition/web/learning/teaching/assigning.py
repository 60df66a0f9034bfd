"""What an assignment asks, how it is graded, until when, and for whom otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from tuition import catalog
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.identity import Actor
from tuition.learning import assignments, courses, questions
from tuition.learning.assignments import Assignment
from tuition.learning.courses import Right
from tuition.platform.database import AnySession
from tuition.web.learning.teaching.surroundings import at_fault, choose_learner, learners_to_choose, written
from tuition.web.rendering import render, see_other
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Fields, Typed, is_on, read_decimal, read_moment
from tuition.web.studio.surroundings import navigation

router = APIRouter(prefix="/studio/assignments/{assignment_id}", route_class=EdgeRoute, include_in_schema=False)
OWN = "own"
"""The assignment brought its rubric along (by the API or an import) and keeps it."""
MB = 2**20
MENDABLE = (assignments.AssignmentInvalid, assignments.RubricInUse, questions.RubricUnknown)
WHOLE = {"files_max": 0, "grace_minutes": 0, "attempts_max": None, "file_mb": 25}
FIGURES = ("points_max", "passing_score", "late_percent_per_day")


@router.get("")
async def settings(request: Request, assignment_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """All of it."""
    assignment = await assignments.get_for_staff(session, actor, assignment_id, *assignments.SETS_DATES)
    return await _page(request, session, actor, assignment)


@router.post("")
async def change(request: Request, assignment_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Change it."""
    assignment = await assignments.get_for_staff(session, actor, assignment_id)
    changes, errors = _read(request, typed)
    status = 422
    if not errors:
        try:
            # The savepoint lets the page be shown after a refusal, as the assignment stands.
            async with session.begin_nested():
                await assignments.edit(session, actor, assignment_id, **changes)
        except MENDABLE as error:
            assignment = await assignments.get_for_staff(session, actor, assignment_id)
            errors, status = at_fault(error, "rubric"), status_of(error)
    if errors:
        return await _page(request, session, actor, assignment, status=status, values=typed, errors=errors)
    return see_other(request, f"/studio/assignments/{assignment_id}", say=_("Saved."))


@router.post("/dates")
async def set_dates(request: Request, assignment_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Other dates for one learner or one group."""
    assignment = await assignments.get_for_staff(session, actor, assignment_id, *assignments.SETS_DATES)
    moments = {name: read_moment(request, typed[name]) for name in ("due_at", "closes_at")}
    errors = {name: _("Choose a date and a time.") for name, at in moments.items() if typed[name].strip() and at is None}
    whom = await choose_learner(session, assignment.course_id, typed["whom"])
    if isinstance(whom, str):
        errors["whom"] = whom
    elif not errors:
        try:
            async with session.begin_nested():
                await assignments.set_dates(
                    session,
                    actor,
                    assignment_id,
                    enrollment_id=whom.get("enrollment_id"),
                    group_id=whom.get("group_id"),
                    due_at=moments["due_at"],
                    closes_at=moments["closes_at"],
                )
        except assignments.AssignmentInvalid as error:
            errors = at_fault(error, "whom")
    if errors:
        shown = {f"own_{name}": said for name, said in errors.items()}
        return await _page(request, session, actor, assignment, status=422, dates_typed=typed, errors=shown)
    return see_other(request, f"/studio/assignments/{assignment_id}#dates", say=_("Saved."))


@router.post("/dates/{override_id}/remove")
async def remove_dates(request: Request, assignment_id: UUID, override_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """Everybody's dates hold again."""
    await assignments.remove_dates(session, actor, assignment_id, override_id)
    return see_other(request, f"/studio/assignments/{assignment_id}#dates", say=_("Everybody's dates hold again."))


def _read(request: Request, typed: Fields) -> tuple[dict[str, Any], dict[str, str]]:
    """What to change, and what was wrong already on paper."""
    errors: dict[str, str] = {}
    changes: dict[str, Any] = {name: typed[name] for name in ("title", "late_policy", "counted_attempt")}
    changes["instructions"] = typed["instructions"].replace("\r\n", "\n")
    for name in FIGURES:
        changes[name] = read_decimal(typed[name])
        if changes[name] is None:
            errors[name] = _("Write a number.")
    for name, usual in WHOLE.items():
        figure = read_decimal(typed[name])
        if typed[name].strip() and (figure is None or figure != figure.to_integral_value()):
            errors[name] = _("Write a whole number.")
        changes[name] = usual if figure is None else int(figure)
    changes["file_bytes_max"] = changes.pop("file_mb") * MB
    changes["takes_text"] = is_on(typed, "takes_text")
    changes["file_types"] = typed["file_types"].replace(",", " ").split()
    for name in ("due_at", "closes_at"):
        changes[name] = read_moment(request, typed[name])
        if typed[name].strip() and changes[name] is None:
            errors[name] = _("Choose a date and a time.")
    if changes["late_policy"] not in set(assignments.LatePolicy):
        errors["late_policy"] = _("Choose one of these.")
    if changes["counted_attempt"] not in set(assignments.CountedAttempt):
        errors["counted_attempt"] = _("Choose one of these.")
    if typed["rubric"] != OWN:
        try:
            changes["rubric_id"] = UUID(typed["rubric"]) if typed["rubric"] else None
        except ValueError:
            errors["rubric"] = _("Choose one of these.")
    return changes, errors


def _values(request: Request, assignment: Assignment) -> dict[str, str]:
    plain = (*FIGURES, "title", "instructions", "files_max", "grace_minutes", "attempts_max", "late_policy", "counted_attempt")
    values = {name: "" if (value := getattr(assignment, name)) is None else str(value) for name in plain}
    for name in FIGURES:
        values[name] = f"{getattr(assignment, name).normalize():f}"
    rubric = assignment.rubric_id or (OWN if assignment.rubric else "")
    return values | {
        "takes_text": "yes" if assignment.takes_text else "",
        "file_mb": str(max(1, assignment.file_bytes_max // MB)),
        "file_types": " ".join(assignment.file_types),
        "due_at": written(request, assignment.due_at),
        "closes_at": written(request, assignment.closes_at),
        "rubric": str(rubric),
    }


async def _page(
    request: Request,
    session: AnySession,
    actor: Actor,
    assignment: Assignment,
    *,
    status: int = 200,
    values: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
    dates_typed: Mapping[str, str] | None = None,
) -> Response:
    rights = await courses.rights_of(session, actor, assignment.course_id)
    return render(
        request,
        "learning/assignments/settings.html",
        status=status,
        nav=navigation(),
        assignment=assignment,
        course=(await catalog.contents_by_id(session, [assignment.course_id]))[assignment.course_id],
        may_edit=Right.OUTLINE in rights,
        may_grade=Right.GRADE in rights,
        rubrics=await questions.rubrics_of(session, assignment.course_id),
        own=OWN,
        overrides=await assignments.overrides_of(session, assignment.id),
        whom_choices=await learners_to_choose(session, assignment.course_id),
        values=values if values is not None else _values(request, assignment),
        errors=errors or {},
        dates_typed={f"own_{name}": value for name, value in (dates_typed or {}).items()},
    )
