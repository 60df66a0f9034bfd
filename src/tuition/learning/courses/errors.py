"""What the courses refuse."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class CourseUnknown(DomainError):
    """There is no such course, or it is not open to you."""

    kind = ErrorKind.NOT_FOUND
    code = "courses.course_unknown"


class LessonUnknown(DomainError):
    """There is no such lesson, or it is not open to you."""

    kind = ErrorKind.NOT_FOUND
    code = "courses.lesson_unknown"


class FieldInvalid(DomainError):
    """{field}: {reason}"""

    kind = ErrorKind.INVALID
    code = "courses.field_invalid"


class OutlineInvalid(DomainError):
    """The outline cannot be like this: {reason}"""

    kind = ErrorKind.INVALID
    code = "courses.outline_invalid"


class OutlineStale(DomainError):
    """Somebody changed the outline meanwhile. Look again, then move."""

    kind = ErrorKind.CONFLICT
    code = "courses.outline_stale"


class LastLesson(DomainError):
    """People can find this course, and it is its last lesson. Add another one first, or archive the course."""

    kind = ErrorKind.CONFLICT
    code = "courses.last_lesson"


class PrerequisiteInvalid(DomainError):
    """This cannot be asked for before the course: {reason}"""

    kind = ErrorKind.INVALID
    code = "courses.prerequisite_invalid"


class StaffInvalid(DomainError):
    """This person cannot be on the staff: {reason}"""

    kind = ErrorKind.INVALID
    code = "courses.staff_invalid"
