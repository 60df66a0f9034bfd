"""What metering refuses."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class WalletInOtherCurrency(DomainError):
    """This is paid in {wanted}, and your wallet holds {held}. Open a wallet in {wanted} and top it up.

    Nothing is exchanged by itself.
    """

    kind = ErrorKind.NEEDS_MONEY
    code = "metering.wallet_in_other_currency"
