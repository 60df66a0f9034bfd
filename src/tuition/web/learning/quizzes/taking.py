"""A learner's quiz: what it asks of them, one calm page to answer on, and what it came to."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.responses import Response

from tuition import catalog
from tuition.edge import EdgeRoute, SignedIn, Writing, status_of
from tuition.kernel import DomainError, clock
from tuition.learning import courses, quizzes
from tuition.learning.quizzes import AnswerStale, AttemptOver, AttemptStatus, QuizAttempt, Sheet
from tuition.platform.database import AnySession
from tuition.web.learning.quizzes.forms import is_there, known_revision, read_response
from tuition.web.rendering import render, see_other
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Typed, say

router = APIRouter(prefix="/quizzes", route_class=EdgeRoute, include_in_schema=False)


def address(attempt: QuizAttempt) -> str:
    """Where an attempt is looked at."""
    return f"/quizzes/attempts/{attempt.id}"


@router.get("/{quiz_id}")
async def cover(request: Request, quiz_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """What is asked, how long one has, what one made of it before."""
    found = await quizzes.cover(session, actor, quiz_id)
    around = await _around(session, found.quiz)
    return render(request, "learning/quizzes/cover.html", cover=found, **around)


@router.post("/{quiz_id}/attempts")
async def start(request: Request, quiz_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """Begin, or go on."""
    attempt = await quizzes.start(session, actor, quiz_id)
    return see_other(request, address(attempt))


@router.get("/attempts/{attempt_id}")
async def attempt_page(request: Request, attempt_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """The questions while it runs, the result afterwards."""
    sheet = await _sheet(session, actor, attempt_id)
    if sheet.held.attempt.status == AttemptStatus.IN_PROGRESS and not sheet.held.is_staff:
        return await _page(request, session, "attempt.html", sheet)
    changes = await quizzes.score_changes_of(session, attempt_id)
    return await _page(request, session, "result.html", sheet, changes=changes)


@router.post("/attempts/{attempt_id}/answers/{position}")
async def save_one(
    request: Request,
    attempt_id: UUID,
    position: int,
    session: Writing,
    actor: SignedIn,
    typed: Typed,
    revision: Annotated[int | None, Form()] = None,
) -> Response:
    """One question, as the page saves it while one writes. Answers JSON, refusals too."""
    try:
        sheet = await _sheet(session, actor, attempt_id)
        line = next((line for line in sheet.lines if line.answer.position == position), None)
        if line is None:
            raise quizzes.AttemptUnknown
        if sheet.held.attempt.status != AttemptStatus.IN_PROGRESS:
            raise AttemptOver
        response = read_response(typed, line)
        answer = await quizzes.save_answer(session, actor, attempt_id, position, response, revision=revision)
    except DomainError as error:
        said = {"code": error.code, "detail": say(request, error), "over": isinstance(error, AttemptOver)}
        return JSONResponse(said, status_code=status_of(error))
    now = clock.now()
    left = _left_ms(sheet.held.attempt, now)
    return JSONResponse({"revision": answer.revision, "answered": response is not None, "left_ms": left})


@router.get("/attempts/{attempt_id}/time")
async def time_left(attempt_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """How long it still runs, by the server's clock."""
    held = await quizzes.look(session, actor, attempt_id)
    running = held.attempt.status == AttemptStatus.IN_PROGRESS
    return JSONResponse({"running": running, "left_ms": _left_ms(held.attempt, clock.now()) if running else 0})


@router.post("/attempts/{attempt_id}/review")
async def keep_all(request: Request, attempt_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Every answer of the page at once, without JavaScript or with; then a last look before handing in."""
    sheet = await _sheet(session, actor, attempt_id)
    if sheet.held.attempt.status != AttemptStatus.IN_PROGRESS:
        return _was_over(request, sheet)
    elsewhere = []
    for line in sheet.lines:
        response = read_response(typed, line)
        if not is_there(typed, line) or response == line.response:
            continue
        position, known = line.answer.position, known_revision(typed, line)
        try:
            await quizzes.save_answer(session, actor, attempt_id, position, response, revision=known)
        except AnswerStale:
            elsewhere.append(str(position))
    if elsewhere:
        said = _("Changed in another tab, and kept as it is there: question %(numbers)s.") % {"numbers": ", ".join(elsewhere)}
        return see_other(request, f"{address(sheet.held.attempt)}/review", say=said, tone="warn")
    return see_other(request, f"{address(sheet.held.attempt)}/review")


@router.get("/attempts/{attempt_id}/review")
async def review(request: Request, attempt_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """What is answered and what is not, before it is handed in."""
    sheet = await _sheet(session, actor, attempt_id)
    if sheet.held.attempt.status != AttemptStatus.IN_PROGRESS or sheet.held.is_staff:
        return RedirectResponse(address(sheet.held.attempt), status_code=303)
    blank = [line.answer.position for line in sheet.lines if line.response is None]
    return await _page(request, session, "review.html", sheet, blank=blank)


@router.post("/attempts/{attempt_id}/submit")
async def submit(request: Request, attempt_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """Hand it in."""
    attempt = await quizzes.submit(session, actor, attempt_id)
    if attempt.handed_in_by == quizzes.HandedInBy.DEADLINE:
        return see_other(request, address(attempt), say=_("The time was over: what was saved has been handed in."), tone="note")
    return see_other(request, address(attempt), say=_("Handed in."))


def _was_over(request: Request, sheet: Sheet) -> Response:
    said = _("This attempt has been handed in before. What was saved then counts.")
    return see_other(request, address(sheet.held.attempt), say=said, tone="warn")


async def _sheet(session: Writing, actor: SignedIn, attempt_id: UUID) -> Sheet:
    held = await quizzes.look(session, actor, attempt_id)
    return await quizzes.sheet_of(session, held, now=clock.now())


def _left_ms(attempt: QuizAttempt, now: datetime) -> int | None:
    if attempt.deadline_at is None:
        return None
    return max(int((attempt.deadline_at - now).total_seconds() * 1000), 0)


async def _page(request: Request, session: AnySession, name: str, sheet: Sheet, **context: Any) -> Response:
    attempt = sheet.held.attempt
    around = await _around(session, sheet.held.quiz)
    left_ms = _left_ms(attempt, clock.now())
    return render(
        request,
        f"learning/quizzes/{name}",
        sheet=sheet,
        attempt=attempt,
        left_ms=left_ms,
        href=address(attempt),
        **around,
        **context,
    )


async def _around(session: AnySession, quiz: quizzes.Quiz) -> dict[str, Any]:
    """Where the quiz stands: its course, and the way back to its lesson."""
    content = (await catalog.contents_by_id(session, [quiz.course_id]))[quiz.course_id]
    lesson = await courses.find_lesson(session, quiz.lesson_id)
    assert lesson is not None, "a quiz has a lesson"
    return {"quiz": quiz, "course_title": content.title, "lesson_href": f"/learn/{content.slug}/{lesson.slug}"}
