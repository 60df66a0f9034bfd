"""How an enrollment and its progress move, and how much is how many percent. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

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


def percentage(part: int, whole: int) -> Decimal:
    """How many percent, to two places, half to even; never 100 before all of it is there, never 0 once some is."""
    if part >= whole:
        return HUNDRED if whole else Decimal(0)
    exact = (HUNDRED * part / whole).quantize(_CENT, ROUND_HALF_EVEN)
    return min(max(exact, _CENT), HUNDRED - _CENT) if part else Decimal(0)
