"""What metering announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tuition.kernel import Money


@dataclass(frozen=True, slots=True)
class CapReached:
    """What a person paid by the minute has reached the price: the content is theirs."""

    meter_id: UUID
    user_id: UUID
    content_id: UUID
    creator_id: UUID
    amount: Money
    play_session_id: UUID
