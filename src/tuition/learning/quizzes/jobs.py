"""What quizzes do by themselves: hand in what is over, and mark again what was marked by a wrong key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tuition.learning.quizzes.actions import attempts, marking
from tuition.learning.quizzes.actions.editing import REGRADE_JOB
from tuition.platform import jobs
from tuition.platform.database import Session

REGRADE_CHUNK = 50
"""Attempts marked again in one transaction."""


@jobs.task(attempts.HAND_IN_JOB)
async def hand_in(session: Session, *, attempt_id: str) -> None:
    """Hand in an attempt at its deadline, unless it was given more time."""
    await attempts.hand_in_overdue(session, UUID(attempt_id))


@jobs.every("* * * * *", "quizzes.hand_in_overdue")
async def hand_in_overdue(session: Session, *, now: datetime) -> None:
    """Hand in whatever a lost job or a shortened quiz left open."""
    for attempt_id in await attempts.overdue(session, now):
        await attempts.hand_in_overdue(session, attempt_id)


@jobs.work(REGRADE_JOB)
async def regrade(context: jobs.Context, *, question_id: str, person_id: str) -> None:
    """Mark every answer to a question again, some attempts at a time; interrupted, it goes on where it was."""
    question, person, subject = UUID(question_id), UUID(person_id), ("question", UUID(question_id))
    async with context.database.transaction() as session:
        total = len(await marking.to_regrade(session, question, after=None, limit=marking.REGRADED_MAX))
    done = changed = 0
    after: UUID | None = None
    while True:
        async with context.database.transaction() as session:
            chunk = await marking.to_regrade(session, question, after=after, limit=REGRADE_CHUNK)
            for attempt_id in chunk:
                changed += await marking.regrade_attempt(session, attempt_id, question, person)
        if not chunk:
            break
        after, done = chunk[-1], done + len(chunk)
        await context.progress(subject, done=done, total=max(total, done))
    await context.progress(subject, done=done, total=done, message=str(changed), state="succeeded")
