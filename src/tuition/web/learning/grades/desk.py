"""Handed-in work on a grader's desk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from tuition import catalog, identity
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.identity import Actor
from tuition.kernel import DomainError
from tuition.learning import assignments, questions
from tuition.platform.database import AnySession
from tuition.web.learning.grades.queue import around, on_to_the_next
from tuition.web.rendering import refusal, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Typed, is_on, read_decimal
from tuition.web.studio.surroundings import navigation

router = APIRouter(prefix="/studio", route_class=EdgeRoute, include_in_schema=False)
MENDABLE = (assignments.GradeInvalid, questions.RubricInvalid)


@router.get("/submissions/{submission_id}")
async def look(request: Request, submission_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """One hand-in, and the form beside it."""
    return await _desk(request, session, actor, submission_id)


@router.post("/submissions/{submission_id}")
async def decide(request: Request, submission_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Grade it, or give it back to be done again."""
    handed = (await assignments.get_submission_for(session, actor, submission_id)).submission
    at = handed.submitted_at
    if typed["do"] == "return":
        await assignments.give_back(session, actor, submission_id, feedback=_plain(typed["feedback"]))
        return await on_to_the_next(request, session, actor, at=at, one_id=submission_id, said=_("Returned."))
    levels = {name.removeprefix("level-"): value for name, value in typed.items() if name.startswith("level-")}
    try:
        await assignments.grade(
            session,
            actor,
            submission_id,
            points=read_decimal(typed["points"]),
            levels=levels or None,
            feedback=_plain(typed["feedback"]),
            waive_penalty=is_on(typed, "waive"),
        )
    except MENDABLE as error:
        return await _desk(request, session, actor, submission_id, error=error, values=typed)
    return await on_to_the_next(request, session, actor, at=at, one_id=submission_id, said=_("Graded."))


@router.get("/submissions/{submission_id}/files")
async def files(request: Request, submission_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """What was handed in and what is given back, after one more has arrived."""
    held = await assignments.get_submission_for(session, actor, submission_id)
    if not held.is_staff:
        raise assignments.SubmissionUnknown
    return await _files(request, session, submission_id)


@router.post("/submissions/{submission_id}/files/{file_id}/delete")
async def remove_file(request: Request, submission_id: UUID, file_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """Take a file out of the feedback."""
    await assignments.remove_file(session, actor, file_id)
    if request.headers.get("hx-request") == "true":
        return await _files(request, session, submission_id)
    return see_other(request, f"/studio/submissions/{submission_id}", say=_("Removed."))


async def _files(request: Request, session: AnySession, submission_id: UUID) -> Response:
    found = await assignments.files_of(session, submission_id)
    return render(request, "learning/assignments/_given.html", files=found, submission_id=submission_id)


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
        submission_id=submission_id,
        limit=assignments.FEEDBACK_BYTES_MAX,
        unfinished=await catalog.unfinished_uploads(session, actor, subject_id=submission_id),
        rubric=rubric,
        values=values or {},
        error=refusal(error) if error else "",
        **await around(request, session, actor, at=held.submission.submitted_at, one_id=submission_id),
    )


def _plain(typed: str) -> str:
    return typed.replace("\r\n", "\n")
