"""Attempts on the grader's desk: the list, what waits, one answer after the other; and the quiz in figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition.edge import EdgeRoute, Reading, SignedIn, Writing
from tuition.identity import Actor
from tuition.kernel import clock
from tuition.learning import questions, quizzes
from tuition.learning.courses import Right
from tuition.learning.quizzes import AttemptStatus, Line, Statistics
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.learning.quizzes.drafts import type_names
from tuition.web.learning.quizzes.surroundings import ANY_RIGHT, address, quiz_page
from tuition.web.rendering import Series, bar_chart, see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Fields, Typed, read_decimal, say

router = APIRouter(prefix="/studio/quizzes/{quiz_id}", route_class=EdgeRoute, include_in_schema=False)
Cursor = Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)]
PAGE = 50


@router.get("/attempts")
async def attempts(
    request: Request,
    quiz_id: UUID,
    session: Reading,
    actor: SignedIn,
    status: Annotated[str, Query(max_length=20)] = "",
    cursor: Cursor = "",
) -> Response:
    """Everybody's, newest first."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, *ANY_RIGHT)
    wanted = AttemptStatus(status) if status in set(AttemptStatus) else None
    found = await quizzes.attempts_page(session, actor, quiz_id, status=wanted, limit=PAGE, cursor=cursor or None)
    more = with_query(request, cursor=found.next_cursor) if found.next_cursor else None
    return await quiz_page(
        request, session, actor, quiz, "attempts.html", attempts=found.items, next_href=more, status_chosen=status
    )


@router.get("/grading")
async def queue(request: Request, quiz_id: UUID, session: Reading, actor: SignedIn, cursor: Cursor = "") -> Response:
    """What waits for a person, the longest first."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.GRADE)
    found = await quizzes.to_grade_page(session, actor, quiz_id=quiz_id, limit=PAGE, cursor=cursor or None)
    more = with_query(request, cursor=found.next_cursor) if found.next_cursor else None
    return await quiz_page(request, session, actor, quiz, "queue.html", waiting=found.items, next_href=more)


@router.get("/grading/{attempt_id}/{position}")
async def grading(
    request: Request, quiz_id: UUID, attempt_id: UUID, position: int, session: Reading, actor: SignedIn
) -> Response:
    """One answer, its rubric, and the next one that waits."""
    return await _grading_page(request, session, actor, quiz_id, attempt_id, position, {}, "")


@router.post("/grading/{attempt_id}/{position}")
async def grade(
    request: Request, quiz_id: UUID, attempt_id: UUID, position: int, session: Writing, actor: SignedIn, typed: Typed
) -> Response:
    """Grade it, and go on to the next."""
    points = read_decimal(typed["points"]) if typed["points"].strip() else None
    levels = {name.removeprefix("level-"): value for name, value in typed.items() if name.startswith("level-") and value}
    try:
        if typed["points"].strip() and points is None:
            raise quizzes.GradeInvalid(reason=_("write a number of points."))
        await quizzes.grade_answer(
            session,
            actor,
            attempt_id,
            position,
            points=points,
            levels=levels or None,
            comment=typed["comment"].replace("\r\n", "\n"),
        )
    except (quizzes.GradeInvalid, questions.RubricInvalid) as error:
        return await _grading_page(request, session, actor, quiz_id, attempt_id, position, typed, say(request, error))
    waiting = (await quizzes.to_grade_page(session, actor, quiz_id=quiz_id, limit=1)).items
    if not waiting:
        return see_other(request, f"{address(quiz_id)}/grading", say=_("Graded. Nothing waits any more."))
    one = waiting[0]
    return see_other(
        request, f"{address(quiz_id)}/grading/{one.attempt.id}/{one.answer.position}", say=_("Graded. Here is the next.")
    )


async def _grading_page(
    request: Request,
    session: AnySession,
    actor: Actor,
    quiz_id: UUID,
    attempt_id: UUID,
    position: int,
    values: Fields | dict[str, str],
    error: str,
) -> Response:
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.GRADE)
    held = await quizzes.get_attempt_for(session, actor, attempt_id)
    if held.quiz.id != quiz.id:
        raise quizzes.AttemptUnknown
    sheet = await quizzes.sheet_of(session, held, now=clock.now())
    line = next((line for line in sheet.lines if line.answer.position == position), None)
    if line is None:
        raise quizzes.AttemptUnknown
    waiting = (await quizzes.to_grade_page(session, actor, quiz_id=quiz_id, limit=paging.LIMIT_MAX)).items
    places = [(one.attempt.id, one.answer.position) for one in waiting]
    at = places.index((attempt_id, position)) if (attempt_id, position) in places else None
    before = places[at - 1] if at else None
    after = places[at + 1] if at is not None and at + 1 < len(places) else None
    name = next((one.student_name for one in waiting if one.attempt.id == attempt_id), "")
    return await quiz_page(
        request, session, actor, quiz, "grade.html", status=422 if error else 200, attempt=held.attempt, line=line,
        rubric=_rubric(line), notes=getattr(line.body, "grader_notes", ""), values=values or _given(line), error=error,
        student_name=name, before=before, after=after, place=None if at is None else at + 1, waiting_count=len(places),
        tab=f"{address(quiz_id)}/grading",
    )  # fmt: skip


def _rubric(line: Line) -> questions.Rubric | None:
    return line.body.rubric if isinstance(line.body, questions.Essay) else None


def _given(line: Line) -> dict[str, str]:
    """What it was graded before."""
    levels = {f"level-{name}": str(value) for name, value in (line.answer.levels or {}).items()}
    points = "" if line.answer.points is None or levels else str(line.answer.points)
    return {**levels, "points": points, "comment": line.answer.comment}


@router.get("/figures")
async def figures(request: Request, quiz_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """How hard each question is, and whether it tells those who know from those who do not."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, *ANY_RIGHT)
    found = await quizzes.statistics_of(session, actor, quiz_id)
    return await quiz_page(
        request, session, actor, quiz, "figures.html", figures=found, scores=_scores(found), hardness=_hardness(found),
        type_names=type_names(),
    )  # fmt: skip


def _scores(found: Statistics) -> object:
    labels = [f"{number * 10}–{number * 10 + 10} %" for number in range(len(found.scores))]
    return bar_chart(_("What attempts reached"), labels, [Series(_("Attempts"), found.scores)], label_head=_("Percent"))


def _hardness(found: Statistics) -> object:
    """Facility and discrimination side by side, in percent, so that one scale serves both."""
    listed = [one for one in found.questions if one.facility is not None]
    percent = Decimal(100)
    facility = [round((one.facility or Decimal(0)) * percent) for one in listed]
    telling = [round((one.discrimination or Decimal(0)) * percent) for one in listed]
    labels = [one.words[:24] for one in listed]
    series = [Series(_("Facility in %"), facility), Series(_("Discrimination × 100"), telling)]
    return bar_chart(_("Questions, the hardest first"), labels, series, label_head=_("Question"))
