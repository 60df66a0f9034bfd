"""Six minutes of slow breathing: a circle that fills for four seconds and empties for six."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PIL import Image

from tuition.cli.demo.media.craft.canvas import Canvas, blend, ease, mix
from tuition.cli.demo.media.craft.sounds import BELL, PAD, Track, note_hz, tone
from tuition.cli.demo.media.craft.typesetting import GOLD, HAIR, INK, PAPER, RUST
from tuition.cli.demo.media.films.film import Film, Painter, Reel

CYCLE_S = 10.0
IN_S = 4.0
TINTS = ("#5C8AA0", "#6E8F74", "#B98A4E", "#8C7AA0")
CENTRE = (640.0, 325.0)

LABELS = {
    "over": "#over(fill: blue)[A pause]",
    "title": "#t(72)[Six minutes \\ of slow breathing]",
    "subtitle": "#t(28, fill: soft)[Sit as you like. Let the breath \\ follow the circle.]",
    "in": "#t(40, fill: white)[in]",
    "out": "#t(40, fill: white)[out]",
    "hint0": "#t(26, fill: soft)[Through the nose, if that is easy]",
    "hint1": "#t(26, fill: soft)[Let the shoulders come down]",
    "hint2": "#t(26, fill: soft)[Thoughts may pass; come back to the circle]",
    "hint3": "#t(26, fill: soft)[Nothing to do, nowhere to be]",
    "close": "#t(48)[Let the breath go its own way again.]",
    "close_text": "#t(28, fill: soft)[Look around the room. Take this pace with you.]",
}


def _painter(_labels: Mapping[str, Image.Image]) -> Painter:
    """Time line: the title, one cycle of each colour, the end. The reels repeat the cycles."""

    def paint(canvas: Canvas, t: float) -> None:
        if t < CYCLE_S:
            _title(canvas, t)
        elif t < CYCLE_S * 5:
            number, inside = divmod(t - CYCLE_S, CYCLE_S)
            _cycle(canvas, inside, int(number))
        else:
            _closing(canvas, t - CYCLE_S * 5)

    return paint


def _fullness(inside: float) -> float:
    """How full the lungs are, 0 to 1: in for four seconds, out for six."""
    if inside < IN_S:
        return 0.5 - 0.5 * math.cos(math.pi * inside / IN_S)
    return 0.5 + 0.5 * math.cos(math.pi * (inside - IN_S) / (CYCLE_S - IN_S))


def _circle(canvas: Canvas, full: float, tint: str, seen: float = 1.0) -> None:
    for ring in range(4, 0, -1):
        canvas.discs([CENTRE], mix(84, 150 + 34 * ring, full), blend(tint, PAPER, 0.55 + 0.1 * ring), seen)
    canvas.discs([CENTRE], mix(80, 150, full), tint, seen)


def _cycle(canvas: Canvas, inside: float, number: int) -> None:
    _circle(canvas, _fullness(inside), TINTS[number])
    breathing_in = 1 - ease(inside, IN_S - 0.4, 0.6) + ease(inside, CYCLE_S - 0.2, 0.4)
    canvas.label("in", CENTRE, min(breathing_in, 1.0) * ease(inside, -0.2, 0.6), anchor="mm")
    canvas.label("out", CENTRE, ease(inside, IN_S, 0.6) * (1 - ease(inside, CYCLE_S - 0.7, 0.6)), anchor="mm")
    canvas.label(f"hint{number}", (640, 682), 1.0, anchor="mm")
    canvas.line([(440, 652), (840, 652)], HAIR, 3)
    canvas.line([(440, 652), (440 + 400 * inside / CYCLE_S, 652)], TINTS[number], 3)


def _title(canvas: Canvas, t: float) -> None:
    seen = 1 - ease(t, 8.4, 1.2)
    canvas.label("over", (100, 176), seen * ease(t, 0.0, 0.8))
    canvas.label("title", (96, 206), seen * ease(t, 0.2), rise=26)
    canvas.label("subtitle", (98, 412), seen * ease(t, 0.9), rise=18)
    for number, tint in enumerate(TINTS):
        swing = 0.5 - 0.5 * math.cos(math.tau * (t - 0.35 * number) / CYCLE_S * 1.4)
        radius = mix(150, 225, swing) * (1 - 0.22 * number)
        canvas.discs([(960, 360)], radius, blend(tint, PAPER, 0.5 - 0.12 * number), seen * ease(t, 0.1 + 0.2 * number))
    _circle(canvas, 0.0, TINTS[0], ease(t, 8.8))


def _closing(canvas: Canvas, t: float) -> None:
    _circle(canvas, 0.0, blend(TINTS[3], PAPER, 0.8 * ease(t, 0.2, 2.5)), 1 - ease(t, 1.0, 1.8))
    canvas.label("close", (640, 310), ease(t, 2.4, 1.4), anchor="mm", rise=16)
    canvas.line([(560, 372), (720, 372)], GOLD, 3, ease(t, 3.4))
    canvas.label("close_text", (640, 420), ease(t, 3.6, 1.2), anchor="mm", rise=12)
    canvas.discs([(640, 600)], 5, RUST, ease(t, 5.0) * (1 - ease(t, 8.0)))
    canvas.discs([(640, 600)], 3, INK, ease(t, 8.0))


def _score() -> Track:
    """One cycle that runs round: a low bell to breathe in, a lower one to breathe out, and a bed that swells between."""
    track = Track(CYCLE_S)
    track.lay(tone(note_hz("G4"), 5.0, BELL), 0.05, 0.12, around=True)
    track.lay(tone(note_hz("C4"), 5.5, BELL), IN_S, 0.13, around=True)
    for name in ["C3", "G3", "E4", "B4"]:
        track.lay(tone(note_hz(name), IN_S + 3.0, PAD), 0.0, 0.035, around=True)
    for name in ["F2", "C3", "A3", "E4"]:
        track.lay(tone(note_hz(name), CYCLE_S - IN_S + 1.5, PAD), IN_S, 0.04, around=True)
    return track


FILM = Film(
    (Reel(0, 10), Reel(10, 20, 9), Reel(20, 30, 8), Reel(30, 40, 9), Reel(40, 50, 8), Reel(50, 60)),
    PAPER,
    LABELS,
    _painter,
    _score,
    score_loops=True,
)
