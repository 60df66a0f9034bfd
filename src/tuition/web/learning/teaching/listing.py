"""The courses that somebody teaches, and a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import catalog
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing
from tuition.identity import Actor, allows
from tuition.learning import courses
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.learning.teaching.surroundings import address, at_fault
from tuition.web.rendering import page_reader, render, see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.details import LANGUAGES
from tuition.web.studio.forms import Typed, required
from tuition.web.studio.surroundings import navigation

router = APIRouter(prefix="/studio/courses", route_class=EdgeRoute, include_in_schema=False)


@router.get("")
async def listing(
    request: Request,
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """What one made, and where one helps."""
    return await _page(request, session, actor, cursor=cursor)


async def _page(
    request: Request,
    session: AnySession,
    actor: Actor,
    *,
    cursor: str = "",
    values: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    page = await courses.taught_by(session, actor, cursor=cursor or None)
    return render(
        request,
        "learning/teaching/courses.html",
        status=422 if errors else 200,
        nav=navigation(),
        contents=page.items,
        counts=await courses.lesson_counts(session, [content.id for content in page.items]),
        next_href=with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        may_begin=allows(actor, "content:create"),
        values=values or {},
        errors=errors or {},
    )


@router.post("")
async def begin(request: Request, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Begin one, as a draft."""
    if errors := required(typed, "title"):
        return await _page(request, session, actor, values=typed, errors=errors)
    language = page_reader(request).language
    try:
        course = await courses.create(session, actor, title=typed["title"], language=language if language in LANGUAGES else "en")
    except (courses.FieldInvalid, catalog.FieldInvalid) as error:
        return await _page(request, session, actor, values=typed, errors=at_fault(error, "title"))
    return see_other(request, address(course.id), say=_("The draft is there. Add its first lesson."))


@router.post("/{course_id}/duplicate")
async def duplicate(request: Request, course_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """A second course like the first."""
    content = await catalog.get_owned_content(session, actor, course_id)
    title = _("%(title)s (copy)") % {"title": content.title[:480]}
    copy = await courses.duplicate(session, actor, course_id, title=title)
    return see_other(request, address(copy.id), say=_("This is the copy: a draft without learners."))
