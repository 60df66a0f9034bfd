"""When work is late, what that costs, and what it comes to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from tuition.kernel import round_half_even

HUNDRED = Decimal(100)
DAY = timedelta(days=1)


class LatePolicy(StrEnum):
    """What happens to work that comes after its date."""

    ACCEPT = "accept"
    """It is taken until the assignment closes, for less each day."""
    REFUSE = "refuse"
    """It is not taken."""


class CountedAttempt(StrEnum):
    """Which of several graded hand-ins counts."""

    LATEST = "latest"
    """The last one: what the learner made of the feedback."""
    BEST = "best"
    """The one that came to most."""


class SubmissionStatus(StrEnum):
    """draft → submitted → graded; or submitted → returned, and a new draft follows it."""

    DRAFT = "draft"
    """The learner is working on it; nobody else sees it."""
    SUBMITTED = "submitted"
    """Handed in; it waits for somebody who grades."""
    RETURNED = "returned"
    """Given back to be done again."""
    GRADED = "graded"
    """It has a grade."""


@dataclass(frozen=True, slots=True)
class Dates:
    """What is due when, for one learner."""

    due_at: datetime | None
    closes_at: datetime | None


def dates_for(usual: Dates, groups: Sequence[Dates], own: Dates | None) -> Dates:
    """The learner's own dates if they have any, else the latest of their groups', else everybody's."""
    if own is not None:
        return own
    if not groups:
        return usual
    return Dates(_latest([dates.due_at for dates in groups]), _latest([dates.closes_at for dates in groups]))


def _latest(moments: Sequence[datetime | None]) -> datetime | None:
    # No date is later than any.
    known = [moment for moment in moments if moment is not None]
    return max(known) if known and len(known) == len(moments) else None


def lateness(at: datetime, due_at: datetime | None, *, grace: timedelta) -> timedelta:
    """How late it is: not at all within the grace, and after it counted from the date itself."""
    if due_at is None or at <= due_at + grace:
        return timedelta(0)
    return at - due_at


def is_closed(at: datetime, dates: Dates, *, policy: LatePolicy, grace: timedelta) -> bool:
    """Whether nothing is taken any more."""
    if dates.closes_at is not None and at > dates.closes_at:
        return True
    return policy is LatePolicy.REFUSE and lateness(at, dates.due_at, grace=grace) > timedelta(0)


def penalty(late: timedelta, percent_per_day: Decimal) -> Decimal:
    """What being late takes off, in percent of the work's worth: each day begun costs the same, never more than everything."""
    days = -(-late // DAY)
    return min(HUNDRED, percent_per_day * days)


def worth(points: Decimal, points_max: Decimal, taken_off: Decimal) -> Decimal:
    """The percentage that work came to, exactly, rounded once to two places."""
    exact = min(Fraction(100), Fraction(points) / Fraction(points_max) * Fraction(HUNDRED - taken_off))
    return Decimal(round_half_even(exact * 100)).scaleb(-2)


def result_of(counted: CountedAttempt, percentages: Sequence[Decimal]) -> Decimal | None:
    """What graded hand-ins, in their order, come to; none: there is none yet."""
    if not percentages:
        return None
    match counted:
        case CountedAttempt.LATEST:
            return percentages[-1]
        case CountedAttempt.BEST:
            return max(percentages)


def takes(file_name: str, types: Sequence[str]) -> bool:
    """Whether a file of this name may be handed in."""
    return not types or file_name.rpartition(".")[2].lower() in {ending.lower().lstrip(".") for ending in types}
