"""Why a gradebook cannot be like this."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class CategoryUnknown(DomainError):
    """There is no such category in this gradebook."""

    kind = ErrorKind.NOT_FOUND
    code = "gradebook.category_unknown"


class ItemUnknown(DomainError):
    """There is no such graded lesson in this course."""

    kind = ErrorKind.NOT_FOUND
    code = "gradebook.item_unknown"


class GradebookInvalid(DomainError):
    """“{field}” cannot be set like this: {reason}"""

    kind = ErrorKind.INVALID
    code = "gradebook.invalid"


class GradesHidden(DomainError):
    """The grades of this course have not been released yet."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "gradebook.hidden"
