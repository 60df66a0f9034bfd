"""What commerce refuses."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class AlreadyOwned(DomainError):
    """“{title}” is yours already. You find it in your library."""

    kind = ErrorKind.CONFLICT
    code = "commerce.already_owned"


class NotForSale(DomainError):
    """“{title}” cannot be bought in {currency} at the moment."""

    kind = ErrorKind.CONFLICT
    code = "commerce.not_for_sale"


class NothingToRefund(DomainError):
    """Nothing can be given back: {reason}"""

    kind = ErrorKind.CONFLICT
    code = "commerce.nothing_to_refund"


class OrderNotFound(DomainError):
    """There is no such order."""

    kind = ErrorKind.NOT_FOUND
    code = "commerce.order_not_found"


class PurchaseNotFound(DomainError):
    """There is no such purchase."""

    kind = ErrorKind.NOT_FOUND
    code = "commerce.purchase_not_found"


class WaiverNeeded(DomainError):
    """Confirm that you want to begin at once and give up your right to withdraw for what you use.

    Without it nothing can be opened.
    """

    kind = ErrorKind.INVALID
    code = "commerce.waiver_needed"
