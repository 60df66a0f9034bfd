"""What this room announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LowBalanceThresholdChanged:
    """A person wants to be warned from another balance on."""

    person_id: UUID
