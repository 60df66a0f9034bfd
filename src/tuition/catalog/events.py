"""What the catalogue announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ContentCreated:
    """There is a draft more. A room that has more to say about its kind makes its own row now."""

    content_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class PublishingAsked:
    """A content is about to be published or scheduled. A room that knows more about its kind refuses by raising ``NotReady``."""

    content_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class ContentPublished:
    """A content can be found from now on."""

    content_id: UUID
    creator_id: UUID
    is_first_time: bool
    was_scheduled: bool = False
    """Whether its moment had come, and nobody pressed a button just now."""


@dataclass(frozen=True, slots=True)
class ContentArchived:
    """A content can no longer be found; who holds a grant keeps it."""

    content_id: UUID


@dataclass(frozen=True, slots=True)
class ContentDeleted:
    """A content is gone from the catalogue; who holds a grant keeps it."""

    content_id: UUID


@dataclass(frozen=True, slots=True)
class DocumentReady:
    """A document has a file, or another one."""

    content_id: UUID


@dataclass(frozen=True, slots=True)
class PriceChanged:
    """A price is in force from now on, or (``price_id`` none) none of that kind is any more."""

    content_id: UUID
    kind: str
    currency: str
    price_id: UUID | None


@dataclass(frozen=True, slots=True)
class MediaReady:
    """A film or sound can be played."""

    content_id: UUID
    duration_ms: int


@dataclass(frozen=True, slots=True)
class MediaFailed:
    """A film or sound could not be packaged."""

    content_id: UUID
    creator_id: UUID
    reason: str
