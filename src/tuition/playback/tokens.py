"""The token by which a player reports: it names the session and proves itself without a query."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

from tuition.platform import secrets
from tuition.playback.errors import PlayTokenInvalid

PURPOSE = "play-session"
ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class PlayToken:
    """What a play token says. Whether its session still runs is asked of the database with every report."""

    session_id: UUID
    user_id: UUID
    content_id: UUID


def write_token(token: PlayToken) -> str:
    """The token as a player sends it."""
    payload = token.session_id.bytes + token.user_id.bytes + token.content_id.bytes
    return f"{urlsafe_b64encode(payload).decode()}.{secrets.sign(payload, PURPOSE)}"


def read_token(value: str) -> PlayToken:
    """What a token says. Raises ``PlayTokenInvalid`` when it is not ours."""
    encoded, _, signature = value.partition(".")
    try:
        payload = urlsafe_b64decode(encoded)
    except (binascii.Error, ValueError) as error:
        raise PlayTokenInvalid from error
    if len(payload) != 3 * ID_BYTES or not secrets.verify(payload, signature, PURPOSE):
        raise PlayTokenInvalid
    session_id, user_id, content_id = (UUID(bytes=payload[at : at + ID_BYTES]) for at in range(0, 3 * ID_BYTES, ID_BYTES))
    return PlayToken(session_id, user_id, content_id)
