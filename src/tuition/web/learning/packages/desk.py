"""A teacher brings a package, sees what was found in it, and what learners have come to."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import catalog
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, runtime_of
from tuition.learning import enrollments, packages
from tuition.learning.courses import Right
from tuition.learning.packages import PackageStatus
from tuition.platform import jobs, paging
from tuition.web.learning.teaching.surroundings import course_page, load
from tuition.web.rendering import see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Typed, is_on

router = APIRouter(prefix="/studio/packages/{lesson_id}", route_class=EdgeRoute, include_in_schema=False)
UNDER_WAY = (PackageStatus.WAITING, PackageStatus.UNPACKING)
OPENS = (Right.OUTLINE, Right.GRADE, *enrollments.SEES_LEARNERS)


@router.get("")
async def desk(
    request: Request,
    lesson_id: UUID,
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """The package of a lesson; while it is being unpacked, for htmx, how far that is."""
    course, lesson, row, package = await packages.get_for_staff(session, actor, lesson_id, *OPENS)
    taught = await load(session, actor, course.id)
    brought = await packages.last_brought(session, lesson_id)
    page = None
    if enrollments.SEES_LEARNERS & taught.rights:
        page = await packages.results_page(session, actor, lesson_id, cursor=cursor or None)
    is_part = request.headers.get("hx-request") == "true" and not cursor
    return course_page(
        request,
        "_found.html" if is_part else "desk.html",
        taught,
        folder="packages",
        tab=taught.href,
        lesson=lesson,
        row=row,
        package=package,
        listed=[packages.item_of(one) for one in package.items] if package else [],
        brought=brought,
        is_under_way=brought is not None and brought.status in UNDER_WAY,
        progress=await jobs.progress_of(session, ("package", brought.id)) if brought else None,
        is_apart=bool(runtime_of(request).settings.packages_url),
        unfinished=await catalog.unfinished_uploads(session, actor, subject_id=lesson_id),
        limit=packages.PACKAGE_BYTES_MAX,
        results=page.items if page else None,
        next_href=with_query(request, cursor=page.next_cursor) if page and page.next_cursor else None,
        may_grade=bool({Right.OUTLINE, Right.GRADE} & taught.rights),
    )


@router.post("/grading")
async def grading(request: Request, lesson_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Whether its score is in the gradebook."""
    await packages.set_graded(session, actor, lesson_id, is_graded=is_on(typed, "is_graded"))
    return see_other(request, f"/studio/packages/{lesson_id}", say=_("Saved."))
