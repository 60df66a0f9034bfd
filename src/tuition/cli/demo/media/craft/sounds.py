"""Tones made by arithmetic: soft pads, plucked strings and bells on one track."""

from __future__ import annotations

import math
import wave
from array import array
from collections.abc import Sequence
from functools import lru_cache
from operator import add
from pathlib import Path

RATE_HZ = 32_000

# Each partial: multiple of the fundamental, strength, seconds until it has faded to a third.
BELL = ((1.0, 1.0, 1.6), (2.0, 0.55, 1.1), (2.76, 0.28, 0.6), (5.4, 0.12, 0.25))
PLUCK = ((1.0, 1.0, 0.7), (2.0, 0.42, 0.45), (3.0, 0.2, 0.28), (4.0, 0.1, 0.2))
PAD = ((1.0, 1.0, 60.0), (2.0, 0.3, 60.0), (3.0, 0.1, 60.0))


def note_hz(name: str) -> float:
    """The pitch of a note such as `A4` (440 Hz), `C#3` or `Bb2`, in equal temperament."""
    steps = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[name[0]]
    steps += name.count("#") - name[1:].count("b")
    return float(440.0 * 2 ** ((steps + 12 * int(name[-1]) - 57) / 12))


@lru_cache(maxsize=512)
def tone(hz: float, seconds: float, partials: tuple[tuple[float, float, float], ...] = PLUCK) -> array[float]:
    """One note. Pads swell and sink over half a second; the others are struck."""
    count = int(seconds * RATE_HZ)
    samples = array("f", bytes(4 * count))
    rise_s = 0.9 if partials is PAD else 0.006
    for multiple, strength, decay_s in partials:
        if hz * multiple > RATE_HZ * 0.42:
            continue
        turn = math.tau * hz * multiple / RATE_HZ
        fade = math.exp(-1 / (decay_s * RATE_HZ))
        # A rotating pair (cosine, sine) that shrinks: one multiplication a sample instead of a sine.
        cosine, sine = math.cos(turn) * fade, math.sin(turn) * fade
        x, y = strength, 0.0
        for index in range(min(count, int(decay_s * 6 * RATE_HZ))):
            x, y = x * cosine - y * sine, x * sine + y * cosine
            samples[index] += y
    return _shaped(samples, rise_s, 1.4 if partials is PAD else 0.12)


def _shaped(samples: array[float], rise_s: float, fall_s: float) -> array[float]:
    count = len(samples)
    rise, fall = min(int(rise_s * RATE_HZ), count), min(int(fall_s * RATE_HZ), count)
    for index in range(rise):
        samples[index] *= 0.5 - 0.5 * math.cos(math.pi * index / rise)
    for index in range(fall):
        samples[count - 1 - index] *= 0.5 - 0.5 * math.cos(math.pi * index / fall)
    return samples


class Track:
    """Mono sound of a fixed length on which tones are laid."""

    def __init__(self, seconds: float) -> None:
        self.samples = array("f", bytes(4 * int(seconds * RATE_HZ)))

    def lay(self, sound: Sequence[float], at_s: float, gain: float = 0.2, *, around: bool = False) -> None:
        """Add a sound. What runs past the end is dropped, or begins the track again where it goes `around`."""
        start = int(at_s * RATE_HZ)
        room = len(self.samples) - start
        if room <= 0:
            return
        piece = array("f", [gain * value for value in sound])
        head = piece[:room]
        self.samples[start : start + len(head)] = array("f", map(add, self.samples[start : start + len(head)], head))
        if around and len(piece) > room:
            tail = piece[room : room + start]
            self.samples[: len(tail)] = array("f", map(add, self.samples[: len(tail)], tail))

    def chords(self, chords: Sequence[str], start_s: float, each_s: float, gain: float = 0.05) -> None:
        """A slow bed of pads: each chord is its notes with spaces between."""
        for place, chord in enumerate(chords):
            for name in chord.split():
                self.lay(tone(note_hz(name), each_s + 1.2, PAD), start_s + place * each_s, gain)

    def write(self, path: Path) -> None:
        """A 16-bit WAV file; peaks beyond full scale are bent, not cut."""
        bent = array("h", [int(32_000 * math.tanh(value)) for value in self.samples])
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(bent.tobytes())
