"""What the quizzes announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AttemptSubmitted:
    """An attempt is handed in; its score is provisional while somebody has to grade a part of it."""

    attempt_id: UUID
    quiz_id: UUID
    enrollment_id: UUID
    needs_person: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class AttemptGraded:
    """An attempt has its score, or another one than before."""

    attempt_id: UUID
    quiz_id: UUID
    lesson_id: UUID
    enrollment_id: UUID
    percentage: Decimal
    is_passed: bool
    at: datetime
