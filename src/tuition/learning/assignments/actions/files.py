"""Files of hand-ins: a learner's into a draft, a grader's beside the feedback. The bytes arrive as every upload does."""

from __future__ import annotations

from uuid import UUID

from tuition import catalog
from tuition.identity import Actor
from tuition.kernel import clock, new_id
from tuition.learning.assignments.actions.submitting import count_files, locked, own_draft
from tuition.learning.assignments.errors import FileKindRefused, FilesTooMany, FileTooLarge, SubmissionUnknown
from tuition.learning.assignments.models import SubmissionFile
from tuition.learning.assignments.queries import get_submission_for
from tuition.learning.assignments.rules import takes
from tuition.platform import jobs
from tuition.platform.database import Session

FEEDBACK_FILES_MAX = 10
FEEDBACK_BYTES_MAX = 100 * 2**20
MB = 2**20


async def begin_file(
    session: Session, actor: Actor, submission_id: UUID, *, file_name: str, size: int, sha256: str | None = None
) -> catalog.Upload:
    """Announce a file: its author's for a draft, a grader's for the feedback; its bytes follow as for every upload.

    Raises ``SubmissionUnknown``, ``NotOpen``, ``FileKindRefused``, ``FilesTooMany``, ``FileTooLarge``, and what
    ``catalog.begin_upload_of_work`` raises.
    """
    held = await get_submission_for(session, actor, submission_id)
    limit = FEEDBACK_BYTES_MAX if held.is_staff else held.assignment.file_bytes_max
    await _check_takes(session, actor, submission_id, file_name)
    if size > limit:
        raise FileTooLarge(limit_mb=max(1, limit // MB))
    return await catalog.begin_upload_of_work(
        session, actor, held.assignment.course_id, submission_id, file_name=file_name, size=size, limit=limit, sha256=sha256
    )


async def add_file(
    session: Session, actor: Actor, submission_id: UUID, upload: catalog.Upload, *, file_key: str
) -> SubmissionFile:
    """Record a file that is stored. Raises what ``begin_file`` raises: the draft may have been handed in meanwhile."""
    if upload.subject_id != submission_id:
        raise SubmissionUnknown
    is_feedback = await _check_takes(session, actor, submission_id, upload.file_name)
    row = SubmissionFile(
        id=new_id(), submission_id=submission_id, is_feedback=is_feedback, file_name=upload.file_name, size=upload.size,
        file_key=file_key, created_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    return row


async def remove_file(session: Session, actor: Actor, file_id: UUID) -> None:
    """Take a file out: the learner's out of a draft, a grader's own out of the feedback."""
    row = await session.get(SubmissionFile, file_id)
    if row is None:
        raise SubmissionUnknown
    if row.is_feedback:
        held = await get_submission_for(session, actor, row.submission_id)
        if not held.is_staff:
            raise SubmissionUnknown
    else:
        await own_draft(session, actor, row.submission_id)
    await session.delete(row)
    await jobs.defer(session, "assignments.forget_files", prefix=row.file_key)


async def _check_takes(session: Session, actor: Actor, submission_id: UUID, file_name: str) -> bool:
    """Whether a further file of this name would be feedback. Raises when it would not be taken."""
    held = await get_submission_for(session, actor, submission_id)
    if held.is_staff:
        await locked(session, submission_id)
        most = FEEDBACK_FILES_MAX
    else:
        await own_draft(session, actor, submission_id)
        most = held.assignment.files_max
        if not takes(file_name, held.assignment.file_types):
            raise FileKindRefused(name=file_name, kinds=", ".join(held.assignment.file_types))
    if await count_files(session, submission_id, is_feedback=held.is_staff) >= most:
        raise FilesTooMany(limit=most)
    return held.is_staff
