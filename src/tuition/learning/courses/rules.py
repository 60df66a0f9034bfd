"""The words of a course, who may do what in it, and how its lessons stand in order. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tuition.learning.courses.errors import OutlineInvalid

DEPTH_MAX = 4
"""Chapter, section, lesson, part."""
LESSONS_MAX = 1000


class LessonType(StrEnum):
    """What a lesson is."""

    VIDEO = "video"
    """A film of the catalogue, or one that another site shows."""
    AUDIO = "audio"
    """A recording."""
    TEXT = "text"
    """Words. Without any it is a heading: it has lessons below it and nothing of its own."""
    DOCUMENT = "document"
    """A file to read."""
    QUIZ = "quiz"
    """Questions."""
    ASSIGNMENT = "assignment"
    """Work to hand in."""
    PACKAGE = "package"
    """A SCORM package."""


SHOWS_CONTENT = frozenset({LessonType.VIDEO, LessonType.AUDIO, LessonType.DOCUMENT, LessonType.TEXT})
"""The types that may show a content of the catalogue."""


class CompletionRule(StrEnum):
    """When a course is done."""

    REQUIRED = "required"
    """When every required lesson is."""
    ALL = "all"
    """When every lesson is."""


class Right(StrEnum):
    """What somebody on a course's staff may do."""

    OUTLINE = "outline:edit"
    """Write lessons, move them, say what the course is."""
    MEMBERS = "members:manage"
    """Enrol people, extend, group and remove them."""
    GRADE = "work:grade"
    """Read and grade what people hand in."""
    MODERATE = "discussion:moderate"
    """Keep the discussion in order."""
    ANNOUNCE = "announcement:publish"
    """Write to everybody."""
    REPORTS = "reports:read"
    """See who is how far."""


class StaffRole(StrEnum):
    """How somebody on the staff is called."""

    TEACHER = "teacher"
    """Teaches beside the course's author."""
    ASSISTANT = "assistant"
    """Helps: grades, answers, sees how people fare."""


RIGHTS_OF = {
    StaffRole.TEACHER: frozenset(Right),
    StaffRole.ASSISTANT: frozenset({Right.GRADE, Right.MODERATE, Right.REPORTS}),
}
"""What a role may do unless other rights are named."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lesson stands: below which other one. The order of a list of places is the order of the course."""

    id: UUID
    parent_id: UUID | None


def arranged(places: Sequence[Place]) -> list[Place]:
    """The same places so that whatever stands below a lesson follows it; siblings keep the order they came in.

    Raises ``OutlineInvalid`` for a parent that is not among them, a circle, or more than ``DEPTH_MAX`` levels.
    """
    if len(places) > LESSONS_MAX:
        raise OutlineInvalid(reason=f"a course has at most {LESSONS_MAX} lessons.")
    if len({place.id for place in places}) != len(places):
        raise OutlineInvalid(reason="each lesson once.")
    below: dict[UUID | None, list[Place]] = {}
    for place in places:
        below.setdefault(place.parent_id, []).append(place)
    ordered: list[Place] = []
    waiting = [(place, 1) for place in reversed(below.get(None, []))]
    while waiting:
        place, depth = waiting.pop()
        if depth > DEPTH_MAX:
            raise OutlineInvalid(reason=f"lessons can stand {DEPTH_MAX} levels deep.")
        ordered.append(place)
        waiting.extend((child, depth + 1) for child in reversed(below.get(place.id, [])))
    if len(ordered) != len(places):
        raise OutlineInvalid(reason="a lesson cannot stand below itself or below one of another course.")
    return ordered


def moved(places: Sequence[Place], lesson_id: UUID, *, parent_id: UUID | None, index: int) -> list[Place]:
    """The outline with one lesson (and what is below it) as the ``index``-th child of ``parent_id``; too large: the last."""
    rest = [place for place in places if place.id != lesson_id]
    siblings = [number for number, place in enumerate(rest) if place.parent_id == parent_id]
    at = siblings[index] if 0 <= index < len(siblings) else len(rest)
    found = next(place for place in places if place.id == lesson_id)
    return arranged([*rest[:at], replace(found, parent_id=parent_id), *rest[at:]])


def numbered(places: Sequence[Place]) -> dict[UUID, tuple[int, str]]:
    """The depth of each lesson (0: at the top) and its number as people write it: the third below the second is 2.3."""
    numbers: dict[UUID | None, tuple[int, str]] = {None: (-1, "")}
    counts: dict[UUID | None, int] = {}
    for place in places:
        depth, above = numbers[place.parent_id]
        counts[place.parent_id] = count = counts.get(place.parent_id, 0) + 1
        numbers[place.id] = depth + 1, f"{above}.{count}" if above else str(count)
    return {key: value for key, value in numbers.items() if key is not None}


Opening = tuple[datetime | None, int | None]
"""From which moment on, and how many days after somebody was first given the course; none: no such condition."""


def effective_openings(lessons: Sequence[tuple[UUID, UUID | None, datetime | None, int | None]]) -> dict[UUID, Opening]:
    """When each lesson opens: what stands below another one never opens before it. In the order of the course."""
    found: dict[UUID | None, Opening] = {None: (None, None)}
    for lesson_id, parent_id, opens_at, after_days in lessons:
        above_at, above_days = found[parent_id]
        at = max((moment for moment in (opens_at, above_at) if moment is not None), default=None)
        days = max((count for count in (after_days, above_days) if count is not None), default=None)
        found[lesson_id] = at, days
    return {key: value for key, value in found.items() if key is not None}


def rights_from(values: Sequence[str]) -> frozenset[Right]:
    """Rights as a row keeps them; one that is no longer known is nobody's."""
    known = set(Right)
    return frozenset(Right(value) for value in values if value in known)
