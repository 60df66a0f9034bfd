"""The gradebook on a teacher's desk, how the class is doing, and a learner's own grades."""

from __future__ import annotations

import textwrap
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import catalog, identity
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing
from tuition.kernel import clock
from tuition.learning import courses, enrollments, gradebook
from tuition.learning.courses import Right
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.rendering import Series, bar_chart, left_to_right, refusal, render, see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Fields, Typed, is_on, read_decimal
from tuition.web.studio.surroundings import navigation

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
PAGE = 50
STOPS_MAX = 40
LABEL_MAX = 22


async def _content(session: AnySession, course_id: UUID) -> catalog.Content:
    return (await catalog.contents_by_id(session, [course_id]))[course_id]


@router.get("/studio/courses/{course_id}/grades")
async def book(
    course_id: UUID,
    request: Request,
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """Everybody's results."""
    found, page = await gradebook.grades_page(session, actor, course_id, limit=PAGE, cursor=cursor or None)
    return render(
        request,
        "learning/grades/book.html",
        nav=navigation(),
        course=await _content(session, course_id),
        book=found,
        rows=page.items,
        shares=gradebook.shares({category.id: category.weight for category in found.categories}),
        next_href=with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
    )


@router.get("/studio/courses/{course_id}/grades/{enrollment_id}")
async def learner(course_id: UUID, enrollment_id: UUID, request: Request, session: Reading, actor: SignedIn) -> Response:
    """One learner's results, each with the way to set it by hand."""
    return await _learner(request, session, actor, course_id, enrollment_id)


@router.post("/studio/courses/{course_id}/grades/{enrollment_id}/{lesson_id}")
async def override(
    course_id: UUID,
    enrollment_id: UUID,
    lesson_id: UUID,
    request: Request,
    session: Writing,
    actor: SignedIn,
    typed: Typed,
) -> Response:
    """Set a result by hand, excuse the learner, or let what was earned count again."""
    if typed["do"] == "undo":
        await gradebook.remove_override(session, actor, course_id, lesson_id, enrollment_id)
    else:
        figure = None if typed["do"] == "excuse" else read_decimal(typed["percentage"])
        try:
            if figure is None and typed["do"] != "excuse":
                raise gradebook.GradebookInvalid(field="percentage", reason="between 0 and 100.")
            await gradebook.override(
                session, actor, course_id, lesson_id, enrollment_id, percentage=figure, reason=typed["reason"]
            )
        except gradebook.GradebookInvalid as error:
            return await _learner(request, session, actor, course_id, enrollment_id, error=refusal(error), at=lesson_id)
    return see_other(request, f"/studio/courses/{course_id}/grades/{enrollment_id}", say=_("Saved."))


@router.post("/studio/courses/{course_id}/grades")
async def configure(course_id: UUID, request: Request, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Add or remove a category, say how a lesson counts, release the grades."""
    try:
        match typed["do"]:
            case "category":
                weight, drop = read_decimal(typed["weight"]), read_decimal(typed["drop_lowest"])
                await gradebook.add_category(
                    session,
                    actor,
                    course_id,
                    title=typed["title"],
                    weight=Decimal(1) if weight is None else weight,
                    drop_lowest=int(drop or 0),
                )
            case "remove":
                await gradebook.remove_category(session, actor, course_id, UUID(typed["category_id"]))
            case "release":
                found = await gradebook.book_of(session, course_id)
                letters = [(letter, Decimal(bound)) for letter, bound in found.letters]
                await gradebook.configure(session, actor, course_id, is_released=is_on(typed, "is_released"), letters=letters)
            case "letters":
                found = await gradebook.book_of(session, course_id)
                letters = _scales()[typed["scale"]] if typed["scale"] in _scales() else _letters(typed)
                await gradebook.configure(session, actor, course_id, is_released=found.settings.is_released, letters=letters)
            case "item":
                weight = read_decimal(typed["weight"])
                await gradebook.set_item(
                    session,
                    actor,
                    course_id,
                    UUID(typed["lesson_id"]),
                    category_id=UUID(typed["category_id"]) if typed["category_id"] else None,
                    weight=Decimal(1) if weight is None else weight,
                    is_hidden=is_on(typed, "is_hidden"),
                )
    except gradebook.GradebookInvalid as error:
        return see_other(request, f"/studio/courses/{course_id}/grades", say=refusal(error), tone="bad")
    return see_other(request, f"/studio/courses/{course_id}/grades", say=_("Saved."))


def _letters(typed: Fields) -> list[tuple[str, Decimal]]:
    """The lines in which a letter stands."""
    found = []
    for letter, bound in zip(typed.all("letter"), typed.all("bound"), strict=False):
        if letter.strip():
            figure = read_decimal(bound)
            if figure is None:
                raise gradebook.GradebookInvalid(field="letters", reason="a letter and the percentage from which it is given.")
            found.append((letter, figure))
    return found


def _scales() -> dict[str, list[tuple[str, Decimal]]]:
    """Scales that many use, to begin with."""
    return {
        "letters": [("A", Decimal(90)), ("B", Decimal(80)), ("C", Decimal(70)), ("D", Decimal(60)), ("F", Decimal(0))],
        "figures": [(str(grade), Decimal(bound)) for grade, bound in enumerate((92, 81, 67, 50, 30, 0), start=1)],
        "passed": [(_("Pass"), Decimal(50)), (_("Fail"), Decimal(0))],
    }


@router.get("/studio/courses/{course_id}/report")
async def report(course_id: UUID, request: Request, session: Reading, actor: SignedIn) -> Response:
    """How the class is doing."""
    found = await gradebook.report_of(session, actor, course_id, now=clock.now())
    tenths = [left_to_right(f"{tenth * 10}–{tenth * 10 + 10} %") for tenth in range(10)]
    stops = found.stops[:STOPS_MAX]
    return render(
        request,
        "learning/grades/report.html",
        nav=navigation(),
        course=await _content(session, course_id),
        report=found,
        progress=bar_chart(_("Progress of the class"), tenths, [Series(_("Learners"), found.progress)], label_head=_("Progress")),
        where=bar_chart(
            _("Where people stop"),
            [textwrap.shorten(stop.lesson.title, LABEL_MAX, placeholder="…") for stop in stops],
            [Series(_("Completed by"), [stop.completed for stop in stops])],
            label_head=_("Lesson"),
        )
        if stops
        else None,
    )


@router.get("/learning/grades/{course_id}")
async def own(course_id: UUID, request: Request, session: Reading, actor: SignedIn) -> Response:
    """One's own grades, as far as they are released."""
    found, row = await gradebook.own_grades(session, actor, course_id)
    names = {category.id: category.title for category in found.categories}
    return render(
        request, "learning/grades/own.html", course=await _content(session, course_id), book=found, row=row, names=names
    )


async def _learner(
    request: Request,
    session: AnySession,
    actor: identity.Actor,
    course_id: UUID,
    enrollment_id: UUID,
    *,
    error: str = "",
    at: UUID | None = None,
) -> Response:
    await courses.get_for_staff(session, actor, course_id, Right.GRADE)
    enrollment = (await enrollments.by_id(session, [enrollment_id])).get(enrollment_id)
    if enrollment is None or enrollment.course_id != course_id:
        raise enrollments.EnrollmentUnknown
    people = await identity.people_by_id(session, [enrollment.student_id])
    found = await gradebook.book_of(session, course_id)
    row = (await gradebook.rows_of(session, found, [(enrollment, people[enrollment.student_id].full_name)]))[0]
    return render(
        request,
        "learning/grades/learner.html",
        status=422 if error else 200,
        nav=navigation(),
        course=await _content(session, course_id),
        book=found,
        row=row,
        error=error,
        at=at,
    )
