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
from tuition.playback.rules import SPEED_ONE, Ranges, State, clip, difference, length, normalize, union

PURPOSE = "media-lease"
WINDOW_MS = 30_000
"""How far beyond the player's position a lease reaches; at twice the speed, twice as far."""
JUMP_MS = 12_000
"""The same where nothing was played just before: whoever looks around takes a little from each place."""
BEHIND_MS = 8_000
"""And how far behind it, so that a small step back needs no new lease."""
LIFETIME = timedelta(minutes=5)
UNREPORTED_MS_MAX = 180_000
"""So much, and half of what was played, may be let out without being reported (looking around does that)."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to fetch content time ``[start_ms, end_ms)`` of one content until it expires."""

    content_id: UUID
    session_id: UUID
    start_ms: int
    end_ms: int
    expires_at: datetime

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


def issue_lease(state: State, *, paid: Ranges | None, affordable_ms: int | None, now: datetime) -> tuple[Lease | None, Ranges]:
    """A lease at the player's position, and all that has been let out by then.

    ``paid`` is what may be seen without paying more (``None``: everything); ``affordable_ms`` is how much beyond it could be
    paid (``None``: as much as there is). No lease is given when the next moment could not be paid. When too much was let out
    and never reported, only what was let out before is let out again: playing that catches up.
    """
    position = min(state.position_ms, state.limit_ms)
    is_jump = paid is not None and position > 0 and bool(difference(((position - 1, position),), paid))
    reach = (JUMP_MS if is_jump else WINDOW_MS) * max(state.speed, SPEED_ONE) // SPEED_ONE
    start, end = position if is_jump else max(0, position - BEHIND_MS), min(position + reach, state.limit_ms)
    if paid is not None and affordable_ms is not None:
        fresh = difference(normalize([(position, end)]), paid)
        if length(fresh) > affordable_ms:
            payable = clip(fresh, affordable_ms)
            end = payable[-1][1] if payable else fresh[0][0]
    if paid is not None and length(difference(union(state.leased, ((start, end),)), paid)) > _unreported_most(state):
        start, end = position, min(end, _end_of(union(state.leased, paid), position))
    if end <= position:
        return None, state.leased
    return Lease(state.content_id, state.session_id, start, end, now + LIFETIME), union(state.leased, ((start, end),))


def _unreported_most(state: State) -> int:
    return UNREPORTED_MS_MAX + state.covered_ms // 2


def _end_of(ranges: Ranges, moment: int) -> int:
    """Where the range that holds a moment ends; the moment itself when none does."""
    return next((end for start, end in ranges if start <= moment < end), moment)
