"""What pictures know of a person: which they brought."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tuition.learning.pictures.models import Picture
from tuition.learning.pictures.rules import address_of
from tuition.platform.database import AnySession, Session


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """The pictures that they brought."""
    rows = await session.scalars(select(Picture).where(Picture.owner_id == person_id).order_by(Picture.id))
    return {
        "pictures": [
            {"file_name": row.file_name, "address": address_of(row.id), "at": row.created_at.isoformat()} for row in rows
        ]
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Forget what the files were called; what the texts of a course show stays with the course."""
    await session.execute(update(Picture).where(Picture.owner_id == person_id).values(file_name=""))
