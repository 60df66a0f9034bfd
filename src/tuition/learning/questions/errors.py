"""What banks and questions refuse."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class BankUnknown(DomainError):
    """There is no such question bank, or it is not yours."""

    kind = ErrorKind.NOT_FOUND
    code = "questions.bank_unknown"


class QuestionInvalid(DomainError):
    """The question cannot be asked like this: {reason}"""

    kind = ErrorKind.INVALID
    code = "questions.question_invalid"


class QuestionUnknown(DomainError):
    """There is no such question, or it is not yours."""

    kind = ErrorKind.NOT_FOUND
    code = "questions.question_unknown"


class ResponseInvalid(DomainError):
    """This is no answer to the question: {reason}."""

    kind = ErrorKind.INVALID
    code = "questions.response_invalid"


class RubricInvalid(DomainError):
    """The rubric cannot be used like this: {reason}"""

    kind = ErrorKind.INVALID
    code = "questions.rubric_invalid"


class RubricUnknown(DomainError):
    """There is no such rubric, or it is not yours."""

    kind = ErrorKind.NOT_FOUND
    code = "questions.rubric_unknown"


class QuestionStale(DomainError):
    """Somebody changed this question meanwhile. Look at it again, then change it."""

    kind = ErrorKind.CONFLICT
    code = "questions.question_stale"
