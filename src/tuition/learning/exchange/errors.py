"""What the exchange refuses."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class PackageInvalid(DomainError):
    """This file cannot be read: {reason}"""

    kind = ErrorKind.INVALID
    code = "exchange.package_invalid"


class PackageTooLarge(DomainError):
    """This file is too large to be taken in: {reason}"""

    kind = ErrorKind.TOO_LARGE
    code = "exchange.package_too_large"


class FormatUnknown(DomainError):
    """This is none of the formats that can be taken in: {known}."""

    kind = ErrorKind.INVALID
    code = "exchange.format_unknown"


class ImportUnknown(DomainError):
    """There is no such import, or it is not yours."""

    kind = ErrorKind.NOT_FOUND
    code = "exchange.import_unknown"
