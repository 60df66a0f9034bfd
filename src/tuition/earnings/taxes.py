"""What the state gets: a rate per buyer's country, as the owner has entered it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from tuition.earnings.errors import TaxRateInvalid
from tuition.earnings.rules import tax_within
from tuition.kernel import Money, clock, new_id
from tuition.platform import audit
from tuition.platform.database import AnySession, Base, Session, Timestamped

RATE_MOST = Decimal("0.5")
ANYWHERE = "*"
"""The country of a rate that holds where no other one does."""


class TaxRate(Timestamped, Base):
    """The tax on sales to one country, for a time. A past rate stays true."""

    __tablename__ = "tax_rates"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("country ~ '^([A-Z]{2}|[*])$'", name="country"),
        CheckConstraint(f"rate between 0 and {RATE_MOST}", name="rate"),
        CheckConstraint("valid_until > valid_from", name="period"),
        Index("uq_tax_rates_in_force", "country", unique=True, postgresql_where=text("valid_until is null")),
        Index("idx_tax_rates_changed_by", "changed_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    country: Mapped[str]
    name: Mapped[str]
    rate: Mapped[Decimal] = mapped_column(Numeric(7, 6))
    is_inclusive: Mapped[bool]
    """Whether prices contain it already, as buyers in most of the world expect, or it comes on top."""
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


@dataclass(frozen=True, slots=True)
class Tax:
    """The rate that applies to a buyer."""

    country: str
    name: str
    rate: Decimal
    is_inclusive: bool

    def on(self, price: Money) -> tuple[Money, Money]:
        """What the buyer pays for something listed at ``price``, and the tax in it, rounded half-even."""
        if self.is_inclusive:
            return price, tax_within(price, self.rate)
        added = price.times(Fraction(self.rate))
        return price + added, added


NO_TAX = Tax(country="", name="", rate=Decimal(0), is_inclusive=True)


async def tax_for(session: AnySession, country: str | None) -> Tax:
    """The tax on a sale to a buyer in ``country`` now: that country's rate, else the one for anywhere, else none."""
    statement = (
        select(TaxRate)
        .where(TaxRate.country.in_([country or ANYWHERE, ANYWHERE]), TaxRate.valid_until.is_(None))
        .order_by((TaxRate.country == ANYWHERE).asc())
        .limit(1)
    )
    found = (await session.scalars(statement)).one_or_none()
    return Tax(country or "", found.name, found.rate, found.is_inclusive) if found else NO_TAX


async def tax_rates(session: AnySession) -> list[TaxRate]:
    """The rates in force, by country (there are no more than countries)."""
    return list((await session.scalars(select(TaxRate).where(TaxRate.valid_until.is_(None)).order_by(TaxRate.country))).all())


async def set_tax_rate(
    session: Session, actor_id: UUID, *, country: str, name: str, rate: Decimal, is_inclusive: bool
) -> TaxRate:
    """Let a rate hold from now on; the one before it ends. Raises ``TaxRateInvalid``."""
    if not (0 <= rate <= RATE_MOST) or not (
        country == ANYWHERE or (len(country) == 2 and country.isupper() and country.isascii())
    ):
        raise TaxRateInvalid(most=f"{RATE_MOST * 100:f}")
    now = clock.now()
    await end_tax_rate(session, actor_id, country)
    new = TaxRate(
        id=new_id(),
        country=country,
        name=name,
        rate=rate,
        is_inclusive=is_inclusive,
        valid_from=now,
        changed_by=actor_id,
        created_at=now,
    )
    session.add(new)
    details = {"country": country, "rate": str(rate), "inclusive": is_inclusive}
    await audit.record(session, actor_id, "earnings.tax_rate_set", subject=("tax_rate", new.id), details=details)
    return new


async def end_tax_rate(session: Session, actor_id: UUID, country: str) -> None:
    """End the rate of a country. One that began in this very moment never held and is removed."""
    now = clock.now()
    current = (
        await session.scalars(select(TaxRate).where(TaxRate.country == country, TaxRate.valid_until.is_(None)).with_for_update())
    ).one_or_none()
    if current is None:
        return
    if current.valid_from >= now:
        await session.delete(current)
        await session.flush()  # the next rate takes its place in the unique index
        return
    await session.execute(update(TaxRate).where(TaxRate.id == current.id).values(valid_until=now))
    await audit.record(
        session, actor_id, "earnings.tax_rate_ended", subject=("tax_rate", current.id), details={"country": country}
    )
