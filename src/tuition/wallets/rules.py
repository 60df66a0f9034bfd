"""Which lot is spent first, and what a balance asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tuition.kernel import Currency, Money, exponent_of

BACK_OFF_FIRST = timedelta(hours=1)
BACK_OFF_LONGEST = timedelta(days=7)
FAILURES_MAX = 5
"""After so many declined cards in a row the automatic top-up turns itself off and says so."""


class LotKind(StrEnum):
    """Where a lot's value came from."""

    PAID = "paid"
    """A person's own money; it may be withdrawn."""
    GRANTED = "granted"
    """A gift of the house; it may only be spent."""
    EARNED = "earned"
    """Earned here and moved into the wallet; it may be spent."""


class MovementType(StrEnum):
    """What a line of the wallet's history says."""

    PAYMENT = "payment"
    """Spent on content (money out)."""
    TOPUP = "topup"
    """Money brought in from outside."""
    WITHDRAWAL = "withdrawal"
    """Money taken out to a bank."""
    REFUND = "refund"
    """A payment given back."""
    GRANT = "grant"
    """A gift of the house."""
    EXPIRY = "expiry"
    """A gift that ran out of time."""
    DISPUTE = "dispute"
    """A top-up that the bank took back."""


class MovementStatus(StrEnum):
    """pending → completed | failed | cancelled."""

    PENDING = "pending"
    """Waiting for somebody outside."""
    COMPLETED = "completed"
    """The money has moved."""
    FAILED = "failed"
    """It will not move."""
    CANCELLED = "cancelled"
    """It was called off."""


@dataclass(frozen=True, slots=True)
class Lot:
    """What the choice of a lot needs to know."""

    id: UUID
    kind: LotKind
    remaining: int
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Draw:
    """So many minor units taken from a lot."""

    lot_id: UUID
    minor: int


@dataclass(frozen=True, slots=True)
class Spending:
    """One spending of a batch: who wants how much, for what."""

    wallet_id: UUID
    amount: Money
    source_type: str
    source_id: UUID


def spending_order(lots: Iterable[Lot]) -> list[Lot]:
    """Granted before own money, among the granted what expires first, then the oldest."""

    def rank(lot: Lot) -> tuple[bool, bool, datetime, datetime, UUID]:
        return (lot.kind is not LotKind.GRANTED, lot.expires_at is None, lot.expires_at or lot.created_at, lot.created_at, lot.id)

    return sorted(lots, key=rank)


def take(lots: Sequence[Lot], minor: int) -> tuple[list[Draw], int]:
    """Take ``minor`` units from lots that are already in spending order; returns the draws and what is missing."""
    assert minor >= 0, "nobody spends a negative amount"
    draws, missing = [], minor
    for lot in lots:
        if not missing:
            break
        part = min(lot.remaining, missing)
        if part:
            draws.append(Draw(lot.id, part))
            missing -= part
    return draws, missing


def top_up_limits(least_minor: int, most_minor: int, *, stated_in: str, currency: str) -> tuple[Money, Money]:
    """The smallest and the largest top-up in a currency: the site states them in one, and the same figures hold in every other.

    5.00 EUR is 5.00 USD, 5 JPY and 5.000 KWD: a limit against mistakes, and no exchange.
    """
    places = exponent_of(currency) - exponent_of(stated_in)

    def same_figure(minor: int) -> Money:
        scaled = minor * 10**places if places >= 0 else -(-minor // 10**-places)
        return Money(scaled, Currency(currency))

    return same_figure(least_minor), same_figure(most_minor)


def next_attempt_at(failures: int, now: datetime) -> datetime:
    """When a declined automatic top-up may be tried again: an hour, doubled with each failure, at most a week."""
    assert failures >= 1
    return now + min(BACK_OFF_FIRST * int(2 ** min(failures - 1, 10)), BACK_OFF_LONGEST)
