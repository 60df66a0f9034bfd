"""What the enrollments announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody learns in a course from now on (again, if they had left it)."""

    enrollment_id: UUID
    student_id: UUID
    course_id: UUID


@dataclass(frozen=True, slots=True)
class LessonCompleted:
    """A learner has done a lesson, for the first time."""

    enrollment_id: UUID
    lesson_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class CourseCompleted:
    """Everything that counts in a course is done. Said once per enrollment."""

    enrollment_id: UUID
    student_id: UUID
    course_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class EnrollmentExpired:
    """Nothing that the learner has opens the course any more. What they learned stays."""

    enrollment_id: UUID
    student_id: UUID
    course_id: UUID
