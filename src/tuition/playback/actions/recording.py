"""Reports are taken in, many at a time.

The heartbeat's batch works in two steps, so that a room above may say in between what can be paid: ``lock_states`` locks what
is known (in the order of ids, so that two batches cannot wait for each other in a circle), ``keep`` writes what was decided.
Both are one or two statements for any number of reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import text

from tuition.kernel import new_id
from tuition.platform import events
from tuition.platform.database import Session, array_of, quoted_array_of
from tuition.playback.events import CoverageGrew, Grown
from tuition.playback.rules import EndReason, Kept, Ranges, State, intersection, length, normalize, time_spent_ms

_LOCK = text(
    "select p.id, s.id, s.user_id, s.content_id, s.status = 'active' and p.session_id = s.id, s.end_reason, s.right_until,"
    " p.coverage::text, p.covered_ms,"
    " p.duration_ms, s.limit_ms, p.position_ms, p.allowance_ms, p.speed, p.seen_at, p.completed_at, p.leased::text"
    " from play_sessions s join playback p on p.user_id = s.user_id and p.content_id = s.content_id"
    " where s.id = any(cast(:ids as uuid[])) order by p.id for update of p"
)
_KEEP = text(
    "update playback p set coverage = k.coverage::int8multirange, covered_ms = k.covered_ms, position_ms = k.position_ms,"
    " allowance_ms = k.allowance_ms, speed = k.speed, seen_at = k.seen_at, completed_at = k.completed_at,"
    " leased = k.leased::int8multirange"
    " from unnest(cast(:ids as uuid[]), cast(:coverages as text[]), cast(:covered as bigint[]), cast(:positions as bigint[]),"
    " cast(:allowances as bigint[]), cast(:speeds as int[]), cast(:seen as timestamptz[]), cast(:completed as timestamptz[]),"
    " cast(:leased as text[]))"
    " as k (id, coverage, covered_ms, position_ms, allowance_ms, speed, seen_at, completed_at, leased) where p.id = k.id"
)
_EVIDENCE = text(
    "insert into play_intervals (user_id, at, id, play_session_id, content_id, played, new_ms, speed, created_at)"
    " select user_id, at, id, play_session_id, content_id, played::int8multirange, new_ms, speed, at"
    " from unnest(cast(:users as uuid[]), cast(:ats as timestamptz[]), cast(:ids as uuid[]), cast(:sessions as uuid[]),"
    " cast(:contents as uuid[]), cast(:played as text[]), cast(:new as int[]), cast(:speeds as int[]))"
    " as e (user_id, at, id, play_session_id, content_id, played, new_ms, speed)"
)
_RANGE = re.compile(r"\[(\d+),(\d+)\)")


async def lock_states(session: Session, session_ids: Iterable[UUID]) -> dict[UUID, State]:
    """What is known about each of these play sessions, locked until the transaction ends. Unknown ones are left out."""
    rows = await session.execute(_LOCK, {"ids": sorted(set(session_ids))})
    states = {}
    for row in rows:
        playback_id, session_id, user_id, content_id, is_current, end_reason, right_until, coverage, covered_ms, *rest = row
        duration_ms, limit_ms, position_ms, allowance_ms, speed, seen_at, completed_at, leased = rest
        states[session_id] = State(
            playback_id=playback_id,
            session_id=session_id,
            user_id=user_id,
            content_id=content_id,
            is_current=is_current,
            end_reason=EndReason(end_reason) if end_reason else None,
            right_until=right_until,
            coverage=read_ranges(coverage),
            covered_ms=covered_ms,
            duration_ms=duration_ms,
            limit_ms=limit_ms,
            position_ms=position_ms,
            allowance_ms=allowance_ms,
            speed=speed,
            seen_at=seen_at,
            completed_at=completed_at,
            leased=read_ranges(leased),
        )
    return states


async def keep(session: Session, kept: Sequence[Kept]) -> None:
    """Write what the reports came to: the newest state of each playback, and what of every report counted as evidence.

    What could not be believed or paid is no evidence: refunds and bills are worked out from it.
    """
    newest = {item.after.playback_id: item.after for item in kept}
    states = [newest[playback_id] for playback_id in sorted(newest)]
    if not states:
        return
    await session.execute(
        _KEEP,
        {
            "ids": array_of([state.playback_id for state in states]),
            "coverages": quoted_array_of([write_ranges(state.coverage) for state in states]),
            "covered": array_of([state.covered_ms for state in states]),
            "positions": array_of([min(state.position_ms, state.duration_ms) for state in states]),
            "allowances": array_of([state.allowance_ms for state in states]),
            "speeds": array_of([state.speed for state in states]),
            "seen": array_of([state.seen_at for state in states]),
            "completed": array_of([state.completed_at for state in states]),
            "leased": quoted_array_of([write_ranges(state.leased) for state in states]),
        },
    )
    counted = [(item, intersection(normalize(item.report.intervals), item.after.coverage)) for item in kept]
    played = [(item, ranges) for item, ranges in counted if ranges]
    if played:
        await session.execute(
            _EVIDENCE,
            {
                "users": array_of([item.before.user_id for item, _ in played]),
                "ats": array_of([item.report.at for item, _ in played]),
                "ids": array_of([new_id() for _ in played]),
                "sessions": array_of([item.before.session_id for item, _ in played]),
                "contents": array_of([item.before.content_id for item, _ in played]),
                "played": quoted_array_of([write_ranges(ranges) for _, ranges in played]),
                "new": array_of([item.new_ms for item, _ in played]),
                "speeds": array_of([item.report.speed for item, _ in played]),
            },
        )
    await _announce(session, counted)


async def _announce(session: Session, counted: Sequence[tuple[Kept, Ranges]]) -> None:
    """Say once for all reports of a batch what was played."""
    grown = [
        Grown(
            item.after.user_id,
            item.after.content_id,
            item.after.covered_ms,
            item.after.duration_ms,
            min(item.after.position_ms, item.after.duration_ms),
            time_spent_ms(length(ranges), item.after.speed, item.after.seen_at - item.before.seen_at),
            item.report.at,
        )
        for item, ranges in counted
    ]
    await events.publish(session, CoverageGrew(tuple(grown)))


def read_ranges(written: str) -> Ranges:
    """PostgreSQL's text of an ``int8multirange`` as ranges. Text costs less on both sides than objects per range."""
    return tuple((int(start), int(end)) for start, end in _RANGE.findall(written))


def write_ranges(ranges: Ranges) -> str:
    """Ranges as PostgreSQL reads them."""
    return "{" + ",".join(f"[{start},{end})" for start, end in ranges) + "}"
