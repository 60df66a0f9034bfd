"""Coming in by a grant, staying as long as it lasts, leaving, coming back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.learning.conftest import add_film, add_person
from tuition import access, catalog
from tuition.access import AccessType, Collection
from tuition.catalog import OneTime
from tuition.identity import Actor, Role
from tuition.kernel import Currency, FrozenClock, Money, clock, new_id
from tuition.learning import courses, enrollments
from tuition.learning.courses import Course, Lesson, LessonType, Right, StaffRole
from tuition.learning.enrollments import Enrolled, Enrollment, EnrollmentExpired, EnrollmentStatus
from tuition.platform import jobs
from tuition.platform.database import Database, Session
from tuition.platform.events import Bus

AddLesson = Callable[..., Awaitable[Lesson]]
Film = Callable[..., Awaitable[catalog.Content]]
Person = Callable[..., Awaitable[Actor]]


@pytest.fixture
async def published(session: Session, teacher: Actor, course: Course, lesson: AddLesson) -> Course:
    """A free course with two lessons that everybody finds."""
    await lesson("One")
    await lesson("Two")
    await catalog.publish(session, teacher, course.id)
    return course


@pytest.fixture
async def sold(session: Session, teacher: Actor, published: Course) -> Course:
    """The same course for 30.00 EUR."""
    await catalog.edit_content(session, teacher, published.id, {"visibility": "paid"})
    await catalog.set_price(session, teacher, published.id, OneTime(Money(3000, Currency("EUR"))))
    return published


def heard(bus: Bus, *facts: type) -> list[object]:
    """What is announced from now on."""
    said: list[object] = []

    async def hear(_session: Session, fact: object) -> None:
        said.append(fact)

    for fact in facts:
        bus.subscribe(fact, hear)
    return said


async def grant(session: Session, person: Actor, course_id: UUID, *, source: str = "purchase", **more: object) -> None:
    """A grant as a purchase gives it."""
    kind = AccessType.PURCHASED
    await access.grant(session, person.id, Collection(course_id), kind=kind, source=(source, new_id()), **more)  # type: ignore[arg-type]  # passed through


async def status_of(session: Session, person: Actor, course: Course) -> str | None:
    """Where a person stands in a course, as the database says."""
    query = select(Enrollment.status).where(Enrollment.student_id == person.id, Enrollment.course_id == course.id)
    return await session.scalar(query)


async def test_a_free_course_takes_everybody_in_and_opens_its_films(
    session: Session, published: Course, lesson: AddLesson, film: Film, student: Actor, bus: Bus
) -> None:
    said = heard(bus, Enrolled)
    shown = await film()
    await lesson("Film", LessonType.VIDEO, content_id=shown.id)
    assert not (await access.decide(session, student, shown.id)).allowed
    made = await enrollments.enroll(session, student, published.id)
    assert (made.status, made.source, made.total_lessons_count, made.expires_at) == ("active", "free", 3, None)
    assert (await access.decide(session, student, shown.id)).allowed
    again = await enrollments.enroll(session, student, published.id)
    assert again.id == made.id
    assert said == [Enrolled(made.id, student.id, published.id)]


async def test_a_course_that_costs_takes_in_who_has_a_grant(session: Session, sold: Course, student: Actor) -> None:
    with pytest.raises(access.PaymentNeeded):
        await enrollments.enroll(session, student, sold.id)
    assert await status_of(session, student, sold) is None
    await grant(session, student, sold.id)
    standing = await enrollments.of_person(session, student.id, sold.id)
    assert standing is not None
    assert (standing.status, standing.source) == ("active", "grant")


async def test_a_bundle_enrols_in_the_courses_that_it_holds(
    session: Session, teacher: Actor, sold: Course, student: Actor
) -> None:
    bundle = await catalog.create_content(session, teacher, catalog.Kind.BUNDLE, title="Both")
    await catalog.set_members(session, teacher, bundle.id, [sold.id])
    await session.flush()  # the bundle's members are read by a view
    await grant(session, student, bundle.id)
    assert await status_of(session, student, sold) == "active"


async def test_the_last_grant_to_end_ends_the_enrollment_and_a_new_one_brings_it_back(
    session: Session, sold: Course, student: Actor, bus: Bus
) -> None:
    said = heard(bus, EnrollmentExpired, Enrolled)
    first, second = new_id(), new_id()
    for source in (first, second):
        scope = Collection(sold.id)
        await access.grant(session, student.id, scope, kind=AccessType.PURCHASED, source=("purchase", source))
    await access.end(session, source=("purchase", first), reason="refunded")
    assert await status_of(session, student, sold) == "active"
    await access.end(session, source=("purchase", second), reason="refunded")
    assert await status_of(session, student, sold) == "expired"
    await grant(session, student, sold.id)
    assert await status_of(session, student, sold) == "active"
    assert [type(fact) for fact in said] == [Enrolled, EnrollmentExpired, Enrolled]


async def test_a_renewal_is_no_end(session: Session, sold: Course, student: Actor, bus: Bus, moment: FrozenClock) -> None:
    said = heard(bus, EnrollmentExpired)
    source = ("subscription", new_id())
    for month in (1, 2):
        until = moment.now() + timedelta(days=31 * month)
        await access.grant(
            session, student.id, Collection(sold.id), kind=AccessType.SUBSCRIPTION, source=source, expires_at=until
        )
    standing = await enrollments.of_person(session, student.id, sold.id)
    assert standing is not None
    assert (standing.status, standing.expires_at) == ("active", until)
    assert said == []


async def test_a_grant_that_ends_by_the_clock_is_found_by_the_job(
    session: Session, sold: Course, student: Actor, moment: FrozenClock
) -> None:
    await grant(session, student, sold.id, expires_at=moment.now() + timedelta(days=10))
    moment.advance(timedelta(days=9))
    await enrollments.jobs.expire_due(session, now=moment.now())
    assert await status_of(session, student, sold) == "active"
    moment.advance(timedelta(days=2))
    await enrollments.jobs.expire_due(session, now=moment.now())
    assert await status_of(session, student, sold) == "expired"


async def test_the_staff_enrols_extends_and_takes_out(
    session: Session, teacher: Actor, sold: Course, student: Actor, moment: FrozenClock
) -> None:
    until = moment.now() + timedelta(days=30)
    made = await enrollments.enroll_person(session, teacher, sold.id, student.id, until=until)
    assert (made.source, made.expires_at) == ("manual", until)
    assert (await access.decide(session, student, sold.id)).until == until
    longer = moment.now() + timedelta(days=60)
    assert (await enrollments.extend(session, teacher, made.id, until=longer)).expires_at == longer
    moment.advance(timedelta(days=45))
    assert (await access.decide(session, student, sold.id)).allowed
    left = await enrollments.drop(session, teacher, made.id)
    assert (left.status, left.total_time_spent_seconds) == ("dropped", 0)
    assert await status_of(session, student, sold) == "dropped"
    assert not (await access.decide(session, student, sold.id)).allowed


async def test_an_expired_learner_who_is_extended_goes_on(
    session: Session, teacher: Actor, sold: Course, student: Actor, moment: FrozenClock
) -> None:
    made = await enrollments.enroll_person(session, teacher, sold.id, student.id, until=moment.now() + timedelta(days=1))
    moment.advance(timedelta(days=2))
    await enrollments.jobs.expire_due(session, now=moment.now())
    assert await status_of(session, student, sold) == "expired"
    await enrollments.extend(session, teacher, made.id, until=None)
    assert await status_of(session, student, sold) == "active"


async def test_only_who_manages_members_enrols_others(
    session: Session, teacher: Actor, published: Course, student: Actor, person: Person
) -> None:
    helper = await person()
    await courses.add_staff(session, teacher, published.id, helper.id, role=StaffRole.ASSISTANT)
    for who in (student, helper):
        with pytest.raises(courses.CourseUnknown):
            await enrollments.enroll_person(session, who, published.id, student.id)
    await courses.add_staff(session, teacher, published.id, helper.id, rights=[Right.MEMBERS])
    made = await enrollments.enroll_person(session, helper, published.id, student.id)
    with pytest.raises(enrollments.EnrollmentUnknown):
        await enrollments.get_for(session, await person(), made.id)
    assert (await enrollments.get_for(session, helper, made.id)).id == made.id
    with pytest.raises(enrollments.EnrollmentUnknown):
        await enrollments.drop(session, await person(Role.CREATOR), made.id)


async def test_whoever_leaves_keeps_what_was_bought_and_may_come_back(session: Session, sold: Course, student: Actor) -> None:
    await grant(session, student, sold.id)
    standing = await enrollments.of_person(session, student.id, sold.id)
    assert standing is not None
    await enrollments.drop(session, student, standing.id)
    assert await status_of(session, student, sold) == "dropped"
    assert (await access.decide(session, student, sold.id)).allowed
    await enrollments.enroll(session, student, sold.id)
    assert await status_of(session, student, sold) == "active"


async def test_a_closed_an_ended_and_a_full_course_take_nobody_in(
    session: Session, teacher: Actor, published: Course, student: Actor, person: Person, moment: FrozenClock
) -> None:
    await courses.edit(session, teacher, published.id, {"enrollment_open": False})
    with pytest.raises(enrollments.EnrollmentClosed):
        await enrollments.enroll(session, student, published.id)
    await courses.edit(session, teacher, published.id, {"enrollment_open": True, "capacity": 1})
    await enrollments.enroll(session, await person(), published.id)
    with pytest.raises(enrollments.CourseFull):
        await enrollments.enroll(session, student, published.id)
    by_hand = await enrollments.enroll_person(session, teacher, published.id, student.id)
    assert by_hand.status == EnrollmentStatus.ACTIVE, "its teacher may take in more"
    await enrollments.drop(session, student, by_hand.id)
    await courses.edit(session, teacher, published.id, {"capacity": None, "ends_at": moment.now() + timedelta(days=1)})
    moment.advance(timedelta(days=2))
    with pytest.raises(enrollments.CourseEnded):
        await enrollments.enroll(session, student, published.id)


async def test_another_course_comes_first(
    session: Session, teacher: Actor, published: Course, student: Actor, lesson: AddLesson
) -> None:
    second = await courses.create(session, teacher, title="Second", visibility="public")
    await lesson("Later", course_id=second.id)
    await catalog.publish(session, teacher, second.id)
    await courses.set_prerequisites(session, teacher, second.id, [published.id])
    with pytest.raises(enrollments.PrerequisitesMissing) as refused:
        await enrollments.enroll(session, student, second.id)
    assert refused.value.fields["courses"] == "Breathing for beginners"
    first = await enrollments.enroll(session, student, published.id)
    for node in await courses.outline(session, published.id):
        await enrollments.complete_lesson(session, first.id, node.lesson.id, at=clock.now())
    assert await status_of(session, student, published) == "completed"
    assert (await enrollments.enroll(session, student, second.id)).status == EnrollmentStatus.ACTIVE


async def test_nobody_enrols_in_a_draft_or_in_a_film(session: Session, course: Course, student: Actor, film: Film) -> None:
    with pytest.raises(catalog.ContentUnknown):
        await enrollments.enroll(session, student, course.id)
    with pytest.raises(catalog.ContentUnknown):
        await enrollments.enroll(session, student, (await film()).id)


async def test_two_tabs_enrol_once_and_the_last_place_is_taken_once(database: Database, bus: Bus) -> None:
    async with database.transaction() as session:
        teacher = await add_person(session, Role.CREATOR)
        people = [await add_person(session) for _ in range(4)]
        course = await courses.create(session, teacher, title="Busy", visibility="public", capacity=3)
        film = await add_film(session, teacher)
        await courses.add_lesson(session, teacher, course.id, LessonType.VIDEO, title="Film", content_id=film.id)
        await catalog.publish(session, teacher, course.id)
        course_id = course.id

    async def enrol(person: Actor) -> bool:
        try:
            async with database.transaction() as session:
                await enrollments.enroll(session, person, course_id)
        except enrollments.CourseFull:
            return False
        return True

    await asyncio.gather(*(enrol(person) for person in people[:2] for _ in range(3)))
    outcomes = await asyncio.gather(*(enrol(person) for person in people[2:]))
    assert sorted(outcomes) == [False, True]
    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Enrollment)) == 3
        live = select(func.count()).select_from(access.AccessGrant).where(access.AccessGrant.ended_at.is_(None))
        assert await session.scalar(live.where(access.AccessGrant.source_type == "enrollment")) == 3


async def test_a_list_of_people_is_answered_line_by_line(
    session: Session, teacher: Actor, sold: Course, student: Actor, person: Person
) -> None:
    other = await person()
    csv = (
        "email,until,group\n"
        f"{student.id}@EXAMPLE.org,,Monday\n"
        f"{other.id}@example.org,not a date,\n"
        "nobody@example.org,,\n"
        "no address,,\n"
        "\n"
        f"{student.id}@example.org,,Tuesday\n"
    )
    report = await enrollments.import_members(session, teacher, sold.id, csv)
    assert [(line.number, line.outcome) for line in report] == [
        (2, "enrolled"),
        (3, "invalid"),
        (4, "unknown"),
        (5, "invalid"),
        (7, "repeated"),
    ]
    assert await status_of(session, student, sold) == "active"
    assert await status_of(session, other, sold) is None
    assert [(group.name, count) for group, count in await enrollments.groups_of(session, sold.id)] == [("Monday", 1)]
    again = await enrollments.import_members(session, teacher, sold.id, f"email\n{student.id}@example.org\n")
    assert [line.outcome for line in again] == ["already"]


@pytest.mark.parametrize("wrong", ["", "name\nSami\n", "email,colour\na@b.c,red\n", "email\n" + "a@b.c\n" * 2001])
async def test_a_list_that_cannot_be_read_says_why(session: Session, teacher: Actor, course: Course, wrong: str) -> None:
    with pytest.raises(enrollments.ListInvalid):
        await enrollments.import_members(session, teacher, course.id, wrong)


async def test_groups_hold_learners_of_their_course(
    session: Session, teacher: Actor, published: Course, student: Actor, person: Person
) -> None:
    made = await enrollments.enroll(session, student, published.id)
    group = await enrollments.create_group(session, teacher, published.id, name="  Monday  evening ")
    assert group.name == "Monday evening"
    for _ in range(2):
        await enrollments.add_to_group(session, teacher, group.id, made.id)
    assert await enrollments.student_ids(session, published.id, group_id=group.id) == [student.id]
    with pytest.raises(enrollments.GroupTaken):
        await enrollments.create_group(session, teacher, published.id, name="Monday evening")
    with pytest.raises(enrollments.GroupUnknown):
        await enrollments.delete_group(session, await person(Role.CREATOR), group.id)
    await enrollments.remove_from_group(session, teacher, group.id, made.id)
    assert await enrollments.student_ids(session, published.id, group_id=group.id) == []


async def test_what_is_known_of_a_learner_is_exported_and_forgotten(session: Session, published: Course, student: Actor) -> None:
    made = await enrollments.enroll(session, student, published.id)
    [first, _] = await courses.outline(session, published.id)
    await enrollments.complete_lesson(session, made.id, first.lesson.id, at=clock.now())
    [exported] = (await enrollments.privacy.export(session, student.id))["enrollments"]
    assert (exported["course"], exported["progress_percentage"]) == ("Breathing for beginners", "50.00")
    assert [item["lesson"] for item in exported["lessons"]] == ["One"]
    await enrollments.privacy.erase(session, student.id)
    assert await status_of(session, student, published) == "dropped"


async def test_jobs_are_known(bus: Bus) -> None:
    assert {"enrollments.recount_course", "enrollments.expire_due"} <= set(jobs.registered())


async def test_everybody_who_learns_is_found_in_parts(
    session: Session, published: Course, teacher: Actor, person: Person
) -> None:
    people = sorted([(await person()).id for _ in range(5)])
    for person_id in people:
        await enrollments.enroll_person(session, teacher, published.id, person_id)
    first = await enrollments.learners_after(session, published.id, None, 3)
    assert [*first, *await enrollments.learners_after(session, published.id, first[-1], 3)] == people
