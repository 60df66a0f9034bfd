"""What is found in a file from elsewhere, before anything is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from tuition.learning.questions import AnyQuestion, Rubric


class Outcome(StrEnum):
    """What became of one item. Nothing that a file holds goes without one."""

    IMPORTED = "imported"
    """It is here as it was."""
    CONVERTED = "converted"
    """It is here, and something about it is different; the note says what."""
    SKIPPED = "skipped"
    """It is not here; the note says why."""


class Format(StrEnum):
    """How a file is written."""

    GIFT = "gift"
    """Moodle's text format for questions."""
    MOODLE_XML = "moodle_xml"
    """Moodle's XML for questions."""
    QTI = "qti"
    """1EdTech QTI 2.1, 2.2 or 3.0: a package or a single item."""
    COMMON_CARTRIDGE = "common_cartridge"
    """1EdTech Common Cartridge 1.0 to 1.3: a course with pages, links and quizzes (QTI 1.2)."""
    MARKDOWN = "markdown"
    """A folder of Markdown files: a lesson each, folders are chapters."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a file holds, and what became of it."""

    name: str
    kind: str
    """What the file calls it."""
    outcome: Outcome
    note: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """One question that was taken out, and what its format could not hold of it."""

    name: str
    kind: str
    note: str = ""
    is_there: bool = True
    """Whether it is in the file at all."""


@dataclass(frozen=True, slots=True)
class FoundQuestion:
    """A question of a file. ``body`` is missing when the outcome is that it was skipped."""

    item: Item
    body: AnyQuestion | None = None
    points: Decimal = Decimal(1)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that a lesson shows."""

    path: str
    data: bytes


@dataclass(slots=True)
class FoundLesson:
    """A lesson of a file, in outline order; ``depth`` counts from nought."""

    item: Item
    title: str
    depth: int
    kind: str = "text"
    """text, quiz, assignment or document."""
    body: str = ""
    """Markdown."""
    video_url: str | None = None
    questions: list[FoundQuestion] = field(default_factory=list)
    file: FoundFile | None = None
    is_preview: bool = False
    rubric: Rubric | None = None


@dataclass(slots=True)
class FoundCourse:
    """A whole course of a file."""

    title: str = ""
    description: str = ""
    language: str = ""
    lessons: list[FoundLesson] = field(default_factory=list)
    loose: list[Item] = field(default_factory=list)
    """What belongs to no lesson."""


def found(name: str, kind: str, body: AnyQuestion, *, notes: Sequence[str] = (), **details: object) -> FoundQuestion:
    """A question that could be read; with notes it was converted."""
    outcome = Outcome.CONVERTED if notes else Outcome.IMPORTED
    return FoundQuestion(Item(name, kind, outcome, " ".join(notes)), body, **details)  # type: ignore[arg-type]  # its own fields


def skipped(name: str, kind: str, why: str) -> FoundQuestion:
    """A question that could not."""
    return FoundQuestion(Item(name, kind, Outcome.SKIPPED, why))
