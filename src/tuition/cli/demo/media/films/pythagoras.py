"""The Pythagorean theorem, seen: four triangles move, and what is left over tells the rest."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PIL import Image

from tuition.cli.demo.media.craft.canvas import Canvas, Point, ease, mix, span
from tuition.cli.demo.media.craft.sounds import BELL, Track, note_hz, tone
from tuition.cli.demo.media.craft.typesetting import BLUE, GOLD, HAIR, INK, MOSS, PAPER, RUST
from tuition.cli.demo.media.films.film import Film, Painter, Reel

DURATION_S = 88.0
UNIT = 62.0
CORNER = (120.0, 150.0)
MOVES_S = (38.0, 41.5)
COUNT_S = 60.5
TILE = 46.0
TRIANGLES: tuple[tuple[tuple[Point, Point, Point], Point], ...] = (
    (((0, 0), (3, 0), (0, 4)), (0, 0)),
    (((7, 0), (3, 0), (7, 3)), (0, 0)),
    (((7, 7), (7, 3), (4, 7)), (-4, -3)),
    (((0, 7), (0, 4), (4, 7)), (3, -4)),
)

LABELS = {
    "over": "#over[Geometry without algebra]",
    "title": "#t(76)[The Pythagorean \\ theorem, seen]",
    "subtitle": "#t(28, fill: soft)[A proof that needs no words, \\ with a few words beside it]",
    "a": "#t(34, fill: blue)[_a_]",
    "b": "#t(34, fill: moss)[_b_]",
    "c": "#t(34, fill: rust)[_c_]",
    "a2": "#t(44, fill: white)[$a^2$]",
    "b2": "#t(44, fill: white)[$b^2$]",
    "c2": "#t(44, fill: white)[$c^2$]",
    "claim_head": "#over[The claim]",
    "claim": "#t(30, width: 420pt)[Build a square on each side of a right-angled triangle. The two smaller ones together are "
    "_exactly_ as large as the biggest.]",
    "why": "#t(30, width: 420pt, fill: soft)[Why should they be?]",
    "frame_head": "#over[One square, four triangles]",
    "frame": "#t(30, width: 420pt)[Lay four copies of the triangle inside a square whose side is #box[_a_ + _b_].]",
    "hole": "#t(30, width: 420pt)[What they leave open is a tilted square. Its side is the triangle’s long side, so its area is "
    "#text(fill: rust)[$c^2$].]",
    "move_head": "#over[Now slide two of them]",
    "move": "#t(30, width: 420pt)[Nothing is added, nothing is taken away. The same four triangles, the same frame.]",
    "left": "#t(30, width: 420pt)[This time they leave open two upright squares: "
    "#text(fill: blue)[$a^2$] and #text(fill: moss)[$b^2$].]",
    "same": "#t(30, width: 420pt)[The open space never changed. So the two are equal to the one.]",
    "count_head": "#over[Count, to be sure]",
    "count": "#t(30, width: 400pt)[Sides of 3 and 4: nine tiles and sixteen tiles.]",
    "count_end": "#t(30, width: 400pt)[Twenty-five tiles make a square of 5 by 5. Builders have set right angles "
    "with a rope of 3, 4 and 5 for thousands of years.]",
    "formula": "#t(92)[$a^2 + b^2 = c^2$]",
    "source": "#t(28, fill: soft)[Euclid, _Elements_, Book I, Proposition 47 · about 300 BC]",
    **{f"k{number}": f"#t(72)[{number}]" for number in range(26)},
}


def _place(point: Point) -> Point:
    return CORNER[0] + UNIT * point[0], CORNER[1] + UNIT * point[1]


def _square(canvas: Canvas, at: Point, side: float, color: str, seen: float) -> None:
    x, y = at
    canvas.polygon([(x, y), (x + side, y), (x + side, y + side), (x, y + side)], color, seen)


def _painter(_labels: Mapping[str, Image.Image]) -> Painter:
    def paint(canvas: Canvas, t: float) -> None:
        if t < 7.2:
            _title(canvas, t)
        if 6.5 < t < 25.5:
            _claim(canvas, t)
        if 24.5 < t < 57.5:
            _slide(canvas, t)
        if 56.5 < t < 78.5:
            _count(canvas, t)
        canvas.label("formula", (640, 310), ease(t, 78.5, 1.4), anchor="mm", rise=20)
        canvas.line([(640 - 90 * ease(t, 80.0), 400), (640 + 90 * ease(t, 80.0), 400)], RUST, 3, ease(t, 80.0))
        canvas.label("source", (640, 450), ease(t, 81.0), anchor="mm", rise=12)

    return paint


def _figure(canvas: Canvas, corner: Point, unit: float, grown: tuple[float, float, float], seen: float) -> None:
    """The triangle with its right angle at `corner`, `a` upright and `b` lying, and a square growing on each side."""
    x, y = corner
    a, b = 3 * unit, 4 * unit
    up, along = (x, y - a), (x + b, y)
    canvas.polygon([(x, y), (x, y - a), (x - a * grown[0], y - a), (x - a * grown[0], y)], BLUE, seen)
    canvas.polygon([(x, y), (x + b, y), (x + b, y + b * grown[1]), (x, y + b * grown[1])], MOSS, seen)
    out = (a * grown[2], -b * grown[2])
    canvas.polygon([up, along, (along[0] + out[0], along[1] + out[1]), (up[0] + out[0], up[1] + out[1])], RUST, seen)
    canvas.polygon([(x, y), up, along], GOLD, seen)
    canvas.line([(x, y), up, along, (x, y)], INK, 3, seen)
    canvas.line([(x, y - 18), (x + 18, y - 18), (x + 18, y)], INK, 2, seen)


def _title(canvas: Canvas, t: float) -> None:
    seen = 1 - ease(t, 6.4, 0.8)
    canvas.label("over", (100, 176), seen * ease(t, 0.0, 0.8))
    canvas.label("title", (96, 206), seen * ease(t, 0.2), rise=26)
    canvas.label("subtitle", (98, 412), seen * ease(t, 0.9), rise=18)
    _figure(canvas, (850, 420), 46, (ease(t, 0.6, 1.5), ease(t, 0.9, 1.5), ease(t, 1.2, 1.8)), seen * ease(t, 0.1))


def _claim(canvas: Canvas, t: float) -> None:
    seen = span(t, 7.0, 25.2, 0.8)
    grown = (ease(t, 11.0, 1.5), ease(t, 13.0, 1.5), ease(t, 16.0, 1.8))
    x, y, unit = 310.0, 420.0, 52.0
    _figure(canvas, (x, y), unit, grown, seen)
    before = seen * (1 - grown[0])
    canvas.label("a", (x - 24, y - 1.5 * unit), before * ease(t, 8.0), anchor="mm")
    canvas.label("b", (x + 2 * unit, y + 28), seen * (1 - grown[1]) * ease(t, 8.5), anchor="mm")
    canvas.label("c", (x + 2.35 * unit, y - 1.95 * unit), seen * (1 - grown[2]) * ease(t, 9.0), anchor="mm")
    canvas.label("a2", (x - 1.5 * unit, y - 1.5 * unit), seen * ease(t, 12.2), anchor="mm")
    canvas.label("b2", (x + 2 * unit, y + 2 * unit), seen * ease(t, 14.2), anchor="mm")
    canvas.label("c2", (x + 3.5 * unit, y - 3.5 * unit), seen * ease(t, 17.4), anchor="mm")
    canvas.label("claim_head", (740, 200), seen)
    canvas.label("claim", (740, 244), seen * ease(t, 8.0), rise=14)
    canvas.label("why", (740, 440), seen * ease(t, 20.0), rise=14)


def _slide(canvas: Canvas, t: float) -> None:
    seen = span(t, 25.0, 57.2, 0.8)
    first, last = (ease(t, start, 2.6) for start in MOVES_S)
    moved = max(first, last)
    hole = [_place(point) for point in ((3, 0), (7, 3), (4, 7), (0, 4))]
    if first == 0.0:
        _square(canvas, CORNER, 7 * UNIT, "#ffffff", seen)
        canvas.polygon(hole, RUST, seen * ease(t, 30.0))
    else:
        _square(canvas, CORNER, 7 * UNIT, RUST, seen)  # the open space keeps its colour while the triangles slide over it
    settled = seen * ease(t, 44.6)
    _square(canvas, _place((0, 4)), 3 * UNIT, BLUE, settled)
    _square(canvas, _place((3, 3)), 4 * UNIT, MOSS, settled)
    for number, (corners, shift) in enumerate(TRIANGLES):
        share = {2: first, 3: last}.get(number, 0.0)
        arrived = ease(t, 26.2 + 0.7 * number)
        from_side = (1 - arrived) * (2 if number in (1, 2) else -2)
        points = [_place((x + shift[0] * share + from_side, y + shift[1] * share)) for x, y in corners]
        canvas.polygon(points, GOLD, seen * arrived)
        canvas.line([*points, points[0]], INK, 2.5, seen * arrived)
    _frame(canvas, seen)
    canvas.label("c2", _place((3.5, 3.5)), seen * ease(t, 30.6) * (1 - ease(t, MOVES_S[0] - 0.8, 0.6)), anchor="mm")
    canvas.label("a2", _place((1.5, 5.5)), settled, anchor="mm")
    canvas.label("b2", _place((5, 5)), settled, anchor="mm")
    x, still_first = 680, span(t, 25.2, 37.0)
    canvas.label("frame_head", (x, 180), still_first)
    canvas.label("frame", (x, 224), still_first, rise=14)
    canvas.label("hole", (x, 370), still_first * ease(t, 30.4), rise=14)
    then = span(t, 37.0, 57.2)
    canvas.label("move_head", (x, 180), then)
    canvas.label("move", (x, 224), then, rise=14)
    canvas.label("left", (x, 370), then * ease(t, 45.0), rise=14)
    canvas.label("same", (x, 520), then * ease(t, 50.0) * (moved > 0), rise=14)


def _frame(canvas: Canvas, seen: float) -> None:
    corners = [_place(point) for point in ((0, 0), (7, 0), (7, 7), (0, 7), (0, 0))]
    canvas.line(corners, INK, 3, seen)


def _tile_path(number: int) -> tuple[Point, Point, str]:
    """Where a tile begins (nine in the blue square, sixteen in the green one), where it goes, and its colour."""
    if number < 9:
        start, color = (90 + (number % 3) * TILE, 180 + (number // 3) * TILE), BLUE
    else:
        rest = number - 9
        start, color = (90 + (rest % 4) * TILE, 390 + (rest // 4) * TILE), MOSS
    end = (400 + (number % 5) * TILE * 1.25, 240 + (number // 5) * TILE * 1.25)
    return start, end, color


def _count(canvas: Canvas, t: float) -> None:
    seen = span(t, 57.2, 78.2, 0.8)
    landed = 0
    for number in range(25):
        start, end, color = _tile_path(number)
        share = ease(t, COUNT_S + 0.42 * number, 0.9)
        landed += share > 0.9
        x, y = mix(start[0], end[0], share), mix(start[1], end[1], share) - 60 * math.sin(math.pi * share)
        side = TILE * mix(1.0, 1.25, share) - 4
        _square(canvas, start, TILE - 4, HAIR, seen)
        _square(canvas, (x, y), side, color, seen)
    canvas.label("count_head", (780, 180), seen)
    canvas.label("count", (780, 222), seen, rise=14)
    canvas.label(f"k{landed}", (780, 300), seen * ease(t, COUNT_S - 0.5))
    canvas.label("count_end", (780, 420), seen * ease(t, 72.0), rise=14)


def _score() -> Track:
    track = Track(DURATION_S)
    track.chords(["D3 A3 F#4", "B2 F#3 D4", "G2 D3 B3", "A2 E3 C#4"] * 3 + ["D3 A3 F#4", "G2 D3 B3"], 0.0, 6.0, 0.035)
    for at_s, names in ((11.0, "D4 F#4"), (13.0, "E4 A4"), (16.0, "F#4 A4 D5"), (30.0, "D4 A4 D5")):
        for place, name in enumerate(names.split()):
            track.lay(tone(note_hz(name), 2.4), at_s + 0.14 * place, 0.17)
    for place, name in enumerate(["D4", "F#4", "A4", "B4"]):
        track.lay(tone(note_hz(name), 1.6), 26.6 + 0.7 * place, 0.15)
    for at_s, name in ((40.3, "A4"), (43.8, "D5"), (44.9, "F#5"), (50.0, "A4")):
        track.lay(tone(note_hz(name), 3.0, BELL), at_s, 0.13)
    scale = [note_hz(f"{letter}{octave}") for octave in (3, 4, 5) for letter in ("D", "E", "F#", "A", "B")]
    for number in range(25):
        track.lay(tone(scale[number % 15 if number < 15 else number - 11], 1.4), COUNT_S + 0.42 * number + 0.75, 0.13)
    for place, name in enumerate(["D4", "F#4", "A4", "D5"]):
        track.lay(tone(note_hz(name), 4.0, BELL), 78.8 + 0.5 * place, 0.13)
    return track


FILM = Film((Reel(0.0, DURATION_S),), PAPER, LABELS, _painter, _score)
