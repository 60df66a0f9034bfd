"""What people say to one another about a content, what they think of it, and what they object to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, PrimaryKeyConstraint, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.community.rules import DiscussionKind, ReportReason, ReportStatus, SubjectType
from tuition.kernel import new_id
from tuition.platform.database import Base, Created, Timestamped, one_of

PLACE = ("content_id", "topic_id")


class Discussion(Timestamped, Base):
    """A question or a thread about a content, or about one topic in it (a lesson). Deleting and hiding keep the row."""

    __tablename__ = "discussions"
    __personal__ = ("title", "body", "body_html")
    __backup__ = "full"
    __table_args__ = (
        one_of("kind", DiscussionKind),
        CheckConstraint("length(title) between 1 and 300", name="title"),
        CheckConstraint("reply_count >= 0", name="reply_count"),
        # The list of a place, newest talk first; pinned ones are few and stand before it.
        Index("idx_discussions_place", *PLACE, text("is_pinned desc"), text("last_activity_at desc"), text("id desc")),
        Index("idx_discussions_content", "content_id", text("is_pinned desc"), text("last_activity_at desc"), text("id desc")),
        Index(None, "author_id"),
        Index(None, "accepted_reply_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"))
    topic_id: Mapped[UUID | None]
    """What of the content it is about, when that is a part: a lesson. The room does not know what it names."""
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    body_html: Mapped[str]
    reply_count: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    accepted_reply_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("discussion_replies.id", ondelete="SET NULL", name="fk_discussions_accepted_reply_id", use_alter=True)
    )
    is_pinned: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    closed_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    last_activity_at: Mapped[datetime]


class DiscussionReply(Timestamped, Base):
    """One answer in a discussion."""

    __tablename__ = "discussion_replies"
    __personal__ = ("body", "body_html")
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("helpful_count >= 0", name="helpful_count"),
        Index("idx_discussion_replies_discussion_id", "discussion_id", "id"),
        Index(None, "author_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    discussion_id: Mapped[UUID] = mapped_column(ForeignKey("discussions.id", ondelete="CASCADE"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    body: Mapped[str]
    body_html: Mapped[str]
    is_by_teacher: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Whether its author could moderate when they wrote it."""
    helpful_count: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    hidden_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class ReplyMark(Created, Base):
    """Somebody found a reply helpful."""

    __tablename__ = "reply_marks"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (PrimaryKeyConstraint("reply_id", "user_id"), Index(None, "user_id"))

    reply_id: Mapped[UUID] = mapped_column(ForeignKey("discussion_replies.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))


class DiscussionFollow(Created, Base):
    """Somebody wants to hear of new replies."""

    __tablename__ = "discussion_follows"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (PrimaryKeyConstraint("discussion_id", "user_id"), Index(None, "user_id"))

    discussion_id: Mapped[UUID] = mapped_column(ForeignKey("discussions.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))


class Announcement(Timestamped, Base):
    """What a teacher tells everybody who learns from a content. ``told_count`` grows while the job tells them."""

    __tablename__ = "announcements"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("length(title) between 1 and 300", name="title"),
        CheckConstraint("told_count >= 0", name="told_count"),
        Index("idx_announcements_content_id", "content_id", text("id desc")),
        Index(None, "author_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    title: Mapped[str]
    body: Mapped[str]
    body_html: Mapped[str]
    by_mail: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    told_count: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    told_at: Mapped[datetime | None]
    """When the last of them was told."""


class ContentRating(Timestamped, Base):
    """What one person thinks of a content: one to five, and why."""

    __tablename__ = "content_ratings"
    __personal__ = ("review",)
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("content_id", "user_id"),
        CheckConstraint("score between 1 and 5", name="score"),
        Index("idx_content_ratings_content_id", "content_id", text("id desc")),
        Index(None, "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    score: Mapped[int] = mapped_column(SmallInteger)
    review: Mapped[str] = mapped_column(server_default="", default="")
    hidden_at: Mapped[datetime | None]


class Report(Timestamped, Base):
    """Somebody objects to something. open → upheld (what it is about is hidden) or dismissed."""

    __tablename__ = "reports"
    __personal__ = ("details",)
    __backup__ = "full"
    __table_args__ = (
        one_of("subject_type", SubjectType),
        one_of("reason", ReportReason),
        one_of("status", ReportStatus),
        CheckConstraint("(status = 'open') = (decided_at is null)", name="decided"),
        Index(
            "uq_reports_open",
            "reporter_id",
            "subject_type",
            "subject_id",
            unique=True,
            postgresql_where=text("status = 'open'"),
        ),
        Index("idx_reports_subject", "subject_type", "subject_id"),
        Index("idx_reports_open", text("id desc"), postgresql_where=text("status = 'open'")),
        Index("idx_reports_content_id", "content_id", "status", text("id desc")),
        Index(None, "decided_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"))
    reporter_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    reason: Mapped[str]
    details: Mapped[str] = mapped_column(server_default="", default="")
    status: Mapped[str] = mapped_column(server_default=ReportStatus.OPEN, default=ReportStatus.OPEN)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(server_default="", default="")
