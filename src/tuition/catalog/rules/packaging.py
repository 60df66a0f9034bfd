"""How a film is cut: which qualities, how large, how long a piece."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

SEGMENT_S = 4
DURATION_MAX_MS = 12 * 60 * 60 * 1000
DURATION_MIN_MS = 500
SIDE_MAX = 8192
LADDER = ((720, 2800, 128), (480, 1200, 96), (240, 400, 64))
"""Short side in pixels, ceiling of the picture and rate of the sound in kbit/s. A source is never blown up."""
SOUND_LADDER = (("sound_high", 128), ("sound_low", 64))
TRUNCATED_PERCENT = 5
"""How much shorter than announced a file may turn out to be: containers round, cut-off files lose far more."""
TRUNCATED_SLACK_MS = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """What is in a media file, found by reading all of it once."""

    duration_ms: int
    """How far it could be read."""
    container: str
    announced_ms: int = 0
    """How long it says it is; 0 when it does not say."""
    width: int | None = None
    height: int | None = None
    has_sound: bool = False

    @property
    def has_picture(self) -> bool:
        """Whether it moves."""
        return self.width is not None and self.height is not None

    @property
    def is_cut_off(self) -> bool:
        """Whether much less is there than was announced: the rest was lost on its way."""
        missing_ms = self.announced_ms - self.duration_ms
        return missing_ms > TRUNCATED_SLACK_MS and missing_ms * 100 > self.announced_ms * TRUNCATED_PERCENT


@dataclass(frozen=True, slots=True)
class Quality:
    """One rendition that is to be made. No width: sound only."""

    name: str
    width: int | None
    height: int | None
    picture_kbps: int
    sound_kbps: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A few seconds of a film as a playlist lists them."""

    start_ms: int
    duration_ms: int


def qualities_for(source: Source) -> list[Quality]:
    """The renditions of a source, best first; the short side decides, so that an upright film is not made tiny."""
    if source.width is None or source.height is None:
        return [Quality(name, None, None, 0, kbps) for name, kbps in SOUND_LADDER]
    short = min(source.width, source.height)
    steps = [step for step in LADDER if step[0] <= short] or [(short - short % 2, *LADDER[-1][1:])]
    return [
        Quality(f"{side}p", *_scaled(source.width, source.height, side), picture_kbps=picture, sound_kbps=sound)
        for side, picture, sound in steps
    ]


def _scaled(width: int, height: int, short_side: int) -> tuple[int, int]:
    # H.264 halves the colour planes: both sides must be even.
    if width >= height:
        return max(2, round(width * short_side / height / 2) * 2), short_side
    return short_side, max(2, round(height * short_side / width / 2) * 2)


def pieces_of(playlist: str) -> list[Piece]:
    """The pieces that ffmpeg's playlist lists. Times are sums, rounded once, so that the pieces touch."""
    ends_us = 0
    marks = [0]
    for seconds, fraction in re.findall(r"^#EXTINF:(\d+)(?:\.(\d{1,6})\d*)?,", playlist, re.MULTILINE):
        ends_us += int(seconds) * 1_000_000 + int(fraction.ljust(6, "0") or 0)
        marks.append((ends_us + 500) // 1000)
    return [Piece(start, end - start) for start, end in itertools.pairwise(marks) if end > start]


def in_step(timelines: Sequence[Sequence[Piece]]) -> bool:
    """Whether every rendition is cut at the same moments, so that a player may change between them at any piece."""
    return all(list(timeline) == list(timelines[0]) for timeline in timelines)


def bandwidths(pieces: Sequence[Piece], sizes: Sequence[int]) -> tuple[int, int]:
    """Bits a second of the heaviest piece and of all of them (RFC 8216, 4.3.4.2)."""
    peak = max(size * 8000 // piece.duration_ms for piece, size in zip(pieces, sizes, strict=True))
    return max(1, peak), max(1, sum(sizes) * 8000 // sum(piece.duration_ms for piece in pieces))


def codecs_of(init: bytes, *, has_sound: bool) -> str:
    """The CODECS attribute of a rendition, read from its initialisation segment (ISO 14496-15, the avcC box)."""
    codecs = []
    at = init.find(b"avcC")
    if at >= 0:
        profile, compatibility, level = init[at + 5 : at + 8]
        codecs.append(f"avc1.{profile:02x}{compatibility:02x}{level:02x}")
    if has_sound:
        codecs.append("mp4a.40.2")
    return ",".join(codecs)
