"""Money: an integer of minor units with its currency. No float comes near it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from fractions import Fraction
from typing import NewType

from tuition.kernel.errors import DomainError, ErrorKind

Currency = NewType("Currency", str)
"""An ISO 4217 code in capitals, or ``CRD``: credits, the installation's own unit, which has no minor unit."""

CREDITS = Currency("CRD")
MINOR_MAX = 2**63 - 1
"""What a PostgreSQL bigint holds; a sum beyond it is refused, never wrapped."""
_EXPONENT_USUAL = 2
_DIGITS_MAX = 30
"""More than any amount has, before the point or behind it."""
# ISO 4217, list one: every active currency whose minor unit is not a hundredth.
_EXPONENTS: dict[str, int] = {
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0
    ),
    **dict.fromkeys(("CLF", "UYW"), 4),
    CREDITS: 0,
}


class CurrencyMismatch(DomainError):
    """{left} and {right} are different currencies, and nothing here exchanges them."""

    kind = ErrorKind.INVALID
    code = "kernel.currency_mismatch"


class MoneyInvalid(DomainError):
    """“{value}” is not an amount of {currency}."""

    kind = ErrorKind.INVALID
    code = "kernel.money_invalid"


def exponent_of(currency: str) -> int:
    """How many decimal places the currency's minor unit has (ISO 4217): EUR 2, JPY 0, KWD 3."""
    return _EXPONENTS.get(currency, _EXPONENT_USUAL)


def round_half_even(exact: Decimal | Fraction) -> int:
    """Round to the nearest integer, ties to the even one (IEEE 754 roundTiesToEven), so that errors do not add up."""
    if isinstance(exact, Fraction):
        return round(exact)
    with localcontext() as context:
        context.prec = 60
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Divide ``total`` minor units in proportion to ``weights`` by the largest remainder; the parts sum to ``total``.

    Ties go to the earlier weight, so that the order of the weights names who gets the odd cent. All weights zero is
    refused by assertion: the caller decides what an empty division means.
    """
    assert weights, "nothing to divide among"
    assert all(weight >= 0 for weight in weights), "a negative weight has no meaning"
    whole = sum(weights)
    assert whole > 0, "somebody must have a share"
    sign, amount = (-1, -total) if total < 0 else (1, total)
    parts = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    left_over = amount - sum(parts)
    for index in sorted(range(len(weights)), key=lambda i: -remainders[i])[:left_over]:
        parts[index] += 1
    return [sign * part for part in parts]


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in a currency's minor unit: ``Money(1999, Currency("EUR"))`` is 19.99 EUR."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        assert type(self.minor) is int, "an amount is an integer of minor units"
        assert -MINOR_MAX <= self.minor <= MINOR_MAX, "more money than the books can hold"

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in that currency."""
        return cls(0, Currency(currency))

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read a decimal figure ("19.99") exactly. Raises ``MoneyInvalid`` when it has more places than the currency."""
        try:
            value = Decimal(text.strip())
            # Looked at before it is written out: "1e999999" would be a million digits.
            is_sane = value.is_finite() and abs(value.adjusted()) <= _DIGITS_MAX
            scaled = value.scaleb(exponent_of(currency)) if is_sane else value
            minor = int(scaled) if is_sane else None
        except InvalidOperation as error:
            raise MoneyInvalid(value=text[:40], currency=currency) from error
        if minor is None or scaled != minor or abs(minor) > MINOR_MAX:
            raise MoneyInvalid(value=text[:40], currency=currency)
        return cls(minor, Currency(currency))

    @property
    def decimal(self) -> Decimal:
        """The figure that people read: 1999 EUR cents is ``Decimal("19.99")``."""
        return Decimal(self.minor).scaleb(-exponent_of(self.currency))

    def __str__(self) -> str:
        return f"{self.decimal:f} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def times(self, factor: Decimal | Fraction) -> Money:
        """The amount times an exact factor, rounded half-even once."""
        return Money(round_half_even(Fraction(self.minor) * Fraction(factor)), self.currency)

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Divide by weights with nothing lost (see ``allocate``)."""
        return [Money(part, self.currency) for part in allocate(self.minor, weights)]

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)
        return other.minor
