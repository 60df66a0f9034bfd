"""Assignments, what is due for whom, and what people hand in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.learning.assignments.rules import CountedAttempt, LatePolicy, SubmissionStatus
from tuition.platform.database import Base, Created, Timestamped, one_of

Percent = Numeric(5, 2)


class Assignment(Timestamped, Base):
    """The work that a lesson asks for. It exists from the moment the lesson does."""

    __tablename__ = "assignments"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("lesson_id"),
        one_of("late_policy", LatePolicy),
        one_of("counted_attempt", CountedAttempt),
        CheckConstraint("length(title) between 1 and 500", name="title"),
        CheckConstraint("files_max between 0 and 20", name="files_max"),
        CheckConstraint("file_bytes_max between 1 and 1073741824", name="file_bytes_max"),
        CheckConstraint("jsonb_typeof(file_types) = 'array'", name="file_types"),
        CheckConstraint("points_max > 0", name="points_max"),
        CheckConstraint("passing_score between 0 and 100", name="passing_score"),
        CheckConstraint("late_percent_per_day between 0 and 100", name="late_percent"),
        CheckConstraint("grace_minutes between 0 and 10080", name="grace"),
        CheckConstraint("attempts_max between 1 and 100", name="attempts_max"),
        CheckConstraint("takes_text or files_max > 0", name="takes_something"),
        CheckConstraint("closes_at >= due_at", name="period"),
        Index("idx_assignments_course_id", "course_id"),
        Index("idx_assignments_rubric_id", "rubric_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="CASCADE"))
    title: Mapped[str]
    instructions: Mapped[str] = mapped_column(default="", server_default="")
    """Markdown; ``instructions_html`` is what it became."""
    instructions_html: Mapped[str] = mapped_column(default="", server_default="")
    takes_text: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    files_max: Mapped[int] = mapped_column(default=5, server_default="5")
    file_bytes_max: Mapped[int] = mapped_column(BigInteger, default=26_214_400, server_default="26214400")
    file_types: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    """Endings of file names without the dot; none: every kind."""
    points_max: Mapped[Decimal] = mapped_column(Numeric(6, 2), default=Decimal(100), server_default="100")
    passing_score: Mapped[Decimal] = mapped_column(Percent, default=Decimal(0), server_default="0")
    """In percent: what completes the lesson. 0: any grade does."""
    due_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    """After this nothing is taken, late or not."""
    late_policy: Mapped[str] = mapped_column(default=LatePolicy.ACCEPT.value, server_default=LatePolicy.ACCEPT.value)
    late_percent_per_day: Mapped[Decimal] = mapped_column(Percent, default=Decimal(0), server_default="0")
    grace_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    attempts_max: Mapped[int | None]
    counted_attempt: Mapped[str] = mapped_column(default=CountedAttempt.LATEST.value, server_default=CountedAttempt.LATEST.value)
    rubric: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What is looked at: a copy, so that a grade keeps what it was given by."""
    rubric_id: Mapped[UUID | None] = mapped_column(ForeignKey("rubrics.id", ondelete="SET NULL"))
    """Where the copy came from, if it follows a rubric of the course."""


class AssignmentOverride(Timestamped, Base):
    """Other dates for one learner or one group."""

    __tablename__ = "assignment_overrides"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("num_nonnulls(enrollment_id, group_id) = 1", name="for_one"),
        CheckConstraint("closes_at >= due_at", name="period"),
        UniqueConstraint("assignment_id", "enrollment_id"),
        UniqueConstraint("assignment_id", "group_id"),
        Index("idx_assignment_overrides_enrollment_id", "enrollment_id"),
        Index("idx_assignment_overrides_group_id", "group_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    enrollment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrollments.id", ondelete="CASCADE"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_groups.id", ondelete="CASCADE"))
    due_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]


class Submission(Timestamped, Base):
    """One hand-in of one learner: what they wrote, what it came to, and what they were told."""

    __tablename__ = "assignment_submissions"
    __personal__ = ("body", "feedback")
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("assignment_id", "enrollment_id", "attempt", name="uq_assignment_submissions_attempt"),
        one_of("status", SubmissionStatus),
        CheckConstraint("attempt > 0", name="attempt"),
        CheckConstraint("length(body) <= 200000", name="body"),
        CheckConstraint("late_seconds >= 0", name="late"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("penalty_percent between 0 and 100", name="penalty"),
        CheckConstraint("percentage between 0 and 100", name="percentage"),
        CheckConstraint("length(feedback) <= 50000", name="feedback"),
        CheckConstraint("(status = 'draft') = (submitted_at is null)", name="submitted"),
        CheckConstraint("(status = 'graded') = (percentage is not null)", name="graded"),
        Index("idx_assignment_submissions_enrollment_id", "enrollment_id"),
        Index("idx_assignment_submissions_graded_by", "graded_by"),
        Index(
            "idx_assignment_submissions_waiting", "assignment_id", "submitted_at", postgresql_where=text("status = 'submitted'")
        ),
        Index(
            "uq_assignment_submissions_open",
            "assignment_id",
            "enrollment_id",
            unique=True,
            postgresql_where=text("status in ('draft', 'submitted')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("enrollments.id", ondelete="CASCADE"))
    attempt: Mapped[int]
    status: Mapped[str] = mapped_column(default=SubmissionStatus.DRAFT.value, server_default=SubmissionStatus.DRAFT.value)
    body: Mapped[str] = mapped_column(default="", server_default="")
    submitted_at: Mapped[datetime | None]
    late_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    points: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    """What the work is worth, before anything is taken off for being late."""
    penalty_percent: Mapped[Decimal] = mapped_column(Percent, default=Decimal(0), server_default="0")
    percentage: Mapped[Decimal | None] = mapped_column(Percent)
    """What it came to."""
    feedback: Mapped[str] = mapped_column(default="", server_default="")
    chosen_levels: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """Criterion → level of the rubric."""
    graded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    graded_at: Mapped[datetime | None]


class SubmissionFile(Created, Base):
    """A file that a learner handed in, or that a teacher gave back with the feedback."""

    __tablename__ = "submission_files"
    __personal__ = ("file_name",)
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        Index("idx_submission_files_submission_id", "submission_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("assignment_submissions.id", ondelete="CASCADE"))
    is_feedback: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    file_key: Mapped[str]
