"""The ear training lesson: seven intervals played low, high and together, then four to name."""

from __future__ import annotations

from pathlib import Path

from tuition.cli.demo.media.craft.encoding import encode_sound
from tuition.cli.demo.media.craft.sounds import Track, tone

DURATION_S = 150.0
ROOT_HZ = 220.0
# Semitones, in the order in which the script names them.
LESSONS = ((8.0, 12), (20.0, 7), (32.0, 5), (44.0, 4), (56.0, 3), (68.0, 2), (80.0, 6))
QUESTIONS = ((98.0, 196.0, 7), (110.0, 246.94, 3), (122.0, 174.61, 12), (134.0, 220.0, 6))


def record(target: Path, *, chapters: str) -> None:
    sound = target.with_suffix(".wav")
    score().write(sound)
    encode_sound(sound, target, chapters=chapters)
    sound.unlink()


def score() -> Track:
    track = Track(DURATION_S)
    for place, semitones in enumerate((0, 4, 7, 12)):
        track.lay(tone(_above(ROOT_HZ, semitones), 3.0), 1.0 + 0.45 * place, 0.16)
    for start_s, semitones in LESSONS:
        _play(track, start_s + 1.6, ROOT_HZ, semitones)
        _play(track, start_s + 6.6, ROOT_HZ, semitones)
    for start_s, low_hz, semitones in QUESTIONS:
        _play(track, start_s + 1.0, low_hz, semitones)
    for place, semitones in enumerate((6, 5, 4, 0)):
        track.lay(tone(_above(ROOT_HZ, semitones), 3.4), 144.5 + 0.5 * place, 0.15)
    return track


def _play(track: Track, at_s: float, low_hz: float, semitones: int) -> None:
    high_hz = _above(low_hz, semitones)
    track.lay(tone(low_hz, 2.0), at_s, 0.26)
    track.lay(tone(high_hz, 2.0), at_s + 1.1, 0.26)
    for hz in (low_hz, high_hz):
        track.lay(tone(hz, 3.0), at_s + 2.3, 0.22)


def _above(hz: float, semitones: int) -> float:
    return float(hz * 2 ** (semitones / 12))
