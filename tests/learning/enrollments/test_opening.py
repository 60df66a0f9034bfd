"""What of a course is open to whom: drip, samples, order, prerequisites; and never by asking for the film instead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tuition import access, catalog, identity
from tuition.access import Catalogue, Category, Collection, Reason
from tuition.identity import Actor
from tuition.kernel import FrozenClock, new_id
from tuition.learning import courses, enrollments
from tuition.learning.courses import Course, Lesson, LessonType
from tuition.learning.enrollments import LessonLocked, LockReason
from tuition.platform.database import Session

AddLesson = Callable[..., Awaitable[Lesson]]
Film = Callable[..., Awaitable[catalog.Content]]
Person = Callable[..., Awaitable[Actor]]


@pytest.fixture
async def three(session: Session, teacher: Actor, course: Course, lesson: AddLesson) -> list[Lesson]:
    """Three texts in a published, free course."""
    lessons = [await lesson(title) for title in ("One", "Two", "Three")]
    await catalog.publish(session, teacher, course.id)
    return lessons


async def lock_of(session: Session, actor: Actor | None, lesson: Lesson, now: datetime) -> LockReason | None:
    """Why a lesson is not open; none: it is."""
    try:
        await enrollments.open_lesson(session, actor, lesson.id, now=now)
    except LessonLocked as locked:
        return LockReason(locked.fields["lock"])
    return None


async def test_a_lesson_asks_to_enrol_first(
    session: Session, three: list[Lesson], course: Course, student: Actor, moment: FrozenClock
) -> None:
    assert await lock_of(session, student, three[0], moment.now()) is LockReason.NOT_ENROLLED
    with pytest.raises(identity.SignInNeeded):
        await enrollments.open_lesson(session, None, three[0].id, now=moment.now())
    made = await enrollments.enroll(session, student, course.id)
    opened = await enrollments.open_lesson(session, student, three[1].id, now=moment.now())
    assert (opened.previous and opened.previous.lesson.id, opened.next and opened.next.lesson.id) == (three[0].id, three[2].id)
    assert opened.lesson.body_html == "<p>Breathe in, then out.</p>\n"
    await enrollments.begin_lesson(session, opened, moment.now())
    view = await enrollments.view_course(session, student, course.id, now=moment.now())
    assert view.next_step is not None
    assert view.next_step.lesson.id == three[1].id
    await enrollments.drop(session, student, made.id)
    assert await lock_of(session, student, three[0], moment.now()) is LockReason.NOT_ENROLLED


async def test_a_sample_is_open_to_visitors_while_the_course_is_listed(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson, film: Film, moment: FrozenClock
) -> None:
    shown = await film()
    sample = await lesson("Sample", LessonType.VIDEO, content_id=shown.id, is_preview=True)
    text = await lesson("Text", is_preview=True)
    assert not (await access.decide(session, None, shown.id)).allowed
    await catalog.edit_content(session, teacher, course.id, {"visibility": "paid"})
    await catalog.publish(session, teacher, course.id)
    assert (await access.decide(session, None, shown.id)).reason is Reason.PREVIEW
    for one in (sample, text):
        assert (await enrollments.open_lesson(session, None, one.id, now=moment.now())).enrollment is None
    await catalog.archive(session, teacher, course.id)
    assert not (await access.decide(session, None, shown.id)).allowed
    with pytest.raises(courses.LessonUnknown):
        await enrollments.open_lesson(session, None, text.id, now=moment.now())


async def test_days_are_counted_from_the_first_grant_for_text_and_film_alike(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson, film: Film, student: Actor, moment: FrozenClock
) -> None:
    shown = await film()
    chapter = await lesson("Second week", body="", opens_after_days=7)
    watched = await lesson("Film", LessonType.VIDEO, content_id=shown.id, parent_id=chapter.id)
    read = await lesson("Text", parent_id=chapter.id)
    await lesson("At once")
    await catalog.publish(session, teacher, course.id)
    made = await enrollments.enroll_person(session, teacher, course.id, student.id, until=moment.now() + timedelta(days=30))
    opens = moment.now() + timedelta(days=7)
    moment.advance(timedelta(days=6, hours=23))
    decision = await access.decide(session, student, shown.id)
    assert (decision.allowed, decision.reason, decision.opens_at) == (False, Reason.NOT_YET_OPEN, opens)
    with pytest.raises(access.NotYetOpen):
        access.require(decision)
    for one in (watched, read):
        assert await lock_of(session, student, one, moment.now()) is LockReason.NOT_YET
    # A further grant begins no new week.
    await enrollments.extend(session, teacher, made.id, until=moment.now() + timedelta(days=90))
    moment.advance(timedelta(hours=1))
    assert (await access.decide(session, student, shown.id)).allowed
    for one in (watched, read):
        assert await lock_of(session, student, one, moment.now()) is None


async def test_a_lesson_opens_on_a_day(
    session: Session, three: list[Lesson], teacher: Actor, course: Course, student: Actor, moment: FrozenClock
) -> None:
    await courses.edit_lesson(session, teacher, three[1].id, {"opens_at": moment.now() + timedelta(days=1)})
    await enrollments.enroll(session, student, course.id)
    assert await lock_of(session, student, three[1], moment.now()) is LockReason.NOT_YET
    assert await lock_of(session, student, three[1], moment.advance(timedelta(days=1))) is None


async def test_in_a_sequential_course_one_lesson_waits_for_the_other(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson, film: Film, student: Actor, moment: FrozenClock
) -> None:
    first = await lesson("First")
    optional = await lesson("Optional", is_required=False)
    shown = await film()
    watched = await lesson("Film", LessonType.VIDEO, content_id=shown.id)
    await catalog.publish(session, teacher, course.id)
    await courses.edit(session, teacher, course.id, {"is_sequential": True})
    made = await enrollments.enroll(session, student, course.id)
    assert [await lock_of(session, student, one, moment.now()) for one in (first, optional, watched)] == [
        None,
        LockReason.SEQUENCE,
        LockReason.SEQUENCE,
    ]
    with pytest.raises(LessonLocked):
        await enrollments.require_open(session, student, shown.id, now=moment.now())
    await enrollments.complete_lesson(session, made.id, first.id, at=moment.now())
    assert [await lock_of(session, student, one, moment.now()) for one in (first, optional, watched)] == [None, None, None]
    await enrollments.require_open(session, student, shown.id, now=moment.now())


async def test_a_film_that_stands_on_its_own_waits_for_no_course(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson, film: Film, student: Actor, moment: FrozenClock
) -> None:
    shown = await film()
    await catalog.edit_content(session, teacher, shown.id, {"visibility": "public"})
    await catalog.publish(session, teacher, shown.id)
    await lesson("First")
    await lesson("Film", LessonType.VIDEO, content_id=shown.id)
    await courses.edit(session, teacher, course.id, {"is_sequential": True})
    await catalog.publish(session, teacher, course.id)
    await enrollments.require_open(session, student, shown.id, now=moment.now())
    await enrollments.require_open(session, None, new_id(), now=moment.now())


async def test_a_bought_course_waits_for_what_comes_first(
    session: Session, teacher: Actor, three: list[Lesson], course: Course, lesson: AddLesson, student: Actor, moment: FrozenClock
) -> None:
    second = await courses.create(session, teacher, title="Second", visibility="paid")
    later = await lesson("Later", course_id=second.id)
    await catalog.publish(session, teacher, second.id)
    await courses.set_prerequisites(session, teacher, second.id, [course.id])
    await access.grant(
        session, student.id, Collection(second.id), kind=access.AccessType.PURCHASED, source=("purchase", new_id())
    )
    assert await lock_of(session, student, later, moment.now()) is LockReason.PREREQUISITE
    made = await enrollments.enroll(session, student, course.id)
    for one in three:
        await enrollments.complete_lesson(session, made.id, one.id, at=moment.now())
    assert await lock_of(session, student, later, moment.now()) is None


async def test_a_course_opens_on_its_first_day_and_closes_on_its_last(
    session: Session, teacher: Actor, three: list[Lesson], course: Course, student: Actor, moment: FrozenClock
) -> None:
    begins, ends = moment.now() + timedelta(days=1), moment.now() + timedelta(days=2)
    await courses.edit(session, teacher, course.id, {"starts_at": begins, "ends_at": ends})
    await enrollments.enroll(session, student, course.id)
    found = [await lock_of(session, student, three[0], moment.move_to(at)) for at in (begins - timedelta(1), begins, ends)]
    assert found == [LockReason.COURSE_CLOSED, None, LockReason.COURSE_CLOSED]


async def test_the_staff_sees_drafts_and_leaves_no_trace(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson, moment: FrozenClock, student: Actor
) -> None:
    draft = await lesson("Draft", is_published=False, opens_at=moment.now() + timedelta(days=9))
    opened = await enrollments.open_lesson(session, teacher, draft.id, now=moment.now())
    await enrollments.begin_lesson(session, opened, moment.now())
    assert (opened.is_staff, opened.enrollment) == (True, None)
    with pytest.raises(courses.LessonUnknown):
        await enrollments.open_lesson(session, student, draft.id, now=moment.now())
    with pytest.raises(courses.LessonUnknown):
        await enrollments.open_lesson(session, student, new_id(), now=moment.now())


async def test_a_wide_grant_opens_what_a_listed_course_shows_and_nothing_private(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson, film: Film, person: Person, moment: FrozenClock
) -> None:
    shelf = catalog.Category(slug="calm", name="Calm")
    session.add(shelf)
    await session.flush()  # the course points at it
    shown, private = await film("Shown"), await film("Private")
    await lesson("Film", LessonType.VIDEO, content_id=shown.id, opens_after_days=3)
    await catalog.edit_content(session, teacher, course.id, {"visibility": "paid", "category_id": shelf.id})
    await catalog.publish(session, teacher, course.id)
    for scope in (Catalogue(), Category(shelf.id)):
        subscriber = await person()
        await access.grant(session, subscriber.id, scope, kind=access.AccessType.SUBSCRIPTION, source=("subscription", new_id()))
        decisions = await access.decide_many(session, subscriber, [shown.id, private.id])
        assert decisions[shown.id].reason is Reason.NOT_YET_OPEN
        later = await access.decide_many(session, subscriber, [shown.id, private.id], at=moment.now() + timedelta(days=3))
        assert (later[shown.id].allowed, later[private.id].allowed) == (True, False)


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_drip_follows_a_simple_model(
    session: Session,
    teacher: Actor,
    course: Course,
    lesson: AddLesson,
    film: Film,
    person: Person,
    moment: FrozenClock,
    data: st.DataObject,
) -> None:
    """A member opens at the later of its day and its days after the first grant; the best of several lessons counts."""
    days = st.one_of(st.none(), st.integers(0, 20))
    start = moment.now()
    shown = await film()
    plans = data.draw(st.lists(st.tuples(days, days), min_size=1, max_size=2))
    made = [
        await lesson(
            "Film",
            LessonType.VIDEO,
            content_id=shown.id,
            opens_at=None if on is None else start + timedelta(days=on),
            opens_after_days=after,
        )
        for on, after in plans
    ]
    learner = await person()
    first = data.draw(st.integers(0, 5))
    again = data.draw(st.one_of(st.none(), st.integers(1, 10)))
    for day in (first, *(() if again is None else (first + again,))):
        await access.grant(
            session,
            learner.id,
            Collection(course.id),
            kind=access.AccessType.PURCHASED,
            source=("purchase", new_id()),
            at=start + timedelta(days=day),
        )
    asked = data.draw(st.integers(0, 30))
    decision = await access.decide(session, learner, shown.id, at=start + timedelta(days=asked))
    if plans[0] != (None, None) and any(plan == (None, None) for plan in plans):
        plans = [(None, None)]
    on, after = plans[0]
    opens = max(first, on or 0, first + (after or 0))
    assert decision.allowed == (asked >= opens), (plans, first, again, asked)
    for one in reversed(made):
        await courses.delete_lesson(session, teacher, one.id)


async def test_the_effective_rows_wait_for_their_day_too(
    session: Session, teacher: Actor, course: Course, lesson: AddLesson, film: Film, student: Actor
) -> None:
    now, soon = await film("Now"), await film("Later")
    await lesson("Now", LessonType.VIDEO, content_id=now.id)
    await lesson("Later", LessonType.VIDEO, content_id=soon.id, opens_after_days=3)
    await courses.add_staff(session, teacher, course.id, student.id)
    rows = text("select content_id from content_access where user_id = :id")
    assert set(await session.scalars(rows, {"id": student.id})) == {course.id, now.id, soon.id}
    await courses.remove_staff(session, teacher, course.id, student.id)
    await enrollments.enroll_person(session, teacher, course.id, student.id)
    assert set(await session.scalars(rows, {"id": student.id})) == {course.id, now.id}
