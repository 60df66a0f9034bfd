"""What certificates do about news from below."""

from __future__ import annotations

from tuition.learning import courses
from tuition.learning.enrollments import CourseCompleted
from tuition.platform import jobs
from tuition.platform.database import Session
from tuition.platform.events import Bus


def wire(bus: Bus) -> None:
    """Listen."""
    bus.subscribe(CourseCompleted, on_course_completed)


async def on_course_completed(session: Session, fact: CourseCompleted) -> None:
    """Have a certificate made, if the course gives one. The job exists if and only if the completion does."""
    course = (await courses.find(session, [fact.course_id])).get(fact.course_id)
    if course is not None and course.certificate_enabled:
        enrollment_id = str(fact.enrollment_id)
        await jobs.defer(session, "certificates.issue", once=enrollment_id, enrollment_id=enrollment_id)
