"""What things cost, and since when."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tuition.catalog.rules.states import PriceKind
from tuition.kernel import Currency, Money, new_id
from tuition.platform.database import Base, Timestamped, currency_check, one_of


class Price(Timestamped, Base):
    """A price in force from ``valid_from`` until ``valid_until`` (none: until further notice).

    A past price stays true: a trigger lets nothing change but the end, and that only while it lies ahead. Two prices of one
    kind and currency never overlap. An amount of 0 means free.
    """

    __tablename__ = "prices"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        one_of("kind", PriceKind),
        currency_check(),
        CheckConstraint("(kind = 'one_time') = (amount_minor is not null)", name="one_time_has_amount"),
        CheckConstraint("(kind = 'per_minute') = (rate is not null)", name="per_minute_has_rate"),
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("rate > 0", name="rate"),
        CheckConstraint("valid_until >= valid_from", name="period"),
        ExcludeConstraint(
            (text("content_id"), "="),
            (text("kind"), "="),
            (text("currency"), "="),
            (text("tstzrange(valid_from, valid_until)"), "&&"),
            name="prices_never_overlap",
            using="gist",
        ),
        Index("idx_prices_content_id", "content_id", "kind", "currency", text("valid_from desc")),
        Index(None, "created_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    currency: Mapped[str]
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    rate: Mapped[Decimal | None] = mapped_column(Numeric(19, 6))
    """Major units a minute: 0.12 is twelve cents."""
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))

    @property
    def amount(self) -> Money:
        """What owning it costs; only a one-time price has an amount."""
        assert self.amount_minor is not None, "a price by the minute has a rate, not an amount"
        return Money(self.amount_minor, Currency(self.currency))
