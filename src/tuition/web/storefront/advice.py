"""Which way is cheaper: figures beside the ways to pay. Pure; the sums are those of the meter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from tuition import metering
from tuition.access import Way, WayKind
from tuition.kernel import Currency, Money

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """The ways to open one thing, sorted for a page: one currency first, the others named beside it."""

    once: Way | None
    minute: Way | None
    others: tuple[Way, ...]
    """The same in other currencies."""
    collections: tuple[Way, ...]
    asks_sign_in: bool
    asks_verification: bool
    opens_by_membership: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that money could do."""
        return not (self.once or self.minute or self.collections or self.opens_by_membership)

    @property
    def costs(self) -> bool:
        """Whether money would open it."""
        return bool(self.once or self.minute or self.collections)


@dataclass(frozen=True, slots=True)
class Advice:
    """What paying by the minute comes to."""

    paid: Money | None
    """So far, of what counts towards owning it; ``None`` when nothing was."""
    missing: Money | None
    """How much more makes it theirs; ``None`` when it cannot be bought."""
    left_s: int | None
    """How many seconds of playing that is; ``None`` also when all that is left of it takes less."""
    whole: Money | None
    """All of it from beginning to end, never more than the price; ``None`` when its length is not known."""
    is_cheaper_played: bool
    """Whether playing all of it comes to less than buying it."""


def sort_ways(ways: Sequence[Way], currency: str) -> Offer:
    """The ways of a decision, this currency first. The first price decides where there is none in that currency."""
    once = _in(ways, WayKind.PURCHASE, currency)
    minute = _in(ways, WayKind.PER_MINUTE, (once.currency if once else None) or currency)
    shown = {id(once), id(minute)}
    return Offer(
        once=once,
        minute=minute,
        others=tuple(way for way in ways if way.kind in {WayKind.PURCHASE, WayKind.PER_MINUTE} and id(way) not in shown),
        collections=tuple(_one_each([way for way in ways if way.kind is WayKind.COLLECTION], currency)),
        asks_sign_in=any(way.kind is WayKind.SIGN_IN for way in ways),
        asks_verification=any(way.kind is WayKind.VERIFY_EMAIL for way in ways),
        opens_by_membership=any(way.kind is WayKind.SUBSCRIBE for way in ways),
    )


def advise(offer: Offer, meter: metering.Meter | None, *, duration_ms: int | None, free_ms: int) -> Advice | None:
    """What the minutes come to beside the price; ``None`` when it is not sold by the minute."""
    minute = offer.minute
    if minute is None or minute.rate is None or minute.currency is None:
        return None
    currency = Currency(minute.currency)
    price = offer.once.amount if offer.once and offer.once.currency == currency else None
    paid = meter.content_cost if meter and meter.currency == currency and meter.content_cost else None
    missing = price - (paid or Money.zero(currency)) if price else None
    costing_ms = max(0, duration_ms - free_ms) if duration_ms else None
    whole = metering.cost_of(minute.rate, currency, costing_ms) if costing_ms is not None else None
    if whole is not None and price is not None:
        whole = min(whole, price)
    left_s = seconds_for(missing, minute.rate) if missing else None
    return Advice(
        paid=paid,
        missing=missing,
        left_s=left_s if left_s is None or costing_ms is None or left_s * 1000 <= costing_ms else None,
        whole=whole,
        is_cheaper_played=whole is not None and price is not None and whole < price,
    )


def seconds_for(amount: Money, rate: Decimal) -> int:
    """How many seconds an amount pays at a rate per minute, the last one counted whole."""
    return int((amount.decimal * MINUTE_S / rate).to_integral_value(ROUND_CEILING))


def _in(ways: Sequence[Way], kind: WayKind, currency: str) -> Way | None:
    of_kind = [way for way in ways if way.kind is kind]
    return next((way for way in of_kind if way.currency == currency), of_kind[0] if of_kind else None)


def _one_each(ways: Sequence[Way], currency: str) -> list[Way]:
    """One price for each collection: in this currency, or else its first."""
    chosen: dict[object, Way] = {}
    for way in ways:
        if way.collection_id not in chosen or way.currency == currency:
            chosen[way.collection_id] = way
    return list(chosen.values())
