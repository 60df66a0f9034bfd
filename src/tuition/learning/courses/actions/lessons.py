"""Writing lessons and putting them in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm.attributes import set_committed_value

from tuition import catalog
from tuition.identity import Actor, allows
from tuition.kernel import new_id
from tuition.learning.courses.actions.drafts import cleaned
from tuition.learning.courses.errors import CourseUnknown, FieldInvalid, LastLesson, LessonUnknown, OutlineInvalid, OutlineStale
from tuition.learning.courses.events import LessonAdded, LessonRemoved, OutlineChanged
from tuition.learning.courses.models import Lesson
from tuition.learning.courses.queries import find_lesson, get_for_staff
from tuition.learning.courses.rules import (
    LESSONS_MAX,
    SHOWS_CONTENT,
    LessonType,
    Place,
    Right,
    arranged,
    effective_openings,
    moved,
)
from tuition.platform import events
from tuition.platform.database import Session

# The whole order in one statement; that no two stand at one place is checked when the transaction ends.
_ARRANGE = text(
    "update lessons set order_index = given.at, parent_lesson_id = given.parent_id"
    " from unnest(:ids, :parents, :at) as given(id, parent_id, at)"
    " where lessons.id = given.id and lessons.course_id = :course_id"
    " and (lessons.order_index, lessons.parent_lesson_id) is distinct from (given.at, given.parent_id)"
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid())), bindparam("parents", type_=ARRAY(Uuid())), bindparam("at", type_=ARRAY(Integer()))
)
_COUNTS = frozenset({"body", "content_id", "is_published", "is_required"})
"""Fields that decide whether a lesson counts."""
_OPENS = frozenset({"content_id", "is_preview", "is_published", "opens_after_days", "opens_at"})
"""Fields that decide who opens what it shows, and when."""


async def add_lesson(
    session: Session,
    actor: Actor,
    course_id: UUID,
    lesson_type: LessonType,
    *,
    title: str,
    parent_id: UUID | None = None,
    index: int | None = None,
    slug: str | None = None,
    **details: Any,
) -> Lesson:
    """Add a lesson as the ``index``-th below ``parent_id`` (none: the last). ``details``: see ``edit_lesson``.

    Raises ``CourseUnknown``, ``FieldInvalid``, ``OutlineInvalid``.
    """
    await get_for_staff(session, actor, course_id, Right.OUTLINE, lock=True)
    places = await places_of(session, course_id)
    if len(places) >= LESSONS_MAX:
        raise OutlineInvalid(reason=f"a course has at most {LESSONS_MAX} lessons.")
    values = cleaned({"title": title, **details})
    await _check_content(session, actor, course_id, lesson_type, values.get("content_id"))
    lesson_id = new_id()
    ordered = moved(
        [*places, Place(lesson_id, None)], lesson_id, parent_id=parent_id, index=len(places) if index is None else index
    )
    address = await _free_slug(session, course_id, slug or values["title"])
    at = next(number for number, place in enumerate(ordered) if place.id == lesson_id)
    values |= {"id": lesson_id, "course_id": course_id, "parent_lesson_id": parent_id, "order_index": at, "slug": address}
    await session.execute(insert(Lesson).values(lesson_type=str(lesson_type), **values))
    await _arrange(session, course_id, ordered)
    if values.get("content_id"):
        await _open_with_course(session, actor, values["content_id"])
        await keep_members(session, course_id)
    await events.publish(session, LessonAdded(lesson_id, course_id, str(lesson_type), values["title"]))
    await events.publish(session, OutlineChanged(course_id))
    lesson = await find_lesson(session, lesson_id)
    assert lesson is not None, "it was made just now"
    return lesson


async def edit_lesson(session: Session, actor: Actor, lesson_id: UUID, changes: Mapping[str, Any]) -> Lesson:
    """Change a lesson: the fields of ``drafts.EDITABLE``, and ``slug``.

    Raises ``LessonUnknown``, ``FieldInvalid``, ``LastLesson``.
    """
    lesson = await _locked(session, actor, lesson_id)
    values = cleaned({field: value for field, value in changes.items() if field != "slug"})
    if "content_id" in values:
        await _check_content(session, actor, lesson.course_id, LessonType(lesson.lesson_type), values["content_id"])
    if values.get("is_published") is False:
        await _keep_one(session, lesson)
    if changes.get("slug") and catalog.slug_from(changes["slug"]) != lesson.slug:
        values["slug"] = await _free_slug(session, lesson.course_id, changes["slug"])
    for field, value in values.items():
        setattr(lesson, field, value)
    # What follows reads it from the database: whether it is a heading is worked out there.
    await session.flush()
    if _OPENS & values.keys():
        if values.get("content_id"):
            await _open_with_course(session, actor, values["content_id"])
        await keep_members(session, lesson.course_id)
    if _COUNTS & values.keys():
        await events.publish(session, OutlineChanged(lesson.course_id))
    await session.refresh(lesson)
    return lesson


async def move_lesson(session: Session, actor: Actor, lesson_id: UUID, *, parent_id: UUID | None, index: int) -> None:
    """Make a lesson, with what is below it, the ``index``-th below another one (none: at the top).

    Raises ``LessonUnknown``, ``OutlineInvalid``.
    """
    lesson = await _locked(session, actor, lesson_id)
    places = await places_of(session, lesson.course_id)
    await _rearrange(session, lesson.course_id, moved(places, lesson_id, parent_id=parent_id, index=index))


async def reorder(session: Session, actor: Actor, course_id: UUID, order: Sequence[tuple[UUID, UUID | None]]) -> None:
    """Put the whole outline in a new order: every lesson once, with what it stands below.

    Raises ``CourseUnknown``, ``OutlineInvalid``; ``OutlineStale`` when these are not the lessons that the course has now.
    """
    await get_for_staff(session, actor, course_id, Right.OUTLINE, lock=True)
    places = [Place(lesson_id, parent_id) for lesson_id, parent_id in order]
    if {place.id for place in places} != {place.id for place in await places_of(session, course_id)}:
        raise OutlineStale
    await _rearrange(session, course_id, arranged(places))


async def delete_lesson(session: Session, actor: Actor, lesson_id: UUID) -> None:
    """Take a lesson and what is below it out of its course, with what people did there.

    What it shows stays in the catalogue. Raises ``LessonUnknown``, ``LastLesson``.
    """
    lesson = await _locked(session, actor, lesson_id)
    places = await places_of(session, lesson.course_id)
    going = {lesson.id}
    for place in places:
        if place.parent_id in going:
            going.add(place.id)
    await _keep_one(session, lesson, going)
    await session.execute(delete(Lesson).where(Lesson.id.in_(going)))
    await _arrange(session, lesson.course_id, [place for place in places if place.id not in going])
    await keep_members(session, lesson.course_id)
    for gone in going:
        await events.publish(session, LessonRemoved(gone, lesson.course_id))
    await events.publish(session, OutlineChanged(lesson.course_id))


async def places_of(session: Session, course_id: UUID) -> list[Place]:
    """The outline as the rules see it."""
    query = select(Lesson.id, Lesson.parent_lesson_id).where(Lesson.course_id == course_id).order_by(Lesson.order_index)
    return [Place(lesson_id, parent_id) for lesson_id, parent_id in await session.execute(query)]


async def keep_members(session: Session, course_id: UUID) -> None:
    """Keep the course's members in the catalogue in step: what its published lessons show, and when that opens."""
    lessons = list(await session.scalars(select(Lesson).where(Lesson.course_id == course_id).order_by(Lesson.order_index)))
    openings = effective_openings(
        [(lesson.id, lesson.parent_lesson_id, lesson.opens_at, lesson.opens_after_days) for lesson in lessons]
    )
    members: dict[UUID, catalog.Member] = {}
    for lesson in lessons:
        if lesson.content_id is None or not lesson.is_published:
            continue
        opens_at, after_days = openings[lesson.id]
        found = catalog.Member(lesson.content_id, opens_at, after_days, lesson.is_preview)
        members[lesson.content_id] = _earlier(members.get(lesson.content_id), found)
    await catalog.keep_members(session, course_id, list(members.values()))


def _earlier(one: catalog.Member | None, other: catalog.Member) -> catalog.Member:
    """Of two lessons that show the same thing, the one with less before it; either may be the preview."""
    if one is None:
        return other
    free = next((item for item in (one, other) if item.opens_at is None and item.opens_after_days is None), one)
    return catalog.Member(free.content_id, free.opens_at, free.opens_after_days, one.is_preview or other.is_preview)


async def _locked(session: Session, actor: Actor, lesson_id: UUID) -> Lesson:
    lesson = await find_lesson(session, lesson_id)
    if lesson is None:
        raise LessonUnknown
    try:
        await get_for_staff(session, actor, lesson.course_id, Right.OUTLINE, lock=True)
    except CourseUnknown as error:
        raise LessonUnknown from error
    await session.refresh(lesson)
    return lesson


async def _rearrange(session: Session, course_id: UUID, places: Sequence[Place]) -> None:
    await _arrange(session, course_id, places)
    # What stands below a chapter that opens later opens with it.
    await keep_members(session, course_id)
    await events.publish(session, OutlineChanged(course_id))


async def _arrange(session: Session, course_id: UUID, places: Sequence[Place]) -> None:
    given = {"ids": [p.id for p in places], "parents": [p.parent_id for p in places], "at": list(range(len(places)))}
    await session.execute(_ARRANGE, {"course_id": course_id, **given})
    at = {place.id: (number, place.parent_id) for number, place in enumerate(places)}
    for known in session.identity_map.values():
        # The statement went past the session: what it holds already must say the same.
        if isinstance(known, Lesson) and known.id in at:
            set_committed_value(known, "order_index", at[known.id][0])
            set_committed_value(known, "parent_lesson_id", at[known.id][1])


async def _keep_one(session: Session, lesson: Lesson, going: set[UUID] | None = None) -> None:
    """What people can find has at least one lesson."""
    content = (await catalog.contents_by_id(session, [lesson.course_id]))[lesson.course_id]
    if content.status not in (catalog.Status.PUBLISHED, catalog.Status.SCHEDULED):
        return
    others = select(func.count()).where(
        Lesson.course_id == lesson.course_id, Lesson.is_published, ~Lesson.is_heading, Lesson.id.not_in(going or {lesson.id})
    )
    if not await session.scalar(others):
        raise LastLesson


async def _check_content(
    session: Session, actor: Actor, course_id: UUID, lesson_type: LessonType, content_id: UUID | None
) -> None:
    if content_id is None:
        return
    if lesson_type not in SHOWS_CONTENT:
        raise FieldInvalid(field="content_id", reason=f"a lesson of type {lesson_type} shows no content")
    found = await catalog.contents_by_id(session, [content_id, course_id])
    content, course = found.get(content_id), found[course_id]
    mine = content is not None and content.deleted_at is None
    if (
        content is None
        or not mine
        or not (content.creator_id in (actor.id, course.creator_id) or allows(actor, "content:edit_any"))
    ):
        raise FieldInvalid(field="content_id", reason="name one of your own contents")
    fitting = {"written"} if lesson_type is LessonType.TEXT else {str(lesson_type)}
    if content.kind not in fitting:
        raise FieldInvalid(
            field="content_id", reason=f"a lesson of type {lesson_type} cannot show a content of kind {content.kind}"
        )


async def _open_with_course(session: Session, actor: Actor, content_id: UUID) -> None:
    """A draft that a lesson shows opens with the course and is not sold alone; its author may publish it otherwise first."""
    content = (await catalog.contents_by_id(session, [content_id]))[content_id]
    if content.status != catalog.Status.DRAFT:
        return
    if content.visibility != catalog.Visibility.SHARED and (content.creator_id == actor.id or allows(actor, "content:edit_any")):
        await catalog.edit_content(session, actor, content_id, {"visibility": catalog.Visibility.SHARED})
        await session.flush()  # what is opened next is looked for by its visibility
    await catalog.publish_shared(session, [content_id])


async def _free_slug(session: Session, course_id: UUID, wanted: str) -> str:
    taken = set(await session.scalars(select(Lesson.slug).where(Lesson.course_id == course_id)))
    return catalog.free_slug(catalog.slug_from(wanted), taken)
