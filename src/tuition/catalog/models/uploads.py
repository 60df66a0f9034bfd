"""Files on their way in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.catalog.rules.states import UploadPurpose, UploadStatus
from tuition.kernel import new_id
from tuition.platform.database import Base, Created, Timestamped, one_of


class Upload(Timestamped, Base):
    """A file that arrives in chunks and can be continued after any interruption, until it expires."""

    __tablename__ = "uploads"
    __personal__ = ("file_name",)
    __backup__ = "skip"
    __table_args__ = (
        one_of("status", UploadStatus),
        one_of("purpose", UploadPurpose),
        CheckConstraint("size > 0 and received between 0 and size", name="size"),
        Index(None, "person_id"),
        Index(None, "content_id"),
        Index("idx_uploads_subject_id", "subject_id", postgresql_where=text("subject_id is not null")),
        CheckConstraint("purpose <> 'work' or subject_id is not null", name="subject"),
        Index("idx_uploads_expires_at", "expires_at", postgresql_where=text("status in ('open', 'checking')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    subject_id: Mapped[UUID | None]
    """What of a room above it is for: a hand-in, or the lesson that is to show the content; none: the content alone."""
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    sha256: Mapped[str | None]
    """What the sender says the whole file's digest is; compared when it is."""
    status: Mapped[str] = mapped_column(server_default=UploadStatus.OPEN, default=UploadStatus.OPEN)
    failure: Mapped[str | None]
    expires_at: Mapped[datetime]


class UploadPart(Created, Base):
    """A chunk that has arrived and is safe in the file store."""

    __tablename__ = "upload_parts"
    __personal__ = ()
    __backup__ = "skip"
    __table_args__ = (CheckConstraint("size > 0 and start >= 0", name="size"),)

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    file_key: Mapped[str]
