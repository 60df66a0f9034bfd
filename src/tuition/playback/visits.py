"""Visits: what lets somebody without an account play what is open to everybody, for a few minutes at a time.

A visit is a signed value that names a content, how far into it, and until when. Nothing about it is kept: no session, no
coverage, no person. Whoever gives one has asked what a visitor may open; renewing it asks again.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tuition.platform import secrets
from tuition.playback.errors import PlayTokenInvalid
from tuition.playback.leases import LIFETIME, Lease

PURPOSE = "visit"
MARK = "visit."
"""In front of the value, so that it cannot be taken for a play session's token, nor the other way round."""
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Visit:
    """The right of anybody to play content time ``[0, limit_ms)`` of one content until it expires."""

    content_id: UUID
    limit_ms: int
    expires_at: datetime

    def write(self) -> str:
        """The visit as a player sends it."""
        numbers = (self.limit_ms, int(self.expires_at.timestamp()))
        payload = self.content_id.bytes + b"".join(number.to_bytes(8, "big") for number in numbers)
        return f"{MARK}{urlsafe_b64encode(payload).decode()}.{secrets.sign(payload, PURPOSE)}"

    def lease(self) -> Lease:
        """Everything that the visit opens, at once: it is open to everybody, so nobody gains by taking it away."""
        return Lease(self.content_id, NOBODY, 0, self.limit_ms, self.expires_at)


def open_visit(content_id: UUID, *, limit_ms: int, now: datetime) -> Visit:
    """A visit that begins now."""
    return Visit(content_id, limit_ms, now + LIFETIME)


def is_visit(value: str) -> bool:
    """Whether a value claims to be a visit; whether it is one says ``read_visit``."""
    return value.startswith(MARK)


def read_visit(value: str, *, now: datetime) -> Visit:
    """What a visit says. Raises ``PlayTokenInvalid`` when it is not ours or has expired."""
    encoded, _, signature = value.removeprefix(MARK).partition(".")
    try:
        payload = urlsafe_b64decode(encoded)
    except (binascii.Error, ValueError) as error:
        raise PlayTokenInvalid from error
    if not is_visit(value) or len(payload) != 32 or not secrets.verify(payload, signature, PURPOSE):
        raise PlayTokenInvalid
    limit, expires = (int.from_bytes(payload[at : at + 8], "big") for at in (16, 24))
    visit = Visit(UUID(bytes=payload[:16]), limit, datetime.fromtimestamp(expires, UTC))
    if now >= visit.expires_at:
        raise PlayTokenInvalid
    return visit
