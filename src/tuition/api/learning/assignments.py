"""Assignments: what is asked, hand-ins with their files, and the queue of those who grade."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from tuition.api.catalog.uploads import FileIn, UploadOut, let_go
from tuition.edge import EdgeRoute, PageOut, Reading, Services, SignedIn, Writing, problems
from tuition.kernel import clock
from tuition.learning import assignments, enrollments
from tuition.learning.assignments import Assignment, CountedAttempt, LatePolicy, Submission, SubmissionFile
from tuition.platform import files, paging
from tuition.platform.database import AnySession

router = APIRouter(prefix="/v1/assignments", tags=["assignments"], route_class=EdgeRoute)
submissions = APIRouter(prefix="/v1/submissions", tags=["assignments"], route_class=EdgeRoute)
of_courses = APIRouter(prefix="/v1/courses", tags=["assignments"], route_class=EdgeRoute)

Percentage = Annotated[Decimal, Field(ge=0, le=100, examples=["10.00"])]


class AssignmentOut(BaseModel):
    """What is asked, and until when of you."""

    id: UUID
    lesson_id: UUID
    course_id: UUID
    title: str
    instructions_html: str
    takes_text: bool
    files_max: int
    file_bytes_max: int
    file_types: list[str]
    points_max: Decimal
    passing_score: Decimal
    due_at: datetime | None
    closes_at: datetime | None
    late_policy: str
    late_percent_per_day: Decimal
    grace_minutes: int
    attempts_max: int | None
    counted_attempt: str = Field(examples=["latest"])
    rubric: dict[str, Any] | None
    rubric_id: UUID | None

    @classmethod
    def of(cls, row: Assignment, dates: assignments.Dates | None = None) -> AssignmentOut:
        """How it is shown, with the dates of who looks."""
        made = cls.model_validate(row, from_attributes=True)
        return made.model_copy(update={"due_at": dates.due_at, "closes_at": dates.closes_at}) if dates else made


class AssignmentIn(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(default="", max_length=500, examples=["Describe a wave"])
    instructions: str = Field(default="", max_length=50_000, description="Markdown.")
    takes_text: bool = True
    files_max: int = Field(default=5, ge=0, le=20)
    file_bytes_max: int = Field(default=26_214_400, ge=1, le=2**30)
    file_types: list[str] = Field(default=[], max_length=30, examples=[["pdf", "docx"]])
    points_max: Decimal = Field(default=Decimal(100), gt=0, le=Decimal("9999.99"), examples=["100"])
    passing_score: Percentage = Decimal(0)
    due_at: datetime | None = None
    closes_at: datetime | None = None
    late_policy: LatePolicy = LatePolicy.ACCEPT
    late_percent_per_day: Percentage = Decimal(0)
    grace_minutes: int = Field(default=0, ge=0, le=10_080)
    attempts_max: int | None = Field(default=None, ge=1, le=100)
    counted_attempt: CountedAttempt = Field(default=CountedAttempt.LATEST, description="Which of several graded hand-ins counts.")
    rubric: dict[str, Any] | None = Field(default=None, description="One of its own.")
    rubric_id: UUID | None = Field(default=None, description="A rubric of the course, which it follows from then on.")


class DatesIn(BaseModel):
    """Other dates for one learner or one group."""

    model_config = ConfigDict(extra="forbid")

    enrollment_id: UUID | None = None
    group_id: UUID | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None


class DatesOut(DatesIn):
    """Other dates, and whose."""

    id: UUID
    name: str = ""


class FileOut(BaseModel):
    """A file of a hand-in."""

    id: UUID
    file_name: str
    size: int
    is_feedback: bool
    url: str

    @classmethod
    def of(cls, row: SubmissionFile) -> FileOut:
        """How it is shown."""
        return cls(
            id=row.id,
            file_name=row.file_name,
            size=row.size,
            is_feedback=row.is_feedback,
            url=f"/v1/submissions/files/{row.id}",
        )


class SubmissionOut(BaseModel):
    """A hand-in."""

    id: UUID
    assignment_id: UUID
    enrollment_id: UUID
    attempt: int
    status: str = Field(examples=["submitted"])
    body: str
    files: list[FileOut]
    submitted_at: datetime | None
    late_seconds: int
    points: Decimal | None
    penalty_percent: Decimal
    percentage: Decimal | None
    feedback: str
    chosen_levels: dict[str, str]
    graded_at: datetime | None


class WaitingOut(BaseModel):
    """A hand-in that waits to be graded."""

    submission_id: UUID
    assignment_id: UUID
    assignment_title: str
    student_id: UUID
    student_name: str
    attempt: int
    submitted_at: datetime | None
    late_seconds: int


class BodyIn(BaseModel):
    """What was written."""

    model_config = ConfigDict(extra="forbid")

    body: str = Field(max_length=200_000, examples=["A wave is a disturbance that travels."])


class GradeIn(BaseModel):
    """A grade, by points or by the levels of the rubric."""

    model_config = ConfigDict(extra="forbid")

    points: Decimal | None = Field(default=None, ge=0, le=Decimal("9999.99"), examples=["85"])
    levels: dict[str, str] | None = Field(default=None, description="Criterion to level, when there is a rubric.")
    feedback: str = Field(default="", max_length=50_000)
    waive_penalty: bool = Field(default=False, description="Take nothing off for being late.")


class FeedbackIn(BaseModel):
    """What is missing."""

    model_config = ConfigDict(extra="forbid")

    feedback: str = Field(min_length=1, max_length=50_000, examples=["Please name your sources."])


async def _shown(session: AnySession, row: Submission) -> SubmissionOut:
    names = ("id", "assignment_id", "enrollment_id", "attempt", "status", "body", "submitted_at", "late_seconds", "points",
             "penalty_percent", "percentage", "feedback", "chosen_levels", "graded_at")  # fmt: skip
    found = await assignments.files_of(session, row.id)
    return SubmissionOut(**{name: getattr(row, name) for name in names}, files=[FileOut.of(file) for file in found])


@router.get("/{assignment_id}", summary="Show an assignment", responses=problems(401, 403, 404))
async def show(assignment_id: UUID, session: Reading, actor: SignedIn) -> AssignmentOut:
    """What is asked, for who may open its lesson, with their own dates."""
    assignment = await assignments.find(session, assignment_id)
    opened = await enrollments.open_lesson(session, actor, assignment.lesson_id, now=clock.now())
    enrollment_id = opened.enrollment.id if opened.enrollment else None
    return AssignmentOut.of(assignment, await assignments.dates_of(session, assignment, enrollment_id))


@router.patch("/{assignment_id}", summary="Change an assignment", responses=problems(401, 404))
async def change(assignment_id: UUID, body: AssignmentIn, session: Writing, actor: SignedIn) -> AssignmentOut:
    """Change what is sent. For who edits the course's outline."""
    return AssignmentOut.of(await assignments.edit(session, actor, assignment_id, **body.model_dump(exclude_unset=True)))


@router.get("/{assignment_id}/dates", summary="List who has other dates", responses=problems(401, 404))
async def list_dates(assignment_id: UUID, session: Reading, actor: SignedIn) -> PageOut[DatesOut]:
    """Learners and groups with dates of their own."""
    await assignments.get_for_staff(session, actor, assignment_id, *assignments.SETS_DATES)
    rows = await assignments.overrides_of(session, assignment_id)
    return PageOut(
        items=[
            DatesOut(
                id=row.id,
                enrollment_id=row.enrollment_id,
                group_id=row.group_id,
                due_at=row.due_at,
                closes_at=row.closes_at,
                name=name,
            )
            for row, name in rows
        ]
    )


@router.put("/{assignment_id}/dates", summary="Set other dates", responses=problems(401, 404))
async def set_dates(assignment_id: UUID, body: DatesIn, session: Writing, actor: SignedIn) -> DatesOut:
    """For one learner or one group; both dates left out means: whenever they like."""
    row = await assignments.set_dates(session, actor, assignment_id, **body.model_dump())
    return DatesOut(**body.model_dump(), id=row.id)


@router.delete(
    "/{assignment_id}/dates/{override_id}", status_code=204, summary="Remove other dates", responses=problems(401, 404)
)
async def remove_dates(assignment_id: UUID, override_id: UUID, session: Writing, actor: SignedIn) -> None:
    """Everybody's dates hold again."""
    await assignments.remove_dates(session, actor, assignment_id, override_id)


@router.post("/{assignment_id}/submissions", status_code=201, summary="Begin or go on", responses=problems(401, 403, 404, 409))
async def begin(assignment_id: UUID, session: Writing, actor: SignedIn) -> SubmissionOut:
    """Your draft: the one that there is, or a new one."""
    return await _shown(session, await assignments.begin(session, actor, assignment_id))


@router.get("/{assignment_id}/submissions", summary="List your hand-ins", responses=problems(401, 403, 404))
async def list_own(assignment_id: UUID, session: Reading, actor: SignedIn) -> PageOut[SubmissionOut]:
    """The newest first."""
    assignment = await assignments.find(session, assignment_id)
    enrollment = await enrollments.of_person(session, actor.id, assignment.course_id)
    rows = await assignments.submissions_of(session, assignment_id, enrollment.id) if enrollment else []
    return PageOut(items=[await _shown(session, row) for row in rows])


@submissions.get("/{submission_id}", summary="Show a hand-in", responses=problems(401, 404))
async def show_submission(submission_id: UUID, session: Reading, actor: SignedIn) -> SubmissionOut:
    """For its author, and for who grades it once it is handed in."""
    return await _shown(session, (await assignments.get_submission_for(session, actor, submission_id)).submission)


@submissions.put("/{submission_id}/body", summary="Save a draft", responses=problems(401, 404, 409))
async def save(submission_id: UUID, body: BodyIn, session: Writing, actor: SignedIn) -> SubmissionOut:
    """Keep what was written so far."""
    return await _shown(session, await assignments.save(session, actor, submission_id, body=body.body))


@submissions.post("/{submission_id}/submit", summary="Hand it in", responses=problems(401, 404, 409))
async def submit(submission_id: UUID, session: Writing, actor: SignedIn) -> SubmissionOut:
    """From now on it waits for who grades it."""
    return await _shown(session, await assignments.submit(session, actor, submission_id))


@submissions.post("/{submission_id}/take-back", summary="Take it back", responses=problems(401, 404, 409))
async def take_back(submission_id: UUID, session: Writing, actor: SignedIn) -> SubmissionOut:
    """While nobody has graded it and it would still be taken."""
    return await _shown(session, await assignments.take_back(session, actor, submission_id))


@submissions.post("/{submission_id}/grade", summary="Grade it", responses=problems(401, 404, 409))
async def grade(submission_id: UUID, body: GradeIn, session: Writing, actor: SignedIn) -> SubmissionOut:
    """By points or by the rubric; again changes the grade. A grade that passes completes the lesson."""
    return await _shown(session, await assignments.grade(session, actor, submission_id, **body.model_dump()))


@submissions.post("/{submission_id}/return", summary="Return it to be done again", responses=problems(401, 404, 409))
async def give_back(submission_id: UUID, body: FeedbackIn, session: Writing, actor: SignedIn) -> SubmissionOut:
    """With what is missing."""
    return await _shown(session, await assignments.give_back(session, actor, submission_id, feedback=body.feedback))


@submissions.post("/{submission_id}/uploads", status_code=201, summary="Announce a file", responses=problems(401, 404, 409, 413))
async def begin_file(submission_id: UUID, body: FileIn, session: Writing, actor: SignedIn) -> UploadOut:
    """Yours for a draft, or for who grades: beside the feedback.

    Then send its bytes with `PUT /v1/uploads/{id}`, in parts and again after any interruption, and finish with `…/complete` here.
    What is not finished is forgotten after a day; `DELETE /v1/uploads/{id}` forgets it at once.
    """
    return UploadOut.of(await assignments.begin_file(session, actor, submission_id, **body.model_dump()))


@submissions.post(
    "/{submission_id}/uploads/{upload_id}/complete", status_code=201, summary="Finish a file", responses=problems(401, 404, 409)
)
async def finish_file(submission_id: UUID, upload_id: UUID, request: Request, actor: SignedIn, services: Services) -> FileOut:
    """Put it together and add it. What is not taken any more is refused with the reason, and nothing is kept."""
    await let_go(request)
    store = services.service(files.Store)
    return FileOut.of(await assignments.take_file(services.database, store, actor, submission_id, upload_id))


@submissions.get(
    "/files/{file_id}",
    summary="Fetch a file",
    response_class=StreamingResponse,
    responses={**problems(401, 404), 200: {"description": "The file", "content": {"application/octet-stream": {}}}},
)
async def fetch_file(file_id: UUID, session: Reading, actor: SignedIn, services: Services) -> StreamingResponse:
    """For the author of the hand-in and who grades it; always as a download, never shown by the browser."""
    row = await assignments.get_file_for(session, actor, file_id)
    headers = {
        "content-length": str(row.size),
        "content-disposition": f"attachment; filename*=UTF-8''{quote(row.file_name, safe='')}",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    store = services.service(files.Store)
    return StreamingResponse(store.stream(row.file_key), media_type="application/octet-stream", headers=headers)


@submissions.delete("/files/{file_id}", status_code=204, summary="Remove a file", responses=problems(401, 404, 409))
async def remove_file(file_id: UUID, session: Writing, actor: SignedIn) -> None:
    """Out of a draft, or out of the feedback."""
    await assignments.remove_file(session, actor, file_id)


@of_courses.get("/{course_id}/submissions/waiting", summary="List what waits to be graded", responses=problems(401, 404))
async def waiting(
    course_id: UUID,
    session: Reading,
    actor: SignedIn,
    assignment_id: UUID | None = None,
    cursor: Annotated[str | None, Query(max_length=paging.CURSOR_LENGTH_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
) -> PageOut[WaitingOut]:
    """The longest first, for who grades in the course."""
    page = await assignments.waiting_page(session, actor, course_id, assignment_id=assignment_id, limit=limit, cursor=cursor)
    items = [
        WaitingOut(
            submission_id=one.submission.id,
            assignment_id=one.assignment.id,
            assignment_title=one.assignment.title,
            student_id=one.student_id,
            student_name=one.student_name,
            attempt=one.submission.attempt,
            submitted_at=one.submission.submitted_at,
            late_seconds=one.submission.late_seconds,
        )
        for one in page.items
    ]
    return PageOut(items=items, next_cursor=page.next_cursor)
