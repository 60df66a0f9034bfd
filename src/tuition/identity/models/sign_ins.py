"""The tables of sign-ins: on which devices somebody is signed in, and by which tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from tuition.identity.rules.sign_ins import EndReason, SignInKind, SignInMethod, TokenPurpose
from tuition.kernel import new_id
from tuition.platform.database import Base, Created, Timestamped, one_of


class SignIn(Timestamped, Base):
    """One sign-in on one device: a browser with its cookie, or a program with its family of refresh tokens.

    It lives until ``ended_at`` or ``expires_at``; ending it ends its cookie and all of its tokens at once.
    """

    __tablename__ = "sign_ins"
    __personal__ = ("user_agent", "ip")
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("cookie_hash"),
        one_of("kind", SignInKind),
        one_of("end_reason", EndReason),
        one_of("method", SignInMethod),
        CheckConstraint("(kind = 'browser') = (cookie_hash is not null)", name="cookie"),
        CheckConstraint("(ended_at is null) = (end_reason is null)", name="ended"),
        Index("idx_sign_ins_user_id", "user_id"),
        Index("idx_sign_ins_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    cookie_hash: Mapped[str | None]
    """SHA-256 of the cookie's secret (browsers only)."""
    user_agent: Mapped[str] = mapped_column(default="", server_default="")
    ip: Mapped[str | None] = mapped_column(INET)
    method: Mapped[str] = mapped_column(default=SignInMethod.PASSWORD.value, server_default=SignInMethod.PASSWORD.value)
    """How the person proved who they are."""
    device_hash: Mapped[str | None]
    """SHA-256 of a word that the browser keeps when it is signed out: by it, a device is known again."""
    confirmed_at: Mapped[datetime | None]
    """When the person last proved who they are on this device; ``None`` for sign-ins from before that was noted."""
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class RefreshToken(Created, Base):
    """One link in a family of refresh tokens: used once, then replaced; and the access token that was issued with it."""

    __tablename__ = "refresh_tokens"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("token_jti"),
        UniqueConstraint("access_hash"),
        Index("ix_refresh_tokens_user_id", "user_id"),
        Index("ix_refresh_tokens_family_id", "family_id"),
        Index("ix_refresh_tokens_expires_at", "expires_at"),
        Index("ix_refresh_tokens_revoked_at", "revoked_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    family_id: Mapped[UUID] = mapped_column(ForeignKey("sign_ins.id", ondelete="CASCADE"))
    token_jti: Mapped[str]
    """SHA-256 of the refresh token."""
    access_hash: Mapped[str]
    """SHA-256 of the access token."""
    access_expires_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """When it was exchanged for the next one. Seen again after that, it was stolen."""
    revoked_at: Mapped[datetime | None]


class MailedToken(Created, Base):
    """A secret that was mailed to somebody, and what it allows once: verify an address, change it, set a new password."""

    __tablename__ = "mailed_tokens"
    __personal__ = ("address",)
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        one_of("purpose", TokenPurpose),
        Index("idx_mailed_tokens_user_id", "user_id"),
        Index("idx_mailed_tokens_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    token_hash: Mapped[str]
    address: Mapped[str]
    """Where it was sent: using it proves that this address, and no other, is the person's."""
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignInThrottle(Timestamped, Base):
    """How often signing in failed lately for one address, one machine, or the two together (the key is their hash)."""

    __tablename__ = "sign_in_throttles"
    __personal__ = ()
    __backup__ = "skip"
    __table_args__ = (UniqueConstraint("key"), Index("idx_sign_in_throttles_last_failed_at", "last_failed_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str]
    failures: Mapped[int]
    last_failed_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
