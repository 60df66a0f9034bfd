"""Attempts: begin, answer, hand in, look."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tuition.api.learning.quizzes.shapes import AttemptId, AttemptOut, Input, Position, QuizId, SheetOut
from tuition.edge import EdgeRoute, SignedIn, Writing, problems
from tuition.kernel import clock
from tuition.learning import quizzes

router = APIRouter(prefix="/v1", tags=["Quizzes"], route_class=EdgeRoute)


class AnswerIn(Input):
    """What is answered to one question."""

    response: dict[str, Any] | None = Field(
        description="By type: `choices`, `value`, `text`, `number` and `unit`, `pairs`, `order`, `gaps`; null empties it.",
        examples=[{"text": "Paris"}],
    )
    revision: int | None = Field(
        default=None, ge=0, description="The one that you know: if another tab saved meanwhile, this is refused."
    )


class SavedOut(BaseModel):
    """That an answer is kept."""

    position: int
    revision: int
    answered_at: datetime | None
    server_time: datetime


@router.post(
    "/quizzes/{quiz_id}/attempts",
    status_code=201,
    responses=problems(401, 403, 404, 409),
    summary="Begin an attempt, or go on with it",
)
async def start(quiz_id: QuizId, session: Writing, actor: SignedIn) -> SheetOut:
    """The attempt in progress if there is one, else a new one: its questions are fixed and its time runs from now on."""
    attempt = await quizzes.start(session, actor, quiz_id)
    now = clock.now()
    return SheetOut.of(await quizzes.sheet_of(session, await quizzes.look(session, actor, attempt.id), now=now), now)


@router.get("/quiz-attempts/{attempt_id}", responses=problems(401, 404), summary="Show an attempt")
async def show(attempt_id: AttemptId, session: Writing, actor: SignedIn) -> SheetOut:
    """Yours, or one that you grade. One whose time is over is handed in by looking."""
    now = clock.now()
    held = await quizzes.look(session, actor, attempt_id)
    return SheetOut.of(await quizzes.sheet_of(session, held, now=now), now)


@router.put("/quiz-attempts/{attempt_id}/answers/{position}", responses=problems(401, 404, 409), summary="Save an answer")
async def save(attempt_id: AttemptId, position: Position, body: AnswerIn, session: Writing, actor: SignedIn) -> SavedOut:
    """The last one counts. After the time is over, and a few seconds for what was on its way, nothing is taken."""
    answer = await quizzes.save_answer(session, actor, attempt_id, position, body.response, revision=body.revision)
    return SavedOut(position=position, revision=answer.revision, answered_at=answer.answered_at, server_time=clock.now())


@router.post("/quiz-attempts/{attempt_id}/submit", responses=problems(401, 404), summary="Hand in")
async def submit(attempt_id: AttemptId, session: Writing, actor: SignedIn) -> AttemptOut:
    """What is saved counts. Again, or after the time is over, changes nothing; `handed_in_by` says who was first."""
    return AttemptOut.of(await quizzes.submit(session, actor, attempt_id))
