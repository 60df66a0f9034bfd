"""Why something about an assignment cannot be done."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class AssignmentUnknown(DomainError):
    """There is no such assignment."""

    kind = ErrorKind.NOT_FOUND
    code = "assignments.unknown"


class SubmissionUnknown(DomainError):
    """There is no such hand-in."""

    kind = ErrorKind.NOT_FOUND
    code = "assignments.submission_unknown"


class EnrollFirst(DomainError):
    """Only people who are enrolled in the course hand work in."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "assignments.enroll_first"


class TooLate(DomainError):
    """This work was due and is not taken any more. Ask your teacher for more time."""

    kind = ErrorKind.CONFLICT
    code = "assignments.too_late"


class AttemptsUsedUp(DomainError):
    """You have handed this in {limit} times; that is as often as is allowed."""

    kind = ErrorKind.CONFLICT
    code = "assignments.attempts_used_up"


class NothingHandedIn(DomainError):
    """There is nothing to hand in yet: write something or add a file."""

    kind = ErrorKind.INVALID
    code = "assignments.nothing_handed_in"


class NotOpen(DomainError):
    """This hand-in cannot be changed any more: it is {status}."""

    kind = ErrorKind.CONFLICT
    code = "assignments.not_open"


class NotSubmitted(DomainError):
    """This has not been handed in, so there is nothing to grade."""

    kind = ErrorKind.CONFLICT
    code = "assignments.not_submitted"


class FileKindRefused(DomainError):
    """“{name}” is not taken here. These kinds of files are: {kinds}."""

    kind = ErrorKind.INVALID
    code = "assignments.file_kind_refused"


class FilesTooMany(DomainError):
    """{limit} files are taken at most. Remove one first."""

    kind = ErrorKind.CONFLICT
    code = "assignments.files_too_many"


class FileTooLarge(DomainError):
    """A file may have {limit_mb} MB at most."""

    kind = ErrorKind.TOO_LARGE
    code = "assignments.file_too_large"


class RubricInUse(DomainError):
    """Work was graded by this rubric, so its criteria, levels and points stay. Words may change; for others, copy the lesson."""

    kind = ErrorKind.CONFLICT
    code = "assignments.rubric_in_use"


class AssignmentInvalid(DomainError):
    """“{field}” cannot be set like this: {reason}"""

    kind = ErrorKind.INVALID
    code = "assignments.invalid"


class GradeInvalid(DomainError):
    """A grade lies between 0 and {points_max} points."""

    kind = ErrorKind.INVALID
    code = "assignments.grade_invalid"
