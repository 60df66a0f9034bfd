"""What the access room refuses."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class GrantUnknown(DomainError):
    """There is no such grant, or it is not yours to end."""

    kind = ErrorKind.NOT_FOUND
    code = "access.grant_unknown"


class GrantInvalid(DomainError):
    """This cannot be given: {reason}"""

    kind = ErrorKind.INVALID
    code = "access.grant_invalid"


class AccessDenied(DomainError):
    """This is not open to you ({reason})."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "access.denied"


class NotYetOpen(DomainError):
    """This opens later, on {opens_at}."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "access.not_yet_open"


class TakenDown(DomainError):
    """“{title}” was taken down on {day} and is not available any more. {note}"""

    kind = ErrorKind.GONE
    code = "access.taken_down"


class PaymentNeeded(DomainError):
    """This has to be paid for before it can be opened."""

    kind = ErrorKind.NEEDS_MONEY
    code = "access.payment_needed"
