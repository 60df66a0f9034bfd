"""What earnings refuse."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class EarningsAlreadyPaid(DomainError):
    """{missing} of this sale's earnings have been paid out or were already taken back, so they cannot be taken back here."""

    kind = ErrorKind.CONFLICT
    code = "earnings.already_paid"


class TaxRateInvalid(DomainError):
    """A tax rate is between 0 and {most} %, for a country's two capitals or * for anywhere."""

    kind = ErrorKind.INVALID
    code = "earnings.tax_rate_invalid"
