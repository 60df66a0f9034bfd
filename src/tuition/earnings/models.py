"""One creator's share of one sale."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.earnings.rules import CONSUMED_ALL, Category
from tuition.kernel import new_id
from tuition.platform.database import Base, Timestamped, currency_check, one_of


class EarningLot(Timestamped, Base):
    """What one creator earned from one source, and how much of it has matured, was taken back or was paid out."""

    __tablename__ = "earning_lots"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("source_type", "source_id", "creator_id"),
        one_of("category", Category),
        currency_check(),
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("reversed_minor between 0 and amount_minor", name="reversed"),
        CheckConstraint("matured_minor between 0 and amount_minor - reversed_minor", name="matured"),
        CheckConstraint("paid_out_minor between 0 and matured_minor + owed_minor", name="paid_out"),
        CheckConstraint("owed_minor between 0 and reversed_minor", name="owed"),
        CheckConstraint(f"consumed_millionths between 0 and {CONSUMED_ALL}", name="consumed"),
        Index("idx_earning_lots_creator_id_created_at", "creator_id", "created_at"),
        Index("idx_earning_lots_owed", "creator_id", "currency", postgresql_where=text("owed_minor > 0")),
        Index(
            "idx_earning_lots_available",
            "creator_id",
            "currency",
            postgresql_where=text("matured_minor + owed_minor > paid_out_minor"),
        ),
        Index(
            "idx_earning_lots_maturing",
            "hold_until",
            postgresql_where=text("matured_minor < amount_minor - reversed_minor"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    creator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    source_type: Mapped[str]
    source_id: Mapped[UUID]
    category: Mapped[str]
    currency: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    consumed_millionths: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    matured_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """What has become available and was not taken back since."""
    reversed_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    paid_out_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """What went to the creator, or paid what they owed from another lot."""
    owed_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """What was paid out and then taken back (a dispute does that): the creator owes it until other earnings have paid it."""

    @property
    def available_minor(self) -> int:
        """What of it may be paid out now."""
        return self.matured_minor + self.owed_minor - self.paid_out_minor

    hold_until: Mapped[datetime]
    window_until: Mapped[datetime]
