"""What playback refuses."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class PlaySessionNotFound(DomainError):
    """There is no such play session."""

    kind = ErrorKind.NOT_FOUND
    code = "playback.session_not_found"


class PlayTokenInvalid(DomainError):
    """This play session's token is wrong. Press play again."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "playback.token_invalid"


class PlayedOut(DomainError):
    """This play session has ended ({reason}). Press play again."""

    kind = ErrorKind.GONE
    code = "playback.ended"


class PlayingElsewhere(DomainError):
    """You are playing “{content}” on {device}. Take over to go on here; it will stop there."""

    kind = ErrorKind.CONFLICT
    code = "playback.playing_elsewhere"
