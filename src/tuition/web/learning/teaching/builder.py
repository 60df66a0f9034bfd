"""The outline of a course on its builder's desk. Everything works by buttons; dragging is a shortcut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from tuition import catalog
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, status_of
from tuition.kernel import DomainError
from tuition.learning import courses, quizzes
from tuition.learning.courses import LessonType, Node, Right
from tuition.platform.database import AnySession
from tuition.web.learning.teaching.surroundings import (
    Taught,
    address,
    at_fault,
    course_page,
    kind_names,
    lesson_kinds,
    load,
    tabs,
)
from tuition.web.rendering import refusal, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Fields, Typed, required

router = APIRouter(prefix="/studio/courses/{course_id}", route_class=EdgeRoute, include_in_schema=False)
CHAPTER = "chapter"
STEPS = ("up", "down", "in", "out")
Places = list[tuple[UUID, UUID | None]]


@router.get("")
async def builder(request: Request, course_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """The outline, and what can be added to it."""
    taught = await load(session, actor, course_id)
    if Right.OUTLINE not in taught.rights:
        return RedirectResponse((tabs(taught) or [("", f"/courses/{taught.content.slug}")])[0][1], status_code=303)
    return await _page(request, session, taught)


async def _page(
    request: Request,
    session: AnySession,
    taught: Taught,
    *,
    status: int = 200,
    error: str = "",
    values: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    context = await _context(session, taught, error)
    shown: dict[str, Any] = {"values": values or {}, "errors": errors or {}, "kinds": lesson_kinds()}
    return course_page(request, "builder.html", taught, status=status, tab=taught.href, **shown, **context)


async def _context(session: AnySession, taught: Taught, error: str = "") -> dict[str, Any]:
    nodes = await courses.outline(session, taught.course.id, drafts=True)
    shown = [node.lesson.content_id for node in nodes if node.lesson.content_id]
    below: dict[UUID | None, list[Node]] = {}
    for node in nodes:
        below.setdefault(node.lesson.parent_lesson_id, []).append(node)
    return {
        "nodes": nodes,
        "below": below,
        "contents": await catalog.contents_by_id(session, shown),
        "quiz_of": {quiz.lesson_id: quiz.id for quiz in await quizzes.quizzes_of_course(session, taught.course.id)},
        "kind_names": kind_names(),
        "error": error,
    }


@router.post("/outline")
async def arrange(request: Request, course_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """The order as it stands on the page, with one lesson moved a step when a button said so."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    error, status = "", 200
    try:
        # The savepoint lets the page be shown after a refusal, as the outline stands.
        async with session.begin_nested():
            await courses.reorder(session, actor, course_id, _wanted(typed))
    except (courses.OutlineStale, courses.OutlineInvalid) as refused:
        error, status = refusal(refused), status_of(refused)
    if request.headers.get("hx-request") != "true":
        if error:
            return await _page(request, session, taught, status=status, error=error)
        return see_other(request, taught.href, say=_("Saved."))
    context = await _context(session, taught, error)
    said = "" if error else _("Saved.")
    return render(request, "learning/teaching/_outline.html", status=status, href=taught.href, said=said, **context)


def _wanted(typed: Fields) -> Places:
    """The order that was asked for; a place is a lesson and what it stands below. What is no id is left out."""
    order: Places = []
    for place in typed.all("place"):
        lesson, _colon, parent = place.partition(":")
        lesson_id = _id(lesson)
        if lesson_id is not None:
            order.append((lesson_id, _id(parent)))
    for step in STEPS:
        lesson_id = _id(typed[step])
        if lesson_id in dict(order):
            order = stepped(order, lesson_id, step)
    return order


def stepped(order: Sequence[tuple[UUID, UUID | None]], lesson_id: UUID | None, step: str) -> Places:
    """The order with one lesson moved: past its neighbour, below the one before it, or out beside what it stood below.

    Siblings keep the order they are named in, so that what stands below a lesson need not be moved with it.
    """
    places, parents = list(order), dict(order)
    assert lesson_id is not None, "a step names a lesson"
    parent = parents[lesson_id]
    siblings = [other for other, above in places if above == parent]
    at = siblings.index(lesson_id)
    if step == "out" and parent is not None:
        return [(other, parents.get(parent) if other == lesson_id else above) for other, above in places]
    if step == "in" and at > 0:
        return [(other, siblings[at - 1] if other == lesson_id else above) for other, above in places]
    to = {"up": at - 1, "down": at + 1}.get(step, at)
    if 0 <= to < len(siblings):
        here, there = places.index((lesson_id, parent)), places.index((siblings[to], parent))
        places[here], places[there] = places[there], places[here]
    return places


@router.post("/lessons")
async def add(request: Request, course_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Add a lesson; what it says is written on its own page."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    errors = required(typed, "title")
    kind = typed["kind"]
    if kind not in dict(lesson_kinds()):
        errors["kind"] = _("Choose one of these.")
    if errors:
        return await _page(request, session, taught, status=422, values=typed, errors=errors)
    lesson_type = LessonType.TEXT if kind == CHAPTER else LessonType(kind)
    try:
        async with session.begin_nested():
            lesson = await courses.add_lesson(
                session, actor, course_id, lesson_type, title=typed["title"], parent_id=_id(typed["below"])
            )
    except (courses.FieldInvalid, courses.OutlineInvalid) as error:
        return await _refused(request, session, taught, error, typed)
    there = address(course_id) if kind == CHAPTER else f"{address(course_id)}/lessons/{lesson.id}"
    return see_other(request, there, say=_("Added."))


async def _refused(request: Request, session: AnySession, taught: Taught, error: DomainError, typed: Fields) -> Response:
    return await _page(request, session, taught, status=status_of(error), values=typed, errors=at_fault(error, "below"))


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
