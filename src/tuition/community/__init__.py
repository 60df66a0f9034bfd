"""What people say to one another about what they learn, and what they think of it.

Words: a *discussion* (a question or a talk) stands at a *place*: a content, or one *topic* in it, which another room knows
(a lesson); a *reply* to a question may be *accepted*; an *announcement* tells everybody who learns from a content; a
*rating* is one to five with a *review*; a *report* objects to something until somebody decides.
Invariants: who may open a content may talk about it, and nobody else; only people with access rate, nobody their own work,
each once; average and count are worked out from the rows; what is deleted or hidden keeps its row.
"""

from tuition.community import jobs, privacy
from tuition.community.actions.announcements import announce
from tuition.community.actions.discussions import (
    accept_reply,
    arrange,
    delete_discussion,
    delete_reply,
    edit_discussion,
    edit_reply,
    follow,
    mark_helpful,
    reply,
    start_discussion,
    unfollow,
)
from tuition.community.actions.ratings import rate, withdraw_rating
from tuition.community.actions.reports import decide_report, report
from tuition.community.errors import (
    AnnouncementUnknown,
    DiscussionClosed,
    DiscussionUnknown,
    MayNotModerate,
    NotAQuestion,
    OwnWork,
    RatingUnknown,
    ReplyUnknown,
    ReportDecided,
    ReportUnknown,
    TextInvalid,
)
from tuition.community.events import ContentRated, ContentTakenDown
from tuition.community.models import Announcement, ContentRating, Discussion, DiscussionReply, Report
from tuition.community.policy import configure, holders, may_announce, may_moderate
from tuition.community.queries import (
    Access,
    Ratings,
    announcements_of,
    discussions_at,
    follows,
    get_discussion_for,
    get_reply_for,
    marked_by,
    rating_by,
    rating_counts,
    ratings_of,
    replies_of,
    reports_for,
    review_words,
)
from tuition.community.rules import (
    BODY_MAX,
    REVIEW_MAX,
    TITLE_MAX,
    DiscussionKind,
    Place,
    ReportReason,
    ReportStatus,
    SubjectType,
)

__all__ = [
    "BODY_MAX",
    "REVIEW_MAX",
    "TITLE_MAX",
    "Access",
    "Announcement",
    "AnnouncementUnknown",
    "ContentRated",
    "ContentRating",
    "ContentTakenDown",
    "Discussion",
    "DiscussionClosed",
    "DiscussionKind",
    "DiscussionReply",
    "DiscussionUnknown",
    "MayNotModerate",
    "NotAQuestion",
    "OwnWork",
    "Place",
    "RatingUnknown",
    "Ratings",
    "ReplyUnknown",
    "Report",
    "ReportDecided",
    "ReportReason",
    "ReportStatus",
    "ReportUnknown",
    "SubjectType",
    "TextInvalid",
    "accept_reply",
    "announce",
    "announcements_of",
    "arrange",
    "configure",
    "decide_report",
    "delete_discussion",
    "delete_reply",
    "discussions_at",
    "edit_discussion",
    "edit_reply",
    "follow",
    "follows",
    "get_discussion_for",
    "get_reply_for",
    "holders",
    "jobs",
    "mark_helpful",
    "marked_by",
    "may_announce",
    "may_moderate",
    "privacy",
    "rate",
    "rating_by",
    "rating_counts",
    "ratings_of",
    "replies_of",
    "reply",
    "report",
    "reports_for",
    "review_words",
    "start_discussion",
    "unfollow",
    "withdraw_rating",
]
