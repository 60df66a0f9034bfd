"""How an order divides, and what of it a refund gives back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from tuition.earnings import CreatorShare, Split, split
from tuition.kernel import Money, Phrase, allocate, round_half_even


class OrderStatus(StrEnum):
    """pending → completed → refunded (when every purchase of it is); pending → failed | superseded."""

    PENDING = "pending"
    """Waits for its payment."""
    COMPLETED = "completed"
    """Paid; its purchases are complete."""
    FAILED = "failed"
    """Its payment was declined or called off."""
    SUPERSEDED = "superseded"
    """Paid when it could not be had any more (bought otherwise, its last place taken): the money goes back by itself."""
    REFUNDED = "refunded"
    """All of it was given back."""


class PurchaseStatus(StrEnum):
    """pending → completed → refunded; pending → failed."""

    PENDING = "pending"
    """Waits for its order's payment; several may wait at once."""
    COMPLETED = "completed"
    """Theirs."""
    REFUNDED = "refunded"
    """Given back, in whole or by what was not used; the grant has ended."""
    FAILED = "failed"
    """Never paid."""


class Funding(StrEnum):
    """Where an order's money comes from."""

    WALLET = "wallet"
    """The buyer's wallet here."""
    PAYMENT = "payment"
    """A payment at a provider."""
    FREE = "free"
    """Nothing to pay."""
    MINUTES = "minutes"
    """It was paid by the minute until it was theirs."""


class RefundStatus(StrEnum):
    """pending → completed | failed → (sent again) completed."""

    PENDING = "pending"
    """Decided and booked; the provider has not sent it yet."""
    COMPLETED = "completed"
    """The buyer has it, or the bank has it on its way."""
    FAILED = "failed"
    """The provider refused; the money is held for the buyer, and a person looks."""


class Refusal(StrEnum):
    """Why nothing would be given back."""

    NOT_COMPLETE = "not_complete"
    """It was never paid, or it was given back before."""
    BY_THE_MINUTE = "by_the_minute"
    """It was paid by the minute, for minutes that were played."""
    WINDOW_OVER = "window_over"
    """The time in which it can be given back is over."""
    NOTHING_PAID = "nothing_paid"
    """Nothing was paid for it."""
    ALL_USED = "all_used"
    """All of it has been used."""

    @property
    def sentence(self) -> str:
        """The reason, as a part of a sentence."""
        return _REASONS[self]


_REASONS = {
    Refusal.NOT_COMPLETE: Phrase("it was never paid, or it was given back before."),
    Refusal.BY_THE_MINUTE: Phrase("it was paid by the minute, for minutes that were played."),
    Refusal.WINDOW_OVER: Phrase("the time in which it can be given back is over."),
    Refusal.NOTHING_PAID: Phrase("nothing was paid for it."),
    Refusal.ALL_USED: Phrase("all of it has been used."),
}


class InvoiceKind(StrEnum):
    """What a document says."""

    INVOICE = "invoice"
    """So much was paid for this."""
    CREDIT_NOTE = "credit_note"
    """So much of it was given back."""


@dataclass(frozen=True, slots=True)
class Share:
    """One content's part of a line."""

    content_id: UUID
    creator_id: UUID
    amount: Money


def allocate_line(amount: Money, members: Sequence[tuple[UUID, UUID, int]]) -> list[Share]:
    """Divide a line among its contents by list price (``(content, creator, list price in minor units)``), without losing a cent.

    Contents without a list price count nothing, unless none has one: then all count the same.
    """
    weights = [weight for _, _, weight in members]
    if not any(weights):
        weights = [1] * len(members)
    parts = allocate(amount.minor, weights)
    return [
        Share(content_id, creator_id, Money(part, amount.currency))
        for (content_id, creator_id, _), part in zip(members, parts, strict=True)
    ]


def refund_amount(amount: Money, *, used: Fraction) -> Money:
    """What of a purchase is given back: the price times the share that was not used, rounded half-even."""
    return Money(round_half_even(amount.minor * (1 - min(max(used, Fraction(0)), Fraction(1)))), amount.currency)


def refund_split(original: Split, refunded: Money, *, fee_rate: Decimal) -> Split:
    """How a refund divides: the split of the purchase, less the split of what the buyer still pays for.

    So tax, fee and creator give back in proportion, and what remains is exactly what a sale at the remaining price would have
    been. Where the fee changed while it was paid by the minute, nobody is left with more than they had.
    """
    assert 0 < refunded.minor <= original.gross.minor, "a refund is a part of what was paid"
    kept = original.gross - refunded
    tax = original.tax.times(Fraction(kept.minor, original.gross.minor))
    [creator] = original.creators
    rest = split(kept, fee_rate=fee_rate, tax=tax, shares=[(creator.creator_id, 1)])
    fee = min(max(rest.fee, rest.net - creator.amount), original.fee)
    share = CreatorShare(creator.creator_id, creator.amount - (rest.net - fee))
    return Split(gross=refunded, tax=original.tax - tax, fee=original.fee - fee, creators=(share,))
