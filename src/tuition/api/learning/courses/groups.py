"""Sections of a course's learners."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from tuition.api.learning.courses.shapes import ID_EXAMPLE, CourseId, EnrollmentId, Input
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, problems
from tuition.learning import courses, enrollments

router = APIRouter(prefix="/v1", tags=["Enrollments"], route_class=EdgeRoute)
GroupId = Annotated[UUID, Path(description="The group.", examples=[ID_EXAMPLE])]


class GroupIn(Input):
    """What a group is called."""

    name: str = Field(min_length=1, max_length=200, examples=["Monday evening"])


class GroupOut(BaseModel):
    """A group and how many are in it."""

    id: UUID
    course_id: UUID
    name: str
    member_count: int


class GroupsOut(BaseModel):
    """The groups of a course by name."""

    items: list[GroupOut]


@router.get("/courses/{course_id}/groups", responses=problems(401, 404), summary="List the groups")
async def show(course_id: CourseId, session: Reading, actor: SignedIn) -> GroupsOut:
    """The groups of a course whose learners you may see."""
    if not enrollments.SEES_LEARNERS & await courses.rights_of(session, actor, course_id):
        raise courses.CourseUnknown
    return GroupsOut(items=[_shown(group, count) for group, count in await enrollments.groups_of(session, course_id)])


@router.post("/courses/{course_id}/groups", status_code=201, responses=problems(401, 404, 409), summary="Begin a group")
async def create(course_id: CourseId, body: GroupIn, session: Writing, actor: SignedIn) -> GroupOut:
    """Begin a group in a course whose members you manage."""
    return _shown(await enrollments.create_group(session, actor, course_id, name=body.name), 0)


@router.patch("/groups/{group_id}", status_code=204, responses=problems(401, 404, 409), summary="Rename a group")
async def rename(group_id: GroupId, body: GroupIn, session: Writing, actor: SignedIn) -> None:
    """Call a group otherwise."""
    await enrollments.rename_group(session, actor, group_id, name=body.name)


@router.delete("/groups/{group_id}", status_code=204, responses=problems(401, 404), summary="Dissolve a group")
async def delete(group_id: GroupId, session: Writing, actor: SignedIn) -> None:
    """Dissolve a group; its people stay in the course."""
    await enrollments.delete_group(session, actor, group_id)


@router.put("/groups/{group_id}/members/{enrollment_id}", status_code=204, responses=problems(401, 404), summary="Add to a group")
async def add(group_id: GroupId, enrollment_id: EnrollmentId, session: Writing, actor: SignedIn) -> None:
    """Put a learner of the same course into a group. Again is no change."""
    await enrollments.add_to_group(session, actor, group_id, enrollment_id)


@router.delete(
    "/groups/{group_id}/members/{enrollment_id}", status_code=204, responses=problems(401, 404), summary="Take out of a group"
)
async def remove(group_id: GroupId, enrollment_id: EnrollmentId, session: Writing, actor: SignedIn) -> None:
    """Take a learner out of a group. Again is no change."""
    await enrollments.remove_from_group(session, actor, group_id, enrollment_id)


def _shown(group: enrollments.CourseGroup, count: int) -> GroupOut:
    return GroupOut(id=group.id, course_id=group.course_id, name=group.name, member_count=count)
