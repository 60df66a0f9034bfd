"""How money divides and when it matures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from tuition.kernel import Money, allocate

CONSUMED_ALL = 1_000_000
"""A consumed share is counted in millionths."""


class Category(StrEnum):
    """Where an earning comes from, as a payout's portions name it."""

    SALES = "sales"
    """Something was bought, at once or by the minute."""
    DONATIONS = "donations"
    """Somebody tipped."""
    SUBSCRIPTIONS = "subscriptions"
    """A share of the subscription pool."""


@dataclass(frozen=True, slots=True)
class CreatorShare:
    """What one creator receives of a payment."""

    creator_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True)
class Split:
    """A payment, divided: ``tax + fee + creators`` is the gross, to the minor unit."""

    gross: Money
    tax: Money
    fee: Money
    creators: tuple[CreatorShare, ...]

    @property
    def net(self) -> Money:
        """What is left after tax."""
        return self.gross - self.tax

    @property
    def creators_total(self) -> Money:
        """What the creators receive together."""
        return self.net - self.fee


@dataclass(frozen=True, slots=True)
class Earned:
    """One creator's share of one source, about to be recorded."""

    creator_id: UUID
    amount: Money
    source_type: str
    source_id: UUID
    category: Category
    at: datetime


@dataclass(frozen=True, slots=True)
class Reversal:
    """What is taken back from a creator: first what is still pending, then what has matured, then what was paid out already."""

    creator_id: UUID
    pending: Money
    available: Money
    owed: Money


def tax_within(gross: Money, rate: Decimal) -> Money:
    """The tax contained in a price that includes it: gross × rate ÷ (1 + rate), rounded half-even. ``rate`` is 0.14 for 14 %."""
    part, whole = rate.as_integer_ratio()
    return Money(_half_even(gross.minor * part, whole + part), gross.currency)


def split(gross: Money, *, fee_rate: Decimal, tax: Money, shares: Sequence[tuple[UUID, int]]) -> Split:
    """Divide a payment: tax first, of the rest the fee (rounded half-even), what remains to the creators by weight.

    The odd cents of several creators go by largest remainder, ties to the earlier one, so the order of ``shares`` names their
    owner.
    """
    assert 0 <= tax.minor <= gross.minor, "tax is a part of what was paid"
    assert 0 <= fee_rate <= 1, "a fee is a share"
    net = gross - tax
    fee = Money(_half_even(net.minor * fee_rate.as_integer_ratio()[0], fee_rate.as_integer_ratio()[1]), net.currency)
    parts = allocate((net - fee).minor, [weight for _, weight in shares])
    creators = tuple(
        CreatorShare(creator_id, Money(part, gross.currency)) for (creator_id, _), part in zip(shares, parts, strict=True)
    )
    return Split(gross=gross, tax=tax, fee=fee, creators=creators)


def _half_even(numerator: int, denominator: int) -> int:
    """A quotient, rounded half-even. By integers alone: the heartbeat divides thousands of sums in a second."""
    whole, rest = divmod(numerator, denominator)
    return whole + (rest * 2 > denominator or (rest * 2 == denominator and whole % 2 == 1))


def split_growth(before: Money, after: Money, *, fee_rate: Decimal, tax_rate: Decimal, creator_id: UUID) -> Split:
    """How the growth of a running total divides: the split of the total now, less the split of the total before.

    So the parts depend on the totals alone, and no rhythm of small charges shifts a cent between creator, fee and tax. Every
    part of the result is at least zero: a total that grows by one unit moves exactly one of the three parts by one (tested).
    """
    tax_then, fee_then, share_then = _parts(before.minor, fee_rate, tax_rate)
    tax, fee, share = _parts(after.minor, fee_rate, tax_rate)
    unit = after.currency
    creator = CreatorShare(creator_id, Money(share - share_then, unit))
    return Split(gross=after - before, tax=Money(tax - tax_then, unit), fee=Money(fee - fee_then, unit), creators=(creator,))


def _parts(minor: int, fee_rate: Decimal, tax_rate: Decimal) -> tuple[int, int, int]:
    """What ``split`` gives for one creator, as bare integers: a heartbeat asks twice."""
    part, whole = tax_rate.as_integer_ratio()
    tax = _half_even(minor * part, whole + part)
    part, whole = fee_rate.as_integer_ratio()
    fee = _half_even((minor - tax) * part, whole)
    return tax, fee, minor - tax - fee


def maturable(
    *, amount: int, reversed_: int, matured: int, consumed: int, hold_until: datetime, window_until: datetime, now: datetime
) -> int:
    """How many minor units of a lot may mature now: nothing before the hold ends; after it the consumed share (in millionths of
    what was earned, rounded down); after the refund window everything that was not taken back.
    """
    if now < hold_until:
        return 0
    kept = amount - reversed_
    due = kept if now >= window_until else min(kept, amount * consumed // CONSUMED_ALL)
    return max(0, due - matured)
