"""What assignments announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class WorkSubmitted:
    """A learner has handed something in."""

    submission_id: UUID
    assignment_id: UUID
    enrollment_id: UUID
    course_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class WorkGraded:
    """A hand-in has a grade, or another one."""

    submission_id: UUID
    assignment_id: UUID
    enrollment_id: UUID
    course_id: UUID
    percentage: Decimal
