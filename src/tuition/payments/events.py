"""What payments announce. ``purpose`` and ``subject`` are the words of the room that asked."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tuition.kernel import Money


@dataclass(frozen=True, slots=True)
class MethodRemoved:
    """A person let us forget a card; what it pays by itself has to stop."""

    method_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class PaymentSucceeded:
    """A provider holds this money for us. Announced once per payment."""

    payment_id: UUID
    purpose: str
    subject_type: str
    subject_id: UUID
    payer_id: UUID
    amount: Money
    provider: str
    fee: Money


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    """A payment was declined, expired or called off."""

    payment_id: UUID
    purpose: str
    subject_type: str
    subject_id: UUID
    payer_id: UUID
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentDisputed:
    """The payer's bank took the money back."""

    payment_id: UUID
    purpose: str
    subject_type: str
    subject_id: UUID
    payer_id: UUID
    amount: Money
    provider: str


@dataclass(frozen=True, slots=True)
class RefundSucceeded:
    """A provider has sent money back."""

    refund_id: UUID
    payment_id: UUID
    subject_type: str
    subject_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundedOutside:
    """Somebody gave money back at the provider itself, and not through us: it has gone, and the books follow."""

    refund_id: UUID
    payment_id: UUID
    purpose: str
    subject_type: str
    subject_id: UUID
    payer_id: UUID
    amount: Money
    provider: str
    is_rest: bool
    """Whether nothing of the payment is left."""


@dataclass(frozen=True, slots=True)
class RefundFailed:
    """A provider refused to send money back."""

    refund_id: UUID
    payment_id: UUID
    subject_type: str
    subject_id: UUID
    amount: Money
    reason: str
