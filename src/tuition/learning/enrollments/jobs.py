"""The enrollments' work in the background."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from tuition.kernel import clock
from tuition.learning.enrollments.actions.enrolling import look_again
from tuition.learning.enrollments.actions.progress import recount, take_over_coverage
from tuition.learning.enrollments.models import Enrollment
from tuition.learning.enrollments.rules import EnrollmentStatus
from tuition.platform import jobs
from tuition.platform.database import Session

RECOUNT_BATCH = 1000
DUE_MAX = 500


@jobs.work("enrollments.recount_course", retries=jobs.PATIENT)
async def recount_course(context: jobs.Context, *, course_id: str) -> None:
    """Count again how far everybody is in a course whose outline has changed, a thousand people a transaction."""
    last: UUID | None = None
    while True:
        async with context.database.transaction() as session:
            query = select(Enrollment.id).where(Enrollment.course_id == UUID(course_id)).order_by(Enrollment.id)
            if last is not None:
                query = query.where(Enrollment.id > last)
            ids = list(await session.scalars(query.limit(RECOUNT_BATCH)))
            if not ids:
                return
            await take_over_coverage(session, ids)
            await recount(session, ids, now=clock.now())
            last = ids[-1]


@jobs.every("*/5 * * * *", "enrollments.expire_due")
async def expire_due(session: Session, *, now: datetime) -> None:
    """Look again at the enrollments whose grant should have ended by now. Grants that end by the clock announce nothing."""
    query = (
        select(Enrollment.student_id, Enrollment.course_id)
        .where(Enrollment.status == EnrollmentStatus.ACTIVE, Enrollment.expires_at <= now)
        .order_by(Enrollment.expires_at)
        .limit(DUE_MAX)
    )
    due: dict[UUID, list[UUID]] = {}
    for student_id, course_id in await session.execute(query):
        due.setdefault(student_id, []).append(course_id)
    for student_id in sorted(due):
        await look_again(session, student_id, due[student_id], now=now)
