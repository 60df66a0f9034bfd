"""Who teaches and helps beside a course's author."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from tuition.api.learning.courses.shapes import ID_EXAMPLE, CourseId, Input
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, problems
from tuition.learning import courses
from tuition.learning.courses import Right, StaffRole

router = APIRouter(prefix="/v1/courses/{course_id}/staff", tags=["Courses"], route_class=EdgeRoute)
PersonId = Annotated[UUID, Path(description="The person.", examples=[ID_EXAMPLE])]


class StaffIn(Input):
    """What somebody may do in a course."""

    role: StaffRole = StaffRole.TEACHER
    rights: list[Right] | None = Field(default=None, description="Null: what the role may do.", examples=[None])


class StaffOut(BaseModel):
    """Somebody who teaches or helps."""

    user_id: UUID
    role: StaffRole
    rights: list[Right]


class StaffListOut(BaseModel):
    """Everybody who teaches or helps beside the author."""

    items: list[StaffOut]


@router.get("", responses=problems(401, 404), summary="List the staff")
async def show(course_id: CourseId, session: Reading, actor: SignedIn) -> StaffListOut:
    """For the staff itself: who teaches and helps beside the author, and what they may do."""
    if not await courses.rights_of(session, actor, course_id):
        raise courses.CourseUnknown
    rows = await courses.staff_of(session, course_id)
    return StaffListOut(items=[StaffOut.model_validate(row, from_attributes=True) for row in rows])


@router.put("/{person_id}", responses=problems(401, 404), summary="Let somebody teach")
async def put(course_id: CourseId, person_id: PersonId, body: StaffIn, session: Writing, actor: SignedIn) -> StaffOut:
    """Let somebody teach or help in a course of yours; again changes what they may do."""
    row = await courses.add_staff(session, actor, course_id, person_id, role=body.role, rights=body.rights)
    return StaffOut.model_validate(row, from_attributes=True)


@router.delete("/{person_id}", status_code=204, responses=problems(401, 404), summary="Let somebody teach no longer")
async def remove(course_id: CourseId, person_id: PersonId, session: Writing, actor: SignedIn) -> None:
    """End what somebody may do in a course of yours. Again is no change."""
    await courses.remove_staff(session, actor, course_id, person_id)
