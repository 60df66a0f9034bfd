"""What the demonstration shows: a catalogue of lessons, and what each looks like once it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    FILM = "film"
    """H.264 and AAC in an mp4 of 1280 by 720, with chapter marks."""
    AUDIO = "audio"
    """AAC in an m4a, with chapter marks."""
    ARTICLE = "article"
    """Markdown; its pictures are attachments that it names by file name."""
    BOOK = "book"
    """A PDF with bookmarks."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A work before it is made: the words of its catalogue entry."""

    key: str
    kind: Kind
    title: str
    description: str
    category: str
    tags: tuple[str, ...]
    language: str = "en"
    level: str = "beginner"


@dataclass(frozen=True, slots=True)
class MediaItem:
    """A work on disk. Captions, transcripts and chapter lists are by language."""

    key: str
    kind: Kind
    title: str
    description: str
    language: str
    level: str
    category: str
    tags: tuple[str, ...]
    path: Path
    duration_s: int | None = None
    pages: int | None = None
    cover: Path | None = None
    """None where the platform should make a cover of its own."""
    captions: Mapping[str, Path] = field(default_factory=dict)
    """WebVTT."""
    transcripts: Mapping[str, Path] = field(default_factory=dict)
    """Markdown."""
    chapters: Mapping[str, Path] = field(default_factory=dict)
    """WebVTT, one cue per chapter."""
    attachments: tuple[Path, ...] = ()


# In the order in which the works are begun: the longest first, so that no processor waits at the end.
PLANS: tuple[Plan, ...] = (
    Plan(
        "waves",
        Kind.FILM,
        "Sound is a wave",
        "Loudness, pitch, harmony, beats and timbre: every tone you hear is the curve you see. Best with headphones.",
        "music",
        ("acoustics", "physics", "sound"),
    ),
    Plan(
        "moon",
        Kind.FILM,
        "Why the moon has phases",
        "The sky from above beside the moon as we see it, through a whole month; and why it is not our shadow.",
        "astronomy",
        ("moon", "sky", "science"),
    ),
    Plan(
        "interest",
        Kind.FILM,
        "How compound interest grows",
        "A thousand coins, forty years, seven per cent. See it bend, hear each doubling as an octave, keep the rule of 72.",
        "mathematics",
        ("money", "growth", "everyday"),
    ),
    Plan(
        "pythagoras",
        Kind.FILM,
        "The Pythagorean theorem, seen",
        "Four triangles slide in a frame, and the most famous theorem of all has proved itself. Then we count, to be sure.",
        "mathematics",
        ("geometry", "proof", "classic"),
    ),
    Plan(
        "breathing",
        Kind.FILM,
        "Six minutes of slow breathing",
        "A circle fills for four seconds and empties for six. Soft bells, four colours, nothing to do.",
        "wellbeing",
        ("breathing", "calm", "practice"),
    ),
    Plan(
        "intervals",
        Kind.AUDIO,
        "Seven intervals, by ear",
        "The octave, the fifth, the fourth, both thirds, the second and the tritone, low, high and together; then four to name.",
        "music",
        ("ear training", "intervals", "practice"),
    ),
    Plan(
        "book",
        Kind.BOOK,
        "A Small Book of Everyday Mathematics",
        "Ten short chapters on estimating, per cent, interest, chance, right angles and more, with worked examples, exercises, "
        "answers, tables, and a summary in Arabic.",
        "mathematics",
        ("everyday", "exercises", "reference"),
        level="intermediate",
    ),
    Plan(
        "forgetting",
        Kind.ARTICLE,
        "Why we forget, and what to do about it",
        "What Ebbinghaus found, when to review, why closing the book works better than reading it again, and a week to try.",
        "learning",
        ("memory", "study skills", "psychology"),
        level="intermediate",
    ),
    Plan(
        "khwarizmi",
        Kind.ARTICLE,
        "كيف حلّ الخوارزمي معادلته بمربّع",
        "طريقة إكمال المربع كما رآها صاحبها: رسم أولًا ثم رموز، مع تمارين وأجوبتها.",
        "mathematics",
        ("algebra", "history", "geometry"),
        language="ar",
        level="intermediate",
    ),
)
