"""How far a long job has come. (The queue's own tables belong to procrastinate.)"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.platform.database import Base, Timestamped, one_of

STATES = ("running", "succeeded", "failed")


class JobProgress(Timestamped, Base):
    """How far a long job about one subject has come: what a page shows while somebody waits."""

    __tablename__ = "job_progress"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", "job"),
        one_of("state", STATES),
        CheckConstraint("done >= 0 and total >= 0", name="counts"),
    )
    __personal__: ClassVar[tuple[str, ...]] = ()
    __backup__: ClassVar[str] = "skip"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    job: Mapped[str]
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    message: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="running")
