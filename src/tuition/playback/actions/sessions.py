"""A play session begins and ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text, update

from tuition.kernel import new_id
from tuition.platform import events
from tuition.platform.database import Session
from tuition.playback.errors import PlayingElsewhere
from tuition.playback.events import PlaySessionEnded
from tuition.playback.models import Playback, PlaySession
from tuition.playback.rules import ALLOWANCE_START_MS, SPEED_ONE, STALE_AFTER, Basis, Device, EndReason

STALE_BATCH = 200
# A film may have been replaced by a shorter one: what lies beyond its end is forgotten. Credit against the wall clock is not
# made by beginning again: what was left grows by the time that has passed, up to what a first beginning gets.
_POINT_TO = text(
    "insert into playback as p (id, user_id, content_id, kind, session_id, allowance_ms, speed, seen_at, duration_ms)"
    " values (:id, :user_id, :content_id, :kind, :session_id, :allowance, :speed, :now, :duration)"
    " on conflict (user_id, content_id) do update set session_id = excluded.session_id, speed = excluded.speed,"
    " seen_at = excluded.seen_at, duration_ms = excluded.duration_ms,"
    " allowance_ms = least(excluded.allowance_ms,"
    "  p.allowance_ms + greatest(0, extract(epoch from excluded.seen_at - p.seen_at) * 1000)::bigint),"
    " coverage = p.coverage * int8multirange(int8range(0, excluded.duration_ms)),"
    " leased = p.leased * int8multirange(int8range(0, excluded.duration_ms)),"
    " covered_ms = (select coalesce(sum(upper(part) - lower(part)), 0)"
    "  from unnest(p.coverage * int8multirange(int8range(0, excluded.duration_ms))) as part),"
    " position_ms = least(p.position_ms, excluded.duration_ms)"
)
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
    right_until: datetime | None = None,
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
    # Both rows that are written below are locked here, in the order of the heartbeat's batch.
    touched = (Playback.content_id == content_id) | (Playback.session_id == (running.id if running else None))
    statement = select(Playback.id).where(Playback.user_id == user_id, touched).order_by(Playback.id)
    await session.execute(statement.with_for_update())
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
        right_until=right_until,
        created_at=now,
    )
    session.add(begun)
    await session.flush()  # the playback row below points at it
    values = {"id": new_id(), "user_id": user_id, "content_id": content_id, "kind": kind, "session_id": begun.id}
    start = {"allowance": ALLOWANCE_START_MS, "speed": SPEED_ONE, "now": now, "duration": duration_ms}
    await session.execute(_POINT_TO, values | start)
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


async def end_all_of(session: Session, user_id: UUID, *, reason: EndReason, at: datetime, basis: Basis | None = None) -> int:
    """End what a person plays at the moment (on this right, if one is named); returns how many sessions that were."""
    statement = select(PlaySession.id).where(PlaySession.user_id == user_id, PlaySession.status == "active")
    if basis is not None:
        statement = statement.where(PlaySession.basis_type == basis.type, PlaySession.basis_id == basis.id)
    ids = (await session.scalars(statement)).all()
    return sum([await end(session, play_session_id, reason=reason, at=at) for play_session_id in ids])


async def end_rights(
    session: Session, content_id: UUID, *, basis_types: Iterable[str], at: datetime, user_id: UUID | None = None
) -> None:
    """Let the sessions that play a content on such rights (of one person) end with their next report, however many they are."""
    which = (PlaySession.content_id == content_id) & PlaySession.basis_type.in_(list(basis_types))
    if user_id is not None:
        which &= PlaySession.user_id == user_id
    await session.execute(
        update(PlaySession)
        .where(PlaySession.status == "active", which)
        .values(right_until=func.least(PlaySession.right_until, at))
    )


async def close_stale(session: Session, *, now: datetime) -> int:
    """End the sessions of which nothing was heard for two minutes; returns how many.

    Their rows are locked as the heartbeat's batch locks them; one that is reported at this moment is not stale and is left out.
    """
    statement = (
        select(Playback.session_id)
        .join(PlaySession, Playback.session_id == PlaySession.id)
        .where(PlaySession.status == "active", Playback.seen_at < now - STALE_AFTER)
        .order_by(Playback.id)
        .limit(STALE_BATCH)
        .with_for_update(of=Playback, skip_locked=True)
    )
    ids = (await session.scalars(statement)).all()
    return sum(
        [
            await end(session, play_session_id, reason=EndReason.CONNECTION_LOST, at=now)
            for play_session_id in ids
            if play_session_id
        ]
    )


async def _make_room(session: Session, running: PlaySession, *, device: Device, take_over: bool, now: datetime) -> None:
    seen_at = await session.scalar(select(Playback.seen_at).where(Playback.session_id == running.id))
    if running.device_id == device.id:
        reason = EndReason.REPLACED
    elif seen_at is None or now - seen_at > STALE_AFTER:
        reason = EndReason.CONNECTION_LOST
    elif take_over:
        reason = EndReason.TAKEN_OVER
    else:
        raise PlayingElsewhere(content=running.content_title, device=running.device_name)
    await end(session, running.id, reason=reason, at=now)
