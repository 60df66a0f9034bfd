"""Banks, the questions in them, and rubrics."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.learning.questions.kinds import QuestionType
from tuition.platform.database import AppendOnly, Base, Timestamped, one_of


class QuestionBank(Timestamped, Base):
    """A collection of questions. Its owner and those who may edit its course use it; every quiz has one of its own."""

    __tablename__ = "question_banks"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("length(title) between 1 and 255", name="title"),
        Index("idx_question_banks_owner_id", "owner_id"),
        Index("idx_question_banks_course_id", "course_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("courses.content_id", ondelete="SET NULL"))
    """Whose editors use it too; none: its owner's alone."""
    title: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="", default="")


class Question(Timestamped, Base):
    """A question, apart from what it says: that stands in its versions. One that was asked is archived, never deleted."""

    __tablename__ = "questions"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        one_of("question_type", QuestionType),
        CheckConstraint("points between 0.01 and 999.99", name="points"),
        CheckConstraint("jsonb_typeof(tags) = 'array'", name="tags"),
        Index("idx_questions_bank_id", "bank_id", "id"),
        Index("idx_questions_tags", "tags", postgresql_using="gin"),
        Index("idx_questions_words", "words", postgresql_using="gin", postgresql_ops={"words": "gin_trgm_ops"}),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    bank_id: Mapped[UUID] = mapped_column(ForeignKey("question_banks.id", ondelete="RESTRICT"))
    question_type: Mapped[str]
    words: Mapped[str]
    """Its text alone: for lists and for searching."""
    tags: Mapped[list[str]] = mapped_column(server_default=text("'[]'"), default=list)
    points: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="1.00", default=Decimal("1.00"))
    """What it is worth where nothing else is said."""
    version: Mapped[int] = mapped_column(Integer, server_default="1", default=1)
    """The newest of its versions: the one that is asked from now on."""
    archived_at: Mapped[datetime | None]


class QuestionVersion(AppendOnly, Base):
    """What a question said at a time. An attempt keeps the version that it was begun with."""

    __tablename__ = "question_versions"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (UniqueConstraint("question_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id", ondelete="RESTRICT"))
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]]
    """The whole question with its key, as ``kinds`` writes and reads it."""
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)


class RubricTemplate(Timestamped, Base):
    """A rubric to use again: a question or an assignment takes a copy of it."""

    __tablename__ = "rubrics"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("length(title) between 1 and 255", name="title"),
        CheckConstraint("jsonb_typeof(criteria) = 'array'", name="criteria"),
        Index("idx_rubrics_course_id", "course_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="CASCADE"))
    title: Mapped[str]
    criteria: Mapped[list[Any]]
