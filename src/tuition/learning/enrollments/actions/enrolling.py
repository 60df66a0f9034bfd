"""Coming in, staying, leaving, and coming back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tuition import access, catalog, identity
from tuition.identity import Actor
from tuition.kernel import Phrase, clock, new_id
from tuition.learning import courses
from tuition.learning.courses import Right
from tuition.learning.enrollments.actions.progress import recount, take_over_coverage
from tuition.learning.enrollments.answers import refusals
from tuition.learning.enrollments.errors import EndInvalid, EnrollmentUnknown, PersonNotFound
from tuition.learning.enrollments.events import Enrolled, EnrollmentExpired
from tuition.learning.enrollments.models import Enrollment
from tuition.learning.enrollments.queries import get_for, of_person
from tuition.learning.enrollments.rules import LEARNING, EnrollmentStatus, Source
from tuition.platform import events
from tuition.platform.database import Session

SOURCE = "enrollment"
"""The source of the grants that an enrollment gives by itself: in a free course, or by the staff's hand."""
END_MAX = timedelta(days=3660)


async def enroll(session: Session, actor: Actor, course_id: UUID) -> Enrollment:
    """Learn in a course that one may open. Again is the same enrollment; one that was left or expired goes on.

    Raises ``CourseUnknown``, what ``access.require`` raises, ``EnrollmentClosed``, ``CourseEnded``, ``CourseFull``,
    ``PrerequisitesMissing``.
    """
    content, decision = await access.get_content_for(session, actor, course_id)
    if content.kind != catalog.Kind.COURSE:
        raise courses.CourseUnknown
    access.require(decision)
    standing = await of_person(session, actor.id, course_id)
    if standing is not None and standing.status in LEARNING:
        return standing
    now = clock.now()
    for refused in (await refusals(session, actor.id, [content], hold=True)).values():
        raise refused
    is_free = decision.reason is access.Reason.FREE and decision.grant_id is None
    source = Source.FREE if is_free else Source.GRANT
    enrollment = await put(session, actor.id, course_id, source=source, expires_at=decision.until, now=now)
    if is_free:
        # What its lessons show is opened by a grant, also if the course is sold one day.
        scope = access.Collection(course_id)
        kind = access.AccessType.COMPLIMENTARY
        await access.grant(session, actor.id, scope, kind=kind, source=(SOURCE, enrollment.id), at=now)
    return enrollment


async def enroll_person(
    session: Session,
    actor: Actor,
    course_id: UUID,
    person_id: UUID,
    *,
    until: datetime | None = None,
    source: str = Source.MANUAL,
) -> Enrollment:
    """The staff enrols somebody, whatever the course costs and however full it is; ``until`` ends it. Again changes the end.

    Raises ``CourseUnknown``, ``PersonNotFound``, ``EndInvalid``.
    """
    await courses.get_for_staff(session, actor, course_id, Right.MEMBERS)
    now = clock.now()
    _check_end(until, now)
    if person_id not in await identity.people_by_id(session, [person_id]):
        raise PersonNotFound(email=person_id)
    enrollment = await put(session, person_id, course_id, source=Source(source), expires_at=until, now=now)
    await _give(session, actor, enrollment, until, now)
    return enrollment


async def extend(session: Session, actor: Actor, enrollment_id: UUID, *, until: datetime | None) -> Enrollment:
    """The staff gives somebody longer (none: for good), by a further grant. Raises ``EnrollmentUnknown``, ``EndInvalid``."""
    enrollment = await _for_staff(session, actor, enrollment_id)
    now = clock.now()
    _check_end(until, now)
    await put(session, enrollment.student_id, enrollment.course_id, source=Source.MANUAL, expires_at=until, now=now)
    await _give(session, actor, enrollment, until, now)
    await session.refresh(enrollment)
    return enrollment


async def drop(session: Session, actor: Actor, enrollment_id: UUID) -> Enrollment:
    """Leave a course, or be taken out of it by its staff. What was learned stays; what was bought stays bought.

    Raises ``EnrollmentUnknown``. Again is no change.
    """
    enrollment = await get_for(session, actor, enrollment_id)
    if enrollment.student_id != actor.id:
        enrollment = await _for_staff(session, actor, enrollment_id)
    await _lock(session, enrollment)
    if enrollment.status != EnrollmentStatus.DROPPED:
        enrollment.status = EnrollmentStatus.DROPPED
        # The grant that ends next looks at it.
        await session.flush()
        await access.end(session, source=(SOURCE, enrollment.id), reason="left_course")
    return enrollment


async def put(
    session: Session, person_id: UUID, course_id: UUID, *, source: Source, expires_at: datetime | None, now: datetime
) -> Enrollment:
    """The one enrollment of a person in a course: made, or taken up again, or as it stands. Two at once make one."""
    statement = insert(Enrollment).values(
        id=new_id(), student_id=person_id, course_id=course_id, source=str(source), enrolled_at=now, expires_at=expires_at
    )
    made: Enrollment | None = await session.scalar(
        statement.on_conflict_do_nothing(index_elements=["student_id", "course_id"]).returning(Enrollment)
    )
    if made is not None:
        await take_over_coverage(session, [made.id])
        await recount(session, [made.id], now=now)
        await events.publish(session, Enrolled(made.id, person_id, course_id))
        await session.refresh(made)
        return made
    query = select(Enrollment).where(Enrollment.student_id == person_id, Enrollment.course_id == course_id)
    standing: Enrollment = (
        await session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True))
    ).one()
    standing.expires_at = expires_at
    was_away = standing.status not in LEARNING
    if was_away:
        standing.status = EnrollmentStatus.COMPLETED if standing.completed_at else EnrollmentStatus.ACTIVE
    # It is counted again, and looked at again, by statements that go past the session.
    await session.flush()
    if was_away:
        await take_over_coverage(session, [standing.id])
        await recount(session, [standing.id], now=now)
        await session.refresh(standing)
        await events.publish(session, Enrolled(standing.id, person_id, course_id))
    return standing


async def look_again(session: Session, person_id: UUID, course_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let a person's enrollments in these courses say what their grants say now: learning until then, or expired."""
    query = (
        select(Enrollment)
        .where(Enrollment.student_id == person_id, Enrollment.course_id.in_(list(course_ids)))
        .where(Enrollment.status.in_([EnrollmentStatus.ACTIVE, EnrollmentStatus.EXPIRED, EnrollmentStatus.COMPLETED]))
        .order_by(Enrollment.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    standing = list(await session.scalars(query))
    if not standing:
        return
    decisions = await access.decide_many(session, Actor(id=person_id), [item.course_id for item in standing], at=now)
    for enrollment in standing:
        decision = decisions[enrollment.course_id]
        enrollment.expires_at = decision.until if decision.allowed else enrollment.expires_at
        if not decision.allowed and enrollment.status == EnrollmentStatus.ACTIVE:
            enrollment.status = EnrollmentStatus.EXPIRED
            await events.publish(session, EnrollmentExpired(enrollment.id, person_id, enrollment.course_id))
        elif decision.allowed and enrollment.status == EnrollmentStatus.EXPIRED:
            enrollment.status = EnrollmentStatus.ACTIVE
            await events.publish(session, Enrolled(enrollment.id, person_id, enrollment.course_id))
    # What follows in this transaction asks the database.
    await session.flush()


async def _give(session: Session, actor: Actor, enrollment: Enrollment, until: datetime | None, now: datetime) -> None:
    await access.grant(
        session,
        enrollment.student_id,
        access.Collection(enrollment.course_id),
        kind=access.AccessType.COMPLIMENTARY,
        source=(SOURCE, enrollment.id),
        granted_by=actor.id,
        expires_at=until,
        at=now,
    )


async def _for_staff(session: Session, actor: Actor, enrollment_id: UUID) -> Enrollment:
    enrollment = await session.get(Enrollment, enrollment_id)
    if enrollment is None or not await courses.may(session, actor, enrollment.course_id, Right.MEMBERS):
        raise EnrollmentUnknown
    return enrollment


async def _lock(session: Session, enrollment: Enrollment) -> None:
    await session.refresh(enrollment, with_for_update={"key_share": True})


def _check_end(until: datetime | None, now: datetime) -> None:
    if until is not None and not now < until <= now + END_MAX:
        raise EndInvalid(reason=Phrase("choose a moment within the next {days} days.", days=END_MAX.days))
