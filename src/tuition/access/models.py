"""Who holds which key, from where, and until when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.access.rules.scopes import AccessType, ScopeKind
from tuition.kernel import new_id
from tuition.platform.database import Base, Created, Timestamped, one_of


class AccessGrant(Timestamped, Base):
    """One permission to open something: from one source, over one scope.

    A trigger lets nothing change but the end (``ended_at``, ``end_reason``), and that once. Grants from several sources live
    side by side; ending one touches no other.
    """

    __tablename__ = "access_grants"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        one_of("scope", ScopeKind),
        one_of("access_type", AccessType),
        CheckConstraint("(scope = 'catalogue') = (scope_id is null)", name="scope_id"),
        CheckConstraint("(ended_at is null) = (end_reason is null)", name="ended_says_why"),
        Index(
            "uq_access_grants_live_source",
            "person_id",
            "source_type",
            "source_id",
            "scope",
            "scope_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("idx_content_access_user_id", "person_id", "scope", "scope_id"),
        Index("idx_content_access_content_id", "scope_id"),
        Index("idx_content_access_expires_at", "expires_at"),
        Index("idx_access_grants_source", "source_type", "source_id"),
        Index(None, "granted_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    scope: Mapped[str]
    scope_id: Mapped[UUID | None]
    """The content, collection, category or tier; none for the whole catalogue."""
    access_type: Mapped[str]
    source_type: Mapped[str]
    source_id: Mapped[UUID]
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class TierScope(Created, Base):
    """What a tier opens at present. A grant over a tier opens whatever stands here when somebody asks."""

    __tablename__ = "access_tier_scopes"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("scope in ('content', 'collection', 'category', 'catalogue')", name="scope"),
        CheckConstraint("(scope = 'catalogue') = (scope_id is null)", name="scope_id"),
        Index("uq_access_tier_scopes", "tier_id", "scope", "scope_id", unique=True, postgresql_nulls_not_distinct=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tier_id: Mapped[UUID]
    scope: Mapped[str]
    scope_id: Mapped[UUID | None]


class ContentVisit(Timestamped, Base):
    """When a person last opened a content. It stands beside the grants because a grant never changes."""

    __tablename__ = "content_visits"
    __personal__ = ("last_accessed_at",)
    __backup__ = "full"
    __table_args__ = (PrimaryKeyConstraint("person_id", "content_id"), Index(None, "content_id"))

    person_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"))
    last_accessed_at: Mapped[datetime]
