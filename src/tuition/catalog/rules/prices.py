"""Which prices are possible."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from tuition.catalog.errors import PriceInvalid
from tuition.catalog.rules.states import PLAYABLE, Kind, PriceKind
from tuition.kernel import Currency, Money, Phrase, exponent_of

AMOUNT_MAJOR_MAX = 1_000_000
RATE_MAX = Decimal(10_000)
RATE_PLACES = 6
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class OneTime:
    """Owning it for an amount; zero is free."""

    amount: Money


@dataclass(frozen=True, slots=True)
class PerMinute:
    """A rate for each minute of playing, in major units of the currency."""

    rate: Decimal
    currency: Currency


Asked = OneTime | PerMinute


def check_price(asked: Asked, kind: Kind) -> None:
    """Raise ``PriceInvalid`` when a content of this kind cannot cost that."""
    currency = asked.amount.currency if isinstance(asked, OneTime) else asked.currency
    if not _CURRENCY.fullmatch(currency):
        raise PriceInvalid(reason=Phrase("“{currency}” is not a currency code of three capitals", currency=currency))
    match asked:
        case OneTime(amount):
            if amount.minor < 0:
                raise PriceInvalid(reason="an amount is not negative")
            if amount.minor > AMOUNT_MAJOR_MAX * 10 ** exponent_of(amount.currency):
                raise PriceInvalid(
                    reason=Phrase("an amount is at most {most} {currency}", most=AMOUNT_MAJOR_MAX, currency=amount.currency)
                )
        case PerMinute(rate):
            if kind not in PLAYABLE:
                raise PriceInvalid(reason="only video and audio can be sold by the minute")
            if not rate.is_finite() or not 0 < rate <= RATE_MAX:
                raise PriceInvalid(reason=Phrase("a rate is more than 0 and at most {most}", most=RATE_MAX))
            if rate != round(rate, RATE_PLACES):
                raise PriceInvalid(reason=Phrase("a rate has at most {places} decimal places", places=RATE_PLACES))


def kind_of(asked: Asked) -> PriceKind:
    """The price kind of what is asked."""
    return PriceKind.ONE_TIME if isinstance(asked, OneTime) else PriceKind.PER_MINUTE
