"""What packages know of a person: how far they are, and what the packages remembered about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tuition.learning.enrollments import Enrollment
from tuition.learning.packages.models import Package, PackageState
from tuition.platform.database import AnySession, Session


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """What packages reported about them, with what the packages keep for their next visit; which packages they brought."""
    states = await session.scalars(
        select(PackageState)
        .join(Enrollment, Enrollment.id == PackageState.enrollment_id)
        .where(Enrollment.student_id == person_id)
        .order_by(PackageState.id)
    )
    brought = await session.scalars(select(Package.file_name).where(Package.brought_by == person_id).order_by(Package.id))
    return {
        "states": [
            {
                "lesson_id": str(row.lesson_id),
                "attempt": row.attempt,
                "item": row.item,
                "completion": row.completion,
                "success": row.success,
                "percentage": str(row.percentage) if row.percentage is not None else None,
                "seconds": row.total_s + row.session_s,
                "location": row.location,
                "suspend_data": row.suspend_data,
                "kept": row.kept,
                "at": row.updated_at.isoformat(),
            }
            for row in states
        ],
        "brought": list(brought),
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Forget what packages remembered about them, and what their files were called. Results stay, without a name."""
    theirs = select(Enrollment.id).where(Enrollment.student_id == person_id)
    nothing = {"location": "", "suspend_data": "", "kept": {}}
    await session.execute(update(PackageState).where(PackageState.enrollment_id.in_(theirs)).values(**nothing))
    await session.execute(update(Package).where(Package.brought_by == person_id).values(file_name=""))
