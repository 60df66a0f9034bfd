"""How an enrollment and its progress move, and how much is how many percent. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from uuid import UUID

from tuition.learning.courses import Lesson, effective_openings

HUNDRED = Decimal(100)
_CENT = Decimal("0.01")


class EnrollmentStatus(StrEnum):
    """Where a learner stands in a course.

    ::

                       every lesson that counts
        (enrol) ──▶ active ──────────────────────▶ completed
                     │ ▲ │ ▲
              leaves │ │ │ │ a grant again
                     ▼ │ ▼ │
                dropped  expired        (the last grant has ended)

    What was learned stays in every state. Completed is for good: a grant that ends closes the lessons, not the record.
    """

    ACTIVE = "active"
    """Learning."""
    COMPLETED = "completed"
    """Everything that counts is done."""
    DROPPED = "dropped"
    """Left, by the learner's own wish or the staff's."""
    EXPIRED = "expired"
    """The right to open the course has ended."""


LEARNING = frozenset({EnrollmentStatus.ACTIVE, EnrollmentStatus.COMPLETED})
"""The states in which progress is recorded."""


class Source(StrEnum):
    """How somebody came to be enrolled."""

    FREE = "free"
    """By themselves, in a course that is open to everybody."""
    GRANT = "grant"
    """Something that they have opens it: a purchase, a subscription, a gift."""
    MANUAL = "manual"
    """The staff enrolled them."""
    IMPORT = "import"
    """They were on a list that the staff brought."""
    API = "api"
    """A program did."""


class ProgressStatus(StrEnum):
    """How far a learner is with a lesson: not_started → in_progress → completed, and never back."""

    NOT_STARTED = "not_started"
    """Not opened yet."""
    IN_PROGRESS = "in_progress"
    """Opened."""
    COMPLETED = "completed"
    """Done."""


class LockReason(StrEnum):
    """Why a lesson is not open yet."""

    NOT_ENROLLED = "not_enrolled"
    """Enrol first."""
    NO_ACCESS = "no_access"
    """Nothing that the learner has opens the course any more."""
    PREREQUISITE = "prerequisite"
    """Another course comes first."""
    SEQUENCE = "sequence"
    """An earlier lesson comes first."""
    NOT_YET = "not_yet"
    """It opens on a later day."""
    COURSE_CLOSED = "course_closed"
    """The course has not begun, or has ended."""
    TAKEN_DOWN = "taken_down"
    """The course, or what the lesson shows, was taken down."""


def percentage(part: int, whole: int) -> Decimal:
    """How many percent, to two places, half to even; never 100 before all of it is there, never 0 once some is."""
    if part >= whole:
        return HUNDRED if whole else Decimal(0)
    exact = (HUNDRED * part / whole).quantize(_CENT, ROUND_HALF_EVEN)
    return min(max(exact, _CENT), HUNDRED - _CENT) if part else Decimal(0)


@dataclass(frozen=True, slots=True)
class Lock:
    """Why a lesson is not open, and what would open it."""

    reason: LockReason
    opens_at: datetime | None = None
    first_title: str | None = None
    """The lesson or the course that comes first."""


def locks_of(
    lessons: Sequence[Lesson],
    *,
    done: Collection[UUID],
    since: datetime | None,
    closed: Lock | None,
    previews: bool,
    is_sequential: bool,
    now: datetime,
) -> dict[UUID, Lock]:
    """Which lessons of an outline, given in its order, a learner cannot open yet; what is left out is open.

    ``since`` is when the learner was first given the course; ``closed`` why nothing of it is open but its previews, if they
    are shown (``previews``). In a sequential course a lesson waits for the required ones before it.
    """
    openings = effective_openings([(item.id, item.parent_lesson_id, item.opens_at, item.opens_after_days) for item in lessons])
    locks: dict[UUID, Lock] = {}
    waits_for: Lesson | None = None
    for lesson in lessons:
        opens_at = _opening(*openings[lesson.id], since)
        is_free = lesson.is_preview and previews
        if closed is not None and not is_free:
            locks[lesson.id] = closed
        elif opens_at is not None and opens_at > now and not is_free:
            locks[lesson.id] = Lock(LockReason.NOT_YET, opens_at=opens_at)
        elif waits_for is not None and lesson.id not in done and not is_free and not lesson.is_heading:
            locks[lesson.id] = Lock(LockReason.SEQUENCE, first_title=waits_for.title)
        if is_sequential and waits_for is None and lesson.id not in done and lesson.is_required and not lesson.is_heading:
            waits_for = lesson
    return locks


def _opening(opens_at: datetime | None, after_days: int | None, since: datetime | None) -> datetime | None:
    counted = since + timedelta(days=after_days) if since is not None and after_days is not None else None
    return max((moment for moment in (opens_at, counted) if moment is not None), default=None)
