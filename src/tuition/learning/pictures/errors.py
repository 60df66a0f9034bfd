"""What is refused about pictures."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class PictureRefused(DomainError):
    """This picture cannot be taken: {reason}"""

    kind = ErrorKind.INVALID
    code = "pictures.refused"


class PictureUnknown(DomainError):
    """There is no such picture, or it is not for you."""

    kind = ErrorKind.NOT_FOUND
    code = "pictures.unknown"
