"""What whoever looks after the house can do about it."""

from __future__ import annotations

from tuition.identity import Actor, require
from tuition.platform import audit, jobs
from tuition.platform.database import Session


async def retry_job(session: Session, actor: Actor, job_id: int) -> str:
    """Let a job that was given up run once more, and write down who said so; returns its name.

    Raises ``PermissionMissing``, ``JobNotFailed``, ``JobWaitsAlready``.
    """
    require(actor, "jobs:manage")
    name = await jobs.retry(session, job_id)
    await audit.record(session, actor.id, "operations.job_retried", details={"job": name, "number": job_id})
    return name
