"""How far somebody is: from what playback believes, in any order, twice, and from two tabs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from tests.learning.conftest import add_film, add_person
from tuition import catalog
from tuition.identity import Actor, Role
from tuition.kernel import FrozenClock
from tuition.learning import courses, enrollments
from tuition.learning.courses import Course, Lesson, LessonType
from tuition.learning.enrollments import CourseCompleted, Enrollment, LessonCompleted, LessonProgress, percentage
from tuition.platform import jobs
from tuition.platform.database import Database, Session
from tuition.platform.events import Bus
from tuition.playback import CoverageGrew, Grown

AddLesson = Callable[..., Awaitable[Lesson]]
Film = Callable[..., Awaitable[catalog.Content]]
Person = Callable[..., Awaitable[Actor]]


@pytest.fixture
async def shown(film: Film) -> catalog.Content:
    """A film of a minute."""
    return await film(duration_ms=60_000)


@pytest.fixture
async def watched(session: Session, teacher: Actor, course: Course, lesson: AddLesson, shown: catalog.Content) -> Lesson:
    """A lesson that shows it, beside a text, in a published course."""
    made = await lesson("Film", LessonType.VIDEO, content_id=shown.id)
    await lesson("Text")
    await catalog.publish(session, teacher, course.id)
    return made


def report(
    person: Actor, content: catalog.Content, covered_ms: int, at: datetime, *, position_ms: int = 0, spent_ms: int = 0
) -> Grown:
    """What playback says of one report about a film of a minute."""
    return Grown(person.id, content.id, covered_ms, 60_000, position_ms or covered_ms, spent_ms, at)


async def progress(session: Session, enrollment: Enrollment, lesson: Lesson) -> LessonProgress:
    """How far they are, as the database says."""
    return (await enrollments.progress_of(session, enrollment.id))[lesson.id]


async def fresh(session: Session, enrollment: Enrollment) -> Enrollment:
    """The enrollment as the database says."""
    query = select(Enrollment).where(Enrollment.id == enrollment.id).execution_options(populate_existing=True)
    return (await session.scalars(query)).one()


async def test_watching_is_progress_to_two_decimals_and_95_percent_is_all(
    session: Session, course: Course, watched: Lesson, shown: catalog.Content, student: Actor, bus: Bus, moment: FrozenClock
) -> None:
    made = await enrollments.enroll(session, student, course.id)
    at = moment.advance(timedelta(seconds=10))
    await bus.publish(session, CoverageGrew((report(student, shown, 10_000, at, spent_ms=9_900),)))
    row = await progress(session, made, watched)
    assert (row.status, row.completion_percentage, row.last_position_seconds) == ("in_progress", Decimal("16.67"), 10)
    at = moment.advance(timedelta(seconds=47))
    await bus.publish(session, CoverageGrew((report(student, shown, 57_000, at, spent_ms=47_100),)))
    row = await progress(session, made, watched)
    assert (row.status, row.completion_percentage, row.completed_at) == ("completed", Decimal(100), at)
    standing = await fresh(session, made)
    assert (standing.progress_percentage, standing.completed_lessons_count, standing.total_lessons_count) == (Decimal(50), 1, 2)
    assert (standing.total_time_spent_seconds, row.time_spent_seconds) == (57, 57)
    assert (standing.last_lesson_id, standing.last_accessed_at, standing.started_at is not None) == (watched.id, at, True)


async def test_reports_twice_late_and_smaller_take_nothing_back(
    session: Session, course: Course, watched: Lesson, shown: catalog.Content, student: Actor, bus: Bus, moment: FrozenClock
) -> None:
    made = await enrollments.enroll(session, student, course.id)
    at = moment.advance(timedelta(seconds=60))
    for covered in (60_000, 60_000, 30_000):
        await bus.publish(session, CoverageGrew((report(student, shown, covered, at),)))
    row = await progress(session, made, watched)
    assert (row.status, row.completion_percentage) == ("completed", Decimal(100))
    assert (await fresh(session, made)).completed_lessons_count == 1


async def test_a_course_is_completed_once(
    session: Session, course: Course, watched: Lesson, shown: catalog.Content, student: Actor, bus: Bus, moment: FrozenClock
) -> None:
    said: list[object] = []

    async def hear(_session: Session, fact: object) -> None:
        said.append(fact)

    bus.subscribe(CourseCompleted, hear)
    bus.subscribe(LessonCompleted, hear)
    made = await enrollments.enroll(session, student, course.id)
    [_, read] = await courses.outline(session, course.id)
    await enrollments.mark_complete(session, student, read.lesson.id, now=moment.now())
    at = moment.advance(timedelta(minutes=1))
    grown = CoverageGrew((report(student, shown, 60_000, at),))
    for _ in range(3):
        await bus.publish(session, grown)
        await enrollments.mark_complete(session, student, read.lesson.id, now=moment.advance(timedelta(seconds=1)))
    standing = await fresh(session, made)
    assert (standing.status, standing.progress_percentage, standing.completed_at) == ("completed", Decimal(100), at)
    assert [fact for fact in said if isinstance(fact, CourseCompleted)] == [CourseCompleted(made.id, student.id, course.id, at)]
    assert len([fact for fact in said if isinstance(fact, LessonCompleted)]) == 2


async def test_what_was_watched_before_counts(
    session: Session, course: Course, watched: Lesson, shown: catalog.Content, student: Actor, moment: FrozenClock
) -> None:
    await session.execute(
        text(
            "insert into playback (id, user_id, content_id, kind, duration_ms, covered_ms, position_ms, seen_at)"
            " values (gen_random_uuid(), :person, :content, 'video', 60000, 58000, 4000, :at)"
        ),
        {"person": student.id, "content": shown.id, "at": moment.now()},
    )
    made = await enrollments.enroll(session, student, course.id)
    assert (made.completed_lessons_count, made.progress_percentage) == (1, Decimal(50))
    row = await progress(session, made, watched)
    assert (row.status, row.last_position_seconds) == ("completed", 4)
    assert await enrollments.verified_seconds(session, made.id) == 58


async def test_films_that_are_no_lessons_and_strangers_change_nothing(
    session: Session,
    course: Course,
    watched: Lesson,
    shown: catalog.Content,
    film: Film,
    student: Actor,
    person: Person,
    bus: Bus,
    moment: FrozenClock,
) -> None:
    made = await enrollments.enroll(session, student, course.id)
    other = await film("Other")
    items = (report(student, other, 60_000, moment.now()), report(await person(), shown, 60_000, moment.now()))
    await bus.publish(session, CoverageGrew(items))
    assert await enrollments.progress_of(session, made.id) == {}
    await bus.publish(session, CoverageGrew(()))


async def test_a_batch_is_one_statement_however_many_watch(
    session: Session,
    course: Course,
    watched: Lesson,
    shown: catalog.Content,
    person: Person,
    bus: Bus,
    moment: FrozenClock,
    count_queries: Callable[..., object],
) -> None:
    people = [await person() for _ in range(5)]
    for who in people:
        await enrollments.enroll(session, who, course.id)
    grown = CoverageGrew(tuple(report(who, shown, 10_000, moment.now(), spent_ms=10_000) for who in people))
    with count_queries(session) as counted:  # type: ignore[attr-defined]  # a context manager made by a fixture
        await bus.publish(session, grown)
    assert counted.total == 1
    rows = await session.scalars(select(LessonProgress.time_spent_seconds))
    assert list(rows) == [10] * 5


async def test_reading_takes_time_once_however_many_tabs_say_so(
    session: Session, course: Course, watched: Lesson, student: Actor, moment: FrozenClock
) -> None:
    made = await enrollments.enroll(session, student, course.id)
    [_, read] = await courses.outline(session, course.id)
    await enrollments.report_reading(session, student, read.lesson.id, seconds=30, now=moment.now())
    for _ in range(3):
        at = moment.advance(timedelta(seconds=30))
        for _tab in range(2):
            await enrollments.report_reading(session, student, read.lesson.id, seconds=30, now=at)
    moment.advance(timedelta(hours=9))
    await enrollments.report_reading(session, student, read.lesson.id, seconds=99_999, now=moment.now())
    assert (await progress(session, made, read.lesson)).time_spent_seconds == 150
    assert (await fresh(session, made)).total_time_spent_seconds == 150


async def test_a_film_cannot_be_marked_as_done_and_a_text_can(
    session: Session, course: Course, watched: Lesson, student: Actor, moment: FrozenClock
) -> None:
    await enrollments.enroll(session, student, course.id)
    with pytest.raises(enrollments.CannotComplete):
        await enrollments.mark_complete(session, student, watched.id, now=moment.now())


async def test_a_score_is_kept_to_two_decimals_and_may_change(
    session: Session, course: Course, watched: Lesson, student: Actor, moment: FrozenClock
) -> None:
    made = await enrollments.enroll(session, student, course.id)
    [_, read] = await courses.outline(session, course.id)
    await enrollments.record_attempt(session, made.id, read.lesson.id, moment.now())
    await enrollments.complete_lesson(session, made.id, read.lesson.id, at=moment.now(), score=Decimal("66.6666"))
    row = await progress(session, made, read.lesson)
    assert (row.score, row.attempts_count, row.status) == (Decimal("66.67"), 1, "completed")
    await enrollments.complete_lesson(session, made.id, read.lesson.id, at=moment.now(), score=Decimal(80))
    await enrollments.complete_lesson(session, made.id, read.lesson.id, at=moment.now())
    assert (await progress(session, made, read.lesson)).score == Decimal(80)


async def test_headings_drafts_and_what_is_optional_do_not_count(
    session: Session, teacher: Actor, course: Course, watched: Lesson, lesson: AddLesson, student: Actor
) -> None:
    chapter = await lesson("Chapter", body="")
    await lesson("Extra", parent_id=chapter.id, is_required=False)
    hidden = await lesson("Hidden", body="", is_published=False)
    await lesson("Below", parent_id=hidden.id)
    made = await enrollments.enroll(session, student, course.id)
    assert made.total_lessons_count == 2
    await courses.edit(session, teacher, course.id, {"completion_rule": "all"})
    assert (await _recounted(session, made)).total_lessons_count == 3
    await courses.edit_lesson(session, teacher, hidden.id, {"is_published": True})
    assert (await _recounted(session, made)).total_lessons_count == 4


async def _recounted(session: Session, enrollment: Enrollment) -> Enrollment:
    # The job opens transactions of its own; here its one action is enough.
    await enrollments.recount(session, [enrollment.id], now=enrollment.enrolled_at)
    return await fresh(session, enrollment)


async def test_a_changed_outline_is_counted_again_in_the_background(database: Database, bus: Bus) -> None:
    async with database.transaction() as session:
        teacher, student = await add_person(session, Role.CREATOR), await add_person(session)
        course = await courses.create(session, teacher, title="Growing", visibility="public")
        first = await courses.add_lesson(session, teacher, course.id, LessonType.TEXT, title="One", body="One")
        await catalog.publish(session, teacher, course.id)
        made = await enrollments.enroll(session, student, course.id)
        await enrollments.complete_lesson(session, made.id, first.id, at=made.enrolled_at)
        assert made.status == "completed"
        course_id = course.id
    async with database.transaction() as session:
        for title in ("Two", "Three"):
            await courses.add_lesson(session, teacher, course_id, LessonType.TEXT, title=title, body=title)
    await jobs.drain(database)
    async with database.transaction() as session:
        standing = await enrollments.of_person(session, student.id, course_id)
        assert standing is not None
        # Completed is for good; how much of today's outline is done is said truly.
        assert (standing.status, standing.progress_percentage, standing.total_lessons_count) == ("completed", Decimal("33.33"), 3)


async def test_two_lessons_completed_at_once_are_both_counted(database: Database, bus: Bus) -> None:
    said: list[CourseCompleted] = []

    async def hear(_session: Session, fact: CourseCompleted) -> None:
        said.append(fact)

    bus.subscribe(CourseCompleted, hear)
    async with database.transaction() as session:
        teacher, student = await add_person(session, Role.CREATOR), await add_person(session)
        course = await courses.create(session, teacher, title="Two tabs", visibility="public")
        film = await add_film(session, teacher)
        await courses.add_lesson(session, teacher, course.id, LessonType.VIDEO, title="Film", content_id=film.id)
        texts = [
            await courses.add_lesson(session, teacher, course.id, LessonType.TEXT, title=str(number), body="x")
            for number in range(4)
        ]
        await catalog.publish(session, teacher, course.id)
        made = await enrollments.enroll(session, student, course.id)
        course_id, enrollment_id, at = course.id, made.id, made.enrolled_at

    async def mark(lesson: Lesson) -> None:
        async with database.transaction() as session:
            await enrollments.complete_lesson(session, enrollment_id, lesson.id, at=at)

    async def watch() -> None:
        async with database.transaction() as session:
            await bus.publish(session, CoverageGrew((report(student, film, 60_000, at, spent_ms=1000),)))

    await asyncio.gather(*(mark(lesson) for lesson in texts), *(mark(lesson) for lesson in texts), watch(), watch())
    async with database.transaction() as session:
        standing = await enrollments.of_person(session, student.id, course_id)
        assert standing is not None
        assert (standing.status, standing.completed_lessons_count) == ("completed", 5)
    assert len(said) == 1


@given(part=st.integers(0, 500), whole=st.integers(0, 500))
def test_percentages_are_half_even_and_never_lie_at_the_ends(part: int, whole: int) -> None:
    shown = percentage(part, whole)
    assert 0 <= shown <= 100
    assert shown == shown.quantize(Decimal("0.01"))
    if 0 < part < whole:
        assert 0 < shown < 100
        assert abs(shown - Decimal(100) * part / whole) <= Decimal("0.005") or shown in (Decimal("0.01"), Decimal("99.99"))
    elif part >= whole > 0:
        assert shown == 100


async def test_the_database_counts_percent_as_we_do(session: Session) -> None:
    rows = await session.execute(
        text(
            "select part, whole, learning_percentage(part, whole) from generate_series(0, 70) as part,"
            " unnest(array[1, 3, 7, 8, 32, 64, 96, 128, 160, 320, 20000]) as whole"
        )
    )
    for part, whole, shown in rows:
        assert shown == percentage(part, whole), (part, whole)
    assert percentage(1, 32) == Decimal("3.12") == (Decimal(100) / 32).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
