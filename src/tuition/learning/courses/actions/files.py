"""The film, recording or document of a lesson, sent for the lesson itself; it is shown from the moment it is ready."""

from __future__ import annotations

from uuid import UUID

from tuition import catalog
from tuition.catalog import Kind, UploadLimits, UploadPurpose, Visibility
from tuition.identity import Actor
from tuition.learning.courses.actions.lessons import keep_members
from tuition.learning.courses.errors import FieldInvalid
from tuition.learning.courses.events import OutlineChanged
from tuition.learning.courses.models import Lesson
from tuition.learning.courses.queries import find_lesson, get_lesson_for_staff
from tuition.learning.courses.rules import LessonType, Right
from tuition.platform import events
from tuition.platform.database import Session

SENT = {
    LessonType.VIDEO.value: (Kind.VIDEO, UploadPurpose.MEDIA),
    LessonType.AUDIO.value: (Kind.AUDIO, UploadPurpose.MEDIA),
    LessonType.DOCUMENT.value: (Kind.DOCUMENT, UploadPurpose.DOCUMENT),
}
"""Lessons whose file can be sent for them, as which content, for which purpose."""


async def begin_file(
    session: Session,
    actor: Actor,
    lesson_id: UUID,
    *,
    file_name: str,
    size: int,
    limits: UploadLimits,
    sha256: str | None = None,
) -> catalog.Upload:
    """Announce the file of a lesson. It becomes a content of the actor's that opens with the course and is not sold alone.

    Until it is ready the lesson shows what it showed. Raises ``LessonUnknown``, ``FieldInvalid``, and what
    ``catalog.create_content`` and ``catalog.begin_upload`` raise.
    """
    course, lesson = await get_lesson_for_staff(session, actor, lesson_id, Right.OUTLINE)
    if lesson.lesson_type not in SENT:
        raise FieldInvalid(field="lesson_type", reason="no file is sent for a lesson of this type.")
    kind, purpose = SENT[lesson.lesson_type]
    content = await catalog.empty_for_subject(session, actor, lesson_id)
    if content is None:
        language = (await catalog.contents_by_id(session, [course.id]))[course.id].language
        content = await catalog.create_content(
            session, actor, kind, title=lesson.title, language=language, visibility=Visibility.SHARED
        )
        # The upload points at it.
        await session.flush()
    return await catalog.begin_upload(
        session, actor, content.id, purpose, file_name=file_name, size=size, limits=limits, sha256=sha256, subject_id=lesson_id
    )


async def take_file(session: Session, content_id: UUID) -> None:
    """A content is ready: the lesson for which it was sent shows it from now on."""
    lesson_id = await catalog.subject_waiting_for(session, content_id)
    lesson: Lesson | None = await find_lesson(session, lesson_id) if lesson_id is not None else None
    if lesson is None or lesson.content_id == content_id:
        return
    lesson.content_id = content_id
    # What follows reads it from the database.
    await session.flush()
    await keep_members(session, lesson.course_id)
    await events.publish(session, OutlineChanged(lesson.course_id))
