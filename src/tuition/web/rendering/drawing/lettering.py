"""Setting a title: how large it may be, where its lines end, and where a long word may be broken. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

SIZES = (46, 40, 34, 29)
"""From the usual size to that of the longest titles, on a cover of 640 by 400; the stylesheet has ``cover-s0…3``."""
LINES_MAX = 4
LINES_LARGE_MAX = 3
"""At the usual size. A title that would be longer is set smaller."""
WIDTH = 0.74 * 640
_GLYPH = 0.52
"""Average width of a letter of the title's type, in ems."""
SOFT_HYPHEN = "\u00ad"
LONG_WORD = 13
"""Shorter words are never broken."""
PIECE_MIN = 4
_VOWELS = "aeiouyäöüáàâéèêëíìîïóòôúùûæœ"
_ONSETS = (
    *("schl", "schm", "schn", "schr", "schw", "sch", "str", "spr", "spl", "chr", "phr", "thr", "pfl"),
    *("ch", "ph", "th", "sh", "st", "sp", "pf", "qu", "wh", "kn", "bl", "br", "cl", "cr", "dr", "fl", "fr", "gl", "gr"),
    *("kl", "kr", "pl", "pr", "tr"),
)
"""What may begin a syllable besides a single consonant, the longest first. Good enough for the languages that compound."""
_CLUSTER = re.compile(rf"(?<=[{_VOWELS}])[^\W\d_{_VOWELS}]+(?=[{_VOWELS}])", re.IGNORECASE)


def fit(title: str) -> int:
    """Which of the ``SIZES`` a title is set in: the largest at which no word is broken and all of it is seen."""
    for step, size in enumerate(SIZES):
        room = _room(size)
        lines = _fill(title.split(), room)
        if max(map(len, lines), default=0) <= room and len(lines) <= (LINES_LARGE_MAX if step == 0 else LINES_MAX):
            return step
    return len(SIZES) - 1


def wrap_title(title: str) -> list[str]:
    """The lines of a title in its size, about equally long; what does not fit ends in an ellipsis."""
    room = _room(SIZES[fit(title)])
    pieces = [piece for word in title.split() for piece in _cut(word, room)]
    lines = _fill(pieces, room)
    if len(lines) > LINES_MAX:
        return [*lines[: LINES_MAX - 1], lines[LINES_MAX - 1][: room - 1].rstrip() + "…"]
    while lines and room > 1 and len(narrower := _fill(pieces, room - 1)) == len(lines) and max(map(len, narrower)) < room:
        lines, room = narrower, room - 1
    return lines


def breakable(title: str) -> str:
    """The title with soft hyphens in its long words, for a browser that has no dictionary of their language."""
    return " ".join(SOFT_HYPHEN.join(syllables(word)) for word in title.split())


def syllables(word: str) -> list[str]:
    """A long word in parts at which it may be broken, none shorter than four letters; any other word whole."""
    if len(word) < LONG_WORD:
        return [word]
    parts, last = [], 0
    for cluster in _CLUSTER.finditer(word):
        consonants = cluster[0].lower()
        onset = next((one for one in _ONSETS if consonants.endswith(one)), consonants[-1])
        at = cluster.end() - len(onset)
        if at - last >= PIECE_MIN and len(word) - at >= PIECE_MIN:
            parts.append(word[last:at])
            last = at
    return [*parts, word[last:]]


def _room(size: int) -> int:
    return int(WIDTH / (size * _GLYPH))


def _fill(pieces: Sequence[str], room: int) -> list[str]:
    lines: list[str] = []
    for piece in pieces:
        if lines and len(lines[-1]) + 1 + len(piece) <= room:
            lines[-1] = f"{lines[-1]} {piece}"
        else:
            lines.append(piece)
    return lines


def _cut(word: str, room: int) -> list[str]:
    """A word in pieces that fit on a line each, broken between syllables where that is possible."""
    if len(word) <= room:
        return [word]
    pieces = [""]
    for part in (piece for syllable in syllables(word) for piece in _chopped(syllable, room - 1)):
        if len(pieces[-1]) + len(part) > room - 1:
            pieces.append("")
        pieces[-1] += part
    return [f"{piece}‐" for piece in pieces[:-1]] + pieces[-1:]


def _chopped(part: str, room: int) -> list[str]:
    return [part[at : at + room] for at in range(0, len(part), room)]
