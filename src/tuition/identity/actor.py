"""Who acts: the value that every room receives in place of a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person is here for. One person can hold several."""

    LEARNER = "learner"
    """Learns and pays. Everybody is one."""
    CREATOR = "creator"
    """Publishes and is paid."""
    PARTNER = "partner"
    """Runs a platform of their own that plays our contents."""
    OWNER = "owner"
    """Runs this school."""
    OPERATOR = "operator"
    """Runs the installation; may do what an owner may."""


class UserStatus(StrEnum):
    """Where an account stands. Only ``active`` may sign in."""

    ACTIVE = "active"
    """In use."""
    INVITED = "invited"
    """Made for somebody who has not come yet."""
    PENDING_CONSENT = "pending_consent"
    """Waits for a guardian."""
    SUSPENDED = "suspended"
    """Kept out by the owner, with a reason."""
    DEACTIVATED = "deactivated"
    """Left by their own wish; what they bought stays recorded."""
    ERASED = "erased"
    """Emptied of everything personal."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is signed in, as of this request. A visitor is ``None``."""

    id: UUID
    roles: frozenset[Role] = frozenset({Role.LEARNER})
    status: UserStatus = UserStatus.ACTIVE
    email_verified: bool = False
    locale: str = "en"
    time_zone: str = "UTC"
    country: str | None = None
    currency: str | None = None
    full_name: str = ""
    profile_image_url: str | None = None
    sign_in_id: UUID | None = None
    """Which sign-in this request belongs to; ``None`` for jobs and the command line."""
    signed_in_at: datetime | None = None
    last_seen_at: datetime | None = None
    """When the sign-in was last noted as used (see ``identity.note_visit``)."""
    confirmed_at: datetime | None = None
    """When the person last proved on this device who they are (see ``identity.require_fresh``)."""
    mfa_enabled: bool = False
    api_key_id: UUID | None = None
    """The key that the request came by, when it was not a sign-in."""
    scopes: frozenset[str] | None = None
    """The permissions that the key is limited to; ``None`` for a sign-in, which has all of its person's."""
    is_read_only: bool = False


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What anybody may see of a person."""

    id: UUID
    full_name: str
    profile_image_url: str | None
