"""Reading and writing how far a long job has come."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from tuition.kernel import new_id
from tuition.platform.database import AnySession, Session
from tuition.platform.jobs.models import JobProgress

MESSAGE_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come: ``done`` of ``total`` (0 when unknown), in state running, succeeded or failed."""

    done: int
    total: int
    message: str
    state: str

    @property
    def percent(self) -> int | None:
        """Whole percent, or ``None`` while the total is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else None


async def record_progress(
    session: Session, subject: tuple[str, UUID], job: str, *, done: int, total: int, message: str = "", state: str = "running"
) -> None:
    """Write how far the job about this subject is; the last word wins."""
    values = {"done": done, "total": total, "message": message[:MESSAGE_LENGTH_MAX], "state": state}
    statement = insert(JobProgress).values(id=new_id(), subject_type=subject[0], subject_id=subject[1], job=job, **values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["subject_type", "subject_id", "job"], set_={**values, "updated_at": func.clock_timestamp()}
        )
    )


async def progress_of(session: AnySession, subject: tuple[str, UUID], job: str | None = None) -> Progress | None:
    """How far the job about this subject is (the latest one, unless it is named), or ``None`` if none was reported."""
    statement = select(JobProgress).where(JobProgress.subject_type == subject[0], JobProgress.subject_id == subject[1])
    if job is not None:
        statement = statement.where(JobProgress.job == job)
    row = (await session.execute(statement.order_by(JobProgress.updated_at.desc()).limit(1))).scalar_one_or_none()
    return Progress(row.done, row.total, row.message, row.state) if row else None
