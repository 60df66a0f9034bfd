"""The sentence by which a buyer of digital content gives up the right to withdraw, and what is kept of it.

Directive 2011/83/EU, article 16(m): the right ends when performance has begun with the consumer's prior express consent and their
acknowledgement that they lose it. So the exact text, its hash, the moment and the address are kept with the order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

WAIVERS: Mapping[str, str] = {
    "en": (
        "I want to begin at once. I know that I lose my right to withdraw from this contract for the part that I use. "
        "What I do not use is refunded by its share, within the refund window of this site."
    ),
    "ar": (
        "أريد أن أبدأ فورًا. وأعلم أنني أفقد حقي في الرجوع عن هذا العقد في الجزء الذي أستخدمه. "
        "أما ما لا أستخدمه فيُردّ ثمنه بقدر حصته، خلال مهلة الاسترداد في هذا الموقع."
    ),
}
"""The sentence in each language; what is kept is the one that was shown."""
WAIVER = WAIVERS["en"]


def waiver_in(language: str) -> str:
    """The sentence in that language, or in English."""
    return WAIVERS.get(language, WAIVER)


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
