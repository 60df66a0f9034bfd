"""What packages refuse."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class PackageUnknown(DomainError):
    """There is no package here that can be opened."""

    kind = ErrorKind.NOT_FOUND
    code = "packages.package_unknown"


class PackageInvalid(DomainError):
    """This is no SCORM package that can be played: {reason}"""

    kind = ErrorKind.INVALID
    code = "packages.package_invalid"


class LaunchUnknown(DomainError):
    """This is not open any more, or is not yours. Open the lesson again."""

    kind = ErrorKind.NOT_FOUND
    code = "packages.launch_unknown"


class OpenedElsewhere(DomainError):
    """This lesson was opened again in another window, and goes on there. What happens here is not kept."""

    kind = ErrorKind.CONFLICT
    code = "packages.opened_elsewhere"


class DataInvalid(DomainError):
    """The package sent something that SCORM does not know ({element}): {reason}"""

    kind = ErrorKind.INVALID
    code = "packages.data_invalid"
