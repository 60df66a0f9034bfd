"""What was told to whom."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.messaging.rules import LOW_BALANCE_DEFAULT_MINOR
from tuition.platform.database import Base, Created, Timestamped, currency_check, one_of


class EmailStatus(StrEnum):
    """How far an e-mail has come: pending → sent → delivered, or bounced, or failed."""

    PENDING = "pending"
    """Waits for its job, or for another attempt."""
    SENT = "sent"
    """Somebody else took charge of it."""
    DELIVERED = "delivered"
    """It is where it belongs."""
    BOUNCED = "bounced"
    """It was refused for good."""
    FAILED = "failed"
    """We gave up."""


class Notification(Created, Base):
    """Something that waits on a person's page. Partitioned by the month of ``created_at``, keyed by its person first."""

    __tablename__ = "notifications"
    __table_args__ = (
        PrimaryKeyConstraint("user_id", "created_at", "id"),
        Index("idx_notifications_type", "type"),
        Index("idx_notifications_read", "user_id", postgresql_where=text("read_at is null")),
        Index("idx_notifications_read_at", "read_at", postgresql_where=text("read_at is not null")),
        Index("idx_notifications_created_at", "created_at"),
        {"postgresql_partition_by": "RANGE (created_at)"},
    )
    __personal__: ClassVar[tuple[str, ...]] = ("title", "message", "action_url", "action_label")
    __backup__: ClassVar[str] = "full"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    id: Mapped[UUID] = mapped_column(default=new_id)
    type: Mapped[str]
    title: Mapped[str]
    message: Mapped[str]
    action_url: Mapped[str | None]
    action_label: Mapped[str | None]
    read: Mapped[bool] = mapped_column(Computed("read_at is not null", persisted=True))
    read_at: Mapped[datetime | None]


class NotificationKey(Created, Base):
    """That something has been told already. Beside the notifications, whose partitions allow no such unique key."""

    __tablename__ = "notification_keys"
    __table_args__ = (
        PrimaryKeyConstraint("user_id", "dedupe_key"),
        Index("idx_notification_keys_created_at", "created_at"),
    )
    __personal__: ClassVar[tuple[str, ...]] = ()
    __backup__: ClassVar[str] = "full"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    dedupe_key: Mapped[str]


class NotificationSettings(Timestamped, Base):
    """What a person wants to be told, where, and from which balance on."""

    __tablename__ = "notification_settings"
    __table_args__ = (
        UniqueConstraint("user_id", name="idx_notification_settings_user_id"),
        CheckConstraint("low_balance_threshold_minor >= 0", name="low_balance_threshold_minor"),
        currency_check("low_balance_currency"),
    )
    __personal__: ClassVar[tuple[str, ...]] = ("notification_email",)
    __backup__: ClassVar[str] = "full"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    low_balance_threshold_minor: Mapped[int] = mapped_column(
        BigInteger, default=LOW_BALANCE_DEFAULT_MINOR, server_default=str(LOW_BALANCE_DEFAULT_MINOR)
    )
    low_balance_currency: Mapped[str | None]
    """The currency that the threshold was written in; ``None``: whichever the wallet has."""
    notification_email: Mapped[str | None]
    """Where notices go instead of the account's address, once it is confirmed."""
    notification_email_confirmed_at: Mapped[datetime | None]
    type_preferences: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    """``{kind: {"page": false, "email": false}}``; what is not written is on."""


class EmailLog(Timestamped, Base):
    """One e-mail: to whom, about what, how far it has come. The text is encrypted."""

    __tablename__ = "email_logs"
    __table_args__ = (
        one_of("status", EmailStatus),
        Index("idx_email_logs_user_id", "user_id"),
        Index("idx_email_logs_email_type", "email_type"),
        Index("idx_email_logs_status", "status"),
        Index("idx_email_logs_created_at", "created_at", "id"),
        Index("idx_email_logs_provider_message_id", "provider", "provider_message_id"),
    )
    __personal__: ClassVar[tuple[str, ...]] = ("recipient_email", "subject", "context", "body_text", "body_html", "error_message")
    __backup__: ClassVar[str] = "full"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    recipient_email: Mapped[str]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    email_type: Mapped[str]
    subject: Mapped[str]
    status: Mapped[str] = mapped_column(default=EmailStatus.PENDING.value, server_default=EmailStatus.PENDING.value)
    provider: Mapped[str | None]
    provider_message_id: Mapped[str | None]
    error_message: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    locale: Mapped[str] = mapped_column(default="en", server_default="en")
    context: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    """What it was written from, without links and tokens."""
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    body_text: Mapped[str | None]
    body_html: Mapped[str | None]
