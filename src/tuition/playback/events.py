"""What playback announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PlaySessionEnded:
    """A play session ended, for whatever reason. ``played_ms`` is distinct content time, watched again or not."""

    play_session_id: UUID
    user_id: UUID
    content_id: UUID
    reason: str
    played_ms: int
    at: datetime
