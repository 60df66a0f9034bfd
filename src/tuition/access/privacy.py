"""What the access room knows of a person: what they may open, and when they last did."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from tuition.access.models import AccessGrant, ContentVisit
from tuition.platform.database import AnySession, Session


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Every grant that they hold or held, and their visits."""
    grants = await session.scalars(select(AccessGrant).where(AccessGrant.person_id == person_id).order_by(AccessGrant.id))
    visits = await session.scalars(select(ContentVisit).where(ContentVisit.person_id == person_id))
    shown = ("scope", "scope_id", "access_type", "source_type", "source_id", "granted_at", "expires_at", "ended_at", "end_reason")
    return {
        "grants": [{name: _plain(getattr(grant, name)) for name in shown} for grant in grants],
        "visits": [{"content_id": str(visit.content_id), "at": visit.last_accessed_at.isoformat()} for visit in visits],
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Forget the visits. Grants hold ids only, and say what the books say: they stay."""
    await session.execute(delete(ContentVisit).where(ContentVisit.person_id == person_id))


def _plain(value: Any) -> Any:
    return None if value is None else str(value)
