"""An assignment lesson has an assignment from its first moment, and a copied lesson one of its own."""

from __future__ import annotations

from tuition.learning.assignments.actions.editing import copy, make
from tuition.learning.assignments.queries import of_lesson
from tuition.learning.courses import LessonAdded, LessonCopied, LessonType
from tuition.platform.database import Session
from tuition.platform.events import Bus


def wire(bus: Bus) -> None:
    """Listen."""
    bus.subscribe(LessonAdded, on_lesson_added)
    bus.subscribe(LessonCopied, on_lesson_copied)


async def on_lesson_added(session: Session, fact: LessonAdded) -> None:
    """Make its assignment."""
    if fact.lesson_type == LessonType.ASSIGNMENT:
        await make(session, lesson_id=fact.lesson_id, course_id=fact.course_id, title=fact.title)


async def on_lesson_copied(session: Session, fact: LessonCopied) -> None:
    """Copy its assignment."""
    if fact.lesson_type != LessonType.ASSIGNMENT:
        return
    original = await of_lesson(session, fact.from_id)
    assert original is not None, "an assignment lesson has an assignment"
    await copy(session, original, lesson_id=fact.to_id, course_id=fact.course_id)
