"""What somebody learns: where to go on, how far they are, what they have done in these weeks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition.edge import EdgeRoute, Reading, SignedIn
from tuition.kernel import clock
from tuition.learning import enrollments, gradebook
from tuition.learning.enrollments import EnrollmentStatus
from tuition.web.rendering import Series, bar_chart, page_reader, reading_as, render
from tuition.web.rendering import translate as _
from tuition.web.rendering.formatting import day
from tuition.web.storefront.cards import cover_url

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
WEEKS = 8
PAGE_LENGTH = 24


@router.get("/learning")
async def learning(
    request: Request,
    session: Reading,
    actor: SignedIn,
    status: Annotated[EnrollmentStatus | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """My courses, and the weeks behind me."""
    page = await enrollments.mine(session, actor.id, status=status, limit=PAGE_LENGTH, cursor=cursor)
    weeks = await enrollments.weeks_of(session, actor.id, now=clock.now(), weeks=WEEKS)
    is_first = status is None and cursor is None
    due = await gradebook.due_for(session, actor.id, now=clock.now()) if is_first else []
    totals = await enrollments.totals_of(session, actor.id)
    with reading_as(page_reader(request)):
        chart = bar_chart(
            _("Lessons completed"),
            [day(week.begins) for week in weeks],
            [Series(_("Lessons"), [week.completed for week in weeks])],
            label_head=_("Week from"),
        )
    covers = {content.id: cover_url(content, 640) for _enrollment, content in page.items}
    return render(
        request,
        "learning/courses/dashboard.html",
        page=page,
        due=due,
        graded=await gradebook.with_grades(session, [content.id for _enrollment, content in page.items]),
        covers=covers,
        chart=chart if any(week.completed for week in weeks) else None,
        totals=totals,
        chosen=status,
    )
