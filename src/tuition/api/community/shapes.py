"""What goes in and out of the operations about what people say."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from tuition import community
from tuition.community import DiscussionKind, ReportReason, ReportStatus, SubjectType
from tuition.identity import PersonCard
from tuition.platform import paging

ID_EXAMPLE = "0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10"
ContentId = Annotated[UUID, Path(description="The content.", examples=[ID_EXAMPLE])]
DiscussionId = Annotated[UUID, Path(description="The discussion.", examples=[ID_EXAMPLE])]
ReplyId = Annotated[UUID, Path(description="The reply.", examples=[ID_EXAMPLE])]
ReportId = Annotated[UUID, Path(description="The report.", examples=[ID_EXAMPLE])]
Limit = Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)]
Cursor = Annotated[str | None, Query(max_length=paging.CURSOR_LENGTH_MAX)]
Title = Annotated[str, Field(min_length=1, max_length=community.TITLE_MAX, examples=["Why does the third step hold?"])]
Body = Annotated[str, Field(min_length=1, max_length=community.BODY_MAX, description="Markdown.", examples=["I do not see it."])]


class Input(BaseModel):
    """A body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid")


class PersonOut(BaseModel):
    """Who wrote it."""

    id: UUID
    full_name: str = Field(examples=["Mona Saleh"])
    profile_image_url: str | None

    @classmethod
    def of(cls, card: PersonCard | None, person_id: UUID) -> PersonOut:
        """How a person is shown to others; somebody who left has no name."""
        name, picture = (card.full_name, card.profile_image_url) if card else ("", None)
        return cls(id=person_id, full_name=name, profile_image_url=picture)


class DiscussionIn(Input):
    """A question, or a talk to begin."""

    kind: DiscussionKind = DiscussionKind.QUESTION
    topic_id: UUID | None = Field(default=None, description="The lesson that it is about; none: the whole content.")
    title: Title
    body: Body


class DiscussionChangesIn(Input):
    """The same, said better."""

    title: Title
    body: Body


class ArrangementIn(Input):
    """How a talk stands among the others; what is left out stays."""

    pinned: bool | None = None
    closed: bool | None = None


class ReplyIn(Input):
    """An answer."""

    body: Body


class DiscussionOut(BaseModel):
    """A question or a talk."""

    id: UUID
    content_id: UUID
    topic_id: UUID | None
    kind: DiscussionKind
    title: str
    body: str = Field(description="As it was written, in Markdown.")
    body_html: str = Field(description="Sanitised HTML.")
    author: PersonOut
    reply_count: int
    accepted_reply_id: UUID | None
    is_pinned: bool
    is_closed: bool
    is_hidden: bool = Field(description="Hidden by a report that was upheld; only its author and moderators still see it.")
    last_activity_at: datetime
    created_at: datetime

    @classmethod
    def of(cls, row: community.Discussion, author: PersonCard | None) -> DiscussionOut:
        """How a discussion is shown."""
        return cls(
            id=row.id,
            content_id=row.content_id,
            topic_id=row.topic_id,
            kind=DiscussionKind(row.kind),
            title=row.title,
            body=row.body,
            body_html=row.body_html,
            author=PersonOut.of(author, row.author_id),
            reply_count=row.reply_count,
            accepted_reply_id=row.accepted_reply_id,
            is_pinned=row.is_pinned,
            is_closed=row.closed_at is not None,
            is_hidden=row.hidden_at is not None,
            last_activity_at=row.last_activity_at,
            created_at=row.created_at,
        )


class ReplyOut(BaseModel):
    """A reply."""

    id: UUID
    discussion_id: UUID
    body: str
    body_html: str
    author: PersonOut
    is_by_teacher: bool
    helpful_count: int
    is_hidden: bool
    created_at: datetime

    @classmethod
    def of(cls, row: community.DiscussionReply, author: PersonCard | None) -> ReplyOut:
        """How a reply is shown."""
        return cls(
            id=row.id,
            discussion_id=row.discussion_id,
            body=row.body,
            body_html=row.body_html,
            author=PersonOut.of(author, row.author_id),
            is_by_teacher=row.is_by_teacher,
            helpful_count=row.helpful_count,
            is_hidden=row.hidden_at is not None,
            created_at=row.created_at,
        )


class AnnouncementIn(Input):
    """What to tell everybody who learns from it."""

    title: Title
    body: Body
    by_mail: bool = Field(default=False, description="Also by e-mail, to those who have not switched it off.")


class AnnouncementOut(BaseModel):
    """What was told."""

    id: UUID
    content_id: UUID
    title: str
    body: str
    body_html: str
    by_mail: bool
    told_count: int = Field(description="How many were told so far.")
    told_at: datetime | None = Field(description="When the last of them was; null: still under way.")
    created_at: datetime

    @classmethod
    def of(cls, row: community.Announcement) -> AnnouncementOut:
        """How an announcement is shown."""
        return cls.model_validate(row, from_attributes=True)


class RatingIn(Input):
    """What one thinks of it."""

    score: int = Field(ge=1, le=5)
    review: str = Field(default="", max_length=community.REVIEW_MAX, description="Plain text.")


class RatingOut(BaseModel):
    """What somebody thinks of it."""

    id: UUID
    content_id: UUID
    score: int
    review: str
    author: PersonOut
    created_at: datetime

    @classmethod
    def of(cls, row: community.ContentRating, author: PersonCard | None) -> RatingOut:
        """How a rating is shown."""
        return cls(
            id=row.id,
            content_id=row.content_id,
            score=row.score,
            review=row.review,
            author=PersonOut.of(author, row.user_id),
            created_at=row.created_at,
        )


class ReportIn(Input):
    """An objection."""

    subject_type: SubjectType
    subject_id: UUID
    reason: ReportReason
    details: str = Field(default="", max_length=2000, description="Needed for `other`.")


class DecisionIn(Input):
    """What was decided."""

    uphold: bool = Field(description="True hides what it is about; false leaves it.")
    note: str = Field(default="", max_length=2000, description="Shown to whoever wrote it.")


class ReportOut(BaseModel):
    """An objection and its answer."""

    id: UUID
    subject_type: SubjectType
    subject_id: UUID
    content_id: UUID
    reason: ReportReason
    details: str
    status: ReportStatus
    decided_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: community.Report) -> ReportOut:
        """How a report is shown."""
        return cls.model_validate(row, from_attributes=True)
