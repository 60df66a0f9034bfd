"""Lessons in order: course-wide, without gaps, children after their parent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from tuition import catalog
from tuition.identity import Actor, Role
from tuition.kernel import new_id
from tuition.learning import courses
from tuition.learning.courses import Course, Lesson, LessonType
from tuition.learning.courses.rules import DEPTH_MAX, Place, arranged, moved, numbered
from tuition.platform.database import Session

AddLesson = Callable[..., Awaitable[Lesson]]
Person = Callable[..., Awaitable[Actor]]


async def titles(session: Session, course: Course) -> list[str]:
    """The outline as a reader sees it: number and title."""
    return [f"{node.number} {node.lesson.title}" for node in await courses.outline(session, course.id, drafts=True)]


async def agreed(session: Session) -> None:
    """What the end of the transaction will check, checked now."""
    await session.execute(text("set constraints all immediate"))
    await session.execute(text("set constraints all deferred"))


async def test_lessons_stand_in_the_order_they_were_added(session: Session, course: Course, lesson: AddLesson) -> None:
    first = await lesson("Air")
    await lesson("In", parent_id=first.id)
    await lesson("Water")
    await lesson("Out", parent_id=first.id)
    assert await titles(session, course) == ["1 Air", "1.1 In", "1.2 Out", "2 Water"]
    await agreed(session)


async def test_two_lessons_change_places_without_an_error(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson
) -> None:
    one, two = await lesson("One"), await lesson("Two")
    await courses.reorder(session, teacher, course.id, [(two.id, None), (one.id, None)])
    assert await titles(session, course) == ["1 Two", "2 One"]
    assert (two.order_index, one.order_index) == (0, 1)
    await agreed(session)


async def test_a_lesson_takes_what_is_below_it_along(session: Session, teacher: Actor, course: Course, lesson: AddLesson) -> None:
    one = await lesson("One")
    part = await lesson("Part", parent_id=one.id)
    two = await lesson("Two")
    await courses.move_lesson(session, teacher, one.id, parent_id=None, index=5)
    assert await titles(session, course) == ["1 Two", "2 One", "2.1 Part"]
    await courses.move_lesson(session, teacher, part.id, parent_id=two.id, index=0)
    assert await titles(session, course) == ["1 Two", "1.1 Part", "2 One"]
    await agreed(session)


async def test_a_lesson_cannot_stand_below_itself_or_in_another_course(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson
) -> None:
    one = await lesson("One")
    part = await lesson("Part", parent_id=one.id)
    other = await courses.create(session, teacher, title="Another")
    stranger = await lesson("Stranger", course_id=other.id)
    for parent_id in (part.id, one.id, stranger.id, new_id()):
        with pytest.raises(courses.OutlineInvalid):
            await courses.move_lesson(session, teacher, one.id, parent_id=parent_id, index=0)
    assert await titles(session, course) == ["1 One", "1.1 Part"]


async def test_lessons_stand_four_levels_deep_at_most(session: Session, course: Course, lesson: AddLesson) -> None:
    above: UUID | None = None
    for level in range(DEPTH_MAX):
        above = (await lesson(f"Level {level}", parent_id=above)).id
    with pytest.raises(courses.OutlineInvalid):
        await lesson("Too deep", parent_id=above)


async def test_an_outline_that_was_changed_meanwhile_is_not_overwritten(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson
) -> None:
    one, two = await lesson("One"), await lesson("Two")
    await lesson("Three")
    with pytest.raises(courses.OutlineStale):
        await courses.reorder(session, teacher, course.id, [(two.id, None), (one.id, None)])


async def test_deleting_a_chapter_deletes_what_is_below_and_leaves_no_gap(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson
) -> None:
    one = await lesson("One")
    await lesson("Part", parent_id=one.id)
    await lesson("Two")
    await courses.delete_lesson(session, teacher, one.id)
    assert await titles(session, course) == ["1 Two"]
    assert list(await session.scalars(select(Lesson.order_index).where(Lesson.course_id == course.id))) == [0]
    await agreed(session)


async def test_two_lessons_of_one_title_have_two_addresses(session: Session, lesson: AddLesson) -> None:
    assert [(await lesson("Rest!")).slug for _ in range(3)] == ["rest", "rest-2", "rest-3"]
    assert (await lesson("تنفّس")).slug


async def test_learners_do_not_see_what_is_not_published_nor_what_is_below_it(
    session: Session, course: Course, lesson: AddLesson
) -> None:
    hidden = await lesson("Hidden", is_published=False)
    await lesson("Below", parent_id=hidden.id)
    await lesson("Shown")
    shown = await courses.outline(session, course.id)
    assert [(node.number, node.lesson.title) for node in shown] == [("1", "Shown")]


async def test_a_course_without_lessons_is_not_published(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson
) -> None:
    with pytest.raises(catalog.NotReady):
        await catalog.publish(session, teacher, course.id)
    await lesson("A heading", body="")
    with pytest.raises(catalog.NotReady):
        await catalog.publish(session, teacher, course.id)
    only = await lesson("Something")
    await catalog.publish(session, teacher, course.id)
    with pytest.raises(courses.LastLesson):
        await courses.delete_lesson(session, teacher, only.id)
    with pytest.raises(courses.LastLesson):
        await courses.edit_lesson(session, teacher, only.id, {"is_published": False})


async def test_only_the_staff_finds_a_lesson_to_change(
    session: Session, course: Course, lesson: AddLesson, student: Actor, person: Person
) -> None:
    only = await lesson("Something")
    for stranger in (student, await person(Role.CREATOR)):
        with pytest.raises(courses.LessonUnknown):
            await courses.edit_lesson(session, stranger, only.id, {"title": "Mine"})
        with pytest.raises(courses.CourseUnknown):
            await courses.add_lesson(session, stranger, course.id, LessonType.TEXT, title="Mine")


async def test_a_text_is_shown_without_scripts(lesson: AddLesson) -> None:
    made = await lesson("Text", body="# Hello\n\n<script>alert(1)</script>\n\n**in**")
    assert "<script" not in made.body_html
    assert "<strong>in</strong>" in made.body_html


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 501},
        {"duration_minutes": -1},
        {"video_url": "javascript:alert(1)"},
        {"opens_after_days": 99_999},
    ],
)
async def test_a_wrong_field_is_named(session: Session, teacher: Actor, lesson: AddLesson, wrong: dict[str, Any]) -> None:
    made = await lesson("Text")
    with pytest.raises(courses.FieldInvalid) as refused:
        await courses.edit_lesson(session, teacher, made.id, wrong)
    assert refused.value.fields["field"] in wrong


@st.composite
def outlines(draw: st.DrawFn) -> list[Place]:
    """Some outline: each lesson at the top or below an earlier one, at most three deep."""
    places: list[Place] = []
    depths: dict[UUID, int] = {}
    for _ in range(draw(st.integers(1, 12))):
        above = draw(st.sampled_from([None, *(place.id for place in places if depths[place.id] < 3)]))
        made = Place(new_id(), above)
        depths[made.id] = depths[above] + 1 if above else 1
        places.append(made)
    return arranged(places)


@given(places=outlines(), data=st.data())
def test_moving_keeps_every_lesson_once_and_families_together(places: list[Place], data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(places)).id
    below = {chosen}
    for place in places:
        if place.parent_id in below:
            below.add(place.id)
    targets = [None, *(place.id for place in places if place.id not in below)]
    parent_id = data.draw(st.sampled_from(targets))
    index = data.draw(st.integers(-1, 15))
    try:
        after = moved(places, chosen, parent_id=parent_id, index=index)
    except courses.OutlineInvalid:
        return
    assert {place.id for place in after} == {place.id for place in places}
    assert after == arranged(after)
    seen: set[UUID | None] = {None}
    for place in after:
        assert place.parent_id in seen
        seen.add(place.id)
    assert next(place for place in after if place.id == chosen).parent_id == parent_id
    siblings = [place.id for place in after if place.parent_id == parent_id]
    assert siblings.index(chosen) == (index if 0 <= index < len(siblings) else len(siblings) - 1)
    others = [place for place in places if place.id != chosen and place.parent_id == parent_id]
    assert [item for item in siblings if item != chosen] == [place.id for place in others]


@given(places=outlines())
def test_numbers_are_unique_and_follow_the_order(places: list[Place]) -> None:
    numbers = [tuple(map(int, numbered(places)[place.id][1].split("."))) for place in places]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == len(numbers)
