"""Courses, their outline, and who teaches in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, ForeignKeyConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.learning.courses.rules import CompletionRule, LessonType, StaffRole
from tuition.platform.database import Base, Created, Timestamped, one_of


class Course(Timestamped, Base):
    """What a course has to say beyond its content row, which holds its title, its status and its price."""

    __tablename__ = "courses"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        one_of("completion_rule", CompletionRule),
        CheckConstraint("estimated_duration_minutes >= 0", name="estimated_duration"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("certificate_valid_months > 0", name="certificate_valid_months"),
        CheckConstraint("ends_at > starts_at", name="period"),
    )

    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"), primary_key=True)
    is_sequential: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Whether a lesson opens only when the required ones before it are completed."""
    estimated_duration_minutes: Mapped[int | None] = mapped_column(Integer)
    enrollment_open: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    """Whether people may enrol themselves."""
    capacity: Mapped[int | None] = mapped_column(Integer)
    """How many may learn at once; none: any number."""
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    completion_rule: Mapped[str] = mapped_column(server_default=CompletionRule.REQUIRED, default=CompletionRule.REQUIRED)
    certificate_enabled: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    certificate_valid_months: Mapped[int | None] = mapped_column(Integer)
    course_metadata: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), default=dict)

    @property
    def id(self) -> UUID:
        """The id of the course, which is its content's."""
        return self.content_id


class CoursePrerequisite(Created, Base):
    """A course that must be completed before another one is begun."""

    __tablename__ = "course_prerequisites"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("course_id <> required_course_id", name="not_itself"),
        Index("idx_course_prerequisites_required_course_id", "required_course_id"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="CASCADE"), primary_key=True)
    required_course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="CASCADE"), primary_key=True)


class CourseStaff(Timestamped, Base):
    """Somebody who teaches or helps in a course beside its author, and what they may do there."""

    __tablename__ = "course_staff"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        one_of("role", StaffRole),
        CheckConstraint("jsonb_typeof(rights) = 'array'", name="rights"),
        Index("idx_course_staff_user_id", "user_id"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str]
    rights: Mapped[list[str]] = mapped_column(server_default=text("'[]'"), default=list)


class Lesson(Timestamped, Base):
    """One step of a course. The order is the whole course's, without gaps; what stands below a lesson follows it.

    Order and parents are checked at the end of the transaction, so that lessons can change places.
    """

    # Whether it is a heading is worked out by the database: a change brings it back with it.
    __mapper_args__ = {"eager_defaults": True}

    __tablename__ = "lessons"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("course_id", "slug"),
        UniqueConstraint("course_id", "id"),
        UniqueConstraint("course_id", "order_index", deferrable=True, initially="DEFERRED"),
        ForeignKeyConstraint(
            ["course_id", "parent_lesson_id"],
            ["lessons.course_id", "lessons.id"],
            name="fk_lessons_parent",
            deferrable=True,
            initially="DEFERRED",
        ),
        one_of("lesson_type", LessonType),
        CheckConstraint("length(title) between 1 and 500", name="title"),
        CheckConstraint("slug ~ '^[^\\s/?#]+$' and length(slug) <= 500", name="slug"),
        CheckConstraint("order_index >= 0", name="order_index"),
        CheckConstraint("duration_minutes >= 0", name="duration"),
        CheckConstraint("opens_after_days between 0 and 3660", name="opens_after_days"),
        CheckConstraint("parent_lesson_id <> id", name="not_its_own_parent"),
        Index("idx_lessons_content_id", "content_id"),
        Index("ix_lessons_parent_lesson_id", "course_id", "parent_lesson_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="CASCADE"))
    parent_lesson_id: Mapped[UUID | None]
    title: Mapped[str]
    slug: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="", default="")
    lesson_type: Mapped[str]
    order_index: Mapped[int] = mapped_column(Integer)
    content_id: Mapped[UUID | None] = mapped_column(ForeignKey("contents.id", ondelete="RESTRICT"))
    """What it shows: a film, a recording, a document of the catalogue."""
    body: Mapped[str] = mapped_column(server_default="", default="", deferred=True)
    """What its author wrote, in Markdown; ``body_html`` is what readers get."""
    body_html: Mapped[str] = mapped_column(server_default="", default="", deferred=True)
    duration_minutes: Mapped[int | None] = mapped_column(Integer)
    video_url: Mapped[str | None]
    """A film that another site shows. Such minutes are never metered."""
    is_preview: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Open to everybody once the course can be found."""
    is_required: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    is_published: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    is_heading: Mapped[bool] = mapped_column(
        Computed("lesson_type = 'text' and body = '' and content_id is null", persisted=True)
    )
    """A text without words: it stands above others and counts for nothing."""
    opens_at: Mapped[datetime | None]
    opens_after_days: Mapped[int | None] = mapped_column(Integer)
    """Days after a learner was first given the course."""
    lesson_metadata: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), default=dict)
