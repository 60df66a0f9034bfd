"""Who learns in which course, and how far they are."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, Integer, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.learning.enrollments.rules import EnrollmentStatus, ProgressStatus, Source
from tuition.platform.database import Base, Created, Timestamped, one_of


class Enrollment(Timestamped, Base):
    """One person in one course. It rests on a live grant, and survives it: what was learned stays."""

    # Its seconds are worked out by the database: a change brings them back with it.
    __mapper_args__ = {"eager_defaults": True}

    __tablename__ = "enrollments"
    __personal__ = ("last_accessed_at",)
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("student_id", "course_id"),
        one_of("status", EnrollmentStatus),
        one_of("source", Source),
        CheckConstraint("progress_percentage between 0 and 100", name="progress"),
        CheckConstraint("time_spent_ms >= 0", name="time"),
        CheckConstraint("completed_lessons_count between 0 and total_lessons_count", name="counts"),
        CheckConstraint("(status = 'completed') <= (completed_at is not null)", name="completed"),
        Index("ix_enrollments_course_id", "course_id", "id"),
        Index("ix_enrollments_status_enrolled_at", "status", text("enrolled_at desc")),
        Index("idx_enrollments_last_lesson_id", "last_lesson_id"),
        Index(
            "idx_enrollments_expires_at",
            "expires_at",
            postgresql_where=text("status = 'active' and expires_at is not null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    student_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(server_default=EnrollmentStatus.ACTIVE, default=EnrollmentStatus.ACTIVE)
    source: Mapped[str]
    enrolled_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    """When the grant that it rests on ends, as far as is known now."""
    progress_percentage: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="0", default=Decimal(0))
    completed_lessons_count: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    total_lessons_count: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    """Lessons that count, when it was last counted."""
    time_spent_ms: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    total_time_spent_seconds: Mapped[int] = mapped_column(Integer, Computed("(time_spent_ms / 1000)::integer", persisted=True))
    last_accessed_at: Mapped[datetime | None]
    last_lesson_id: Mapped[UUID | None] = mapped_column(ForeignKey("lessons.id", ondelete="SET NULL"))
    certificate_issued_at: Mapped[datetime | None]


class LessonProgress(Timestamped, Base):
    """How far one learner is with one lesson."""

    __tablename__ = "lesson_progress"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "lesson_id"),
        one_of("status", ProgressStatus),
        CheckConstraint("completion_percentage between 0 and 100", name="completion"),
        CheckConstraint("score between 0 and 100", name="score"),
        CheckConstraint("time_spent_ms >= 0 and last_position_seconds >= 0", name="time"),
        CheckConstraint("attempts_count >= 0", name="attempts"),
        CheckConstraint("(status = 'completed') = (completed_at is not null)", name="completed"),
        Index("ix_lesson_progress_lesson_id", "lesson_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("enrollments.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(server_default=ProgressStatus.NOT_STARTED, default=ProgressStatus.NOT_STARTED)
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When anything was last heard of it: time is never counted twice, however many tabs report it."""
    time_spent_ms: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    """Kept finer than it is shown, so that ten reports of 9.9 seconds are 99 and not 90."""
    time_spent_seconds: Mapped[int] = mapped_column(Integer, Computed("(time_spent_ms / 1000)::integer", persisted=True))
    last_position_seconds: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    completion_percentage: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="0", default=Decimal(0))
    score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    """What a quiz or a piece of work came to, in percent."""
    attempts_count: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    progress_metadata: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), default=dict)


class CourseGroup(Timestamped, Base):
    """A section of a course's learners: a class, a cohort, a team."""

    __tablename__ = "course_groups"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (UniqueConstraint("course_id", "name"), CheckConstraint("length(name) between 1 and 200", name="name"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="CASCADE"))
    name: Mapped[str]


class CourseGroupMember(Created, Base):
    """A learner in a group; one can be in several."""

    __tablename__ = "course_group_members"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (Index("idx_course_group_members_enrollment_id", "enrollment_id"),)

    group_id: Mapped[UUID] = mapped_column(ForeignKey("course_groups.id", ondelete="CASCADE"), primary_key=True)
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("enrollments.id", ondelete="CASCADE"), primary_key=True)
