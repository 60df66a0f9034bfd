"""What the gradebook holds of a person: results that were set by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tuition.learning.enrollments import Enrollment
from tuition.learning.gradebook.models import GradeOverride
from tuition.platform.database import AnySession, Session


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Every result that somebody set by hand, and why."""
    rows = await session.scalars(
        select(GradeOverride)
        .join(Enrollment, Enrollment.id == GradeOverride.enrollment_id)
        .where(Enrollment.student_id == person_id)
        .order_by(GradeOverride.id)
    )
    return {
        "grades_set_by_hand": [
            {
                "lesson_id": str(row.lesson_id),
                "percentage": None if row.percentage is None else str(row.percentage),
                "reason": row.reason,
                "at": row.updated_at.isoformat(),
            }
            for row in rows
        ]
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Forget the reasons; the figures name nobody."""
    theirs = select(Enrollment.id).where(Enrollment.student_id == person_id)
    await session.execute(update(GradeOverride).where(GradeOverride.enrollment_id.in_(theirs)).values(reason="–"))
