"""What playback announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Grown:
    """What one report came to."""

    user_id: UUID
    content_id: UUID
    covered_ms: int
    duration_ms: int
    position_ms: int
    accepted_ms: int
    """Time that the person spent on it: what was played, at its speed, never more than has passed since the report before."""
    at: datetime


@dataclass(frozen=True, slots=True)
class CoverageGrew:
    """People have played: said once for a whole batch of reports, so that who listens answers in one statement."""

    items: tuple[Grown, ...]


@dataclass(frozen=True, slots=True)
class PlaySessionEnded:
    """A play session ended, for whatever reason. ``played_ms`` is distinct content time, watched again or not."""

    play_session_id: UUID
    user_id: UUID
    content_id: UUID
    reason: str
    played_ms: int
    at: datetime
