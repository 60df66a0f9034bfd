"""Leases: which segments a player may fetch next.

A lease opens a small window at the player's position and is renewed with each report, so that nobody can take a film away by
asking for all its segments. It is a signed value: serving a segment needs no query.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tuition.platform import secrets
from tuition.playback.errors import PlayTokenInvalid
from tuition.playback.rules import Ranges, State, clip, difference, length, normalize

PURPOSE = "media-lease"
WINDOW_MS = 30_000
"""How far beyond the player's position a lease reaches."""
BEHIND_MS = 8_000
"""And how far behind it, so that a small step back needs no new lease."""
LIFETIME = timedelta(minutes=5)
UNREPORTED_MS_MAX = 180_000
"""So much may be let out without being reported as played (seeking does that); then playing has to catch up."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to fetch content time ``[start_ms, end_ms)`` of one content until it expires."""

    content_id: UUID
    session_id: UUID
    start_ms: int
    end_ms: int
    expires_at: datetime

    def allows(self, content_id: UUID, start_ms: int, *, now: datetime) -> bool:
        """Whether a segment that begins at ``start_ms`` may be served."""
        return self.content_id == content_id and self.start_ms <= start_ms < self.end_ms and now < self.expires_at

    def write(self) -> str:
        """The lease as a player sends it."""
        payload = self.content_id.bytes + self.session_id.bytes
        payload += b"".join(
            number.to_bytes(8, "big") for number in (self.start_ms, self.end_ms, int(self.expires_at.timestamp()))
        )
        return f"{urlsafe_b64encode(payload).decode()}.{secrets.sign(payload, PURPOSE)}"


def read_lease(value: str) -> Lease:
    """What a lease says. Raises ``PlayTokenInvalid`` when it is not ours."""
    encoded, _, signature = value.partition(".")
    try:
        payload = urlsafe_b64decode(encoded)
    except (binascii.Error, ValueError) as error:
        raise PlayTokenInvalid from error
    if len(payload) != 56 or not secrets.verify(payload, signature, PURPOSE):
        raise PlayTokenInvalid
    start, end, expires = (int.from_bytes(payload[at : at + 8], "big") for at in (32, 40, 48))
    utc = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    return Lease(UUID(bytes=payload[:16]), UUID(bytes=payload[16:32]), start, end, utc + timedelta(seconds=expires))


def issue_lease(state: State, *, affordable_ms: int | None, now: datetime) -> tuple[Lease | None, Ranges]:
    """A lease at the player's position, and all that has been let out by then.

    ``affordable_ms`` is how much new time could be paid (``None``: nothing needs to be). No lease is given when the first new
    moment could not be paid, or when too much was let out and never reported.
    """
    start = max(0, state.position_ms - BEHIND_MS)
    wanted = normalize([(start, state.position_ms + WINDOW_MS)], limit_ms=state.limit_ms)
    if not wanted:
        return None, state.leased
    end = wanted[-1][1]
    fresh = difference(wanted, state.coverage)
    if affordable_ms is not None and length(fresh) > affordable_ms:
        payable = clip(fresh, affordable_ms)
        last = payable[-1][1] if payable else fresh[0][0]
        # A segment is served whole, so the window may end only where the next new moment can still be paid.
        end = max(last, state.position_ms if payable else start)
    leased = normalize((*state.leased, (start, end)))
    if affordable_ms is not None and length(difference(leased, state.coverage)) > UNREPORTED_MS_MAX:
        return None, state.leased
    if end <= start:
        return None, state.leased
    return Lease(state.content_id, state.session_id, start, end, now + LIFETIME), leased
