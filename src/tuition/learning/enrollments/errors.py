"""What the enrollments refuse."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class EnrollmentUnknown(DomainError):
    """There is no such enrollment, or it is not open to you."""

    kind = ErrorKind.NOT_FOUND
    code = "enrollments.enrollment_unknown"


class EnrollmentClosed(DomainError):
    """“{title}” takes nobody in at the moment: its teacher enrols people by hand."""

    kind = ErrorKind.CONFLICT
    code = "enrollments.closed"


class CourseEnded(DomainError):
    """“{title}” has ended."""

    kind = ErrorKind.CONFLICT
    code = "enrollments.course_ended"


class CourseFull(DomainError):
    """All places of “{title}” are taken."""

    kind = ErrorKind.CONFLICT
    code = "enrollments.course_full"


class PrerequisitesMissing(DomainError):
    """Complete this first: {courses}."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "enrollments.prerequisites_missing"


class LessonLocked(DomainError):
    """This lesson is not open to you yet: {reason}"""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "enrollments.lesson_locked"


class CannotComplete(DomainError):
    """This lesson is completed by what you do in it: {reason}"""

    kind = ErrorKind.CONFLICT
    code = "enrollments.cannot_complete"


class PersonNotFound(DomainError):
    """Nobody here has the address {email}."""

    kind = ErrorKind.INVALID
    code = "enrollments.person_not_found"


class ListInvalid(DomainError):
    """This list cannot be read: {reason}"""

    kind = ErrorKind.INVALID
    code = "enrollments.list_invalid"


class EndInvalid(DomainError):
    """This end is not possible: {reason}"""

    kind = ErrorKind.INVALID
    code = "enrollments.end_invalid"


class GroupUnknown(DomainError):
    """There is no such group in this course."""

    kind = ErrorKind.NOT_FOUND
    code = "enrollments.group_unknown"


class GroupTaken(DomainError):
    """This course has a group called “{name}” already."""

    kind = ErrorKind.CONFLICT
    code = "enrollments.group_taken"
