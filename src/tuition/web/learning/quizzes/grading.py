"""Attempts on the grader's desk: the list, one answer after the other; and the quiz in figures."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from tuition import identity
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing
from tuition.identity import Actor
from tuition.kernel import clock
from tuition.learning import questions, quizzes
from tuition.learning.courses import Right
from tuition.learning.quizzes import AttemptStatus, Line, Statistics
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.learning.grades.queue import HERE, around, on_to_the_next
from tuition.web.learning.quizzes.drafts import type_names
from tuition.web.learning.quizzes.surroundings import ANY_RIGHT, address, quiz_page
from tuition.web.rendering import Series, bar_chart, left_to_right, with_query
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
async def waiting(quiz_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """What waits of this quiz, in the queue of everything."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.GRADE)
    return RedirectResponse(f"{HERE}?course={quiz.course_id}&lesson={quiz.lesson_id}", status_code=303)


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
    at, answer_id = await _place(session, actor, attempt_id, position)
    return await on_to_the_next(request, session, actor, at=at, one_id=answer_id, said=_("Graded."))


async def _place(session: AnySession, actor: Actor, attempt_id: UUID, position: int) -> tuple[datetime | None, UUID]:
    """Where an answer stands in the queue."""
    held = await quizzes.get_attempt_for(session, actor, attempt_id)
    sheet = await quizzes.sheet_of(session, held, now=clock.now())
    return held.attempt.submitted_at, next(line.answer.id for line in sheet.lines if line.answer.position == position)


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
    people = await identity.people_by_id(session, [held.attempt.student_id])
    return await quiz_page(
        request, session, actor, quiz, "grade.html", status=422 if error else 200, attempt=held.attempt, line=line,
        rubric=_rubric(line), notes=getattr(line.body, "grader_notes", ""), values=values or _given(line), error=error,
        student_name=people[held.attempt.student_id].full_name, tab=f"{address(quiz_id)}/grading",
        **await around(request, session, actor, at=held.attempt.submitted_at, one_id=line.answer.id),
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
    labels = [left_to_right(f"{number * 10}–{number * 10 + 10} %") for number in range(len(found.scores))]
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
