"""What wallets refuse."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class AutoTopUpNeedsMethod(DomainError):
    """Save a card first: an automatic top-up has to be paid from somewhere."""

    kind = ErrorKind.INVALID
    code = "wallets.auto_top_up_needs_method"


class BalanceTooSmall(DomainError):
    """Your wallet lacks {missing}. Top it up and try again."""

    kind = ErrorKind.NEEDS_MONEY
    code = "wallets.balance_too_small"


class CeilingTooLow(DomainError):
    """The ceiling of a month must leave room for one top-up of {amount}."""

    kind = ErrorKind.INVALID
    code = "wallets.ceiling_too_low"


class GiftInvalid(DomainError):
    """A gift is more than nothing, and ends in the future."""

    kind = ErrorKind.INVALID
    code = "wallets.gift_invalid"


class TopUpAmountRefused(DomainError):
    """A top-up is between {least} and {most}."""

    kind = ErrorKind.INVALID
    code = "wallets.top_up_amount_refused"


class WalletFrozen(DomainError):
    """Spending from this wallet is stopped, because a top-up was taken back by the bank: {owed} is still owed."""

    kind = ErrorKind.CONFLICT
    code = "wallets.frozen"


class WalletNotFound(DomainError):
    """There is no such wallet."""

    kind = ErrorKind.NOT_FOUND
    code = "wallets.not_found"
