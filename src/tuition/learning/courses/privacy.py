"""What the courses know of a person: where they teach. Courses themselves belong to the catalogue's part of an export."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from tuition.learning.courses.models import CourseStaff
from tuition.platform.database import AnySession, Session


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """The courses that they help to teach."""
    rows = await session.scalars(select(CourseStaff).where(CourseStaff.user_id == person_id).order_by(CourseStaff.created_at))
    return {"teaches_in": [{"course_id": str(row.course_id), "role": row.role, "rights": row.rights} for row in rows]}


async def erase(session: Session, person_id: UUID) -> None:
    """They teach nowhere any more."""
    await session.execute(delete(CourseStaff).where(CourseStaff.user_id == person_id))
