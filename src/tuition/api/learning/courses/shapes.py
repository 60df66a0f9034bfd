"""What goes in and out of the operations about courses."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from tuition import catalog
from tuition.catalog import Level, Status, Visibility
from tuition.learning import courses, enrollments
from tuition.learning.courses import CompletionRule, LessonType
from tuition.learning.enrollments import EnrollmentStatus, LockReason, ProgressStatus, Source

ID_EXAMPLE = "0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10"
CourseId = Annotated[UUID, Path(description="The course.", examples=[ID_EXAMPLE])]
LessonId = Annotated[UUID, Path(description="The lesson.", examples=[ID_EXAMPLE])]
EnrollmentId = Annotated[UUID, Path(description="The enrollment.", examples=[ID_EXAMPLE])]


class Input(BaseModel):
    """A body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid")

    def changes(self) -> dict[str, Any]:
        """What was said, and nothing else."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class CourseOut(BaseModel):
    """A course: what its content says of it, and how it works."""

    id: UUID = Field(description="Also the id of its content: prices, covers and publishing are found there.")
    title: str = Field(examples=["Breathing for beginners"])
    slug: str = Field(examples=["breathing-for-beginners"])
    description: str
    language: str = Field(examples=["en"])
    level: Level
    status: Status
    visibility: Visibility
    creator_id: UUID
    is_sequential: bool = Field(description="Whether a lesson opens only when the required ones before it are completed.")
    estimated_duration_minutes: int | None
    enrollment_open: bool = Field(description="Whether people may enrol themselves.")
    capacity: int | None = Field(description="How many may learn at once; null: any number.")
    starts_at: datetime | None
    ends_at: datetime | None
    completion_rule: CompletionRule
    certificate_enabled: bool
    certificate_valid_months: int | None
    course_metadata: dict[str, Any]

    @classmethod
    def of(cls, course: courses.Course, content: catalog.Content) -> CourseOut:
        """How a course is shown."""
        said = ("title", "slug", "description", "language", "level", "status", "visibility", "creator_id")
        own = cls.model_fields.keys() - {*said, "id"}
        shown = {name: getattr(content, name) for name in said} | {name: getattr(course, name) for name in own}
        return cls(id=course.id, **shown)


class LessonOut(BaseModel):
    """A lesson where it stands in the outline."""

    id: UUID
    course_id: UUID
    parent_lesson_id: UUID | None
    number: str = Field(description="As people write it.", examples=["2.3"])
    depth: int
    order_index: int = Field(description="Its place in the whole course, from 0, without gaps.")
    title: str
    slug: str
    description: str
    lesson_type: LessonType
    content_id: UUID | None = Field(description="What it shows: play it with `POST /v1/play-sessions`.")
    video_url: str | None
    duration_minutes: int | None
    is_heading: bool = Field(description="Whether it only stands above others.")
    is_preview: bool
    is_required: bool
    is_published: bool
    opens_at: datetime | None
    opens_after_days: int | None

    @classmethod
    def of(cls, node: courses.Node) -> LessonOut:
        """How a lesson is shown."""
        shown = {name: getattr(node.lesson, name) for name in cls.model_fields.keys() - {"number", "depth"}}
        return cls(**shown, number=node.number, depth=node.depth)


class ProgressOut(BaseModel):
    """How far a learner is with a lesson."""

    status: ProgressStatus
    started_at: datetime | None
    completed_at: datetime | None
    time_spent_seconds: int
    last_position_seconds: int
    completion_percentage: Decimal = Field(examples=["16.67"])
    score: Decimal | None = Field(description="What a quiz or a piece of work came to, in percent.")
    attempts_count: int

    @classmethod
    def of(cls, row: enrollments.LessonProgress) -> ProgressOut:
        """How progress is shown."""
        return cls.model_validate(row, from_attributes=True)


class LockOut(BaseModel):
    """Why a lesson is not open yet."""

    reason: LockReason
    opens_at: datetime | None
    first_title: str | None = Field(description="The lesson or the course that comes first.")


class StepOut(BaseModel):
    """A lesson as you find it."""

    lesson: LessonOut
    lock: LockOut | None = Field(description="Null: it is open to you.")
    progress: ProgressOut | None

    @classmethod
    def of(cls, step: enrollments.Step) -> StepOut:
        """How a step is shown."""
        lock = None if step.lock is None else LockOut.model_validate(step.lock, from_attributes=True)
        return cls(lesson=LessonOut.of(step.node), lock=lock, progress=ProgressOut.of(step.progress) if step.progress else None)


class EnrollmentOut(BaseModel):
    """One person in one course."""

    id: UUID
    student_id: UUID
    course_id: UUID
    status: EnrollmentStatus
    source: Source
    enrolled_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    expires_at: datetime | None = Field(description="When the right that it rests on ends, as far as is known.")
    progress_percentage: Decimal = Field(examples=["33.33"])
    completed_lessons_count: int
    total_lessons_count: int
    total_time_spent_seconds: int
    last_accessed_at: datetime | None
    last_lesson_id: UUID | None
    certificate_issued_at: datetime | None

    @classmethod
    def of(cls, enrollment: enrollments.Enrollment) -> EnrollmentOut:
        """How an enrollment is shown."""
        return cls.model_validate(enrollment, from_attributes=True)


class OutlineOut(BaseModel):
    """A course as you find it: every lesson, what is open, how far you are."""

    course: CourseOut
    is_staff: bool
    enrollment: EnrollmentOut | None
    next_lesson_id: UUID | None = Field(description="Where to go on.")
    items: list[StepOut]
