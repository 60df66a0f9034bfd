"""Certificates as they were issued, and everything that was said of them since."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.learning.certificates.rules import LIST_LENGTH, Algorithm, Change
from tuition.platform.database import Base, Created, Timestamped, one_of


class Certificate(Timestamped, Base):
    """What a person achieved in a course, in the words that stand on the paper: later changes of names do not reach it."""

    __tablename__ = "certificates"
    __personal__ = ("recipient_name",)
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("enrollment_id"),
        # A UNIQUE constraint is also its index; the name is the one that reports know.
        UniqueConstraint("certificate_number", name="ix_certificates_certificate_number"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("pdf_path <> ''", name="pdf_path"),
        CheckConstraint("verified_seconds >= 0", name="verified_seconds"),
        CheckConstraint("expires_at > issued_at", name="period"),
        Index("ix_certificates_student_id", "student_id", "id"),
        Index("ix_certificates_course_id", "course_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("enrollments.id", ondelete="RESTRICT"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="RESTRICT"))
    certificate_number: Mapped[str]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Grows with every re-issue; the number stays."""
    pdf_path: Mapped[str]
    """The key of the file: it was stored before this row existed."""
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    recipient_name: Mapped[str]
    shows_name: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """Whether the public page and the badge say whose it is: the person's own choice."""
    course_title: Mapped[str]
    teacher_name: Mapped[str] = mapped_column(default="", server_default="")
    school_name: Mapped[str]
    verified_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    completion_date: Mapped[datetime]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str] = mapped_column(default="", server_default="")
    is_revoked: Mapped[bool] = mapped_column(Computed("revoked_at is not null", persisted=True))


class CertificateChange(Created, Base):
    """One thing that happened to a certificate, and the name that it bore then."""

    __tablename__ = "certificate_history"
    __personal__ = ("recipient_name",)
    __backup__ = "full"
    __table_args__ = (
        one_of("change", Change),
        Index("idx_certificate_history_certificate_id", "certificate_id", "id"),
        Index("idx_certificate_history_changed_by", "changed_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id", ondelete="CASCADE"))
    change: Mapped[str]
    version: Mapped[int]
    recipient_name: Mapped[str] = mapped_column(default="", server_default="")
    """The name that stood on that version."""
    reason: Mapped[str] = mapped_column(default="", server_default="")
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    """``None``: the house, when the course was completed."""
    changed_at: Mapped[datetime]


class IssuerKey(Timestamped, Base):
    """A key of this installation that signs badges. A retired one loses its private half and keeps its public one for ever."""

    __tablename__ = "issuer_keys"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        one_of("algorithm", Algorithm),
        CheckConstraint("(retired_at is null) = (private_key is not null)", name="retired"),
        Index("uq_issuer_keys_in_use", "algorithm", unique=True, postgresql_where=text("retired_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    algorithm: Mapped[str]
    public_key: Mapped[dict[str, Any]]
    """A JSON Web Key (RFC 7517)."""
    private_key: Mapped[str | None]
    """PEM, encrypted at rest."""
    retired_at: Mapped[datetime | None]


class Badge(Timestamped, Base):
    """A certificate as a credential that programs verify, signed twice: with a proof inside, and as a token."""

    __tablename__ = "badges"
    __personal__ = ("credential", "token")
    __backup__ = "full"

    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id", ondelete="CASCADE"), primary_key=True)
    credential: Mapped[dict[str, Any]]
    """The OpenBadgeCredential with its Data Integrity proof."""
    token: Mapped[str]
    """The same as a JSON Web Token."""
    signed_at: Mapped[datetime]


class CredentialStatus(Timestamped, Base):
    """The bit of one badge in a public list: set means revoked. Its place says nothing about when or for whom."""

    __tablename__ = "credential_status"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("list_number", "list_index"),
        CheckConstraint("list_number > 0", name="list_number"),
        CheckConstraint(f"list_index between 0 and {LIST_LENGTH - 1}", name="list_index"),
        Index("idx_credential_status_set", "list_number", "list_index", postgresql_where=text("is_set")),
    )

    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id", ondelete="RESTRICT"), primary_key=True)
    list_number: Mapped[int]
    list_index: Mapped[int]
    is_set: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
