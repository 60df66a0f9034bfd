"""What the exchange knows of a person: which files they brought."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tuition.learning.exchange.models import ImportJob
from tuition.platform.database import AnySession, Session


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """The files that they brought."""
    rows = await session.scalars(select(ImportJob).where(ImportJob.owner_id == person_id).order_by(ImportJob.id))
    return {"imports": [{"file_name": row.file_name, "format": row.format, "at": row.created_at.isoformat()} for row in rows]}


async def erase(session: Session, person_id: UUID) -> None:
    """Forget what the files were called."""
    await session.execute(update(ImportJob).where(ImportJob.owner_id == person_id).values(file_name=""))
