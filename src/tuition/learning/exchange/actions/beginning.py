"""A file has arrived: what is it, and where shall it go?"""

from __future__ import annotations

from uuid import UUID

from tuition import identity
from tuition.identity import Actor
from tuition.kernel import new_id
from tuition.learning import courses, questions
from tuition.learning.courses import Right
from tuition.learning.exchange.errors import ImportBegun
from tuition.learning.exchange.models import ImportJob
from tuition.learning.exchange.queries import get_import_for
from tuition.learning.exchange.rules import FILE_BYTES_MAX, MAKES_COURSE, ImportStatus, format_of
from tuition.platform import jobs, rates
from tuition.platform.database import Session
from tuition.platform.files import FileTooLarge, FileUnreadable

IMPORTS_PER_HOUR = 60
HOUR_S = 3600
JOB = "learning.import"
FILE_NAME_MAX = 255


def key_of(import_id: UUID) -> str:
    """Where the file of an import lies in the file store."""
    return f"imports/{import_id}"


async def announce_import(
    session: Session, actor: Actor, *, file_name: str, bank_id: UUID | None = None, course_id: UUID | None = None
) -> ImportJob:
    """Take note of a file that is about to arrive.

    Its questions go into ``bank_id``, or into a new bank; a course becomes a new draft, or is added to ``course_id``. Raises
    ``PermissionMissing``, ``BankUnknown``, ``CourseUnknown``, ``TooMany``.
    """
    identity.require(actor, "content:create")
    if bank_id is not None:
        await questions.get_bank_for(session, actor, bank_id)
    if course_id is not None:
        await courses.get_for_staff(session, actor, course_id, Right.OUTLINE)
    await rates.hit(session, f"learning.import:{actor.id}", limit=IMPORTS_PER_HOUR, per_s=HOUR_S)
    name = " ".join(file_name.replace("\x00", "").split())[:FILE_NAME_MAX] or "file"
    made = ImportJob(id=new_id(), owner_id=actor.id, file_name=name, bank_id=bank_id, course_id=course_id)
    session.add(made)
    # Its progress points at it.
    await session.flush()
    await jobs.record_progress(session, ("import", made.id), JOB, done=0, total=0)
    return made


async def accept_file(session: Session, actor: Actor, import_id: UUID, data: bytes) -> ImportJob:
    """The file has arrived, and lies in the store under ``key_of``: a job reads it. Again is no change.

    Raises ``ImportUnknown``, ``FormatUnknown``, ``ScormPackage``, ``FileUnreadable`` (empty), ``FileTooLarge``.
    """
    found = await get_import_for(session, actor, import_id, lock=True)
    if found.status != ImportStatus.EXPECTED:
        return found
    if not data:
        raise FileUnreadable(reason="it is empty.")
    if len(data) > FILE_BYTES_MAX:
        raise FileTooLarge(reason=f"at most {FILE_BYTES_MAX // 1_048_576} MB.")
    kind = format_of(found.file_name, data)
    found.format, found.size, found.status = kind, len(data), ImportStatus.WAITING
    if kind in MAKES_COURSE:
        found.bank_id = None
    else:
        found.course_id = None
    await jobs.defer(session, JOB, import_id=str(found.id))
    return found


async def call_off(session: Session, actor: Actor, import_id: UUID) -> None:
    """Forget an import that nobody has begun to read; its file is the caller's to delete.

    Raises ``ImportUnknown``, ``ImportBegun``.
    """
    found = await get_import_for(session, actor, import_id, lock=True)
    if found.status not in (ImportStatus.EXPECTED, ImportStatus.WAITING):
        raise ImportBegun
    await session.delete(found)
