"""What the exchange refuses."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class FormatUnknown(DomainError):
    """This is none of the formats that can be taken in: {known}."""

    kind = ErrorKind.INVALID
    code = "exchange.format_unknown"


class ImportBegun(DomainError):
    """This file is being read, or has been: it cannot be called off any more."""

    kind = ErrorKind.CONFLICT
    code = "exchange.import_begun"


class ImportUnknown(DomainError):
    """There is no such import, or it is not yours."""

    kind = ErrorKind.NOT_FOUND
    code = "exchange.import_unknown"


class ScormPackage(DomainError):
    """This is a SCORM package. Add a lesson of the type “package” to a course and bring it there."""

    kind = ErrorKind.INVALID
    code = "exchange.scorm_package"
