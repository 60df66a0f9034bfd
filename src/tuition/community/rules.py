"""The words of the room's columns, and what a text may be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tuition import catalog
from tuition.catalog import BodyFormat
from tuition.community.errors import TextInvalid
from tuition.kernel import Phrase

TITLE_MAX = 300
BODY_MAX = 20_000
REVIEW_MAX = 5_000
POSTS_PER_HOUR = 30
REPORTS_PER_HOUR = 20


class DiscussionKind(StrEnum):
    """What its author wants."""

    QUESTION = "question"
    """An answer; one reply may be accepted as it."""
    DISCUSSION = "discussion"
    """To talk."""


class SubjectType(StrEnum):
    """What can be objected to."""

    CONTENT = "content"
    """Something in the catalogue."""
    DISCUSSION = "discussion"
    """A question or thread."""
    RATING = "rating"
    """A rating with its review."""
    REPLY = "reply"
    """One reply."""


class ReportReason(StrEnum):
    """Why somebody objects."""

    COPYRIGHT = "copyright"
    """It belongs to somebody else."""
    HARASSMENT = "harassment"
    """It attacks a person."""
    HARMFUL = "harmful"
    """It is dangerous, above all to minors."""
    ILLEGAL = "illegal"
    """The law forbids it."""
    SPAM = "spam"
    """It sells something, or repeats itself."""
    OTHER = "other"
    """The details say it."""


class ReportStatus(StrEnum):
    """Where an objection is."""

    OPEN = "open"
    """Nobody has decided."""
    UPHELD = "upheld"
    """It was right: what it is about is hidden."""
    DISMISSED = "dismissed"
    """It was looked at, and nothing was done."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where people talk: about a content, or about one topic in it."""

    content_id: UUID
    topic_id: UUID | None = None


def checked_title(title: str) -> str:
    """A title without surrounding or doubled spaces. Raises ``TextInvalid``."""
    clean = " ".join(title.replace("\x00", "").split())
    if not clean:
        raise TextInvalid(field="title", reason="write a title.")
    if len(clean) > TITLE_MAX:
        raise TextInvalid(field="title", reason=Phrase("at most {most} characters.", most=TITLE_MAX))
    return clean


def checked_body(body: str, *, field: str = "body", most: int = BODY_MAX, needed: bool = True) -> str:
    """A text that says something. Raises ``TextInvalid``."""
    clean = body.replace("\x00", "").strip()
    if needed and not clean:
        raise TextInvalid(field=field, reason="write something.")
    if len(clean) > most:
        raise TextInvalid(field=field, reason=Phrase("at most {most} characters.", most=most))
    return clean


def begin_of(body: str, most: int) -> str:
    """How a text begins, as words alone: for a notice, which knows no Markdown."""
    words = " ".join(catalog.render_markup(body, BodyFormat.MARKDOWN).words.split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
