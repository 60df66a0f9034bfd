"""What a course is, who teaches in it, what comes before it, and a second one like it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tuition import access, catalog
from tuition.catalog import Kind, SeriesMember, Visibility
from tuition.identity import Actor, Role
from tuition.kernel import DomainError, FrozenClock, new_id
from tuition.learning import courses
from tuition.learning.courses import Course, Lesson, LessonCopied, LessonType, Right, StaffRole
from tuition.platform.database import Session
from tuition.platform.events import Bus

AddLesson = Callable[..., Awaitable[Lesson]]
Film = Callable[..., Awaitable[catalog.Content]]
Person = Callable[..., Awaitable[Actor]]


async def test_a_course_is_a_content_with_a_row_of_its_own(session: Session, teacher: Actor) -> None:
    made = await courses.create(session, teacher, title="Breathing", level="beginner", capacity=20, is_sequential=True)
    content = (await catalog.contents_by_id(session, [made.id]))[made.id]
    assert (content.kind, content.level, content.status) == (Kind.COURSE, "beginner", "draft")
    assert (made.capacity, made.is_sequential, made.certificate_enabled) == (20, True, True)


async def test_a_course_made_as_a_content_has_its_row_too(session: Session, teacher: Actor) -> None:
    content = await catalog.create_content(session, teacher, Kind.COURSE, title="Another way")
    assert (await courses.get_for_staff(session, teacher, content.id, Right.OUTLINE)).id == content.id


async def test_a_course_ends_after_it_has_begun(session: Session, teacher: Actor, course: Course, moment: FrozenClock) -> None:
    with pytest.raises(courses.FieldInvalid):
        await courses.edit(session, teacher, course.id, {"starts_at": moment.now(), "ends_at": moment.now()})
    with pytest.raises(courses.FieldInvalid):
        await courses.edit(session, teacher, course.id, {"capacity": 0})


async def test_staff_do_what_they_may_and_nobody_else(session: Session, teacher: Actor, course: Course, person: Person) -> None:
    helper, stranger = await person(), await person(Role.CREATOR)
    await courses.add_staff(session, teacher, course.id, helper.id, role=StaffRole.ASSISTANT)
    assert await courses.may(session, helper, course.id, Right.GRADE)
    assert not await courses.may(session, helper, course.id, Right.OUTLINE)
    await courses.add_staff(session, teacher, course.id, helper.id, role=StaffRole.TEACHER)
    assert await courses.rights_of(session, helper, course.id) == frozenset(Right)
    assert await courses.rights_of(session, stranger, course.id) == frozenset()
    assert await courses.rights_of(session, await person(Role.OWNER), course.id) == frozenset(Right)
    with pytest.raises(catalog.ContentUnknown):
        await courses.add_staff(session, helper, course.id, stranger.id)
    await courses.remove_staff(session, teacher, course.id, helper.id)
    with pytest.raises(courses.CourseUnknown):
        await courses.get_for_staff(session, helper, course.id, Right.GRADE)


async def test_who_teaches_opens_the_films_of_the_course_and_no_longer_afterwards(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson, film: Film, person: Person
) -> None:
    shown = await film()
    await lesson("Film", LessonType.VIDEO, content_id=shown.id, opens_after_days=30)
    helper = await person()
    assert not (await access.decide(session, helper, shown.id)).allowed
    await courses.add_staff(session, teacher, course.id, helper.id)
    assert (await access.decide(session, helper, shown.id)).allowed
    await courses.remove_staff(session, teacher, course.id, helper.id)
    assert not (await access.decide(session, helper, shown.id)).allowed


async def test_what_lessons_show_are_the_members_of_the_course(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson, film: Film
) -> None:
    one, two = await film("One"), await film("Two")
    chapter = await lesson("Chapter", body="", opens_after_days=7)
    await lesson("First", LessonType.VIDEO, content_id=one.id, parent_id=chapter.id)
    second = await lesson("Second", LessonType.VIDEO, content_id=two.id, is_preview=True)
    members = select(SeriesMember).where(SeriesMember.collection_id == course.id).order_by(SeriesMember.position)
    rows = list(await session.scalars(members.execution_options(populate_existing=True)))
    assert [(row.content_id, row.opens_after_days, row.is_preview) for row in rows] == [(one.id, 7, False), (two.id, None, True)]
    await courses.edit_lesson(session, teacher, second.id, {"is_published": False})
    await courses.edit_lesson(session, teacher, chapter.id, {"opens_after_days": None})
    rows = list(await session.scalars(members.execution_options(populate_existing=True)))
    assert [(row.content_id, row.opens_after_days) for row in rows] == [(one.id, None)]


async def test_a_draft_that_a_lesson_shows_opens_with_the_course(session: Session, lesson: AddLesson, film: Film) -> None:
    shown = await film()
    await lesson("Film", LessonType.VIDEO, content_id=shown.id)
    await session.refresh(shown)
    assert (shown.visibility, shown.status) == (Visibility.SHARED, "published")


async def test_a_film_that_is_packaged_later_opens_then(session: Session, teacher: Actor, lesson: AddLesson, bus: Bus) -> None:
    content = await catalog.create_content(session, teacher, Kind.VIDEO, title="Not there yet")
    await lesson("Film", LessonType.VIDEO, content_id=content.id)
    await session.refresh(content)
    assert content.status == "draft"
    media = await catalog.find_media(session, content.id)
    assert media is not None
    media.status, media.hls_prefix, media.duration_ms = "ready", "contents/x", 60_000
    await bus.publish(session, catalog.MediaReady(content.id, 60_000))
    assert content.status == "published"


async def test_nobody_teaches_with_the_films_of_others(
    session: Session, teacher: Actor, course: Course, person: Person, film: Film
) -> None:
    thief = await person(Role.CREATOR)
    shown = await film()
    other = await courses.create(session, thief, title="Mine now")
    with pytest.raises(courses.FieldInvalid):
        await courses.add_lesson(session, thief, other.id, LessonType.VIDEO, title="Film", content_id=shown.id)
    with pytest.raises(courses.FieldInvalid):
        await courses.add_lesson(session, teacher, course.id, LessonType.AUDIO, title="Film", content_id=shown.id)
    with pytest.raises(courses.FieldInvalid):
        await courses.add_lesson(session, teacher, course.id, LessonType.VIDEO, title="Film", content_id=new_id())


async def test_prerequisites_are_courses_and_never_a_circle(session: Session, teacher: Actor, course: Course, film: Film) -> None:
    second = await courses.create(session, teacher, title="Second")
    third = await courses.create(session, teacher, title="Third")
    await courses.set_prerequisites(session, teacher, second.id, [course.id])
    await courses.set_prerequisites(session, teacher, third.id, [second.id, course.id])
    assert {item.id for item in await courses.prerequisites_of(session, third.id)} == {second.id, course.id}
    for wrong in (third.id, course.id, (await film()).id, new_id()):
        with pytest.raises(courses.PrerequisiteInvalid):
            await courses.set_prerequisites(session, teacher, course.id, [wrong])


async def test_a_duplicate_has_the_same_lessons_and_changes_apart(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson, film: Film, bus: Bus, person: Person
) -> None:
    heard: list[LessonCopied] = []

    async def hear(_session: Session, fact: LessonCopied) -> None:
        heard.append(fact)

    bus.subscribe(LessonCopied, hear)
    shown = await film()
    chapter = await lesson("Chapter", body="")
    await lesson("Film", LessonType.VIDEO, content_id=shown.id, parent_id=chapter.id)
    text = await lesson("Text", body="*Breathe*")
    copy = await courses.duplicate(session, teacher, course.id)
    first, second = await courses.outline(session, course.id), await courses.outline(session, copy.id)
    assert [(node.number, node.lesson.title, node.lesson.slug, node.lesson.content_id) for node in first] == [
        (node.number, node.lesson.title, node.lesson.slug, node.lesson.content_id) for node in second
    ]
    assert {fact.from_id for fact in heard} == {node.lesson.id for node in first}
    content = (await catalog.contents_by_id(session, [copy.id]))[copy.id]
    assert (content.status, content.slug) == ("draft", "breathing-for-beginners-2")
    await courses.edit_lesson(session, teacher, text.id, {"title": "Changed"})
    assert [node.lesson.title for node in await courses.outline(session, copy.id)] == ["Chapter", "Film", "Text"]
    with pytest.raises(catalog.ContentUnknown):
        await courses.duplicate(session, await person(Role.CREATOR), course.id)


async def test_a_course_keeps_its_members_itself(session: Session, teacher: Actor, course: Course, film: Film) -> None:
    with pytest.raises(DomainError) as refused:
        await catalog.set_members(session, teacher, course.id, [(await film()).id])
    assert refused.value.code == "catalog.kind_refuses"


async def test_taught_courses_are_listed_for_author_and_staff(
    session: Session, teacher: Actor, course: Course, person: Person, moment: FrozenClock
) -> None:
    helper = await person()
    assert (await courses.taught_by(session, helper)).items == []
    await courses.add_staff(session, teacher, course.id, helper.id)
    moment.advance(timedelta(seconds=1))
    for who in (teacher, helper):
        assert [item.id for item in (await courses.taught_by(session, who)).items] == [course.id]
