"""What the enrollments do about news: grants come and end, outlines change, people play."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, text

from tuition import access
from tuition.access import AccessEnded, AccessGranted, AccessType
from tuition.kernel import clock
from tuition.learning.courses import OutlineChanged
from tuition.learning.enrollments.actions.enrolling import look_again, put
from tuition.learning.enrollments.actions.progress import on_coverage_grew
from tuition.learning.enrollments.models import Enrollment
from tuition.learning.enrollments.queries import of_person
from tuition.learning.enrollments.rules import LEARNING, EnrollmentStatus, Source
from tuition.platform import jobs
from tuition.platform.database import Session
from tuition.platform.events import Bus
from tuition.playback import CoverageGrew

NOT_TO_LEARN = frozenset({AccessType.OWNER, AccessType.PREVIEW})
"""Whoever teaches a course, or only tries it, is not enrolled by that."""
_COURSES_IN = text(
    "select content_id from courses where content_id = :id"
    " union select courses.content_id from courses"
    " join collection_contents as inside on inside.content_id = courses.content_id where inside.collection_id = :id"
)


def wire(bus: Bus) -> None:
    """Listen."""
    bus.subscribe(AccessGranted, on_access_granted)
    bus.subscribe(AccessEnded, on_access_ended)
    bus.subscribe(OutlineChanged, on_outline_changed)
    bus.subscribe(CoverageGrew, on_coverage_grew)


async def on_access_granted(session: Session, fact: AccessGranted) -> None:
    """Somebody was given a course (or a bundle of courses): they are enrolled. A wide grant brings back what had expired."""
    now = clock.now()
    match fact.scope:
        case access.Content(id) | access.Collection(id):
            if fact.access_type not in NOT_TO_LEARN:
                for course_id in await session.scalars(_COURSES_IN, {"id": id}):
                    await _enrol(session, fact, course_id)
        case access.Category() | access.Tier() | access.Catalogue():
            expired = await _courses_of(session, fact.person_id, EnrollmentStatus.EXPIRED)
            if expired:
                await look_again(session, fact.person_id, expired, now=now)


async def on_access_ended(session: Session, fact: AccessEnded) -> None:
    """A grant has ended: what it alone kept open has expired. A renewal is no end; the next grant follows at once."""
    if fact.reason == access.RENEWED:
        return
    active = await _courses_of(session, fact.person_id, EnrollmentStatus.ACTIVE)
    if active:
        await look_again(session, fact.person_id, active, now=clock.now())


async def on_outline_changed(session: Session, fact: OutlineChanged) -> None:
    """What people have completed is counted again, in the background: there may be ten thousand of them."""
    course_id = str(fact.course_id)
    await jobs.defer(session, "enrollments.recount_course", once=course_id, course_id=course_id)


async def _enrol(session: Session, fact: AccessGranted, course_id: UUID) -> None:
    now = clock.now()
    standing = await of_person(session, fact.person_id, course_id)
    if standing is not None and standing.status in LEARNING:
        await look_again(session, fact.person_id, [course_id], now=now)
        return
    await put(session, fact.person_id, course_id, source=Source.GRANT, expires_at=fact.expires_at, now=now)


async def _courses_of(session: Session, person_id: UUID, status: EnrollmentStatus) -> list[UUID]:
    query = select(Enrollment.course_id).where(Enrollment.student_id == person_id, Enrollment.status == status)
    return list(await session.scalars(query))
