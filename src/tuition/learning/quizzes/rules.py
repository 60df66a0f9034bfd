"""What an attempt is, how long it may take, what it comes to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

LATE_GRACE = timedelta(seconds=10)
"""An answer that was on its way when the time ended is still taken; the learner's clock ends without it."""
QUESTIONS_MAX = 300
HUNDREDTH = Decimal("0.01")


class QuizType(StrEnum):
    """What a quiz is for."""

    PRACTICE = "practice"
    """Learning: handing it in completes its lesson."""
    GRADED = "graded"
    """Passing it completes its lesson."""


class ShowAnswers(StrEnum):
    """When right answers, explanations and feedback may be seen."""

    AFTER_SUBMIT = "after_submit"
    """As soon as an attempt is handed in."""
    AFTER_CLOSE = "after_close"
    """When nobody can begin or go on any more."""
    NEVER = "never"


class GradingPolicy(StrEnum):
    """Which of several attempts counts."""

    HIGHEST = "highest"
    LATEST = "latest"
    AVERAGE = "average"


class AttemptStatus(StrEnum):
    """in_progress → submitted → graded; graded at once when no person is needed."""

    IN_PROGRESS = "in_progress"
    """Answers are taken."""
    SUBMITTED = "submitted"
    """Handed in; somebody still has to grade a part of it. The score is provisional."""
    GRADED = "graded"
    """The score stands, unless a key turns out to be wrong."""


class HandedInBy(StrEnum):
    """Who ended an attempt."""

    STUDENT = "student"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules that hold for one learner: the quiz's, with what was granted to them or their groups."""

    time_limit: timedelta | None
    attempts_max: int | None
    opens_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Extra:
    """What one override adds."""

    minutes: int
    attempts: int
    closes_at: datetime | None


def terms_of(
    *,
    time_limit_minutes: int | None,
    max_attempts: int | None,
    opens_at: datetime | None,
    closes_at: datetime | None,
    extras: Sequence[Extra],
) -> Terms:
    """Several overrides do not add up: the kindest of each counts."""
    minutes = max((extra.minutes for extra in extras), default=0)
    attempts = max((extra.attempts for extra in extras), default=0)
    later = [extra.closes_at for extra in extras if extra.closes_at is not None]
    return Terms(
        time_limit=None if time_limit_minutes is None else timedelta(minutes=time_limit_minutes + minutes),
        attempts_max=None if max_attempts is None else max_attempts + attempts,
        opens_at=opens_at,
        closes_at=None if closes_at is None else max([closes_at, *later]),
    )


def obstacle(terms: Terms, used: int, now: datetime) -> str:
    """Why no further attempt can begin: ``not_yet_open``, ``closed``, ``used_up``; or nothing."""
    if terms.opens_at is not None and now < terms.opens_at:
        return "not_yet_open"
    if terms.closes_at is not None and now >= terms.closes_at:
        return "closed"
    return "used_up" if terms.attempts_max is not None and used >= terms.attempts_max else ""


def deadline_of(terms: Terms, started_at: datetime) -> datetime | None:
    """When an attempt is handed in by itself: its time is over, or the quiz closes."""
    ends = [terms.closes_at] if terms.closes_at is not None else []
    if terms.time_limit is not None:
        ends.append(started_at + terms.time_limit)
    return min(ends, default=None)


def is_over(deadline_at: datetime | None, now: datetime) -> bool:
    """Whether no answer is taken any more."""
    return deadline_at is not None and now > deadline_at + LATE_GRACE


def handed_in_at(deadline_at: datetime | None, now: datetime) -> datetime:
    """When an attempt that ends now was handed in: the grace is nobody's time."""
    return now if deadline_at is None else min(now, deadline_at)


def may_see_answers(policy: ShowAnswers, *, submitted: bool, closes_at: datetime | None, now: datetime) -> bool:
    """Whether right answers may be sent. A quiz that never closes never shows what is shown after it closes."""
    if not submitted:
        return False
    match policy:
        case ShowAnswers.AFTER_SUBMIT:
            return True
        case ShowAnswers.AFTER_CLOSE:
            return closes_at is not None and now > closes_at
        case ShowAnswers.NEVER:
            return False


def percentage_of(score: Decimal, max_score: Decimal) -> Decimal:
    """In percent, to the hundredth, halves up. A quiz worth nothing is passed by handing it in."""
    if not max_score:
        return Decimal("100.00")
    return (score * 100 / max_score).quantize(HUNDREDTH, ROUND_HALF_UP)


def result_of(policy: GradingPolicy, percentages: Iterable[Decimal]) -> Decimal | None:
    """What several graded attempts come to; they are given in the order they were begun."""
    graded = list(percentages)
    if not graded:
        return None
    match policy:
        case GradingPolicy.HIGHEST:
            return max(graded)
        case GradingPolicy.LATEST:
            return graded[-1]
        case GradingPolicy.AVERAGE:
            return (sum(graded, Decimal(0)) / len(graded)).quantize(HUNDREDTH, ROUND_HALF_UP)
