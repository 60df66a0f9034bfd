"""How a course's grades are put together, and what a teacher decided otherwise; scores are the quizzes' and assignments'."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.platform.database import Base, Timestamped

Weight = Numeric(8, 4)


class GradeCategory(Timestamped, Base):
    """A kind of work in a course, and how much it weighs."""

    __tablename__ = "grade_categories"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("length(title) between 1 and 200", name="title"),
        CheckConstraint("weight >= 0", name="weight"),
        CheckConstraint("drop_lowest between 0 and 100", name="drop_lowest"),
        UniqueConstraint("course_id", "title"),
        UniqueConstraint("course_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="CASCADE"))
    title: Mapped[str]
    weight: Mapped[Decimal] = mapped_column(Weight, default=Decimal(1), server_default="1")
    drop_lowest: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many of a learner's lowest results in it are left out; the best always counts."""
    order_index: Mapped[int]


class GradeItem(Timestamped, Base):
    """How one graded lesson counts. Without a row it weighs one and is in no category."""

    __tablename__ = "grade_items"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("weight >= 0", name="weight"),
        ForeignKeyConstraint(
            ["course_id", "category_id"], ["grade_categories.course_id", "grade_categories.id"], name="fk_grade_items_category"
        ),
        Index("idx_grade_items_course_id", "course_id"),
        Index("idx_grade_items_category", "course_id", "category_id"),
    )

    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="CASCADE"))
    category_id: Mapped[UUID | None]
    weight: Mapped[Decimal] = mapped_column(Weight, default=Decimal(1), server_default="1")
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Not shown to learners yet."""


class GradeOverride(Timestamped, Base):
    """A result that a teacher set by hand, with the reason; without a percentage the learner is excused."""

    __tablename__ = "grade_overrides"
    __personal__ = ("reason",)
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("percentage between 0 and 100", name="percentage"),
        CheckConstraint("length(reason) between 1 and 1000", name="reason"),
        UniqueConstraint("lesson_id", "enrollment_id"),
        Index("idx_grade_overrides_enrollment_id", "enrollment_id"),
        Index("idx_grade_overrides_set_by", "set_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"))
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("enrollments.id", ondelete="CASCADE"))
    percentage: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    reason: Mapped[str]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class Gradebook(Timestamped, Base):
    """What holds for a whole course: whether learners see their grades, and which letters there are."""

    __tablename__ = "gradebooks"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (CheckConstraint("jsonb_typeof(letters) = 'array'", name="letters"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="CASCADE"), primary_key=True)
    is_released: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    letters: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    """``[["A", "90"], ["B", "80"], …]``: a letter and the percentage from which it is given."""
