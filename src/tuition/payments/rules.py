"""The states of money that we asked for, and which way they go. Pure."""

from __future__ import annotations

from enum import StrEnum

from tuition.kernel import Phrase


class PaymentStatus(StrEnum):
    """What became of a payment.

    ::

        pending ──► succeeded ──► partially_refunded ──► refunded
           │            ▲   └───────────────────────────────▲
           └──► failed ─┘  (a second attempt at the provider may succeed after we heard of the first's failure)
    """

    PENDING = "pending"
    """Asked for; nobody has said anything final."""
    SUCCEEDED = "succeeded"
    """The provider holds the money for us."""
    FAILED = "failed"
    """Declined, expired or called off."""
    PARTIALLY_REFUNDED = "partially_refunded"
    """A part has gone back."""
    REFUNDED = "refunded"
    """All of it has gone back."""


class RefundStatus(StrEnum):
    """pending → succeeded | failed."""

    PENDING = "pending"
    """Asked of the provider."""
    SUCCEEDED = "succeeded"
    """On its way to the payer."""
    FAILED = "failed"
    """The provider refused; a person has to look."""


class WebhookStatus(StrEnum):
    """processing → processed | ignored | failed → (replay) processing."""

    PROCESSING = "processing"
    """Stored, not yet understood."""
    PROCESSED = "processed"
    """Understood; what follows from it has happened."""
    IGNORED = "ignored"
    """Nothing of ours, or nothing new."""
    FAILED = "failed"
    """Something broke on our side; it can be replayed."""


PAID = frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED})
"""The states in which the provider has had the money: news of success or failure changes nothing any more."""


def after_refund(amount: int, refunded: int) -> PaymentStatus:
    """The state of a paid payment when ``refunded`` of its ``amount`` minor units have gone back."""
    assert 0 <= refunded <= amount
    if refunded == 0:
        return PaymentStatus.SUCCEEDED
    return PaymentStatus.REFUNDED if refunded == amount else PaymentStatus.PARTIALLY_REFUNDED


DECLINED = {
    "authentication_required": Phrase("Your bank wanted you to confirm this payment yourself."),
    "card_declined": Phrase("Your bank declined the card."),
    "expired": Phrase("The payment was not finished in time."),
    "insufficient_funds": Phrase("There was not enough money on the card's account."),
    "payments.gateway_refused": Phrase("This way to pay cannot be used here."),
}
"""Reasons that every provider has, by the code that adapters give them."""


def why_declined(code: str, said: str) -> str:
    """Why a payment failed: in our words where the reason is known (they are translated), else in the provider's own."""
    return DECLINED.get(code, said)
