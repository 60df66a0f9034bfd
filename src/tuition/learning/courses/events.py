"""What the courses announce."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LessonAdded:
    """A course has a lesson more. Whoever has more to say about its type makes its own row now."""

    lesson_id: UUID
    course_id: UUID
    lesson_type: str
    title: str


@dataclass(frozen=True, slots=True)
class LessonCopied:
    """A course was duplicated: what belongs to the one lesson belongs to the other too, from now on apart."""

    from_id: UUID
    to_id: UUID
    course_id: UUID
    lesson_type: str


@dataclass(frozen=True, slots=True)
class LessonRemoved:
    """A lesson is gone, with what people did in it."""

    lesson_id: UUID
    course_id: UUID


@dataclass(frozen=True, slots=True)
class OutlineChanged:
    """Lessons came, went, moved, or count differently: what people have completed is counted again."""

    course_id: UUID
