"""What is said about a film or a recording: one small script gives captions, chapters and transcripts in each language.

A script has one line per cue, `0:07 | English | العربية`; a line that begins with `#` opens a chapter at that time.
A cue lasts until the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

LANGUAGES = ("en", "ar")


@dataclass(frozen=True, slots=True)
class Cue:
    start_s: float
    end_s: float
    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class Script:
    cues: tuple[Cue, ...]
    chapters: tuple[Cue, ...]


def text(name: str) -> str:
    """A text of ours that travels beside the code."""
    return resources.files(__package__).joinpath("texts", name).read_text(encoding="utf-8")


def read_script(source: str, duration_s: float) -> Script:
    cues: list[tuple[float, dict[str, str]]] = []
    chapters: list[tuple[float, dict[str, str]]] = []
    for line in source.splitlines():
        if not line.strip():
            continue
        clock, english, arabic = (part.strip() for part in line.lstrip("# ").split("|"))
        minutes, seconds = clock.split(":")
        entry = (int(minutes) * 60 + float(seconds), {"en": english, "ar": arabic})
        (chapters if line.startswith("#") else cues).append(entry)
    return Script(_closed(cues, duration_s), _closed(chapters, duration_s))


def _closed(entries: list[tuple[float, dict[str, str]]], duration_s: float) -> tuple[Cue, ...]:
    ends = [start for start, _ in entries[1:]] + [duration_s]
    starts = [start for start, _ in entries]
    assert all(start < end for start, end in zip(starts, ends, strict=True)), "cues must follow each other"
    return tuple(Cue(start, end, words) for (start, words), end in zip(entries, ends, strict=True))


def web_vtt(cues: tuple[Cue, ...], language: str) -> str:
    blocks = [f"{_stamp(cue.start_s)} --> {_stamp(cue.end_s)}\n{cue.words[language]}\n" for cue in cues]
    return "WEBVTT\n\n" + "\n".join(f"{number}\n{block}" for number, block in enumerate(blocks, 1))


def transcript(script: Script, language: str) -> str:
    """Markdown: a heading per chapter, then its cues as running text."""
    parts = []
    for chapter in script.chapters:
        said = [cue.words[language] for cue in script.cues if chapter.start_s <= cue.start_s < chapter.end_s]
        parts.append(f"## {chapter.words[language]}\n\n{' '.join(said)}\n")
    return "\n".join(parts)


def chapter_marks(script: Script) -> str:
    """ffmpeg's own format for chapter marks inside the file."""
    marks = [
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={round(cue.start_s * 1000)}\nEND={round(cue.end_s * 1000)}\ntitle={cue.words['en']}\n"
        for cue in script.chapters
    ]
    return ";FFMETADATA1\n" + "".join(marks)


def _stamp(seconds: float) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{thousandths:03d}"
