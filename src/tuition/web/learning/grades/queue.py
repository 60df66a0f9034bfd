"""Everything that waits to be graded, in one list; and the way from one thing to the next."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from tuition.edge import EdgeRoute, Reading, SignedIn
from tuition.identity import Actor
from tuition.learning import courses, gradebook
from tuition.learning.courses import Right
from tuition.learning.gradebook import Filters, Waiting, WaitingKind
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.rendering import render, see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.surroundings import navigation

router = APIRouter(prefix="/studio", route_class=EdgeRoute, include_in_schema=False)
HERE = "/studio/grading"
PAGE = 50
NAMES = ("course", "kind", "lesson")


@router.get("/grading")
async def queue(
    request: Request,
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """What waits in all of one's courses, the longest waiting first."""
    filters = filters_of(request)
    page = await gradebook.waiting_page(session, actor, filters, limit=PAGE, cursor=cursor or None)
    offered = await gradebook.courses_to_grade(session, actor)
    lesson = await courses.find_lesson(session, filters.lesson_id) if filters.lesson_id and page.items else None
    return render(
        request,
        "learning/grades/queue.html",
        nav=navigation(),
        waiting=page.items,
        address=lambda one: address(request, one),
        courses=[(str(course_id), title) for course_id, title in offered],
        kinds=kind_names(),
        lesson=lesson,
        chosen={name: request.query_params.get(name, "") for name in NAMES},
        is_narrowed=filters != Filters(),
        next_href=with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
    )


@router.get("/courses/{course_id}/grading")
async def of_course(course_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """The same, of one course."""
    await courses.get_for_staff(session, actor, course_id, Right.GRADE)
    return RedirectResponse(f"{HERE}?course={course_id}", status_code=303)


def kind_names() -> dict[str, str]:
    """What waits, in words."""
    return {WaitingKind.WORK.value: _("Hand-in"), WaitingKind.ESSAY.value: _("Essay")}


def filters_of(request: Request) -> Filters:
    """Which part of the queue one works through; what is none of ours means everything."""
    asked = request.query_params
    kind = asked.get("kind", "")
    return Filters(
        course_id=_id(asked.get("course", "")),
        kind=WaitingKind(kind) if kind in set(WaitingKind) else None,
        lesson_id=_id(asked.get("lesson", "")),
    )


def carried(request: Request) -> str:
    """The part of an address that goes along from one thing to the next."""
    found = {name: value for name in NAMES if (value := request.query_params.get(name))}
    return f"?{urlencode(found)}" if found else ""


def address(request: Request, one: Waiting) -> str:
    """Where a thing is graded."""
    if one.kind is WaitingKind.WORK:
        return f"/studio/submissions/{one.id}{carried(request)}"
    return f"/studio/quizzes/{one.quiz_id}/grading/{one.attempt_id}/{one.position}{carried(request)}"


async def around(
    request: Request,
    session: AnySession,
    actor: Actor,
    *,
    at: datetime | None,
    one_id: UUID,
) -> dict[str, Any]:
    """What a page on which something is graded shows of the queue."""
    assert at is not None, "what is graded was handed in"
    found = await gradebook.waiting_around(session, actor, filters_of(request), at=at, one_id=one_id)
    return {
        "queue_href": HERE + carried(request),
        "queue_query": carried(request),
        "queue_count": found.count,
        "before_href": address(request, found.before) if found.before else "",
        "after_href": address(request, found.after) if found.after else "",
    }


async def on_to_the_next(
    request: Request,
    session: AnySession,
    actor: Actor,
    *,
    at: datetime | None,
    one_id: UUID,
    said: str,
) -> Response:
    """From what was graded to what waits after it; from the last to what was left out; or back to the empty list."""
    assert at is not None, "what is graded was handed in"
    filters = filters_of(request)
    found = await gradebook.waiting_around(session, actor, filters, at=at, one_id=one_id)
    following = found.after
    if following is None:
        rest = (await gradebook.waiting_page(session, actor, filters, limit=2)).items
        following = next((one for one in rest if one.id != one_id), None)
    if following is None:
        return see_other(request, HERE + carried(request), say=_("%(said)s Nothing waits any more.") % {"said": said})
    return see_other(request, address(request, following), say=_("%(said)s Here is the next.") % {"said": said})


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
