"""An assignment on the learner's page: what is asked, a draft, handing it in, and what came back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from tuition import catalog
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.identity import Actor
from tuition.kernel import DomainError, clock
from tuition.learning import assignments, enrollments
from tuition.learning.assignments import Assignment, SubmissionStatus
from tuition.platform.database import AnySession
from tuition.web.rendering import refusal, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Typed

router = APIRouter(prefix="/assignments", route_class=EdgeRoute, include_in_schema=False)
MENDABLE = (assignments.NothingHandedIn, assignments.TooLate, assignments.AttemptsUsedUp, assignments.EnrollFirst)


@router.get("/{assignment_id}")
async def page(request: Request, assignment_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """Everything about it, for who may open its lesson."""
    return await _page(request, session, actor, await assignments.find(session, assignment_id))


@router.post("/{assignment_id}/begin")
async def begin(request: Request, assignment_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """A draft."""
    try:
        await assignments.begin(session, actor, assignment_id)
    except MENDABLE as error:
        return await _page(request, session, actor, await assignments.find(session, assignment_id), error=error)
    return see_other(request, f"/assignments/{assignment_id}")


@router.post("/submissions/{submission_id}")
async def write(request: Request, submission_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Save the draft, hand it in, or take it back."""
    held = await assignments.get_submission_for(session, actor, submission_id)
    assignment, say = held.assignment, _("Saved.")
    try:
        match typed["do"]:
            case "submit":
                await assignments.submit(session, actor, submission_id, body=typed["body"].replace("\r\n", "\n"))
                say = _("Handed in.")
            case "take_back":
                await assignments.take_back(session, actor, submission_id)
                say = _("It is a draft again.")
            case _:
                await assignments.save(session, actor, submission_id, body=typed["body"].replace("\r\n", "\n"))
    except MENDABLE as error:
        return await _page(request, session, actor, assignment, error=error)
    return see_other(request, f"/assignments/{assignment.id}", say=say)


@router.get("/submissions/{submission_id}/files")
async def files(request: Request, submission_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """What is in the draft, after one more has arrived."""
    held = await assignments.get_submission_for(session, actor, submission_id)
    if held.is_staff:
        raise assignments.SubmissionUnknown
    return await _files(request, session, submission_id)


@router.post("/submissions/{submission_id}/files/{file_id}/delete")
async def remove_file(request: Request, submission_id: UUID, file_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """Take a file out of the draft."""
    held = await assignments.get_submission_for(session, actor, submission_id)
    await assignments.remove_file(session, actor, file_id)
    if request.headers.get("hx-request") == "true":
        return await _files(request, session, submission_id)
    return see_other(request, f"/assignments/{held.assignment.id}", say=_("Removed."))


async def _files(request: Request, session: AnySession, submission_id: UUID) -> Response:
    found = await assignments.files_of(session, submission_id)
    return render(request, "learning/assignments/_handed.html", files=found, submission_id=submission_id)


async def _page(
    request: Request, session: AnySession, actor: Actor, assignment: Assignment, *, error: DomainError | None = None
) -> Response:
    now = clock.now()
    opened = await enrollments.open_lesson(session, actor, assignment.lesson_id, now=now)
    enrollment = None if opened.is_staff else opened.enrollment
    found = await assignments.submissions_of(session, assignment.id, enrollment.id) if enrollment else []
    dates = await assignments.dates_of(session, assignment, enrollment.id if enrollment else None)
    shown: list[dict[str, Any]] = [{"row": row, "files": await assignments.files_of(session, row.id)} for row in found]
    current = shown[0] if shown and shown[0]["row"].status in {SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED} else None
    content = (await catalog.contents_by_id(session, [assignment.course_id]))[assignment.course_id]
    return render(
        request,
        "learning/assignments/page.html",
        status=status_of(error) if error else 200,
        assignment=assignment,
        course=content,
        lesson=opened.lesson,
        dates=dates,
        is_closed=assignments.closed(assignment, dates, now),
        is_staff=opened.is_staff,
        current=current,
        unfinished=await catalog.unfinished_uploads(session, actor, subject_id=current["row"].id) if current else [],
        past=[one for one in shown if one is not current],
        may_begin=enrollment is not None and current is None and len(found) < (assignment.attempts_max or len(found) + 1),
        error=refusal(error) if error else "",
    )
