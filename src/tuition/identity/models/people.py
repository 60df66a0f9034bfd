"""The tables of people, their roles, and what they agreed to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from tuition.identity.actor import Role, UserStatus
from tuition.kernel import new_id
from tuition.platform.database import AppendOnly, Base, Created, Timestamped, currency_check, one_of

UNUSABLE_PASSWORD = "!"  # noqa: S105 - a marker that no password hashes to
"""What ``password_hash`` holds when nobody can sign in by password: no hash ever looks like it."""


class User(Timestamped, Base):
    """A person. Never deleted, since books and audits point here: erasure empties the personal columns and keeps the row."""

    __tablename__ = "users"
    __personal__ = (
        "email",
        "password_hash",
        "full_name",
        "phone",
        "bio",
        "profile_image_url",
        "birth_year",
        "country",
        "preferences",
        "profile",
        "profile_metadata",
    )
    __backup__ = "full"
    __table_args__ = (
        # A UNIQUE constraint is also its index; both names are the ones that reports know.
        UniqueConstraint("email", name="idx_users_email"),
        Index("ix_users_email", text("lower(email)"), unique=True),
        one_of("role", Role),
        one_of("status", UserStatus),
        currency_check(),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
        CheckConstraint("birth_year between 1900 and 2200", name="birth_year"),
        Index("idx_users_role", "role"),
        Index("idx_users_deleted_at", "deleted_at"),
        Index("ix_users_email_verified_at", "email_verified_at"),
        Index("ix_users_is_active_created_at", "is_active", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str]
    """As the person writes it; compared in lower case. After erasure an address that cannot exist."""
    password_hash: Mapped[str] = mapped_column(default=UNUSABLE_PASSWORD)
    """Argon2id in PHC format, or ``UNUSABLE_PASSWORD``."""
    full_name: Mapped[str] = mapped_column(default="", server_default="")
    role: Mapped[str] = mapped_column(default=Role.LEARNER.value, server_default=Role.LEARNER.value)
    """The role a person is mainly here for; ``user_roles`` holds them all."""
    status: Mapped[str] = mapped_column(default=UserStatus.ACTIVE.value, server_default=UserStatus.ACTIVE.value)
    is_active: Mapped[bool] = mapped_column(Computed("status = 'active'", persisted=True))
    email_verified_at: Mapped[datetime | None]
    phone: Mapped[str | None]
    profile_image_url: Mapped[str | None]
    bio: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="en", server_default="en")
    time_zone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")
    country: Mapped[str | None]
    """ISO 3166-1 alpha-2."""
    currency: Mapped[str | None]
    """The currency the person likes to see and pay in; ``None`` follows the site's."""
    birth_year: Mapped[int | None]
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    """How this person likes to learn (style, pace) and use the site."""
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    """What the person tells about themselves beyond name and bio (links, headline)."""
    profile_metadata: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    """What connected systems need to remember about the person."""
    onboarding_completed_at: Mapped[datetime | None]
    mfa_enabled: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether signing in by password asks for a second proof."""
    last_login_at: Mapped[datetime | None]
    status_reason: Mapped[str | None]
    """Why the person is suspended or gone, in words that may be shown to them."""
    deleted_at: Mapped[datetime | None]
    """Set when the person left (deactivated or erased)."""


class UserRole(Created, Base):
    """One role that a person holds."""

    __tablename__ = "user_roles"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("user_id", "role"),
        one_of("role", Role),
        Index("idx_user_roles_role", "role"),
        Index("idx_user_roles_granted_by", "granted_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    role: Mapped[str]
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    """Who gave it; ``None`` when the person took it (joining, becoming a creator)."""


class LegalText(AppendOnly, Base):
    """A version of a legal text that the owner published. Without any, the texts that come with the product hold."""

    __tablename__ = "legal_texts"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("kind", "version", "locale"),
        CheckConstraint("text_sha256 ~ '^[0-9a-f]{64}$'", name="text_sha256"),
        Index("idx_legal_texts_published_by", "published_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    version: Mapped[str]
    locale: Mapped[str]
    body: Mapped[str]
    """Markdown, exactly as it was shown."""
    text_sha256: Mapped[str]
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    published_at: Mapped[datetime]


class TermsAcceptance(AppendOnly, Base):
    """A person agreed to a text: which (by the hash of its exact words), when, and from which address on the net."""

    __tablename__ = "terms_acceptances"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("text_sha256 ~ '^[0-9a-f]{64}$'", name="text_sha256"),
        Index("idx_terms_acceptances_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    version: Mapped[str]
    locale: Mapped[str]
    text_sha256: Mapped[str]
    ip: Mapped[str | None] = mapped_column(INET)
    """Kept as evidence of consent (GDPR articles 7(1) and 17(3)(e)), so erasure leaves it."""
    accepted_at: Mapped[datetime]
