"""Payments, saved methods, refunds and what providers said."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.payments.rules import PaymentStatus, RefundStatus, WebhookStatus
from tuition.platform.database import Base, Timestamped, currency_check, one_of


class PaymentMethod(Timestamped, Base):
    """A card (or other means) that the provider keeps for a person."""

    __tablename__ = "payment_methods"
    __personal__ = ("brand", "last4", "expires_month", "expires_year")
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("provider", "provider_reference"),
        Index("idx_payment_methods_user_id", "user_id"),
        Index("uq_payment_methods_default", "user_id", unique=True, postgresql_where=text("is_default and removed_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    provider: Mapped[str]
    provider_reference: Mapped[str]
    brand: Mapped[str]
    last4: Mapped[str]
    expires_month: Mapped[int | None]
    expires_year: Mapped[int | None]
    is_default: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    removed_at: Mapped[datetime | None]


class Payment(Timestamped, Base):
    """Money that we asked a provider to get for us."""

    __tablename__ = "payments"
    __personal__ = ("failure_message", "return_url")
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("provider", "provider_reference"),
        one_of("status", PaymentStatus),
        currency_check(),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("tax_minor between 0 and amount_minor", name="tax"),
        CheckConstraint("refunded_minor between 0 and amount_minor", name="refunded"),
        CheckConstraint("fee_minor >= 0", name="fee"),
        Index("ix_payments_user_id", "user_id", "created_at"),
        Index("ix_payments_status", "status"),
        Index("idx_payments_pending", "created_at", postgresql_where=text("status = 'pending'")),
        Index("idx_payments_subject", "subject_type", "subject_id"),
        Index("idx_payments_payment_method_id", "payment_method_id"),
        Index("idx_payments_created_at", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    purpose: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(default=PaymentStatus.PENDING.value, server_default=PaymentStatus.PENDING.value)
    provider: Mapped[str]
    provider_reference: Mapped[str | None]
    payment_method_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_methods.id", ondelete="RESTRICT"))
    off_session: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    save_method: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    description: Mapped[str] = mapped_column(default="", server_default="")
    return_url: Mapped[str] = mapped_column(default="", server_default="")
    redirect_url: Mapped[str | None]
    fee_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    failure_code: Mapped[str] = mapped_column(default="", server_default="")
    failure_message: Mapped[str] = mapped_column(default="", server_default="")
    processed_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]


class PaymentRefund(Timestamped, Base):
    """Money that we asked a provider to give back."""

    __tablename__ = "payment_refunds"
    __personal__ = ("reason",)
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id"),
        one_of("status", RefundStatus),
        currency_check(),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("attempt > 0", name="attempt"),
        Index("idx_payment_refunds_payment_id", "payment_id"),
        Index("idx_payment_refunds_pending", "created_at", postgresql_where=text("status = 'pending'")),
        Index("idx_payment_refunds_provider_reference", "provider_reference"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"))
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(default=RefundStatus.PENDING.value, server_default=RefundStatus.PENDING.value)
    provider_reference: Mapped[str | None]
    attempt: Mapped[int] = mapped_column(default=1, server_default="1")
    """How often it was asked for; each attempt after a refusal has a key of its own."""
    reason: Mapped[str] = mapped_column(default="", server_default="")
    failure_message: Mapped[str] = mapped_column(default="", server_default="")
    processed_at: Mapped[datetime | None]

    @property
    def key(self) -> str:
        """What the provider knows the present attempt by."""
        return str(self.id) if self.attempt == 1 else f"{self.id}:{self.attempt}"


class WebhookEvent(Timestamped, Base):
    """Something a provider said, exactly as it said it."""

    __tablename__ = "payment_webhook_events"
    __personal__ = ("payload", "headers")
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        one_of("status", WebhookStatus),
        Index("ix_payment_webhook_events_event_type", "event_type"),
        Index("ix_payment_webhook_events_status", "status"),
        Index("idx_payment_webhook_events_created_at", "created_at", "id"),
        Index("idx_payment_webhook_events_payment_id", "payment_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    provider: Mapped[str]
    event_id: Mapped[str]
    event_type: Mapped[str]
    status: Mapped[str] = mapped_column(default=WebhookStatus.PROCESSING.value, server_default=WebhookStatus.PROCESSING.value)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    headers: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"))
    deliveries: Mapped[int] = mapped_column(default=1, server_default="1")
    """How often the provider has sent it; every delivery after the first changes only this."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    error_message: Mapped[str | None]
    processed_at: Mapped[datetime | None]
