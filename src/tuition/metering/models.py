"""What each person has paid by the minute."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import Currency, Money, new_id
from tuition.platform.database import Base, Timestamped, currency_check


class Meter(Timestamped, Base):
    """What one person has paid by the minute for one content in one currency."""

    __tablename__ = "meters"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("user_id", "content_id", "currency"),
        currency_check(),
        CheckConstraint("rate > 0", name="rate"),
        CheckConstraint("exact >= 0", name="exact"),
        CheckConstraint("posted_minor >= 0", name="posted"),
        CheckConstraint("posted_minor <= cap_minor or owned_at is not null", name="cap"),
        CheckConstraint("base_minor between 0 and posted_minor", name="base"),
        CheckConstraint("split_base_minor between 0 and posted_minor", name="split_base"),
        CheckConstraint(
            "split_tax_minor >= 0 and split_fee_minor >= 0 and split_tax_minor + split_fee_minor <= split_base_minor",
            name="split_parts",
        ),
        Index("idx_meters_content_id", "content_id"),
        Index("idx_meters_creator_id", "creator_id"),
        Index("idx_meters_wallet_id", "wallet_id"),
        Index("idx_meters_play_session_id", "play_session_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="RESTRICT"))
    creator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    wallet_id: Mapped[UUID] = mapped_column(ForeignKey("wallets.id", ondelete="RESTRICT"))
    play_session_id: Mapped[UUID | None] = mapped_column(ForeignKey("play_sessions.id", ondelete="SET NULL"))
    currency: Mapped[str]
    rate: Mapped[Decimal] = mapped_column(Numeric(19, 6))
    exact: Mapped[Decimal] = mapped_column(Numeric(40, 0), default=Decimal(0), server_default="0")
    """Ticks (see ``rules``)."""
    posted_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    base_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """What had been posted when the content was given back: what is paid after that counts towards owning it anew."""
    cap_minor: Mapped[int | None] = mapped_column(BigInteger)
    """The posted amount at which it is theirs: ``base_minor`` and the price."""
    fee_rate: Mapped[Decimal] = mapped_column(Numeric(7, 6))
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(7, 6))
    tax_country: Mapped[str] = mapped_column(default="", server_default="")
    tax_name: Mapped[str] = mapped_column(default="", server_default="")
    split_base_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Where the present fee and tax rates began to hold."""
    split_tax_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """What of the tax had moved since ``base_minor`` when they began to hold; the fee likewise."""
    split_fee_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    free_until_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    owned_at: Mapped[datetime | None]

    @property
    def content_cost(self) -> Money:
        """What counts towards owning the content: all that was paid since it was given back, if it ever was."""
        return Money(self.posted_minor - self.base_minor, Currency(self.currency))

    @property
    def price(self) -> Money | None:
        """For what it is owned; ``None``: it cannot be bought."""
        return None if self.cap_minor is None else Money(self.cap_minor - self.base_minor, Currency(self.currency))


class MeteredSession(Timestamped, Base):
    """What one play session cost: the rate that was agreed when it began, and the sum when it ended."""

    __tablename__ = "metered_sessions"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        currency_check(),
        CheckConstraint("cost_minor >= 0", name="cost"),
        Index("idx_metered_sessions_meter_id", "meter_id", "created_at"),
    )

    play_session_id: Mapped[UUID] = mapped_column(ForeignKey("play_sessions.id", ondelete="CASCADE"), primary_key=True)
    meter_id: Mapped[UUID] = mapped_column(ForeignKey("meters.id", ondelete="RESTRICT"))
    currency: Mapped[str]
    price_per_minute: Mapped[Decimal] = mapped_column(Numeric(19, 6))
    posted_before_minor: Mapped[int] = mapped_column(BigInteger)
    cost_minor: Mapped[int | None] = mapped_column(BigInteger)
    settled_at: Mapped[datetime | None]
