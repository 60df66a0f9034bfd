"""The sandbox's own books: what a real provider would keep on its side."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tuition.platform.database import Base, Created


class SandboxCard(Created, Base):
    """A card that the sandbox keeps for a payer."""

    __tablename__ = "sandbox_cards"
    __personal__ = ()
    __backup__ = "full"

    reference: Mapped[str] = mapped_column(primary_key=True)
    behaviour: Mapped[str]
    brand: Mapped[str]
    last4: Mapped[str]
    expires_month: Mapped[int]
    expires_year: Mapped[int]


class SandboxCharge(Created, Base):
    """A payment as the sandbox sees it."""

    __tablename__ = "sandbox_charges"
    __personal__ = ("return_url",)
    __backup__ = "full"
    __table_args__ = (UniqueConstraint("key"),)

    reference: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    description: Mapped[str]
    return_url: Mapped[str]
    status: Mapped[str]
    save_method: Mapped[bool]
    card_reference: Mapped[str | None]
    failure_code: Mapped[str] = mapped_column(default="", server_default="")
    failure_message: Mapped[str] = mapped_column(default="", server_default="")
    fee_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class SandboxRefund(Created, Base):
    """Money that the sandbox was asked to give back; the same key gives back once."""

    __tablename__ = "sandbox_refunds"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("idx_sandbox_refunds_charge_reference", "charge_reference"),
    )

    reference: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    charge_reference: Mapped[str] = mapped_column(ForeignKey("sandbox_charges.reference"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str]
    failure_message: Mapped[str] = mapped_column(default="", server_default="")


class SandboxEvent(Created, Base):
    """A message that the sandbox sends, with what became of it."""

    __tablename__ = "sandbox_events"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (Index("idx_sandbox_events_charge_reference", "charge_reference"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    charge_reference: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    delivered_at: Mapped[datetime | None]
