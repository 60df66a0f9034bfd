"""The learners of a course, for its staff."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from tuition.api.learning.courses.shapes import ID_EXAMPLE, CourseId, EnrollmentId, EnrollmentOut, Input
from tuition.edge import EdgeRoute, PageOut, Reading, SignedIn, Writing, problems
from tuition.learning import courses, enrollments
from tuition.learning.enrollments import EnrollmentStatus, LineOutcome, Source

router = APIRouter(prefix="/v1", tags=["Enrollments"], route_class=EdgeRoute)


class MemberIn(Input):
    """Somebody to enrol."""

    person_id: UUID = Field(examples=[ID_EXAMPLE])
    until: AwareDatetime | None = Field(default=None, description="Null: for good.", examples=[None])


class ExtendIn(Input):
    """A further end."""

    until: AwareDatetime | None = Field(description="Null: for good.", examples=[None])


class ListIn(Input):
    """People to enrol, as a CSV list."""

    csv: str = Field(
        max_length=500_000,
        description="Its first line names the columns: `email`, and if wanted `until` (a date) and `group`.",
        examples=["email,until,group\nada@example.org,2027-01-31,Monday\n"],
    )


class MemberOut(EnrollmentOut):
    """A learner of a course."""

    full_name: str
    email: str


class LineOut(BaseModel):
    """A line of a list, and what became of it."""

    number: int
    email: str
    outcome: LineOutcome
    detail: str


class ReportOut(BaseModel):
    """A list, line by line."""

    enrolled: int
    items: list[LineOut]


@router.post("/courses/{course_id}/members", status_code=201, responses=problems(401, 404, 409), summary="Enrol somebody")
async def add(course_id: CourseId, body: MemberIn, session: Writing, actor: SignedIn) -> EnrollmentOut:
    """Enrol somebody in a course whose members you manage, whatever it costs. Again changes the end."""
    made = await enrollments.enroll_person(session, actor, course_id, body.person_id, until=body.until, source=Source.API)
    return EnrollmentOut.of(made)


@router.get("/courses/{course_id}/members", responses=problems(401, 404), summary="List the learners")
async def members(
    course_id: CourseId,
    session: Reading,
    actor: SignedIn,
    status: Annotated[EnrollmentStatus | None, Query(description="Only those who stand so.")] = None,
    group_id: Annotated[UUID | None, Query(description="Only those in this group.")] = None,
    search: Annotated[str, Query(max_length=100, description="A part of a name or an address.")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> PageOut[MemberOut]:
    """Who learns or learned in a course, newest first, for those of its staff who may know."""
    if not enrollments.SEES_LEARNERS & await courses.rights_of(session, actor, course_id):
        raise courses.CourseUnknown
    page = await enrollments.of_course(
        session, course_id, status=status, group_id=group_id, search=search, limit=limit, cursor=cursor
    )
    items = [
        MemberOut(**EnrollmentOut.of(enrollment).model_dump(), full_name=person.full_name, email=person.email)
        for enrollment, person in page.items
    ]
    return PageOut(items=items, next_cursor=page.next_cursor)


@router.post("/courses/{course_id}/members/import", responses=problems(401, 404), summary="Enrol a list of people")
async def import_(course_id: CourseId, body: ListIn, session: Writing, actor: SignedIn) -> ReportOut:
    """Enrol everybody on a CSV list. Every line is answered; one that cannot be followed keeps no other from it."""
    report = await enrollments.import_members(session, actor, course_id, body.csv)
    return ReportOut(
        enrolled=sum(line.outcome is LineOutcome.ENROLLED for line in report),
        items=[LineOut.model_validate(line, from_attributes=True) for line in report],
    )


@router.post("/enrollments/{enrollment_id}/extend", responses=problems(401, 404), summary="Give somebody longer")
async def extend(enrollment_id: EnrollmentId, body: ExtendIn, session: Writing, actor: SignedIn) -> EnrollmentOut:
    """Let an enrollment last until another day, also one that has expired."""
    return EnrollmentOut.of(await enrollments.extend(session, actor, enrollment_id, until=body.until))
