"""Quizzes, what is in them, and what people made of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.learning.quizzes.rules import AttemptStatus, GradingPolicy, HandedInBy, QuizType, ShowAnswers
from tuition.platform.database import AppendOnly, Base, Timestamped, one_of

Points = Numeric(6, 2)


class Quiz(Timestamped, Base):
    """The quiz of a lesson: its rules. It exists from the moment the lesson does."""

    __tablename__ = "quizzes"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("lesson_id", name="ix_quizzes_lesson_id"),
        one_of("quiz_type", QuizType),
        one_of("show_answers", ShowAnswers),
        one_of("grading_policy", GradingPolicy),
        CheckConstraint("length(title) between 1 and 500", name="title"),
        CheckConstraint("passing_score between 0 and 100", name="passing_score"),
        CheckConstraint("time_limit_minutes between 1 and 10080", name="time_limit"),
        CheckConstraint("max_attempts between 1 and 1000", name="max_attempts"),
        CheckConstraint("closes_at > opens_at", name="period"),
        Index("idx_quizzes_course_id", "course_id"),
        Index("idx_quizzes_bank_id", "bank_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="CASCADE"))
    bank_id: Mapped[UUID] = mapped_column(ForeignKey("question_banks.id", ondelete="RESTRICT"))
    """Where questions go that are written for this quiz."""
    title: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="", default="")
    quiz_type: Mapped[str] = mapped_column(server_default=QuizType.GRADED, default=QuizType.GRADED)
    passing_score: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="70.00", default=Decimal("70.00"))
    """In percent."""
    time_limit_minutes: Mapped[int | None] = mapped_column(Integer)
    max_attempts: Mapped[int | None] = mapped_column(Integer)
    grading_policy: Mapped[str] = mapped_column(server_default=GradingPolicy.HIGHEST, default=GradingPolicy.HIGHEST)
    shuffle_questions: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    shuffle_options: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    show_answers: Mapped[str] = mapped_column(server_default=ShowAnswers.AFTER_SUBMIT, default=ShowAnswers.AFTER_SUBMIT)
    """When right answers, explanations and feedback may be seen."""
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    is_published: Mapped[bool] = mapped_column(server_default=text("false"), default=False)


class QuizQuestion(Timestamped, Base):
    """A question that everybody gets. Its newest version is asked."""

    __tablename__ = "quiz_questions"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("quiz_id", "order_index", deferrable=True, initially="DEFERRED"),
        UniqueConstraint("quiz_id", "question_id"),
        CheckConstraint("points between 0.01 and 999.99", name="points"),
        CheckConstraint("order_index >= 0", name="order_index"),
        Index("idx_quiz_questions_question_id", "question_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    quiz_id: Mapped[UUID] = mapped_column(ForeignKey("quizzes.id", ondelete="CASCADE"))
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id", ondelete="RESTRICT"))
    points: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="1.00")
    order_index: Mapped[int] = mapped_column(Integer)
    question_metadata: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), default=dict)


class QuizDraw(Timestamped, Base):
    """So many questions of a bank, drawn anew for each attempt, none twice; they come after the ones that everybody gets."""

    __tablename__ = "quiz_draws"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("count between 1 and 100", name="count"),
        CheckConstraint("points between 0.01 and 999.99", name="points"),
        Index("idx_quiz_draws_quiz_id", "quiz_id"),
        Index("idx_quiz_draws_bank_id", "bank_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    quiz_id: Mapped[UUID] = mapped_column(ForeignKey("quizzes.id", ondelete="CASCADE"))
    bank_id: Mapped[UUID] = mapped_column(ForeignKey("question_banks.id", ondelete="RESTRICT"))
    tag: Mapped[str] = mapped_column(server_default="", default="")
    """Only questions with this tag; empty: any of the bank."""
    count: Mapped[int] = mapped_column(Integer)
    points: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="1.00", default=Decimal("1.00"))
    """What each is worth."""


class QuizOverride(Timestamped, Base):
    """Other rules for one learner or one group: more time, more attempts, a later end."""

    __tablename__ = "quiz_overrides"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("quiz_id", "enrollment_id"),
        UniqueConstraint("quiz_id", "group_id"),
        CheckConstraint("(enrollment_id is null) <> (group_id is null)", name="for_one"),
        CheckConstraint("extra_minutes between 0 and 10080 and extra_attempts between 0 and 1000", name="extra"),
        Index("idx_quiz_overrides_enrollment_id", "enrollment_id"),
        Index("idx_quiz_overrides_group_id", "group_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    quiz_id: Mapped[UUID] = mapped_column(ForeignKey("quizzes.id", ondelete="CASCADE"))
    enrollment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrollments.id", ondelete="CASCADE"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_groups.id", ondelete="CASCADE"))
    extra_minutes: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    extra_attempts: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    closes_at: Mapped[datetime | None]


class QuizAttempt(Timestamped, Base):
    """One go at a quiz, from its start on: in progress → submitted → graded.

    At most one of a learner is in progress; its questions are fixed when it begins. The server's clock alone ends it.
    """

    __tablename__ = "quiz_attempts"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "quiz_id", "attempt_number"),
        one_of("status", AttemptStatus),
        one_of("handed_in_by", HandedInBy),
        CheckConstraint("attempt_number >= 1", name="attempt_number"),
        CheckConstraint("percentage between 0 and 100", name="percentage"),
        CheckConstraint("score between 0 and max_score", name="score"),
        CheckConstraint("(status = 'in_progress') = (submitted_at is null)", name="submitted"),
        CheckConstraint("(submitted_at is null) = (handed_in_by is null)", name="handed_in"),
        CheckConstraint("(status = 'graded') = (graded_at is not null)", name="graded"),
        Index(
            "uq_quiz_attempts_in_progress",
            "enrollment_id",
            "quiz_id",
            unique=True,
            postgresql_where=text("status = 'in_progress'"),
        ),
        Index("ix_quiz_attempts_enrollment_id", "enrollment_id"),
        Index("ix_quiz_attempts_quiz_id", "quiz_id", "id"),
        Index("ix_quiz_attempts_submitted_at", "submitted_at"),
        Index("idx_quiz_attempts_student_id", "student_id"),
        Index(
            "idx_quiz_attempts_deadline_at",
            "deadline_at",
            postgresql_where=text("status = 'in_progress' and deadline_at is not null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("enrollments.id", ondelete="CASCADE"))
    quiz_id: Mapped[UUID] = mapped_column(ForeignKey("quizzes.id", ondelete="CASCADE"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    attempt_number: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(server_default=AttemptStatus.IN_PROGRESS, default=AttemptStatus.IN_PROGRESS)
    seed: Mapped[str]
    """Shuffles questions and options, and hides the ids of parts; never shown."""
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime | None]
    """When it is handed in by itself; none: never."""
    submitted_at: Mapped[datetime | None]
    handed_in_by: Mapped[str | None]
    graded_at: Mapped[datetime | None]
    score: Mapped[Decimal | None] = mapped_column(Points)
    """Provisional until everything is graded."""
    max_score: Mapped[Decimal] = mapped_column(Points)
    percentage: Mapped[Decimal | None] = mapped_column(Points)
    is_passed: Mapped[bool | None]
    """Known once everything is graded."""
    time_taken_seconds: Mapped[int | None] = mapped_column(Integer)


class QuizAnswer(Timestamped, Base):
    """One question of an attempt, in the version it was begun with, and what was answered. It exists before the answer."""

    __tablename__ = "quiz_answers"
    __personal__ = ("response", "comment")
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        UniqueConstraint("attempt_id", "question_id"),
        CheckConstraint("position >= 1 and revision >= 0", name="position"),
        CheckConstraint("points between 0 and points_max", name="points"),
        Index("idx_quiz_answers_question_id", "question_id", "attempt_id"),
        Index("idx_quiz_answers_version_id", "version_id"),
        Index("idx_quiz_answers_graded_version_id", "graded_version_id"),
        Index("idx_quiz_answers_graded_by", "graded_by"),
        Index("idx_quiz_answers_to_grade", "id", postgresql_where=text("needs_person and points is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("quiz_attempts.id", ondelete="CASCADE"))
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id", ondelete="RESTRICT"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_versions.id", ondelete="RESTRICT"))
    position: Mapped[int] = mapped_column(Integer)
    """Where it stands in this attempt, from 1."""
    points_max: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    response: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """With the ids of the question, not those that the learner's page knows."""
    revision: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    """Counts the savings, so that a stale tab is noticed."""
    answered_at: Mapped[datetime | None]
    points: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    needs_person: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Whether it waits (or waited) for somebody to grade it."""
    graded_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("question_versions.id", ondelete="RESTRICT"))
    """Whose key the points are by: a later version's after a regrade."""
    graded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    graded_at: Mapped[datetime | None]
    levels: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What was chosen in the rubric, by criterion."""
    comment: Mapped[str] = mapped_column(server_default="", default="")


class QuizScoreChange(AppendOnly, Base):
    """The points of an answer were changed after they had been given: by whom, and why."""

    __tablename__ = "quiz_score_changes"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        Index("idx_quiz_score_changes_attempt_id", "attempt_id"),
        Index("idx_quiz_score_changes_changed_by", "changed_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    attempt_id: Mapped[UUID]
    """No foreign key: what was done is remembered when a lesson and its attempts are gone."""
    position: Mapped[int] = mapped_column(Integer)
    points_before: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    points_after: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    reason: Mapped[str]
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    changed_at: Mapped[datetime]
