"""Why a posting is refused."""

from __future__ import annotations

from uuid import UUID

from tuition.kernel import DomainError, ErrorKind, Money
from tuition.ledger.rules import AccountKey


class InsufficientFunds(DomainError):
    """There is not enough money for this: {missing} is missing."""

    kind = ErrorKind.NEEDS_MONEY
    code = "ledger.insufficient_funds"

    def __init__(self, account: AccountKey, missing: Money) -> None:
        self.account = account
        self.missing = missing
        super().__init__(missing=missing)


class KeyReused(DomainError):
    """This request was already made with other figures, so nothing was moved again."""

    kind = ErrorKind.CONFLICT
    code = "ledger.key_reused"

    def __init__(self, transaction_id: UUID) -> None:
        self.transaction_id = transaction_id
        super().__init__()


class TooLarge(DomainError):
    """The account cannot hold so large an amount, so nothing was moved."""

    kind = ErrorKind.INVALID
    code = "ledger.too_large"

    def __init__(self, account: AccountKey) -> None:
        self.account = account
        super().__init__()
