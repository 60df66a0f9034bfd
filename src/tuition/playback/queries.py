"""What people and rooms ask about playing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import String, cast, select, text

from tuition.identity import Actor
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.playback.actions.recording import read_ranges
from tuition.playback.errors import PlayedOut, PlaySessionNotFound
from tuition.playback.models import Playback, PlaySession
from tuition.playback.rules import Basis, Ranges

CONTINUE_MAX = 24
_COVERED_SINCE = text(
    "select coalesce(sum(upper(part) - lower(part)), 0) from ("
    " select unnest(range_agg(played)) as part from ("
    "  select unnest(i.played) as played from play_intervals i join play_sessions s on s.id = i.play_session_id"
    "  where i.user_id = :user_id and i.content_id = :content_id and s.basis_type = :basis_type and s.basis_id = :basis_id"
    " ) as reported) as parts"
)

_COVERED_ON = text(
    "select content_id, (select coalesce(sum(upper(part) - lower(part)), 0) from unnest(played) as part) as covered_ms from ("
    " select i.content_id, range_agg(part) as played"
    " from play_sessions s join play_intervals i on i.play_session_id = s.id cross join lateral unnest(i.played) as part"
    " where s.basis_type = :basis_type and s.basis_id = :basis_id and i.user_id = :user_id group by i.content_id"
    ") as reported"
)


async def get_play_session_for(session: AnySession, actor: Actor, play_session_id: UUID) -> PlaySession:
    """The actor's own play session; anybody else's does not exist."""
    statement = select(PlaySession).where(PlaySession.id == play_session_id, PlaySession.user_id == actor.id)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise PlaySessionNotFound
    return found


async def get_running(session: AnySession, play_session_id: UUID) -> PlaySession:
    """A play session by the id that its token proves. Raises ``PlayedOut`` when it has ended."""
    found = await session.get(PlaySession, play_session_id)
    if found is None:
        raise PlaySessionNotFound
    if found.status != "active":
        raise PlayedOut(reason=found.end_reason)
    return found


async def playback_of(session: AnySession, user_id: UUID, content_id: UUID) -> Playback | None:
    """All that a person has played of a content, if anything."""
    statement = select(Playback).where(Playback.user_id == user_id, Playback.content_id == content_id)
    return (await session.scalars(statement)).one_or_none()


async def playbacks_of(session: AnySession, user_id: UUID, content_ids: Sequence[UUID]) -> dict[UUID, Playback]:
    """What a person has played of these contents, in one query."""
    statement = select(Playback).where(Playback.user_id == user_id, Playback.content_id.in_(content_ids))
    return {found.content_id: found for found in (await session.scalars(statement)).all()}


async def continue_list(session: AnySession, user_id: UUID, *, limit: int = CONTINUE_MAX) -> list[Playback]:
    """What a person began and has not finished, the newest first."""
    statement = (
        select(Playback)
        .where(Playback.user_id == user_id, Playback.completed_at.is_(None), Playback.covered_ms > 0)
        .order_by(Playback.seen_at.desc(), Playback.id)
        .limit(min(limit, CONTINUE_MAX))
    )
    return list((await session.scalars(statement)).all())


async def coverage_of(session: AnySession, user_id: UUID, content_id: UUID) -> Ranges:
    """Which moments of a content a person has played."""
    statement = select(cast(Playback.coverage, String)).where(Playback.user_id == user_id, Playback.content_id == content_id)
    written = await session.scalar(statement)
    return read_ranges(written) if written else ()


async def covered_since(session: AnySession, user_id: UUID, content_id: UUID, basis: Basis) -> int:
    """Milliseconds of distinct content time that were played on this right: a later purchase starts its own count."""
    bound = {"user_id": user_id, "content_id": content_id, "basis_type": basis.type, "basis_id": basis.id}
    return int(await session.scalar(_COVERED_SINCE, bound) or 0)


async def sessions_on(session: AnySession, user_id: UUID, basis: Basis) -> list[UUID]:
    """The play sessions of a person on one right, the newest first."""
    statement = (
        select(PlaySession.id)
        .where(PlaySession.user_id == user_id, PlaySession.basis_type == basis.type, PlaySession.basis_id == basis.id)
        .order_by(PlaySession.started_at.desc(), PlaySession.id.desc())
    )
    return list((await session.scalars(statement)).all())


async def covered_on(session: AnySession, user_id: UUID, basis: Basis) -> dict[UUID, int]:
    """Milliseconds of distinct content time of each content that was played on this right: one grant may open a whole course."""
    bound = {"user_id": user_id, "basis_type": basis.type, "basis_id": basis.id}
    return {row.content_id: int(row.covered_ms) for row in await session.execute(_COVERED_ON, bound)}


async def sessions_page(
    session: AnySession, user_id: UUID, *, cursor: str | None = None, limit: int = 25
) -> paging.Page[PlaySession]:
    """A person's play sessions, newest first."""
    statement = select(PlaySession).where(PlaySession.user_id == user_id)
    return await paging.paginate(
        session, statement, keys=[PlaySession.started_at.desc(), PlaySession.id.desc()], cursor=cursor, limit=limit
    )
