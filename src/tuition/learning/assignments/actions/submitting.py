"""A learner's side: a draft, and handing it in."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from tuition.identity import Actor
from tuition.kernel import clock, new_id
from tuition.learning import enrollments
from tuition.learning.assignments.errors import (
    AttemptsUsedUp,
    EnrollFirst,
    NothingHandedIn,
    NotOpen,
    SubmissionUnknown,
    TooLate,
)
from tuition.learning.assignments.events import WorkSubmitted
from tuition.learning.assignments.models import Assignment, Submission, SubmissionFile
from tuition.learning.assignments.queries import closed, dates_of, find, get_submission_for, submissions_of
from tuition.learning.assignments.rules import SubmissionStatus, lateness
from tuition.platform import events
from tuition.platform.database import Session

BODY_LENGTH_MAX = 200_000


async def begin(session: Session, actor: Actor, assignment_id: UUID) -> Submission:
    """The learner's draft: the one that there is, or a new one after work was returned or graded.

    Raises ``AssignmentUnknown``; what ``enrollments.open_lesson`` raises; ``EnrollFirst``, ``TooLate``, ``AttemptsUsedUp``.
    """
    assignment = await find(session, assignment_id)
    now = clock.now()
    opened = await enrollments.open_lesson(session, actor, assignment.lesson_id, now=now)
    if opened.enrollment is None:
        raise EnrollFirst
    # Two tabs that begin at once get the same draft.
    lock = func.hashtextextended(f"assignments/{assignment.id}/{opened.enrollment.id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(lock)))
    before = await submissions_of(session, assignment.id, opened.enrollment.id)
    if before and before[0].status in {SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED}:
        return before[0]
    if assignment.attempts_max is not None and len(before) >= assignment.attempts_max:
        raise AttemptsUsedUp(limit=assignment.attempts_max)
    if closed(assignment, await dates_of(session, assignment, opened.enrollment.id), now):
        raise TooLate
    submission = Submission(
        id=new_id(), assignment_id=assignment.id, enrollment_id=opened.enrollment.id, attempt=len(before) + 1,
        status=SubmissionStatus.DRAFT.value, body=before[0].body if before else "",
    )  # fmt: skip
    session.add(submission)
    await enrollments.record_attempt(session, opened.enrollment.id, assignment.lesson_id, now)
    await session.flush()  # the caller shows the row
    return submission


async def save(session: Session, actor: Actor, submission_id: UUID, *, body: str) -> Submission:
    """Keep what was written so far. Raises ``SubmissionUnknown``, ``NotOpen``."""
    _, submission = await own_draft(session, actor, submission_id)
    submission.body = body[:BODY_LENGTH_MAX]
    return submission


async def submit(session: Session, actor: Actor, submission_id: UUID, *, body: str | None = None) -> Submission:
    """Hand it in. Raises ``SubmissionUnknown``, ``NotOpen``, ``TooLate``, ``NothingHandedIn``."""
    assignment, submission = await own_draft(session, actor, submission_id)
    if body is not None:
        submission.body = body[:BODY_LENGTH_MAX]
    now = clock.now()
    dates = await dates_of(session, assignment, submission.enrollment_id)
    if closed(assignment, dates, now):
        raise TooLate
    count = await count_files(session, submission.id, is_feedback=False)
    if not count and not (assignment.takes_text and submission.body.strip()):
        raise NothingHandedIn
    late = lateness(now, dates.due_at, grace=timedelta(minutes=assignment.grace_minutes))
    submission.status, submission.submitted_at = SubmissionStatus.SUBMITTED.value, now
    submission.late_seconds = int(late.total_seconds())
    fact = WorkSubmitted(submission.id, assignment.id, submission.enrollment_id, assignment.course_id, now)
    await events.publish(session, fact)
    return submission


async def take_back(session: Session, actor: Actor, submission_id: UUID) -> Submission:
    """Go on with work that nobody has graded yet, while it is still taken. Raises ``NotOpen``, ``TooLate``."""
    held = await get_submission_for(session, actor, submission_id)
    if held.is_staff:
        raise SubmissionUnknown
    submission = await locked(session, submission_id)
    if submission.status != SubmissionStatus.SUBMITTED:
        raise NotOpen(status=submission.status)
    if closed(held.assignment, await dates_of(session, held.assignment, submission.enrollment_id), clock.now()):
        raise TooLate
    submission.status, submission.submitted_at, submission.late_seconds = SubmissionStatus.DRAFT.value, None, 0
    return submission


async def own_draft(session: Session, actor: Actor, submission_id: UUID) -> tuple[Assignment, Submission]:
    """One's own draft, locked. Raises ``SubmissionUnknown``, ``NotOpen``."""
    held = await get_submission_for(session, actor, submission_id)
    if held.is_staff:
        raise SubmissionUnknown
    submission = await locked(session, submission_id)
    if submission.status != SubmissionStatus.DRAFT:
        raise NotOpen(status=submission.status)
    return held.assignment, submission


async def locked(session: Session, submission_id: UUID) -> Submission:
    """The row, so that two who change it do it one after the other."""
    query = select(Submission).where(Submission.id == submission_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def count_files(session: Session, submission_id: UUID, *, is_feedback: bool) -> int:
    """How many files are in it, or were given back with it."""
    query = select(func.count()).select_from(SubmissionFile)
    theirs = (SubmissionFile.submission_id == submission_id, SubmissionFile.is_feedback.is_(is_feedback))
    return await session.scalar(query.where(*theirs)) or 0
