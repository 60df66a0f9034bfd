"""The rubrics of a course: listed, written, copied, removed; and how far a change of one goes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from tuition.edge import EdgeRoute, Reading, SignedIn, Writing
from tuition.learning import assignments, questions
from tuition.learning.courses import Right
from tuition.learning.questions import QuestionType, RubricTemplate
from tuition.platform.database import AnySession
from tuition.web.learning.quizzes.drafts import criteria_rows, lists_of, rubric_from
from tuition.web.learning.teaching.surroundings import Taught, address, course_page, load
from tuition.web.rendering import see_other, translate_plural
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Fields, Typed, say

router = APIRouter(prefix="/studio/courses/{course_id}/rubrics", route_class=EdgeRoute, include_in_schema=False)
MENDABLE = (questions.RubricInvalid, questions.QuestionInvalid)
TITLE_KEPT = 240


def _href(course_id: UUID) -> str:
    return f"{address(course_id)}/rubrics"


@router.get("")
async def listing(request: Request, course_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """All of them, and who uses which."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    rows = await questions.rubrics_of(session, course_id)
    shown = [(row, questions.parse_rubric({"criteria": row.criteria})) for row in rows]
    following = await assignments.following(session, course_id)
    return course_page(request, "rubrics/list.html", taught, tab=_href(course_id), rubrics=shown, following=following)


@router.get("/new")
async def new(request: Request, course_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """An empty one."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    return await _form(request, session, taught, None, {"title": ""})


@router.post("/new")
async def write(request: Request, course_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Keep it."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    if typed["more"]:
        return await _form(request, session, taught, None, typed)
    try:
        await questions.keep_rubric(session, actor, course_id, typed["title"], rubric_from(typed))
    except MENDABLE as error:
        return await _form(request, session, taught, None, typed, error=say(request, error))
    return see_other(request, _href(course_id), say=_("The rubric is kept. Essays and assignments of the course can take it."))


@router.get("/{rubric_id}")
async def look(request: Request, course_id: UUID, rubric_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """One of them, to be changed."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    found = await _rubric(session, actor, course_id, rubric_id)
    rows = criteria_rows(questions.parse_rubric({"criteria": found.criteria}))
    return await _form(request, session, taught, found, {"title": found.title, "criteria": rows})


@router.post("/{rubric_id}")
async def change(request: Request, course_id: UUID, rubric_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Change it, and bring the change to the assignments that follow it."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    found = await _rubric(session, actor, course_id, rubric_id)
    if typed["more"]:
        return await _form(request, session, taught, found, typed)
    try:
        kept = await questions.keep_rubric(session, actor, course_id, typed["title"], rubric_from(typed), rubric_id=rubric_id)
    except MENDABLE as error:
        return await _form(request, session, taught, found, typed, error=say(request, error))
    followed = await assignments.follow_rubric(session, kept)
    said = [_("Saved.")]
    if followed.changed:
        said.append(
            translate_plural("%(num)s assignment follows it.", "%(num)s assignments follow it.", followed.changed)
            % {"num": followed.changed}
        )
    if followed.kept:
        said.append(
            translate_plural(
                "%(num)s keeps what its work was graded by.", "%(num)s keep what their work was graded by.", followed.kept
            )
            % {"num": followed.kept}
        )
    return see_other(request, _href(course_id), say=" ".join(said), tone="note" if followed.kept else "good")


@router.post("/{rubric_id}/copy")
async def copy(request: Request, course_id: UUID, rubric_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """Another one like it."""
    found = await _rubric(session, actor, course_id, rubric_id)
    title = _("%(title)s (copy)") % {"title": found.title[:TITLE_KEPT]}
    rubric = questions.parse_rubric({"criteria": found.criteria})
    made = await questions.keep_rubric(session, actor, course_id, title, rubric)
    return see_other(request, f"{_href(course_id)}/{made.id}", say=_("This is the copy."))


@router.get("/{rubric_id}/remove")
async def ask(request: Request, course_id: UUID, rubric_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """Ask once."""
    taught = await load(session, actor, course_id, Right.OUTLINE)
    found = await _rubric(session, actor, course_id, rubric_id)
    following = (await assignments.following(session, course_id)).get(rubric_id, [])
    return course_page(
        request,
        "ask.html",
        taught,
        tab=_href(course_id),
        question=_("Delete “%(title)s”?") % {"title": found.title},
        what_happens=_("Essays and assignments that took it keep their copy, and given grades stay."),
        named=[one.title for one in following],
        action=f"{_href(course_id)}/{rubric_id}/remove",
        yes=_("Delete the rubric"),
        back=_href(course_id),
    )


@router.post("/{rubric_id}/remove")
async def remove(request: Request, course_id: UUID, rubric_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """Keep it no longer."""
    await _rubric(session, actor, course_id, rubric_id)
    await questions.remove_rubric(session, actor, rubric_id)
    return see_other(request, _href(course_id), say=_("The rubric is gone; what took it keeps its copy."), tone="note")


async def _rubric(session: AnySession, actor: Any, course_id: UUID, rubric_id: UUID) -> RubricTemplate:
    found = await questions.get_rubric_for(session, actor, rubric_id)
    if found.course_id != course_id:
        raise questions.RubricUnknown
    return found


async def _form(
    request: Request,
    session: AnySession,
    taught: Taught,
    rubric: RubricTemplate | None,
    values: Fields | dict[str, Any],
    *,
    error: str = "",
) -> Response:
    following = (await assignments.following(session, taught.course.id)).get(rubric.id, []) if rubric else []
    return course_page(
        request,
        "rubrics/one.html",
        taught,
        status=422 if error else 200,
        tab=_href(taught.course.id),
        rubric=rubric,
        rubrics_href=_href(taught.course.id),
        following=following,
        values={"title": values["title"]},
        lists=lists_of(QuestionType.ESSAY, values),
        error=error,
    )
