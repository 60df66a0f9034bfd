"""What commerce refuses."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class AlreadyOwned(DomainError):
    """“{title}” is yours already. You find it in your library."""

    kind = ErrorKind.CONFLICT
    code = "commerce.already_owned"


class InOrderTwice(DomainError):
    """“{title}” is part of something else in this order. Leave one of the two out."""

    kind = ErrorKind.CONFLICT
    code = "commerce.in_order_twice"


class NotForSale(DomainError):
    """“{title}” cannot be bought at the moment, or not in this currency."""

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


class OwnWork(DomainError):
    """“{title}” is your own work: it is open to you anyway."""

    kind = ErrorKind.CONFLICT
    code = "commerce.own_work"


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
