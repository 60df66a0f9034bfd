"""Finding courses and lessons, and who may do what in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import undefer

from tuition import catalog
from tuition.identity import Actor, allows
from tuition.learning.courses.errors import CourseUnknown, LessonUnknown
from tuition.learning.courses.models import Course, CoursePrerequisite, CourseStaff, Lesson
from tuition.learning.courses.rules import Place, Right, numbered, rights_from
from tuition.platform import paging
from tuition.platform.database import AnySession, Session

FOUND_MAX = 20
"""How many courses a search for prerequisites shows."""


@dataclass(frozen=True, slots=True)
class Node:
    """A lesson where it stands in the outline."""

    lesson: Lesson
    depth: int
    """0 at the top."""
    number: str
    """As people write it: 2.3."""


async def rights_of(session: AnySession, actor: Actor, course_id: UUID) -> frozenset[Right]:
    """What this person may do in a course; its author, and who may edit everything here, may do all of it. One query."""
    query = (
        select(catalog.Content.creator_id, CourseStaff.role, CourseStaff.rights)
        .join(Course, Course.content_id == catalog.Content.id)
        .outerjoin(CourseStaff, and_(CourseStaff.course_id == Course.content_id, CourseStaff.user_id == actor.id))
        .where(Course.content_id == course_id, catalog.Content.deleted_at.is_(None))
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return frozenset()
    if row.creator_id == actor.id or allows(actor, "content:edit_any"):
        return frozenset(Right)
    return rights_from(row.rights) if row.rights is not None else frozenset()


def where_may(actor: Actor, right: Right) -> Select[UUID]:
    """The ids of the courses that somebody made or helps to teach with this right: for a larger query."""
    helps = select(CourseStaff.course_id).where(CourseStaff.user_id == actor.id, CourseStaff.rights.contains([right.value]))
    return (
        select(catalog.Content.id)
        .join(Course, Course.content_id == catalog.Content.id)
        .where(or_(catalog.Content.creator_id == actor.id, catalog.Content.id.in_(helps)), catalog.Content.deleted_at.is_(None))
    )


async def may(session: AnySession, actor: Actor, course_id: UUID, right: Right) -> bool:
    """Whether this person has a right in a course."""
    return right in await rights_of(session, actor, course_id)


async def may_moderate(session: AnySession, actor: Actor, course_id: UUID) -> bool:
    """Whether this person keeps order where people talk about a course."""
    return await may(session, actor, course_id, Right.MODERATE)


async def may_announce(session: AnySession, actor: Actor, course_id: UUID) -> bool:
    """Whether this person may tell everybody who learns in a course."""
    return await may(session, actor, course_id, Right.ANNOUNCE)


async def get_for_staff(session: AnySession, actor: Actor, course_id: UUID, right: Right, *, lock: bool = False) -> Course:
    """A course in which this person has this right. Raises ``CourseUnknown`` for everybody else.

    ``lock`` lets two who change the same outline do it one after the other.
    """
    if right not in await rights_of(session, actor, course_id):
        raise CourseUnknown
    query = select(Course).where(Course.content_id == course_id)
    if lock:
        assert isinstance(session, Session), "only a writer locks"
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    course: Course = (await session.scalars(query)).one()
    return course


async def get_lesson_for_staff(session: AnySession, actor: Actor, lesson_id: UUID, right: Right) -> tuple[Course, Lesson]:
    """A lesson of a course in which this person has this right. Raises ``LessonUnknown`` for everybody else."""
    lesson = await find_lesson(session, lesson_id)
    if lesson is None or right not in await rights_of(session, actor, lesson.course_id):
        raise LessonUnknown
    return await session.get_one(Course, lesson.course_id), lesson


async def find_lesson(session: AnySession, lesson_id: UUID) -> Lesson | None:
    """A lesson with its text, for whomever; the caller asks who may read it."""
    query = select(Lesson).where(Lesson.id == lesson_id).options(undefer(Lesson.body), undefer(Lesson.body_html))
    lesson: Lesson | None = await session.scalar(query)
    return lesson


async def find_lesson_by_slug(session: AnySession, course_id: UUID, slug: str) -> Lesson | None:
    """A lesson by its address within a course."""
    query = select(Lesson).where(Lesson.course_id == course_id, Lesson.slug == slug)
    lesson: Lesson | None = await session.scalar(query)
    return lesson


async def find(session: AnySession, course_ids: Sequence[UUID]) -> dict[UUID, Course]:
    """These courses, for whomever; the caller asks who may see them."""
    rows = await session.scalars(select(Course).where(Course.content_id.in_(list(course_ids))))
    return {course.content_id: course for course in rows}


async def bodies_of(session: AnySession, course_id: UUID) -> dict[UUID, str]:
    """What the lessons of a course say, in Markdown, by lesson: for exports, since an outline leaves it out."""
    rows = await session.execute(select(Lesson.id, Lesson.body).where(Lesson.course_id == course_id, Lesson.body != ""))
    return {row.id: row.body for row in rows}


async def outline(session: AnySession, course_id: UUID, *, drafts: bool = False) -> list[Node]:
    """The lessons in their order. Without ``drafts`` those that are not published are left out, with what is below them."""
    rows = list(await session.scalars(select(Lesson).where(Lesson.course_id == course_id).order_by(Lesson.order_index)))
    if not drafts:
        shown: set[UUID | None] = {None}
        visible = []
        for lesson in rows:
            if lesson.is_published and lesson.parent_lesson_id in shown:
                shown.add(lesson.id)
                visible.append(lesson)
        rows = visible
    places = numbered([Place(lesson.id, lesson.parent_lesson_id) for lesson in rows])
    return [Node(lesson, *places[lesson.id]) for lesson in rows]


async def prerequisites_of(session: AnySession, course_id: UUID) -> list[catalog.Content]:
    """The courses that must be completed first, by title."""
    query = (
        select(catalog.Content)
        .join(CoursePrerequisite, CoursePrerequisite.required_course_id == catalog.Content.id)
        .where(CoursePrerequisite.course_id == course_id, catalog.Content.deleted_at.is_(None))
        .order_by(catalog.Content.title, catalog.Content.id)
    )
    return list(await session.scalars(query))


async def staff_of(session: AnySession, course_id: UUID) -> list[CourseStaff]:
    """Who teaches and helps beside the author, the earliest first."""
    query = select(CourseStaff).where(CourseStaff.course_id == course_id).order_by(CourseStaff.created_at, CourseStaff.user_id)
    return list(await session.scalars(query))


async def lessons_showing(session: AnySession, content_id: UUID) -> list[Lesson]:
    """The lessons, in whatever course, that show a content."""
    return list(await session.scalars(select(Lesson).where(Lesson.content_id == content_id).order_by(Lesson.id)))


async def taught_by(
    session: AnySession, actor: Actor, *, limit: int = paging.LIMIT_USUAL, cursor: str | None = None
) -> paging.Page[catalog.Content]:
    """The courses that somebody made or helps to teach, newest first."""
    helps = select(CourseStaff.course_id).where(CourseStaff.user_id == actor.id)
    query = (
        select(catalog.Content)
        .join(Course, Course.content_id == catalog.Content.id)
        .where(or_(catalog.Content.creator_id == actor.id, catalog.Content.id.in_(helps)), catalog.Content.deleted_at.is_(None))
    )
    scope = f"courses.taught_by/{actor.id}"
    return await paging.paginate(session, query, keys=[catalog.Content.id.desc()], limit=limit, cursor=cursor, scope=scope)


async def could_come_first(session: AnySession, actor: Actor, words: str) -> list[catalog.Content]:
    """Courses that this person may see and in whose title the words stand, by title: what can be made a prerequisite."""
    query = select(catalog.Content).join(Course, Course.content_id == catalog.Content.id)
    fitting = query.where(catalog.visible_to(actor), catalog.Content.title.icontains(words, autoescape=True))
    return list(await session.scalars(fitting.order_by(catalog.Content.title, catalog.Content.id).limit(FOUND_MAX)))


async def lesson_counts(session: AnySession, course_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many published lessons each course has, headings left out."""
    shown: ColumnElement[bool] = and_(Lesson.is_published, ~Lesson.is_heading)
    query = select(Lesson.course_id, func.count()).where(Lesson.course_id.in_(list(course_ids)), shown).group_by(Lesson.course_id)
    return {row[0]: row[1] for row in await session.execute(query)}
