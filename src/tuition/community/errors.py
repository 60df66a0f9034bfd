"""What the community room refuses."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class DiscussionUnknown(DomainError):
    """There is no such discussion, or it is not open to you."""

    kind = ErrorKind.NOT_FOUND
    code = "community.discussion_unknown"


class ReplyUnknown(DomainError):
    """There is no such reply, or it is not yours."""

    kind = ErrorKind.NOT_FOUND
    code = "community.reply_unknown"


class RatingUnknown(DomainError):
    """There is no such rating."""

    kind = ErrorKind.NOT_FOUND
    code = "community.rating_unknown"


class AnnouncementUnknown(DomainError):
    """There is no such announcement."""

    kind = ErrorKind.NOT_FOUND
    code = "community.announcement_unknown"


class ReportUnknown(DomainError):
    """There is no such report."""

    kind = ErrorKind.NOT_FOUND
    code = "community.report_unknown"


class DiscussionClosed(DomainError):
    """This discussion is closed. Nothing can be added to it."""

    kind = ErrorKind.CONFLICT
    code = "community.discussion_closed"


class NotAQuestion(DomainError):
    """Only a question has an accepted answer."""

    kind = ErrorKind.CONFLICT
    code = "community.not_a_question"


class OwnWork(DomainError):
    """You made this. Ratings come from the people who learn from it."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "community.own_work"


class MayNotModerate(DomainError):
    """Only those who teach this, or run the site, may do that."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "community.may_not_moderate"


class ReportDecided(DomainError):
    """This report has been decided already."""

    kind = ErrorKind.CONFLICT
    code = "community.report_decided"


class TextInvalid(DomainError):
    """Please look at {field} again: {reason}"""

    kind = ErrorKind.INVALID
    code = "community.text_invalid"
