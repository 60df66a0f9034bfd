"""The sentence by which a buyer of digital content gives up the right to withdraw, and what is kept of it.

Directive 2011/83/EU, article 16(m): the right ends when performance has begun with the consumer's prior express consent and their
acknowledgement that they lose it. So the exact text, its hash, the moment and the address are kept with the order.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

WAIVER = (
    "I want to begin at once. I know that I lose my right to withdraw from this contract for the part that I use. "
    "What I do not use is refunded by its share, within the refund window of this site."
)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A buyer's consent, as it was given."""

    text: str
    at: datetime
    ip: str

    @property
    def text_hash(self) -> str:
        """SHA-256 of the exact text that was shown, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()
