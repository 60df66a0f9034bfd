"""What the community room announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ContentRated:
    """Somebody rated a content, or changed (``score`` none: took back) what they thought of it."""

    content_id: UUID
    user_id: UUID
    score: int | None
    review: str


@dataclass(frozen=True, slots=True)
class ContentTakenDown:
    """A report about a content was upheld: whoever runs the catalogue takes it out."""

    content_id: UUID
    report_id: UUID
    note: str
