"""What the quizzes know of a person: their attempts and answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tuition.learning.quizzes.models import Quiz, QuizAnswer, QuizAttempt
from tuition.platform.database import AnySession, Session


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Every attempt with its answers."""
    query = select(QuizAttempt, Quiz.title).join(Quiz, Quiz.id == QuizAttempt.quiz_id).where(QuizAttempt.student_id == person_id)
    attempts = (await session.execute(query.order_by(QuizAttempt.id))).all()
    mine = select(QuizAttempt.id).where(QuizAttempt.student_id == person_id)
    answers = await session.scalars(
        select(QuizAnswer).where(QuizAnswer.attempt_id.in_(mine)).order_by(QuizAnswer.attempt_id, QuizAnswer.position)
    )
    by_attempt: dict[UUID, list[dict[str, Any]]] = {}
    for answer in answers:
        by_attempt.setdefault(answer.attempt_id, []).append(
            {
                "position": answer.position,
                "response": answer.response,
                "points": None if answer.points is None else str(answer.points),
                "comment": answer.comment,
            }
        )
    return {
        "quiz_attempts": [
            {
                "quiz": title,
                "attempt_number": attempt.attempt_number,
                "status": attempt.status,
                "started_at": attempt.started_at.isoformat(),
                "submitted_at": None if attempt.submitted_at is None else attempt.submitted_at.isoformat(),
                "percentage": None if attempt.percentage is None else str(attempt.percentage),
                "answers": by_attempt.get(attempt.id, []),
            }
            for attempt, title in attempts
        ]
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Forget what they wrote and what was said about it. Points stay: statistics and certificates rest on them."""
    mine = select(QuizAttempt.id).where(QuizAttempt.student_id == person_id)
    await session.execute(
        update(QuizAnswer)
        .where(QuizAnswer.attempt_id.in_(mine))
        .values(response=None, comment="")
        .execution_options(synchronize_session=False)
    )
