"""What a learner says about a lesson: that they read it, that it is done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tuition.identity import Actor
from tuition.learning.courses import Lesson, LessonType
from tuition.learning.enrollments.actions.progress import add_time, complete_lesson
from tuition.learning.enrollments.errors import CannotComplete
from tuition.learning.enrollments.opening import OpenLesson, begin_lesson, open_lesson
from tuition.learning.enrollments.rules import LEARNING
from tuition.platform.database import Session

_BY_DOING = {
    LessonType.VIDEO: "watch it to the end.",
    LessonType.AUDIO: "listen to the end.",
    LessonType.QUIZ: "hand in the quiz.",
    LessonType.ASSIGNMENT: "hand in the work.",
    LessonType.PACKAGE: "go through the package.",
}


async def mark_complete(session: Session, actor: Actor, lesson_id: UUID, *, now: datetime) -> OpenLesson:
    """A learner has read a lesson to its end, or says that it is done. Again is no change.

    A film is done when it was watched, a quiz when it was handed in: those say so themselves. Raises what ``open_lesson``
    raises, ``CannotComplete``.
    """
    opened = await open_lesson(session, actor, lesson_id, now=now)
    if not can_be_marked(opened.lesson):
        raise CannotComplete(reason=_BY_DOING[LessonType(opened.lesson.lesson_type)])
    if opened.enrollment is not None and opened.enrollment.status in LEARNING and not opened.is_staff:
        await complete_lesson(session, opened.enrollment.id, lesson_id, at=now)
    return opened


async def report_reading(session: Session, actor: Actor, lesson_id: UUID, *, seconds: int, now: datetime) -> None:
    """A learner has read for so long since they last said so. Raises what ``open_lesson`` raises."""
    opened = await open_lesson(session, actor, lesson_id, now=now)
    if opened.enrollment is None or opened.enrollment.status not in LEARNING or opened.is_staff:
        return
    if opened.progress is None:
        await begin_lesson(session, opened, now)
    await add_time(session, opened.enrollment.id, lesson_id, seconds=seconds, at=now)


def can_be_marked(lesson: Lesson) -> bool:
    """Whether a learner may say that it is done: texts, documents, films that another site shows."""
    lesson_type = LessonType(lesson.lesson_type)
    if lesson_type in (LessonType.VIDEO, LessonType.AUDIO):
        return lesson.content_id is None
    return lesson_type not in _BY_DOING
