"""A second course like the first."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import undefer

from tuition import catalog
from tuition.identity import Actor
from tuition.kernel import new_id
from tuition.learning.courses.actions.courses import EDITABLE, create
from tuition.learning.courses.actions.lessons import keep_members
from tuition.learning.courses.errors import CourseUnknown
from tuition.learning.courses.events import LessonCopied, OutlineChanged
from tuition.learning.courses.models import Course, CoursePrerequisite, Lesson
from tuition.platform import events
from tuition.platform.database import Session

_CONTENT_FIELDS = ("description", "category_id", "tags", "language", "level", "visibility")
_OWN_COLUMNS = frozenset({"id", "course_id", "parent_lesson_id", "is_heading", "created_at", "updated_at"})


async def duplicate(session: Session, actor: Actor, course_id: UUID, *, title: str = "") -> Course:
    """A draft with the same lessons. They are copies and change apart; the films that they show are the same ones.

    Prices, staff and learners stay with the first. Only its author may do it: the films are theirs. Raises ``CourseUnknown``.
    """
    course = await session.get(Course, course_id)
    if course is None:
        raise CourseUnknown
    content = await catalog.get_owned_content(session, actor, course_id)
    details = {field: getattr(content, field) for field in _CONTENT_FIELDS} | {
        field: getattr(course, field) for field in EDITABLE
    }
    copy = await create(session, actor, title=title or content.title, **details)
    required = list(await session.scalars(select(CoursePrerequisite).where(CoursePrerequisite.course_id == course_id)))
    for before in required:
        session.add(CoursePrerequisite(course_id=copy.id, required_course_id=before.required_course_id))
    query = select(Lesson).where(Lesson.course_id == course_id).order_by(Lesson.order_index)
    lessons = list(await session.scalars(query.options(undefer(Lesson.body), undefer(Lesson.body_html))))
    ids: dict[UUID | None, UUID | None] = {None: None} | {lesson.id: new_id() for lesson in lessons}
    copied = [column.key for column in Lesson.__table__.columns if column.key not in _OWN_COLUMNS]
    rows = [
        {name: getattr(lesson, name) for name in copied}
        | {"id": ids[lesson.id], "course_id": copy.id, "parent_lesson_id": ids[lesson.parent_lesson_id]}
        for lesson in lessons
    ]
    if rows:
        await session.execute(insert(Lesson), rows)
        await keep_members(session, copy.id)
    for lesson in lessons:
        made = ids[lesson.id]
        assert made is not None, "every lesson got an id"
        await events.publish(session, LessonCopied(lesson.id, made, copy.id, lesson.lesson_type))
    await events.publish(session, OutlineChanged(copy.id))
    return copy
