"""A person's hand-ins: handed out with their grades; after erasure the grades stay and the work is gone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from tuition.learning.assignments.models import Assignment, Submission, SubmissionFile
from tuition.learning.enrollments import Enrollment
from tuition.platform import jobs
from tuition.platform.database import AnySession, Session


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """What they handed in, what it came to, what they were told."""
    rows = await session.execute(
        select(Submission, Assignment.title)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(Enrollment, Enrollment.id == Submission.enrollment_id)
        .where(Enrollment.student_id == person_id)
        .order_by(Submission.id)
    )
    found = [(submission, title) for submission, title in rows]
    ids = [submission.id for submission, _ in found]
    files = await session.scalars(select(SubmissionFile).where(SubmissionFile.submission_id.in_(ids)).order_by(SubmissionFile.id))
    names: dict[UUID, list[str]] = {}
    for row in files:
        names.setdefault(row.submission_id, []).append(row.file_name)
    return {
        "submissions": [
            {
                "assignment": title,
                "attempt": submission.attempt,
                "status": submission.status,
                "text": submission.body,
                "files": names.get(submission.id, []),
                "submitted_at": submission.submitted_at.isoformat() if submission.submitted_at else None,
                "percentage": str(submission.percentage) if submission.percentage is not None else None,
                "feedback": submission.feedback,
            }
            for submission, title in found
        ]
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Empty texts and feedback, and delete the files."""
    theirs = select(Submission.id).join(Enrollment, Enrollment.id == Submission.enrollment_id)
    ids = list(await session.scalars(theirs.where(Enrollment.student_id == person_id)))
    await session.execute(update(Submission).where(Submission.id.in_(ids)).values(body="", feedback=""))
    await session.execute(delete(SubmissionFile).where(SubmissionFile.submission_id.in_(ids)))
    for submission_id in ids:
        await jobs.defer(session, "assignments.forget_files", prefix=f"submissions/{submission_id}")
