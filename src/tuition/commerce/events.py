"""What commerce announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tuition.kernel import Money


@dataclass(frozen=True, slots=True)
class OrderCompleted:
    """An order was paid and its contents are the buyer's."""

    order_id: UUID
    buyer_id: UUID
    total: Money
    content_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class PurchaseRefunded:
    """A purchase was given back."""

    purchase_id: UUID
    buyer_id: UUID
    content_id: UUID
    creator_id: UUID
    amount: Money
