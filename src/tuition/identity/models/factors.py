"""The tables of second proofs and passkeys, and of the questions that are waiting for an answer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.identity.rules.factors import ChallengePurpose
from tuition.kernel import new_id
from tuition.platform.database import Base, Created, Timestamped, one_of


class Authenticator(Timestamped, Base):
    """The secret that a person shares with an authenticator app (RFC 6238): one that counts, and at most one being set up."""

    __tablename__ = "authenticators"
    __personal__ = ("secret",)
    __backup__ = "full"
    __table_args__ = (
        Index("uq_authenticators_confirmed", "user_id", unique=True, postgresql_where=text("confirmed_at is not null")),
        Index("uq_authenticators_pending", "user_id", unique=True, postgresql_where=text("confirmed_at is null")),
        Index("idx_authenticators_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    secret: Mapped[str]
    """Base32, encrypted."""
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    """The time step of the last code that was taken: none up to it is taken again."""


class RecoveryCode(Created, Base):
    """One of the codes on paper, for whoever has lost the phone. Each works once."""

    __tablename__ = "recovery_codes"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"), Index("idx_recovery_codes_user_id", "user_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    code_hash: Mapped[str]
    """Keyed (HMAC-SHA256): a stolen database alone cannot be searched for the code."""
    used_at: Mapped[datetime | None]


class Passkey(Timestamped, Base):
    """A key pair that an authenticator keeps for this person (WebAuthn); we have its public half."""

    __tablename__ = "passkeys"
    __personal__ = ("name",)
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("credential_id"),
        CheckConstraint("sign_count >= 0", name="sign_count"),
        Index("idx_passkeys_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    """COSE, as the authenticator sent it."""
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    """Grows with each use where the authenticator counts; a smaller one means a copy."""
    transports: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    """How browsers may reach it: ``internal``, ``hybrid``, ``usb``, …"""
    aaguid: Mapped[UUID | None]
    """The make of the authenticator, where it says so."""
    is_synced: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether a copy is kept by the maker's cloud, so that losing the device does not lose the key."""
    last_used_at: Mapped[datetime | None]


class Challenge(Created, Base):
    """A question that was asked and waits a few minutes for its answer: a second proof, a passkey, another provider's word."""

    __tablename__ = "challenges"
    __personal__ = ("details",)
    __backup__ = "skip"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        one_of("purpose", ChallengePurpose),
        Index("idx_challenges_user_id", "user_id"),
        Index("idx_challenges_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """Whom it is put to; ``None`` when the answer will say who it is."""
    purpose: Mapped[str]
    token_hash: Mapped[str]
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What a passkey has to sign."""
    details: Mapped[str | None]
    """JSON, encrypted: what the answer is compared with."""
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OAuthIdentity(Timestamped, Base):
    """An account at another provider that this person may sign in with (OpenID Connect)."""

    __tablename__ = "oauth_identities"
    __personal__ = ("subject", "email")
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("user_id", "provider"),
        Index("idx_oauth_identities_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    provider: Mapped[str]
    """The name of the setting that it came by."""
    issuer: Mapped[str]
    subject: Mapped[str]
    """Who it is there; never changes, unlike the address."""
    email: Mapped[str | None]
    """The address as the provider gave it last."""
    last_used_at: Mapped[datetime | None]


class ApiKey(Timestamped, Base):
    """A key by which a script acts for a person, within the permissions that were given to it."""

    __tablename__ = "api_keys"
    __personal__ = ("name",)
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("key_hash"),
        Index("idx_api_keys_user_id", "user_id"),
        CheckConstraint("jsonb_typeof(scopes) = 'array'", name="scopes"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    prefix: Mapped[str]
    """How the key begins: enough to recognise it, too little to use it."""
    key_hash: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    """Permissions; what the person may not do, the key may not do either."""
    is_read_only: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
