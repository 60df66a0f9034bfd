"""Shapes that many operations share."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from tuition.kernel import MINOR_MAX, Currency, Money

T = TypeVar("T")
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code, or CRD for credits.", examples=["EUR"])]


class MoneyOut(BaseModel):
    """An amount: exact in minor units, and as the figure that people read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount_minor": 1999, "currency": "EUR", "amount": "19.99"}]})

    amount_minor: int = Field(description="Integer in the currency's minor unit.")
    currency: CurrencyCode
    amount: str = Field(description="The same as a decimal figure.")

    @classmethod
    def of(cls, money: Money) -> MoneyOut:
        """How an amount is shown."""
        return cls(amount_minor=money.minor, currency=money.currency, amount=f"{money.decimal:f}")


class MoneyIn(BaseModel):
    """An amount that somebody asks for: positive, in minor units."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount_minor": 500, "currency": "EUR"}]})

    amount_minor: int = Field(gt=0, le=MINOR_MAX, description="Integer in the currency's minor unit.")
    currency: CurrencyCode

    def money(self) -> Money:
        """The amount as the rooms know it."""
        return Money(self.amount_minor, Currency(self.currency))


class PageOut(BaseModel, Generic[T]):
    """A part of a list. Pass ``next_cursor`` as ``cursor`` to get the next part; null means that this is the end."""

    # A generic model's docstring does not reach the document by itself.
    model_config = ConfigDict(
        json_schema_extra={"description": "A part of a list. `next_cursor` asks for the next one; null: the end."}
    )

    items: list[T]
    next_cursor: str | None = None
