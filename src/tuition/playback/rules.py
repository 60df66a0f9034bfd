"""Arithmetic of what was played. Times are milliseconds of content; ranges are half-open, sorted and apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Content time, for example ``((0, 10_000), (20_000, 30_000))``: the first ten seconds and ten more."""

SPEED_ONE = 1000
SPEED_LEAST = 250
SPEED_MOST = 4000
"""Speeds are counted in thousandths: 1000 is as recorded, 2000 is twice as fast."""
ALLOWANCE_START_MS = 10_000
"""A session begins with this much credit against the wall clock: the first report may arrive before a full beat has passed."""
ALLOWANCE_SPAN_MS = 90_000
"""So much silence is forgiven: a minute without a network, and some. What is played in a longer gap is not believed."""
STALE_AFTER = timedelta(seconds=120)
"""A session that has said nothing for so long has ended where it was last heard of."""
COMPLETE_PERCENT = 95
INTERVALS_MAX = 50
"""Intervals in one report."""


class EndReason(StrEnum):
    """Why a play session ended."""

    STOPPED = "stopped"
    """The player said so."""
    REPLACED = "replaced"
    """The same device began another one."""
    TAKEN_OVER = "taken_over"
    """Another device took over."""
    CONNECTION_LOST = "connection_lost"
    """Nothing was heard for two minutes."""
    OUT_OF_MONEY = "out_of_money"
    """The next seconds could not be paid."""
    ACCESS_ENDED = "access_ended"
    """The right to play ended."""


@dataclass(frozen=True, slots=True)
class Device:
    """What plays: an id that the browser keeps, and what a person would call it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Basis:
    """The right on which something is played (a grant's source, a meter, a preview): coverage is attributed to it."""

    type: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Report:
    """What a player says: content time that was played, its speed, where it stands now."""

    session_id: UUID
    intervals: Ranges
    speed: int
    position_ms: int
    at: datetime
    closes: bool = False
    """The player leaves: take this in and end the session."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known about a person's playing of a content."""

    playback_id: UUID
    session_id: UUID
    user_id: UUID
    content_id: UUID
    is_current: bool
    """Whether this session may still report."""
    end_reason: EndReason | None
    """Why it may not, when it has ended."""
    right_until: datetime | None
    """When the right on which it plays ends."""
    coverage: Ranges
    covered_ms: int
    duration_ms: int
    limit_ms: int
    """Nothing beyond it counts: the duration, or the end of the preview."""
    position_ms: int
    allowance_ms: int
    speed: int
    seen_at: datetime
    completed_at: datetime | None
    leased: Ranges


@dataclass(frozen=True, slots=True)
class Weighed:
    """What of a report can be believed: its new time, in order, and what of it was beyond the wall clock."""

    new: Ranges
    new_ms: int
    refused_ms: int
    allowance_ms: int
    """What is left of the allowance if all the new time is kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A report after everybody has had their say: what is written."""

    report: Report
    before: State
    after: State
    new: Ranges
    new_ms: int


def normalize(ranges: Iterable[tuple[int, int]], *, limit_ms: int | None = None) -> Ranges:
    """Sort, cut to ``[0, limit)``, drop what is empty, and join what touches."""
    joined: list[tuple[int, int]] = []
    for raw_start, raw_end in sorted(ranges):
        start, end = max(raw_start, 0), raw_end if limit_ms is None else min(raw_end, limit_ms)
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def union(left: Ranges, right: Ranges) -> Ranges:
    """Both together."""
    return normalize(left + right)


def difference(ranges: Ranges, taken: Ranges) -> Ranges:
    """What of ``ranges`` is not in ``taken``; both are normalized. Walks each once."""
    left: list[tuple[int, int]] = []
    index = 0
    for start, end in ranges:
        cursor = start
        while index and taken[index - 1][1] > cursor:
            index -= 1
        while index < len(taken) and taken[index][1] <= cursor:
            index += 1
        while index < len(taken) and taken[index][0] < end:
            if taken[index][0] > cursor:
                left.append((cursor, taken[index][0]))
            cursor = max(cursor, taken[index][1])
            index += 1
        if cursor < end:
            left.append((cursor, end))
    return tuple(left)


def intersection(left: Ranges, right: Ranges) -> Ranges:
    """What is in both; both are normalized."""
    return difference(left, difference(left, right))


def length(ranges: Iterable[tuple[int, int]]) -> int:
    """Milliseconds in all."""
    return sum(end - start for start, end in ranges)


def clip(ranges: Sequence[tuple[int, int]], most_ms: int) -> Ranges:
    """The first ``most_ms`` milliseconds of ranges, in order."""
    kept: list[tuple[int, int]] = []
    left = most_ms
    for start, end in ranges:
        if left <= 0:
            break
        kept.append((start, min(end, start + left)))
        left -= end - start
    return tuple(kept)


def allowance(before_ms: int, elapsed: timedelta, speed: int) -> int:
    """How much new content time may be claimed after ``elapsed``: wall time × speed on top of what was left, up to a bound."""
    gained = max(0, elapsed // timedelta(milliseconds=1)) * speed // SPEED_ONE
    return min(before_ms + gained, ALLOWANCE_START_MS + ALLOWANCE_SPAN_MS * speed // SPEED_ONE)


def time_spent_ms(counted_ms: int, speed: int, passed: timedelta) -> int:
    """How long somebody sat before it. A report that is sent twice brings no time: none has passed."""
    return max(0, min(counted_ms * SPEED_ONE // speed, passed // timedelta(milliseconds=1)))


def weigh(state: State, report: Report) -> Weighed:
    """What a report adds, within what the wall clock allows at the faster of the speeds before and now.

    Time that is covered already needs no allowance: a report that is sent twice costs nothing the second time.
    """
    speed = min(max(report.speed, state.speed, SPEED_LEAST), SPEED_MOST)
    allowed = allowance(state.allowance_ms, report.at - state.seen_at, speed)
    claimed = difference(normalize(report.intervals, limit_ms=state.limit_ms), state.coverage)
    new = clip(claimed, allowed)
    new_ms = length(new)
    return Weighed(new=new, new_ms=new_ms, refused_ms=length(claimed) - new_ms, allowance_ms=allowed - new_ms)


def after(state: State, report: Report, weighed: Weighed, accepted: Ranges) -> State:
    """The state when ``accepted``, the first part of what was weighed, is kept.

    What is refused for another reason than the clock (money) gives its allowance back.
    """
    coverage = union(state.coverage, accepted)
    covered_ms = length(coverage)
    done = state.completed_at is None and is_complete(covered_ms, state.duration_ms)
    return replace(
        state,
        coverage=coverage,
        covered_ms=covered_ms,
        position_ms=min(max(report.position_ms, 0), state.duration_ms),
        allowance_ms=weighed.allowance_ms + weighed.new_ms - length(accepted),
        speed=min(max(report.speed, SPEED_LEAST), SPEED_MOST),
        seen_at=max(report.at, state.seen_at),
        completed_at=report.at if done else state.completed_at,
    )


def is_complete(covered_ms: int, duration_ms: int) -> bool:
    """Whether enough was played to count as complete: 95 %."""
    return covered_ms * 100 >= duration_ms * COMPLETE_PERCENT > 0
