"""What staff does with attempts: see them, grade what waits, see what changed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tuition.api.learning.quizzes.shapes import AttemptId, AttemptOut, Cursor, Input, Limit, Position, QuizId
from tuition.edge import EdgeRoute, PageOut, Reading, SignedIn, Writing, problems
from tuition.learning import quizzes
from tuition.learning.quizzes import AttemptStatus
from tuition.platform import paging

router = APIRouter(prefix="/v1", tags=["Quizzes"], route_class=EdgeRoute)


class AttemptListedOut(AttemptOut):
    """An attempt and whose it is."""

    student_name: str


class ToGradeOut(BaseModel):
    """An answer that waits for a person."""

    attempt_id: UUID
    position: int
    quiz_id: UUID
    student_name: str
    words: str = Field(description="The question.")
    points_max: Decimal
    submitted_at: datetime | None


class AnswerGradeIn(Input):
    """How an answer is graded: by points, by the levels of its rubric, or both; points count more."""

    points: Decimal | None = Field(default=None, ge=0, le=Decimal("999.99"), decimal_places=2, examples=["2.50"])
    levels: dict[str, str] | None = Field(
        default=None, max_length=20, description="The chosen level of every criterion, by their ids.", examples=[None]
    )
    comment: str | None = Field(default=None, max_length=10_000, examples=["Well argued."])


class ScoreChangeOut(BaseModel):
    """Points that were changed after they had been given."""

    position: int
    points_before: Decimal
    points_after: Decimal
    reason: str = Field(description="`graded_again` or `key_corrected`.", examples=["key_corrected"])
    changed_by: UUID
    changed_at: datetime


class ScoreChangesOut(BaseModel):
    """Changes, the first one first."""

    items: list[ScoreChangeOut]


@router.get("/quizzes/{quiz_id}/attempts", responses=problems(401, 404), summary="List the attempts at a quiz")
async def list_attempts(
    quiz_id: QuizId,
    session: Reading,
    actor: SignedIn,
    status: Annotated[AttemptStatus | None, Query()] = None,
    limit: Limit = paging.LIMIT_USUAL,
    cursor: Cursor = None,
) -> PageOut[AttemptListedOut]:
    """For its staff, newest first."""
    page = await quizzes.attempts_page(session, actor, quiz_id, status=status, limit=limit, cursor=cursor)
    items = [AttemptListedOut(**AttemptOut.of(one.attempt).model_dump(), student_name=one.student_name) for one in page.items]
    return PageOut(items=items, next_cursor=page.next_cursor)


@router.get("/quizzes/{quiz_id}/to-grade", responses=problems(401, 404), summary="List what waits for a person")
async def list_to_grade(
    quiz_id: QuizId, session: Reading, actor: SignedIn, limit: Limit = paging.LIMIT_USUAL, cursor: Cursor = None
) -> PageOut[ToGradeOut]:
    """What has waited longest comes first."""
    page = await quizzes.to_grade_page(session, actor, quiz_id=quiz_id, limit=limit, cursor=cursor)
    items = [
        ToGradeOut(
            attempt_id=one.attempt.id,
            position=one.answer.position,
            quiz_id=one.quiz.id,
            student_name=one.student_name,
            words=one.words,
            points_max=one.answer.points_max,
            submitted_at=one.attempt.submitted_at,
        )
        for one in page.items
    ]
    return PageOut(items=items, next_cursor=page.next_cursor)


@router.put("/quiz-attempts/{attempt_id}/grades/{position}", responses=problems(401, 404, 409), summary="Grade an answer")
async def grade(attempt_id: AttemptId, position: Position, body: AnswerGradeIn, session: Writing, actor: SignedIn) -> AttemptOut:
    """When nothing waits any more, the attempt is graded and its learner is told. What the key gave can be changed too."""
    graded = await quizzes.grade_answer(
        session, actor, attempt_id, position, points=body.points, levels=body.levels, comment=body.comment
    )
    return AttemptOut.of(graded)


@router.get("/quiz-attempts/{attempt_id}/changes", responses=problems(401, 404), summary="List how points were changed")
async def list_changes(attempt_id: AttemptId, session: Reading, actor: SignedIn) -> ScoreChangesOut:
    """Of your attempt, or of one that you grade: what was corrected after it had been given."""
    held = await quizzes.get_attempt_for(session, actor, attempt_id)
    found = await quizzes.score_changes_of(session, held.attempt.id)
    return ScoreChangesOut(items=[ScoreChangeOut.model_validate(one, from_attributes=True) for one in found])
