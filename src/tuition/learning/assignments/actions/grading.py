"""A grader's side: points or a rubric, feedback, or back to be done again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from tuition import messaging
from tuition.identity import Actor
from tuition.kernel import clock, round_half_even
from tuition.learning import enrollments
from tuition.learning.assignments.actions.submitting import locked
from tuition.learning.assignments.errors import GradeInvalid, NotSubmitted, SubmissionUnknown
from tuition.learning.assignments.events import WorkGraded
from tuition.learning.assignments.models import Submission
from tuition.learning.assignments.queries import Held, get_submission_for, result_for
from tuition.learning.assignments.rules import SubmissionStatus, penalty, worth
from tuition.learning.questions import Rubric
from tuition.platform import audit, events
from tuition.platform.database import Session

FEEDBACK_LENGTH_MAX = 50_000


async def grade(
    session: Session,
    actor: Actor,
    submission_id: UUID,
    *,
    points: Decimal | None = None,
    levels: Mapping[str, str] | None = None,
    feedback: str = "",
    waive_penalty: bool = False,
) -> Submission:
    """Give it a grade, by points or by the levels of its rubric; again changes it and leaves a trace in the audit log.

    The lesson is completed when the grade reaches the passing score. Raises ``SubmissionUnknown``, ``NotSubmitted``,
    ``GradeInvalid``, ``questions.RubricInvalid``.
    """
    held = await _handed_in(session, actor, submission_id, {SubmissionStatus.SUBMITTED, SubmissionStatus.GRADED})
    submission, assignment = held.submission, held.assignment
    if levels is not None and assignment.rubric is not None:
        share = Rubric.model_validate(assignment.rubric).share(levels)
        points = Decimal(round_half_even(share * Fraction(assignment.points_max) * 100)).scaleb(-2)
        submission.chosen_levels = dict(levels)
    if points is None or not points.is_finite() or not 0 <= points <= assignment.points_max:
        raise GradeInvalid(points_max=assignment.points_max)
    taken_off = Decimal(0)
    if not waive_penalty:
        taken_off = penalty(timedelta(seconds=submission.late_seconds), assignment.late_percent_per_day)
    before, now = submission.percentage, clock.now()
    submission.points, submission.penalty_percent = points, taken_off
    submission.percentage = worth(points, assignment.points_max, taken_off)
    submission.feedback = feedback[:FEEDBACK_LENGTH_MAX]
    submission.status, submission.graded_by, submission.graded_at = SubmissionStatus.GRADED.value, actor.id, now
    details = {"percentage": str(submission.percentage), "before": None if before is None else str(before)}
    await audit.record(session, actor.id, "assignments.graded", subject=("submission", submission.id), details=details)
    counted = await result_for(session, assignment, submission.enrollment_id)
    if counted is not None and counted >= assignment.passing_score:
        await enrollments.complete_lesson(session, submission.enrollment_id, assignment.lesson_id, at=now, score=counted)
    fact = WorkGraded(submission.id, assignment.id, submission.enrollment_id, assignment.course_id, submission.percentage)
    await events.publish(session, fact)
    title, message = "Your work was graded", "“{title}” came back with a grade."
    await _tell(session, held, title, message)
    return submission


async def give_back(session: Session, actor: Actor, submission_id: UUID, *, feedback: str) -> Submission:
    """Return it to be done again, with what is missing. Raises ``SubmissionUnknown``, ``NotSubmitted``."""
    held = await _handed_in(session, actor, submission_id, {SubmissionStatus.SUBMITTED})
    submission = held.submission
    submission.status, submission.feedback = SubmissionStatus.RETURNED.value, feedback[:FEEDBACK_LENGTH_MAX]
    submission.graded_by, submission.graded_at = actor.id, clock.now()
    await audit.record(session, actor.id, "assignments.returned", subject=("submission", submission.id))
    title, message = "Your work was returned", "“{title}” came back to be done again."
    await _tell(session, held, title, message)
    return submission


async def _handed_in(session: Session, actor: Actor, submission_id: UUID, states: set[SubmissionStatus]) -> Held:
    held = await get_submission_for(session, actor, submission_id)
    if not held.is_staff:
        raise SubmissionUnknown
    submission = await locked(session, submission_id)
    if submission.status not in states:
        raise NotSubmitted
    return Held(submission, held.assignment, held.enrollment, is_staff=True)


async def _tell(session: Session, held: Held, title: str, message: str) -> None:
    await messaging.notify(
        session,
        held.enrollment.student_id,
        "system",
        title=title,
        message=message,
        fields={"title": held.assignment.title},
        action_url=f"/assignments/{held.assignment.id}",
        action_label="Look at it",
    )
