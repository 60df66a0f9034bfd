"""A file has arrived: what is it, and where shall it go?"""

from __future__ import annotations

from uuid import UUID

from tuition import identity
from tuition.identity import Actor
from tuition.kernel import new_id
from tuition.learning import courses, questions
from tuition.learning.courses import Right
from tuition.learning.exchange.errors import PackageInvalid, PackageTooLarge
from tuition.learning.exchange.models import ImportJob
from tuition.learning.exchange.rules import FILE_BYTES_MAX, MAKES_COURSE, format_of
from tuition.platform import jobs, rates
from tuition.platform.database import Session

IMPORTS_PER_HOUR = 60
HOUR_S = 3600
JOB = "learning.import"
FILE_NAME_MAX = 255


def key_of(import_id: UUID) -> str:
    """Where the file of an import lies in the file store."""
    return f"imports/{import_id}"


async def begin_import(
    session: Session,
    actor: Actor,
    *,
    file_name: str,
    data: bytes,
    import_id: UUID | None = None,
    bank_id: UUID | None = None,
    course_id: UUID | None = None,
) -> ImportJob:
    """Take note of a file that lies in the store under ``key_of``; a job reads it.

    Questions go into ``bank_id``, or into a new bank; a course becomes a new draft, or is added to ``course_id``. Raises
    ``PermissionMissing``, ``FormatUnknown``, ``PackageTooLarge``, ``BankUnknown``, ``CourseUnknown``, ``TooMany``.
    """
    identity.require(actor, "content:create")
    if not data:
        raise PackageInvalid(reason="it is empty.")
    if len(data) > FILE_BYTES_MAX:
        raise PackageTooLarge(reason=f"at most {FILE_BYTES_MAX // 1_048_576} MB.")
    kind = format_of(file_name, data)
    if bank_id is not None:
        await questions.get_bank_for(session, actor, bank_id)
    if course_id is not None:
        await courses.get_for_staff(session, actor, course_id, Right.OUTLINE)
    await rates.hit(session, f"learning.import:{actor.id}", limit=IMPORTS_PER_HOUR, per_s=HOUR_S)
    made = ImportJob(
        id=import_id or new_id(),
        owner_id=actor.id,
        format=kind,
        file_name=" ".join(file_name.split())[:FILE_NAME_MAX] or "file",
        size=len(data),
        bank_id=None if kind in MAKES_COURSE else bank_id,
        course_id=course_id if kind in MAKES_COURSE else None,
    )
    made.file_key = key_of(made.id)
    session.add(made)
    await jobs.record_progress(session, ("import", made.id), JOB, done=0, total=0)
    await jobs.defer(session, JOB, import_id=str(made.id))
    return made
