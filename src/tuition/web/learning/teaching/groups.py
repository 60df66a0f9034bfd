"""The groups of a course's learners."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.learning import courses, enrollments
from tuition.learning.courses import Right
from tuition.platform.database import AnySession
from tuition.web.learning.teaching.surroundings import Taught, at_fault, course_page, load
from tuition.web.rendering import see_other
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Typed

router = APIRouter(prefix="/studio/courses/{course_id}/groups", route_class=EdgeRoute, include_in_schema=False)
MENDABLE = (enrollments.GroupTaken, courses.FieldInvalid)


@router.get("")
async def listing(request: Request, course_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """The groups by name."""
    return await _page(request, session, await load(session, actor, course_id, *enrollments.SEES_LEARNERS))


@router.post("")
async def begin(request: Request, course_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Begin a group."""
    taught = await load(session, actor, course_id, Right.MEMBERS)
    try:
        await enrollments.create_group(session, actor, course_id, name=typed["name"])
    except MENDABLE as error:
        status, errors = status_of(error), at_fault(error, "name")
        return await _page(request, session, taught, status=status, values=typed, errors=errors)
    return see_other(request, f"{taught.href}/groups", say=_("Saved."))


@router.post("/{group_id}")
async def rename(request: Request, course_id: UUID, group_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Call it otherwise."""
    taught = await load(session, actor, course_id, Right.MEMBERS)
    field = f"name-{group_id}"
    try:
        await enrollments.rename_group(session, actor, group_id, name=typed[field])
    except MENDABLE as error:
        errors = {field: next(iter(at_fault(error, "name").values()))}
        return await _page(request, session, taught, status=status_of(error), values=typed, errors=errors)
    return see_other(request, f"{taught.href}/groups", say=_("Saved."))


@router.get("/{group_id}/delete")
async def ask(request: Request, course_id: UUID, group_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """Ask once."""
    taught = await load(session, actor, course_id, Right.MEMBERS)
    names = {group.id: group.name for group, _count in await enrollments.groups_of(session, course_id)}
    if group_id not in names:
        raise enrollments.GroupUnknown
    return course_page(
        request,
        "ask.html",
        taught,
        tab=f"{taught.href}/groups",
        question=_("Dissolve “%(name)s”?") % {"name": names[group_id]},
        what_happens=_(
            "Its people stay in the course, without the group. Dates and exceptions that the group was given end with it."
        ),
        action=f"{taught.href}/groups/{group_id}/delete",
        yes=_("Dissolve the group"),
        back=f"{taught.href}/groups",
    )


@router.post("/{group_id}/delete")
async def dissolve(request: Request, course_id: UUID, group_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """Dissolve it; its people stay in the course."""
    await enrollments.delete_group(session, actor, group_id)
    said = _("The group is gone; its people stay in the course.")
    return see_other(request, f"/studio/courses/{course_id}/groups", say=said, tone="note")


async def _page(
    request: Request,
    session: AnySession,
    taught: Taught,
    *,
    status: int = 200,
    values: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    return course_page(
        request,
        "groups.html",
        taught,
        status=status,
        tab=f"{taught.href}/groups",
        groups=await enrollments.groups_of(session, taught.course.id),
        values=values or {},
        errors=errors or {},
        may_manage=Right.MEMBERS in taught.rights,
    )
