"""Packages, the lessons that show them, and how far learners are in them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.learning.packages.cmi import Standard
from tuition.learning.packages.rules import Completion, PackageStatus, Success
from tuition.platform.database import Base, Timestamped, one_of


class Package(Timestamped, Base):
    """A SCORM package that was brought. Once it is ready it does not change; a new version is a new row."""

    __tablename__ = "packages"
    __personal__ = ("file_name",)
    __backup__ = "full"
    __table_args__ = (
        one_of("status", PackageStatus),
        one_of("standard", Standard),
        CheckConstraint("(status = 'ready') = (standard is not null)", name="ready"),
        CheckConstraint("(status = 'failed') = (failure <> '')", name="failed"),
        CheckConstraint("size > 0 and file_count >= 0", name="sizes"),
        Index(None, "lesson_id"),
        Index(None, "brought_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[UUID | None] = mapped_column(ForeignKey("lessons.id", ondelete="SET NULL"))
    """The lesson that it was brought for; copies of the lesson may show it too."""
    brought_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default=PackageStatus.WAITING, default=PackageStatus.WAITING)
    standard: Mapped[str | None]
    edition: Mapped[str] = mapped_column(server_default="", default="")
    """As its manifest says it: 1.2, 2004 4th Edition."""
    title: Mapped[str] = mapped_column(server_default="", default="")
    items: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"), default=list)
    """What it opens, in its order: ``rules.Item``."""
    file_count: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    is_framed: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Whether one of its first pages shows another one in a frame: such may need an address of their own to play."""
    failure: Mapped[str] = mapped_column(server_default="", default="")


class PackageLesson(Timestamped, Base):
    """A lesson that shows a package: which one now, and whether its score counts."""

    __tablename__ = "package_lessons"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("(version = 0) = (package_id is null)", name="version"),
        Index(None, "package_id"),
    )

    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    package_id: Mapped[UUID | None] = mapped_column(ForeignKey("packages.id"))
    version: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    """How many packages it has shown."""
    is_graded: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Whether its score is in the gradebook. It is what the learner's own browser says."""


class PackageLaunch(Timestamped, Base):
    """A package opened by somebody in one window. Its files are served, and its reports taken, while it is open."""

    __tablename__ = "package_launches"
    __personal__ = ()
    __backup__ = "skip"
    __table_args__ = (
        Index(None, "package_id"),
        Index(None, "lesson_id"),
        Index(None, "person_id"),
        Index(None, "enrollment_id"),
        Index(None, "open_until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    package_id: Mapped[UUID] = mapped_column(ForeignKey("packages.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """None: a visitor, in a lesson that is a preview."""
    enrollment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrollments.id", ondelete="CASCADE"))
    """None: nothing is recorded, because whoever opened it teaches here or only looks."""
    version: Mapped[int] = mapped_column(Integer)
    attempt: Mapped[int] = mapped_column(Integer)
    open_until: Mapped[datetime]


class PackageState(Timestamped, Base):
    """How far a learner is with one item of a package, in one attempt. What it says is the browser's word."""

    __tablename__ = "package_states"
    __personal__ = ("location", "suspend_data", "kept")
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "lesson_id", "attempt", "item", name="uq_package_states_item"),
        one_of("completion", Completion),
        one_of("success", Success),
        CheckConstraint("attempt > 0 and version > 0", name="numbers"),
        CheckConstraint("scaled between -1 and 1", name="scaled"),
        CheckConstraint("progress between 0 and 1", name="progress"),
        CheckConstraint("percentage between 0 and 100", name="percentage"),
        CheckConstraint("total_s >= 0 and session_s >= 0", name="time"),
        CheckConstraint("length(suspend_data) <= 64000 and length(location) <= 1000", name="lengths"),
        CheckConstraint("jsonb_typeof(kept) = 'object'", name="kept"),
        Index(None, "lesson_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("enrollments.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"))
    attempt: Mapped[int] = mapped_column(Integer)
    item: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)
    """Of the lesson's package that reported last."""
    launch_id: Mapped[UUID]
    """Who reported last. A launch that is older than this one has lost its say."""
    sequence: Mapped[int] = mapped_column(BigInteger)
    """The number of its last report."""
    sitting: Mapped[UUID]
    """One run of the item, from its start to its end: ``session_s`` is its time."""
    completion: Mapped[str] = mapped_column(server_default=Completion.NOT_ATTEMPTED, default=Completion.NOT_ATTEMPTED)
    success: Mapped[str] = mapped_column(server_default=Success.UNKNOWN, default=Success.UNKNOWN)
    status: Mapped[str] = mapped_column(server_default="", default="")
    """In the words of the item, which finds it again."""
    raw: Mapped[Decimal | None] = mapped_column(Numeric)
    least: Mapped[Decimal | None] = mapped_column(Numeric)
    most: Mapped[Decimal | None] = mapped_column(Numeric)
    scaled: Mapped[Decimal | None] = mapped_column(Numeric)
    progress: Mapped[Decimal | None] = mapped_column(Numeric)
    percentage: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    total_s: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    """Of the sittings before this one."""
    session_s: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    location: Mapped[str] = mapped_column(server_default="", default="")
    suspend_data: Mapped[str] = mapped_column(server_default="", default="")
    kept: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), default=dict)
