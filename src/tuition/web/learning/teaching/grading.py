"""Handed-in work on a grader's desk, and what an assignment asks."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import catalog, identity
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.identity import Actor
from tuition.kernel import DomainError
from tuition.learning import assignments, questions
from tuition.learning.assignments import Assignment
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.rendering import refusal, render, see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Fields, Typed, is_on, read_decimal, read_moment
from tuition.web.studio.surroundings import navigation

router = APIRouter(prefix="/studio", route_class=EdgeRoute, include_in_schema=False)
PAGE = 50
MENDABLE = (assignments.GradeInvalid, questions.RubricInvalid)
MB = 2**20


@router.get("/courses/{course_id}/grading")
async def queue(
    course_id: UUID,
    request: Request,
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """What waits, the longest first."""
    page = await assignments.waiting_page(session, actor, course_id, limit=PAGE, cursor=cursor or None)
    return render(
        request,
        "learning/assignments/queue.html",
        nav=navigation(),
        course=(await catalog.contents_by_id(session, [course_id]))[course_id],
        waiting=page.items,
        next_href=with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
    )


@router.get("/submissions/{submission_id}")
async def look(request: Request, submission_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """One hand-in, and the form beside it."""
    return await _desk(request, session, actor, submission_id)


@router.post("/submissions/{submission_id}")
async def decide(request: Request, submission_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Grade it, or give it back to be done again."""
    held = await assignments.get_submission_for(session, actor, submission_id)
    there = f"/studio/courses/{held.assignment.course_id}/grading"
    if typed["do"] == "return":
        await assignments.give_back(session, actor, submission_id, feedback=typed["feedback"])
        return see_other(request, there, say=_("Returned."))
    levels = {name.removeprefix("level-"): value for name, value in typed.items() if name.startswith("level-")}
    try:
        await assignments.grade(
            session,
            actor,
            submission_id,
            points=read_decimal(typed["points"]),
            levels=levels or None,
            feedback=typed["feedback"],
            waive_penalty=is_on(typed, "waive"),
        )
    except MENDABLE as error:
        return await _desk(request, session, actor, submission_id, error=error, values=typed)
    return see_other(request, there, say=_("Graded."))


@router.get("/assignments/{assignment_id}")
async def settings(request: Request, assignment_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """What it asks."""
    return await _settings(request, session, await assignments.get_for_staff(session, actor, assignment_id))


@router.post("/assignments/{assignment_id}")
async def change(request: Request, assignment_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Change it."""
    assignment = await assignments.get_for_staff(session, actor, assignment_id)
    try:
        await assignments.edit(session, actor, assignment_id, **_changes(request, typed))
    except assignments.AssignmentInvalid as error:
        session.expire(assignment)
        await session.refresh(assignment)
        return await _settings(request, session, assignment, error=error, values=typed)
    return see_other(request, f"/studio/assignments/{assignment_id}", say=_("Saved."))


def _changes(request: Request, typed: Fields) -> dict[str, Any]:
    figures = {name: read_decimal(typed[name]) for name in ("points_max", "passing_score", "late_percent_per_day")}
    for name, figure in figures.items():
        if figure is None:
            raise assignments.AssignmentInvalid(field=name, reason="write a number.")
    whole = {name: read_decimal(typed[name]) for name in ("files_max", "grace_minutes", "attempts_max", "file_mb")}
    return {
        "title": typed["title"],
        "instructions": typed["instructions"],
        "takes_text": is_on(typed, "takes_text"),
        "files_max": int(whole["files_max"] or 0),
        "file_bytes_max": int((whole["file_mb"] or 25) * MB),
        "file_types": typed["file_types"].replace(",", " ").split(),
        "due_at": read_moment(request, typed["due_at"]),
        "closes_at": read_moment(request, typed["closes_at"]),
        "late_policy": "refuse" if typed["late_policy"] == "refuse" else "accept",
        "grace_minutes": int(whole["grace_minutes"] or 0),
        "attempts_max": int(whole["attempts_max"]) if whole["attempts_max"] else None,
        **figures,
    }


async def _settings(
    request: Request, session: AnySession, assignment: Assignment, *, error: DomainError | None = None, values: Any = None
) -> Response:
    field = error.fields["field"] if error else ""
    return render(
        request,
        "learning/assignments/settings.html",
        status=status_of(error) if error else 200,
        nav=navigation(),
        assignment=assignment,
        course=(await catalog.contents_by_id(session, [assignment.course_id]))[assignment.course_id],
        overrides=await assignments.overrides_of(session, assignment.id),
        values=values or {},
        errors={field: refusal(error)} if error else {},
        file_mb=assignment.file_bytes_max // MB,
    )


async def _desk(
    request: Request,
    session: AnySession,
    actor: Actor,
    submission_id: UUID,
    *,
    error: DomainError | None = None,
    values: Any = None,
) -> Response:
    held = await assignments.get_submission_for(session, actor, submission_id)
    if not held.is_staff:
        raise assignments.SubmissionUnknown
    people = await identity.people_by_id(session, [held.enrollment.student_id])
    rubric = questions.Rubric.model_validate(held.assignment.rubric) if held.assignment.rubric else None
    return render(
        request,
        "learning/assignments/desk.html",
        status=status_of(error) if error else 200,
        nav=navigation(),
        assignment=held.assignment,
        course=(await catalog.contents_by_id(session, [held.assignment.course_id]))[held.assignment.course_id],
        submission=held.submission,
        student_name=people[held.enrollment.student_id].full_name,
        files=await assignments.files_of(session, submission_id),
        rubric=rubric,
        values=values or {},
        error=refusal(error) if error else "",
    )
