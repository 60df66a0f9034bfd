"""A quiz lesson has a quiz from its first moment, and a copied lesson a quiz of its own."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from tuition import catalog
from tuition.learning.courses import LessonAdded, LessonCopied, LessonType
from tuition.learning.quizzes.actions.editing import copy_quiz, make_quiz
from tuition.learning.quizzes.queries.quizzes import quiz_of_lesson
from tuition.platform.database import Session
from tuition.platform.events import Bus


def wire(bus: Bus) -> None:
    """What the quizzes hear of the courses."""
    bus.subscribe(LessonAdded, on_lesson_added)
    bus.subscribe(LessonCopied, on_lesson_copied)


async def on_lesson_added(session: Session, fact: LessonAdded) -> None:
    """Make its quiz."""
    if fact.lesson_type == LessonType.QUIZ:
        owner_id = await _author_of(session, fact.course_id)
        await make_quiz(session, lesson_id=fact.lesson_id, course_id=fact.course_id, title=fact.title, owner_id=owner_id)


async def on_lesson_copied(session: Session, fact: LessonCopied) -> None:
    """Copy its quiz, questions and all."""
    if fact.lesson_type != LessonType.QUIZ:
        return
    quiz = await quiz_of_lesson(session, fact.from_id)
    assert quiz is not None, "a quiz lesson has a quiz"
    owner_id = await _author_of(session, fact.course_id)
    await copy_quiz(session, quiz, lesson_id=fact.to_id, course_id=fact.course_id, owner_id=owner_id)


async def _author_of(session: Session, course_id: UUID) -> UUID:
    return (await session.scalars(select(catalog.Content.creator_id).where(catalog.Content.id == course_id))).one()
