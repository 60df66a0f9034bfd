"""From milliseconds to money, exactly. Pure, and integers only.

The exact total is counted in *ticks*: a minor unit has 60,000 × 1,000,000 of them, because a minute has 60,000 milliseconds
and a rate has six decimal places. So every millisecond at every rate is a whole number of ticks, and nothing is rounded
before it is posted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from tuition.kernel import Currency, Money, exponent_of
from tuition.playback import Ranges, clip, difference, length

MINUTE_MS = 60_000
RATE_SCALE = 1_000_000
PLAYABLE_LEAST_MS = 1_000
"""Less than this is no play: a player that stands before the last few milliseconds it can pay has run out of money."""
TICKS = MINUTE_MS * RATE_SCALE
"""Ticks in one minor unit."""


@dataclass(frozen=True, slots=True)
class MeterState:
    """What a meter knows while a batch is worked through."""

    id: UUID
    session_id: UUID
    user_id: UUID
    content_id: UUID
    creator_id: UUID
    wallet_id: UUID
    currency: Currency
    rate: Decimal
    exact: int
    """Ticks of all time that was charged."""
    posted: int
    """Minor units of all that was charged."""
    posted_before: int
    """The same when this session began."""
    base: int
    """What had been posted when the content was given back, if it ever was: the content's cost counts from here."""
    cap: int | None
    """Minor units posted at which the content is owned; ``None``: it cannot be bought."""
    fee_rate: Decimal
    tax_rate: Decimal
    split_base: int
    """Where the present fee and tax rates began to hold: what was posted before is split already and stays as it is."""
    free_until_ms: int
    """The preview, which costs nothing."""
    is_owned: bool
    alert_below: int

    @property
    def rate_ticks(self) -> int:
        """Ticks of one millisecond."""
        return int(self.rate.scaleb(exponent_of(self.currency)) * RATE_SCALE)

    @property
    def session_cost(self) -> int:
        """Minor units of this play session so far."""
        return self.posted - self.posted_before

    @property
    def content_cost(self) -> int:
        """Minor units that count towards owning the content."""
        return self.posted - self.base

    @property
    def price(self) -> int | None:
        """Minor units for which the content is owned."""
        return None if self.cap is None else self.cap - self.base


@dataclass(frozen=True, slots=True)
class Charge:
    """What new time comes to."""

    accepted: Ranges
    """The time that is paid for or free, from the front of what was asked."""
    minor: int
    after: MeterState
    lacks_money: bool
    """Whether time was left out because it could not be paid."""

    @property
    def reaches_cap(self) -> bool:
        """Whether this made the content theirs."""
        return self.after.cap is not None and self.after.posted >= self.after.cap and not self.after.is_owned


def posted_of(exact: int) -> int:
    """Ticks as minor units, rounded half-even: the amount that stands in the ledger for an exact total."""
    whole, rest = divmod(exact, TICKS)
    if rest * 2 > TICKS or (rest * 2 == TICKS and whole % 2 == 1):
        return whole + 1
    return whole


def exact_of(rate: Decimal, currency: str, time_ms: int) -> int:
    """Ticks of so much time at a rate per minute in major units."""
    return int(rate.scaleb(exponent_of(currency)) * RATE_SCALE) * time_ms


def cost_of(rate: Decimal, currency: Currency, time_ms: int) -> Money:
    """What so much time costs, rounded half-even once."""
    return Money(posted_of(exact_of(rate, currency, time_ms)), currency)


def charge(meter: MeterState, new: Ranges, available: int) -> Charge:
    """Charge new time to a meter whose wallet holds ``available`` minor units.

    Time in the preview and time beyond the cap are free. When the wallet cannot pay all of it, the first part that it can pay is
    accepted. Never more than ``available`` is asked for, and never more than the cap in all.
    """
    payable = difference(new, ((0, meter.free_until_ms),)) if meter.free_until_ms else new
    if meter.is_owned or not payable:
        return Charge(accepted=new, minor=0, after=meter, lacks_money=False)
    exact = meter.exact + length(payable) * meter.rate_ticks
    if meter.cap is not None:
        exact = min(exact, meter.cap * TICKS)
    ceiling = (meter.posted + available) * TICKS
    if exact <= ceiling:
        after = replace(meter, exact=exact, posted=max(posted_of(exact), meter.posted))
        return Charge(accepted=new, minor=after.posted - meter.posted, after=after, lacks_money=False)
    affordable_ms = max(0, ceiling - meter.exact) // meter.rate_ticks
    kept = clip(payable, affordable_ms)
    refused_from = kept[-1][1] if kept and length(kept) == affordable_ms and affordable_ms else payable[0][0]
    accepted = difference(new, ((refused_from, max(end for _, end in new)),)) if refused_from < new[-1][1] else new
    exact = meter.exact + length(kept) * meter.rate_ticks
    after = replace(meter, exact=exact, posted=max(posted_of(exact), meter.posted))
    return Charge(accepted=accepted, minor=after.posted - meter.posted, after=after, lacks_money=True)


def affordable(meter: MeterState, available: int) -> int | None:
    """How much new content time could be paid now, in milliseconds; ``None``: as much as there is."""
    if meter.is_owned:
        return None
    ceiling = meter.posted + available
    if meter.cap is not None and ceiling >= meter.cap:
        return None
    return max(0, ceiling * TICKS - meter.exact) // meter.rate_ticks


def shortfall(meter: MeterState, available: int) -> Money:
    """What is missing to play on for another minute, or to own it if that is less; at least one minor unit."""
    minute = posted_of(meter.exact + MINUTE_MS * meter.rate_ticks) - meter.posted
    wanted = minute if meter.cap is None else min(minute, meter.cap - meter.posted)
    return Money(max(1, wanted - available), meter.currency)
