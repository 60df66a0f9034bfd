"""What signing in gives, or why it does not.

A refusal that must leave a trace (a counted failure, a revoked family) is returned and not raised: the edge commits first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tuition.kernel import DomainError


@dataclass(frozen=True, slots=True)
class Refused:
    """No, and what was recorded about it stands."""

    error: DomainError


@dataclass(frozen=True, slots=True)
class BrowserSignIn:
    """A browser is signed in: hand it this cookie."""

    person_id: UUID
    sign_in_id: UUID
    cookie: str = field(repr=False)
    expires_at: datetime
    device: str = field(repr=False)
    """A word for the browser to keep when it is signed out: by it, we know the device again."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A program is signed in: an access token for a quarter of an hour, a refresh token for the next pair. Shown once."""

    person_id: UUID
    sign_in_id: UUID
    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The first proof was right; this token stands for it while the second one is given."""

    token: str = field(repr=False)
    expires_at: datetime
    ways: tuple[str, ...]
    """What can be given: ``code``, ``recovery_code``, ``passkey``."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """It is them, and this device counts as confirmed for a while."""
