"""A package lesson has its row from its first moment, and a copied lesson one of its own that shows the same package."""

from __future__ import annotations

from tuition.learning.courses import LessonAdded, LessonCopied, LessonType
from tuition.learning.packages.models import PackageLesson
from tuition.platform.database import Session
from tuition.platform.events import Bus


def wire(bus: Bus) -> None:
    """Listen."""
    bus.subscribe(LessonAdded, on_lesson_added)
    bus.subscribe(LessonCopied, on_lesson_copied)


async def on_lesson_added(session: Session, fact: LessonAdded) -> None:
    """Make its row."""
    if fact.lesson_type == LessonType.PACKAGE:
        session.add(PackageLesson(lesson_id=fact.lesson_id))


async def on_lesson_copied(session: Session, fact: LessonCopied) -> None:
    """Show the same package."""
    if fact.lesson_type != LessonType.PACKAGE:
        return
    original = await session.get_one(PackageLesson, fact.from_id)
    version = 0 if original.package_id is None else 1
    copy = PackageLesson(lesson_id=fact.to_id, package_id=original.package_id, version=version, is_graded=original.is_graded)
    session.add(copy)
