"""What certificates announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CertificateIssued:
    """A certificate exists, its file is stored and its badge is signed."""

    certificate_id: UUID
    enrollment_id: UUID
    student_id: UUID
    course_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class CertificateRevoked:
    """A certificate was taken back."""

    certificate_id: UUID
    student_id: UUID
    course_id: UUID
    at: datetime
