"""What the access room announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tuition.access.rules.scopes import AccessType, Scope


@dataclass(frozen=True, slots=True)
class AccessGranted:
    """A person may open something from now on."""

    grant_id: UUID
    person_id: UUID
    scope: Scope
    access_type: AccessType
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccessEnded:
    """One grant has ended. Others may still open the same thing."""

    grant_id: UUID
    person_id: UUID
    scope: Scope
    reason: str
