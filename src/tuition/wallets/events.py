"""What wallets announce."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tuition.kernel import Money


@dataclass(frozen=True, slots=True)
class BalanceLow:
    """A wallet fell under its owner's threshold; said once, until it has recovered."""

    wallet_id: UUID
    person_id: UUID
    balance: Money


@dataclass(frozen=True, slots=True)
class WalletFunded:
    """Money came in."""

    wallet_id: UUID
    person_id: UUID
    amount: Money
