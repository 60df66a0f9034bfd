"""Wallets, their lots, what was drawn from them, and the lines that people read."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.platform.database import Base, Created, Timestamped, currency_check, one_of
from tuition.wallets.rules import LotKind, MovementStatus, MovementType


class Wallet(Timestamped, Base):
    """One person's money in one currency. Its balance is its ledger account."""

    __tablename__ = "wallets"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (UniqueConstraint("user_id", "currency"), currency_check(), CheckConstraint("owed_minor >= 0", name="owed"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    currency: Mapped[str]
    alert_below_minor: Mapped[int] = mapped_column(BigInteger, default=1000, server_default="1000")
    """The larger of the two thresholds (warning, automatic top-up): a balance at or above it needs no further look."""
    low_since: Mapped[datetime | None]
    """Since when the balance is below its owner's threshold. They are told when it falls there; a first filling is no fall."""
    owed_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """What a disputed top-up left unpaid; spending is frozen while it is above zero."""


class WalletLot(Timestamped, Base):
    """Value that came in together."""

    __tablename__ = "wallet_lots"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("source_type", "source_id", "kind"),
        one_of("kind", LotKind),
        currency_check(),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("remaining_minor between 0 and amount_minor", name="remaining"),
        Index("idx_wallet_lots_wallet_id_live", "wallet_id", postgresql_where=text("remaining_minor > 0")),
        Index("idx_wallet_lots_wallet_id", "wallet_id"),
        Index(
            "idx_wallet_lots_expires_at", "expires_at", postgresql_where=text("remaining_minor > 0 and expires_at is not null")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    wallet_id: Mapped[UUID] = mapped_column(ForeignKey("wallets.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    source_type: Mapped[str]
    source_id: Mapped[UUID]
    currency: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    remaining_minor: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime | None]


class WalletDraw(Timestamped, Base):
    """What one source (a purchase, a play session) took from one lot, and what of it came back."""

    __tablename__ = "wallet_draws"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("source_type", "source_id", "lot_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("returned_minor between 0 and amount_minor", name="returned"),
        Index("idx_wallet_draws_lot_id", "lot_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("wallet_lots.id", ondelete="RESTRICT"))
    source_type: Mapped[str]
    source_id: Mapped[UUID]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    returned_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class WalletMovement(Created, Base):
    """One line of a wallet's history, in the owner's words; the ledger holds what moved."""

    __tablename__ = "transactions"
    __personal__ = ("description",)
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("source_type", "source_id", "type"),
        one_of("type", MovementType),
        one_of("status", MovementStatus),
        currency_check(),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("idx_transactions_user_id", "user_id"),
        Index("idx_transactions_wallet_id", "wallet_id", "created_at", "id"),
        Index("idx_transactions_type", "type"),
        Index("idx_transactions_status", "status"),
        Index("idx_transactions_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    wallet_id: Mapped[UUID] = mapped_column(ForeignKey("wallets.id", ondelete="RESTRICT"))
    type: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(default=MovementStatus.PENDING.value, server_default=MovementStatus.PENDING.value)
    payment_method: Mapped[str | None]
    description: Mapped[str] = mapped_column(default="", server_default="")
    details: Mapped[dict[str, Any]] = mapped_column("metadata", default=dict, server_default=text("'{}'"))
    source_type: Mapped[str]
    source_id: Mapped[UUID]
    completed_at: Mapped[datetime | None]


class AutoTopUpSettings(Timestamped, Base):
    """When a wallet fills itself: threshold, amount, card, and the ceilings that keep it from running away."""

    __tablename__ = "auto_topup_settings"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("user_id"),
        currency_check(),
        CheckConstraint("threshold_minor >= 0", name="threshold"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("ceiling_month_minor >= amount_minor", name="ceiling"),
        CheckConstraint("failures >= 0", name="failures"),
        CheckConstraint("not enabled or payment_method_id is not null", name="method"),
        Index("idx_auto_topup_settings_payment_method_id", "payment_method_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    currency: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    threshold_minor: Mapped[int] = mapped_column(BigInteger, default=1000, server_default="1000")
    amount_minor: Mapped[int] = mapped_column(BigInteger, default=2500, server_default="2500")
    ceiling_month_minor: Mapped[int] = mapped_column(BigInteger, default=10000, server_default="10000")
    payment_method_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_methods.id", ondelete="RESTRICT"))
    attempt_payment_id: Mapped[UUID | None]
    """The payment under way; while it is set no second one starts."""
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    next_attempt_at: Mapped[datetime | None]
