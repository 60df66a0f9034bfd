"""What was brought, and what became of it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from tuition.identity import Actor
from tuition.learning.exchange.errors import ImportUnknown
from tuition.learning.exchange.models import ImportItem, ImportJob
from tuition.learning.exchange.values import Outcome
from tuition.platform import paging
from tuition.platform.database import AnySession


async def get_import_for(session: AnySession, actor: Actor, import_id: UUID, *, lock: bool = False) -> ImportJob:
    """One of the actor's own imports. Raises ``ImportUnknown``."""
    query = select(ImportJob).where(ImportJob.id == import_id, ImportJob.owner_id == actor.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(query)
    if found is None:
        raise ImportUnknown
    return found


async def imports_of(
    session: AnySession, actor: Actor, *, limit: int = paging.LIMIT_USUAL, cursor: str | None = None
) -> paging.Page[ImportJob]:
    """What the actor brought, newest first."""
    statement = select(ImportJob).where(ImportJob.owner_id == actor.id)
    scope = f"imports:{actor.id}"
    return await paging.paginate(session, statement, keys=[ImportJob.id.desc()], limit=limit, cursor=cursor, scope=scope)


async def items_of(
    session: AnySession,
    actor: Actor,
    import_id: UUID,
    *,
    outcome: Outcome | None = None,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[ImportItem]:
    """What became of each thing in a file, in its order. Raises ``ImportUnknown``."""
    await get_import_for(session, actor, import_id)
    statement = select(ImportItem).where(ImportItem.import_id == import_id)
    if outcome is not None:
        statement = statement.where(ImportItem.outcome == outcome)
    scope = f"import:{import_id}:{outcome}"
    return await paging.paginate(session, statement, keys=[ImportItem.position.asc()], limit=limit, cursor=cursor, scope=scope)
