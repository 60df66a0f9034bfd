"""A play session begins and ends."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from tuition.kernel import new_id
from tuition.platform import events
from tuition.platform.database import Session
from tuition.playback.errors import PlayingElsewhere
from tuition.playback.events import PlaySessionEnded
from tuition.playback.models import Playback, PlaySession
from tuition.playback.rules import ALLOWANCE_START_MS, SPEED_ONE, STALE_AFTER, Basis, Device, EndReason

STALE_BATCH = 200
_PLAYED = text(
    "select coalesce((select sum(upper(part) - lower(part)) from unnest(range_agg(played)) as part), 0), max(at)"
    " from (select unnest(played) as played, at from play_intervals"
    "  where play_session_id = :id and user_id = :user_id) as reported"
)


async def begin(
    session: Session,
    user_id: UUID,
    *,
    content_id: UUID,
    kind: str,
    title: str,
    duration_ms: int,
    limit_ms: int,
    device: Device,
    basis: Basis,
    take_over: bool,
    now: datetime,
) -> PlaySession:
    """Begin to play. Raises ``PlayingElsewhere`` when another device plays and ``take_over`` was not said.

    A person plays one thing at a time, and a partial unique index says so; the advisory lock lets two beginnings of one person
    wait for each other instead of meeting in that index.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(user_id), 0))))
    running = (
        await session.scalars(select(PlaySession).where(PlaySession.user_id == user_id, PlaySession.status == "active"))
    ).one_or_none()
    if running is not None:
        await _make_room(session, running, device=device, take_over=take_over, now=now)
    begun = PlaySession(
        id=new_id(),
        user_id=user_id,
        content_id=content_id,
        content_title=title,
        device_id=device.id,
        device_name=device.name,
        basis_type=basis.type,
        basis_id=basis.id,
        status="active",
        started_at=now,
        limit_ms=min(limit_ms, duration_ms),
        created_at=now,
    )
    session.add(begun)
    await session.flush()  # the playback row below points at it
    current = {
        "session_id": begun.id,
        "allowance_ms": ALLOWANCE_START_MS,
        "speed": SPEED_ONE,
        "seen_at": now,
        "duration_ms": duration_ms,
    }
    await session.execute(
        insert(Playback)
        .values(
            id=new_id(), user_id=user_id, content_id=content_id, kind=kind, coverage=text("'{}'"), leased=text("'{}'"), **current
        )
        .on_conflict_do_update(index_elements=["user_id", "content_id"], set_=current)
    )
    return begun


async def end(session: Session, play_session_id: UUID, *, reason: EndReason, at: datetime) -> bool:
    """End a play session; ``False`` when it had ended before. Announces ``PlaySessionEnded`` once.

    The playback row is locked first, as the heartbeat's batch does, so that the two cannot wait for each other in a circle.
    """
    await session.execute(select(Playback.id).where(Playback.session_id == play_session_id).with_for_update())
    row = (
        await session.scalars(
            select(PlaySession).where(PlaySession.id == play_session_id, PlaySession.status == "active").with_for_update()
        )
    ).one_or_none()
    if row is None:
        return False
    played_ms, last_report = (await session.execute(_PLAYED, {"id": row.id, "user_id": row.user_id})).one()
    row.played_ms = int(played_ms)
    row.status = "completed" if played_ms else "cancelled"
    row.ended_at = (last_report or row.started_at) if reason is EndReason.CONNECTION_LOST else at
    row.end_reason = reason.value
    await session.execute(update(Playback).where(Playback.session_id == row.id).values(session_id=None))
    await session.flush()  # another session of this person may be inserted next, and only one may be active
    await events.publish(
        session, PlaySessionEnded(row.id, row.user_id, row.content_id, reason.value, row.played_ms, row.ended_at)
    )
    return True


async def close_stale(session: Session, *, now: datetime) -> int:
    """End the sessions of which nothing was heard for two minutes; returns how many."""
    statement = (
        select(PlaySession.id)
        .join(Playback, Playback.session_id == PlaySession.id)
        .where(PlaySession.status == "active", Playback.seen_at < now - STALE_AFTER)
        .order_by(PlaySession.id)
        .limit(STALE_BATCH)
    )
    ids = (await session.scalars(statement)).all()
    return sum([await end(session, play_session_id, reason=EndReason.CONNECTION_LOST, at=now) for play_session_id in ids])


async def _make_room(session: Session, running: PlaySession, *, device: Device, take_over: bool, now: datetime) -> None:
    seen_at = await session.scalar(select(Playback.seen_at).where(Playback.session_id == running.id))
    if running.device_id == device.id:
        reason = EndReason.REPLACED
    elif seen_at is None or now - seen_at > STALE_AFTER:
        reason = EndReason.CONNECTION_LOST
    elif take_over:
        reason = EndReason.TAKEN_OVER
    else:
        raise PlayingElsewhere(title=running.content_title, device=running.device_name)
    await end(session, running.id, reason=reason, at=now)
