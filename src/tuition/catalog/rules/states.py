"""The words that the catalogue's columns hold."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a content is."""

    VIDEO = "video"
    """A film: media with a picture."""
    AUDIO = "audio"
    """Media without a picture."""
    WRITTEN = "written"
    """An article, kept as sanitised HTML."""
    DOCUMENT = "document"
    """A file to read, such as a PDF."""
    COURSE = "course"
    """Lessons in order; a collection."""
    SERIES = "series"
    """Contents in order; a collection."""
    BUNDLE = "bundle"
    """Contents sold together at a discount; a collection."""
    OFFERING = "offering"
    """An event, a programme or bookable time."""


COLLECTIONS = frozenset({Kind.SERIES, Kind.COURSE, Kind.BUNDLE})
"""The kinds that open their members."""
PLAYABLE = frozenset({Kind.VIDEO, Kind.AUDIO})
"""The kinds that have media."""


class Visibility(StrEnum):
    """Who finds a published content, and what opening it asks for."""

    PUBLIC = "public"
    """Listed; open to anyone unless it has a price."""
    MEMBERS_ONLY = "members_only"
    """Listed; opened by a subscription or another grant."""
    PAID = "paid"
    """Listed; opened by buying it (the seeds of such systems also say purchased_only)."""
    SHARED = "shared"
    """Not listed; opened only by people it was shared with."""
    PRIVATE = "private"
    """Not listed; its creator's alone, apart from those who hold a grant already."""


LISTED = frozenset({Visibility.PUBLIC, Visibility.MEMBERS_ONLY, Visibility.PAID})
"""The visibilities that the catalogue shows to everybody."""


class Status(StrEnum):
    """Where a content is in its life.

    ::

        draft ──publish──────────────▶ published ──archive──▶ archived
          │  ▲                            ▲   ▲                  │
          │  └─unschedule──┐              │   └─────publish──────┘
          └──schedule──▶ scheduled ──due──┘

    What was published once never becomes a draft again: people may have bought it.
    """

    DRAFT = "draft"
    """Its creator is at work; nobody else sees it."""
    SCHEDULED = "scheduled"
    """It becomes published at ``publish_at``; until then it is a draft to everybody else."""
    PUBLISHED = "published"
    """It can be found, bought and opened."""
    ARCHIVED = "archived"
    """It can no longer be found or bought; whoever holds a grant still opens it."""


class Level(StrEnum):
    """For whom it is."""

    BEGINNER = "beginner"
    """No knowledge expected."""
    INTERMEDIATE = "intermediate"
    """The basics are known."""
    ADVANCED = "advanced"
    """For people who practise."""
    ALL = "all"
    """For anybody."""


class PriceKind(StrEnum):
    """What a price is for."""

    ONE_TIME = "one_time"
    """Owning it."""
    PER_MINUTE = "per_minute"
    """A minute of playing."""


class MediaStatus(StrEnum):
    """How far a media file is.

    ::

        empty ──upload──▶ uploaded ──job──▶ processing ──▶ ready
                             ▲                  │            │
                             └──retry── failed ◀┘            │
                             ▲───────────another upload──────┘
    """

    EMPTY = "empty"
    """No file yet."""
    UPLOADED = "uploaded"
    """The file has been checked and waits to be packaged."""
    PROCESSING = "processing"
    """It is being packaged; ``progress_percent`` says how far."""
    READY = "ready"
    """It can be played."""
    FAILED = "failed"
    """It could not be packaged; ``failure`` says why in a sentence."""


class UploadStatus(StrEnum):
    """How far an upload is.

    ::

        open ──complete──▶ checking ──▶ completed
          │                   └───────▶ refused
          ├──cancel──▶ cancelled
          └──expire──▶ expired
    """

    OPEN = "open"
    """It takes chunks."""
    CHECKING = "checking"
    """All bytes are here and are being looked at."""
    COMPLETED = "completed"
    """The file was accepted and belongs to its content."""
    REFUSED = "refused"
    """The file was not what it must be; ``failure`` says why, and nothing of it is kept."""
    CANCELLED = "cancelled"
    """Its owner gave it up."""
    EXPIRED = "expired"
    """Nobody continued it in time."""


class UploadPurpose(StrEnum):
    """What the file will be."""

    MEDIA = "media"
    """The film or the sound of a video or audio content."""
    DOCUMENT = "document"
    """The file of a document."""
    COVER = "cover"
    """A picture."""
    WORK = "work"
    """What a room above asked for, such as a hand-in; that room takes it."""


class BodyFormat(StrEnum):
    """How an author wrote."""

    MARKDOWN = "markdown"
    """CommonMark with tables."""
    HTML = "html"
    """HTML from an editor."""
