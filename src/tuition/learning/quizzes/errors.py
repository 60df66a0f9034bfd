"""What quizzes refuse."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class AnswerStale(DomainError):
    """This answer was changed in another tab or on another device, so this one was not kept. Load the page again to see it."""

    kind = ErrorKind.CONFLICT
    code = "quizzes.answer_stale"


class AttemptOver(DomainError):
    """This attempt has been handed in, so this answer was not kept. What was saved before counts."""

    kind = ErrorKind.CONFLICT
    code = "quizzes.attempt_over"


class AttemptUnknown(DomainError):
    """There is no such attempt, or it is not yours."""

    kind = ErrorKind.NOT_FOUND
    code = "quizzes.attempt_unknown"


class AttemptsUsedUp(DomainError):
    """You have used every attempt that you have ({attempts_max})."""

    kind = ErrorKind.CONFLICT
    code = "quizzes.attempts_used_up"


class EnrollFirst(DomainError):
    """Only those who are enrolled in the course can begin its quiz."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "quizzes.enroll_first"


class GradeInvalid(DomainError):
    """It cannot be graded like this: {reason}"""

    kind = ErrorKind.INVALID
    code = "quizzes.grade_invalid"


class NotHandedIn(DomainError):
    """This attempt is still in progress. It can be graded when it is handed in."""

    kind = ErrorKind.CONFLICT
    code = "quizzes.not_handed_in"


class QuizClosed(DomainError):
    """This quiz can no longer be begun: it is closed."""

    kind = ErrorKind.CONFLICT
    code = "quizzes.quiz_closed"


class QuizEmpty(DomainError):
    """This quiz has no questions yet."""

    kind = ErrorKind.CONFLICT
    code = "quizzes.quiz_empty"


class QuizInvalid(DomainError):
    """The quiz cannot be like this: {reason}"""

    kind = ErrorKind.INVALID
    code = "quizzes.quiz_invalid"


class QuizNotYetOpen(DomainError):
    """This quiz cannot be begun yet."""

    kind = ErrorKind.CONFLICT
    code = "quizzes.quiz_not_yet_open"


class QuizUnknown(DomainError):
    """There is no such quiz, or it is not open to you."""

    kind = ErrorKind.NOT_FOUND
    code = "quizzes.quiz_unknown"
