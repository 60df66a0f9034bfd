"""What was taken in, and what became of each thing in it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.learning.exchange.rules import ImportStatus
from tuition.learning.exchange.values import Format, Outcome
from tuition.platform.database import Base, Created, Timestamped, one_of


class ImportJob(Timestamped, Base):
    """One file that somebody brings. expected → waiting → running → done, or failed with the reason."""

    __tablename__ = "import_jobs"
    __personal__ = ("file_name",)
    __backup__ = "full"
    __table_args__ = (
        one_of("format", Format),
        one_of("status", ImportStatus),
        CheckConstraint("imported_count >= 0 and converted_count >= 0 and skipped_count >= 0", name="counts"),
        CheckConstraint("(status = 'expected') = (format is null)", name="arrived"),
        CheckConstraint("(status in ('done', 'failed')) = (finished_at is not null)", name="finished"),
        Index("idx_import_jobs_owner_id", "owner_id", text("id desc")),
        Index(None, "bank_id"),
        Index(None, "course_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    format: Mapped[str | None]
    """How it is written; none until it has arrived."""
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    status: Mapped[str] = mapped_column(server_default=ImportStatus.EXPECTED, default=ImportStatus.EXPECTED)
    bank_id: Mapped[UUID | None] = mapped_column(ForeignKey("question_banks.id", ondelete="SET NULL"))
    """Where its questions went."""
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("courses.content_id", ondelete="SET NULL"))
    """What its lessons became."""
    imported_count: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    converted_count: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    skipped_count: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    failure: Mapped[str] = mapped_column(server_default="", default="")
    finished_at: Mapped[datetime | None]


class ImportItem(Created, Base):
    """One thing that the file held."""

    __tablename__ = "import_items"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (PrimaryKeyConstraint("import_id", "position"), one_of("outcome", Outcome))

    import_id: Mapped[UUID] = mapped_column(ForeignKey("import_jobs.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str]
    kind: Mapped[str]
    outcome: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="", default="")
