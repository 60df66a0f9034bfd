"""Enrollments: learning in a course, how far one is, leaving."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tuition.api.learning.courses.shapes import ID_EXAMPLE, EnrollmentId, EnrollmentOut, Input, ProgressOut
from tuition.edge import EdgeRoute, PageOut, Reading, SignedIn, Writing, problems
from tuition.learning import enrollments
from tuition.learning.enrollments import EnrollmentStatus

router = APIRouter(prefix="/v1/enrollments", tags=["Enrollments"], route_class=EdgeRoute)


class EnrollIn(Input):
    """Where to learn."""

    course_id: UUID = Field(examples=[ID_EXAMPLE])


class LessonProgressOut(ProgressOut):
    """How far a learner is with one lesson."""

    lesson_id: UUID


class EnrollmentProgressOut(BaseModel):
    """How far a learner is, lesson by lesson; what was never opened is left out."""

    enrollment: EnrollmentOut
    verified_seconds: int = Field(description="How much of the course's films was played, each second once.")
    items: list[LessonProgressOut]


@router.post("", status_code=201, responses=problems(401, 402, 403, 404, 409), summary="Enrol")
async def enroll(body: EnrollIn, session: Writing, actor: SignedIn) -> EnrollmentOut:
    """Learn in a course that is free or that something of yours opens. Again is the same enrollment.

    402 says that it has to be bought; 403 which course comes first; 409 that it is full or takes nobody in.
    """
    return EnrollmentOut.of(await enrollments.enroll(session, actor, body.course_id))


@router.get("", responses=problems(401), summary="List my enrollments")
async def mine(
    session: Reading,
    actor: SignedIn,
    status: Annotated[EnrollmentStatus | None, Query(description="Only those that stand so.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> PageOut[EnrollmentOut]:
    """Every course that you learn or learned in, newest first."""
    page = await enrollments.mine(session, actor.id, status=status, limit=limit, cursor=cursor)
    return PageOut(items=[EnrollmentOut.of(enrollment) for enrollment, _ in page.items], next_cursor=page.next_cursor)


@router.get("/{enrollment_id}", responses=problems(401, 404), summary="Show an enrollment")
async def show(enrollment_id: EnrollmentId, session: Reading, actor: SignedIn) -> EnrollmentOut:
    """Yours, or one in a course whose learners you may see."""
    return EnrollmentOut.of(await enrollments.get_for(session, actor, enrollment_id))


@router.get("/{enrollment_id}/progress", responses=problems(401, 404), summary="Show how far somebody is")
async def progress(enrollment_id: EnrollmentId, session: Reading, actor: SignedIn) -> EnrollmentProgressOut:
    """Lesson by lesson, with the minutes of film that were really played."""
    enrollment = await enrollments.get_for(session, actor, enrollment_id)
    rows = (await enrollments.progress_of(session, enrollment.id)).values()
    return EnrollmentProgressOut(
        enrollment=EnrollmentOut.of(enrollment),
        verified_seconds=await enrollments.verified_seconds(session, enrollment.id),
        items=[LessonProgressOut.model_validate(row, from_attributes=True) for row in rows],
    )


@router.delete("/{enrollment_id}", responses=problems(401, 404), summary="Leave a course")
async def drop(enrollment_id: EnrollmentId, session: Writing, actor: SignedIn) -> EnrollmentOut:
    """Leave, or (for its staff) take somebody out. What was learned stays; what was bought stays bought."""
    return EnrollmentOut.of(await enrollments.drop(session, actor, enrollment_id))
