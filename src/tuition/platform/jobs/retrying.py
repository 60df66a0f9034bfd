"""A job that was given up is put back into the queue, because a person has mended what broke it."""

from __future__ import annotations

from sqlalchemy import text

from tuition.kernel import DomainError, ErrorKind
from tuition.platform.database import Session


class JobNotFailed(DomainError):
    """Only a job that was given up can be tried again."""

    kind = ErrorKind.CONFLICT
    code = "platform.job_not_failed"


class JobWaitsAlready(DomainError):
    """The same job waits in the queue already."""

    kind = ErrorKind.CONFLICT
    code = "platform.job_waits_already"


_FIND = text("select task_name, queueing_lock from procrastinate_jobs where id = :id and status = 'failed' for update")
_TWIN = text("select 1 from procrastinate_jobs where queueing_lock = :lock and status = 'todo'")


async def retry(session: Session, job_id: int) -> str:
    """Let a job that was given up run once more, and return its name. Jobs are idempotent; this is what for.

    Raises ``JobNotFailed`` or ``JobWaitsAlready``.
    """
    found = (await session.execute(_FIND, {"id": job_id})).one_or_none()
    if found is None:
        raise JobNotFailed
    if found.queueing_lock is not None and await session.scalar(_TWIN, {"lock": found.queueing_lock}) is not None:
        raise JobWaitsAlready
    await session.execute(text("select procrastinate_retry_job_v2(:id, null, null, null, null)"), {"id": job_id})
    return str(found.task_name)
