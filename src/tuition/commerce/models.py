"""Orders, what they were for, what came of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.commerce.rules import Funding, InvoiceKind, OrderStatus, PurchaseStatus
from tuition.kernel import new_id
from tuition.platform.database import Base, Timestamped, currency_check, one_of


class Order(Timestamped, Base):
    """What a buyer pays for together."""

    __tablename__ = "orders"
    __personal__ = ("waiver_ip",)
    __backup__ = "full"
    __table_args__ = (
        one_of("status", OrderStatus),
        one_of("funding", Funding),
        currency_check(),
        CheckConstraint("total_minor >= 0", name="total"),
        CheckConstraint("tax_minor between 0 and total_minor", name="tax"),
        Index("idx_orders_buyer_id", "buyer_id", "created_at"),
        Index("idx_orders_payment_id", "payment_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    buyer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(default=OrderStatus.PENDING.value, server_default=OrderStatus.PENDING.value)
    funding: Mapped[str]
    currency: Mapped[str]
    total_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    tax_country: Mapped[str]
    tax_name: Mapped[str]
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(7, 6))
    fee_rate: Mapped[Decimal] = mapped_column(Numeric(7, 6))
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"))
    waiver_text: Mapped[str]
    waiver_text_hash: Mapped[str]
    waiver_at: Mapped[datetime]
    waiver_ip: Mapped[str]
    completed_at: Mapped[datetime | None]
    refusal: Mapped[dict[str, Any] | None]
    """Why what was paid could not be given any more: a sentence of the catalogue and what stands in its places."""


class OrderLine(Timestamped, Base):
    """One thing of an order: a content, or a series that fans out."""

    __tablename__ = "order_lines"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("order_id", "content_id"),
        CheckConstraint("amount_minor >= 0", name="amount"),
        Index("idx_order_lines_content_id", "content_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="RESTRICT"))
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="RESTRICT"))
    title: Mapped[str]
    list_minor: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class Purchase(Timestamped, Base):
    """One content that one buyer bought, with its part of the money."""

    __tablename__ = "purchases"
    __personal__ = ("refund_reason",)
    __backup__ = "full"
    __table_args__ = (
        one_of("status", PurchaseStatus),
        currency_check(),
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("tax_minor + platform_fee_minor + creator_minor = amount_minor", name="split"),
        CheckConstraint("refunded_minor between 0 and amount_minor", name="refunded"),
        Index("uq_purchases_owned", "buyer_id", "content_id", unique=True, postgresql_where=text("status = 'completed'")),
        UniqueConstraint("order_line_id", "content_id"),
        Index("idx_purchases_customer_id", "buyer_id", "created_at"),
        Index("idx_purchases_content_id", "content_id"),
        Index("idx_purchases_seller_id", "seller_id", "created_at"),
        Index("idx_purchases_status", "status"),
        Index("idx_purchases_created_at", "created_at"),
        Index("idx_purchases_order_id", "order_id"),
        Index("idx_purchases_provider_reference", "provider_reference"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="RESTRICT"))
    order_line_id: Mapped[UUID] = mapped_column(ForeignKey("order_lines.id", ondelete="RESTRICT"))
    buyer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="RESTRICT"))
    seller_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    currency: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    platform_fee_minor: Mapped[int] = mapped_column(BigInteger)
    creator_minor: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(default=PurchaseStatus.PENDING.value, server_default=PurchaseStatus.PENDING.value)
    provider: Mapped[str]
    """Who took the money: a gateway's name, ``wallet``, ``free`` or ``minutes``."""
    provider_reference: Mapped[str]
    """The provider's own name for the payment, or a stand-in such as ``wallet:<order>`` where there is none."""
    grant_id: Mapped[UUID | None]
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    refund_reason: Mapped[str | None]
    purchased_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]
    consumption_noted_at: Mapped[datetime | None]


class Refund(Timestamped, Base):
    """One purchase given back, in whole or in part, with how it divided."""

    __tablename__ = "refunds"
    __personal__ = ("reason",)
    __backup__ = "full"
    __table_args__ = (
        one_of("status", ("pending", "completed", "failed")),
        currency_check(),
        UniqueConstraint("purchase_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("tax_minor + platform_fee_minor + creator_minor = amount_minor", name="split"),
        Index("idx_refunds_order_id", "order_id"),
        Index("idx_refunds_decided_by", "decided_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="RESTRICT"))
    purchase_id: Mapped[UUID] = mapped_column(ForeignKey("purchases.id", ondelete="RESTRICT"))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    currency: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    platform_fee_minor: Mapped[int] = mapped_column(BigInteger)
    creator_minor: Mapped[int] = mapped_column(BigInteger)
    used_ms: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    """The evidence: so much of so much had been played when it was decided (0 of 0 where nothing is played)."""
    reason: Mapped[str] = mapped_column(default="", server_default="")
    status: Mapped[str]
    completed_at: Mapped[datetime | None]


class Invoice(Timestamped, Base):
    """A numbered document: an invoice or a credit note. Numbers have no gaps; names stand here, where erasure can reach them."""

    __tablename__ = "invoices"
    __personal__ = ("buyer",)
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("kind", "subject_id"),
        one_of("kind", InvoiceKind),
        currency_check(),
        Index("idx_invoices_buyer_id", "buyer_id", "issued_at"),
        Index("idx_invoices_order_id", "order_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str]
    kind: Mapped[str]
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="RESTRICT"))
    subject_id: Mapped[UUID]
    """The order of an invoice, the refund of a credit note."""
    buyer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    buyer: Mapped[dict[str, Any]]
    seller: Mapped[dict[str, Any]]
    lines: Mapped[list[Any]]
    currency: Mapped[str]
    total_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    tax_name: Mapped[str]
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(7, 6))
    issued_at: Mapped[datetime]


class InvoiceCounter(Base):
    """The last number of a year and kind; locked while a number is taken, so that none is left out."""

    __tablename__ = "invoice_counters"
    __personal__ = ()
    __backup__ = "full"

    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
