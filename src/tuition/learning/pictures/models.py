"""Pictures, and in which courses they are shown."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.learning.pictures.looking import TYPES
from tuition.platform.database import Base, Created, one_of


class Picture(Created, Base):
    """A picture that lessons or questions show; its file lies in the store under ``key_of``."""

    __tablename__ = "pictures"
    __personal__ = ("file_name",)
    __backup__ = "full"
    __table_args__ = (
        one_of("ending", TYPES),
        CheckConstraint("size > 0 and width > 0 and height > 0", name="size"),
        Index("idx_pictures_owner_id", "owner_id"),
        Index("idx_pictures_bank_id", "bank_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    """Who brought it."""
    bank_id: Mapped[UUID | None] = mapped_column(ForeignKey("question_banks.id", ondelete="SET NULL"))
    """Whoever uses this bank may see it."""
    file_name: Mapped[str]
    ending: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)


class PicturePlace(Created, Base):
    """A course in which a picture is shown: whoever may open it may see the picture."""

    __tablename__ = "picture_places"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (Index("idx_picture_places_course_id", "course_id"),)

    picture_id: Mapped[UUID] = mapped_column(ForeignKey("pictures.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.content_id", ondelete="CASCADE"), primary_key=True)
