"""Why the moon has phases: the sky from above beside the moon as we see it."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

from PIL import Image

from tuition.cli.demo.media.craft.canvas import Canvas, Point, blend, ease, mix, span
from tuition.cli.demo.media.craft.sounds import BELL, Track, note_hz, tone
from tuition.cli.demo.media.craft.typesetting import GOLD, MOON, NIGHT
from tuition.cli.demo.media.films.film import Film, Painter, Reel

DURATION_S = 108.0
EARTH = (400.0, 370.0)
ORBIT = 205.0
DISC = (990.0, 320.0)
DARK = "#2A3342"
SEA = "#4F86A6"
PHASES_S = 22.0
STEP_S = 6.0
PHASES = (
    ("New moon", "The lit half looks away from us."),
    ("Waxing crescent", "A thin edge, low in the evening."),
    ("First quarter", "Half of the half: high at sunset."),
    ("Waxing gibbous", "More than half, and growing."),
    ("Full moon", "It rises as the sun goes down."),
    ("Waning gibbous", "The other side begins to go."),
    ("Last quarter", "Half again: high at sunrise."),
    ("Waning crescent", "A thin edge before dawn."),
)

LABELS = {
    "over": "#over(fill: gold)[Astronomy from the window]",
    "title": "#t(76, fill: moon)[Why the moon \\ has phases]",
    "subtitle": '#t(28, fill: rgb("#9AA3B2"))[The moon does not change. \\ Our view of its bright half does.]',
    "sunlight": "#over(fill: gold)[sunlight]",
    "earth": '#t(22, fill: rgb("#9AA3B2"))[Earth, from above the north pole]',
    "half_head": "#over(fill: gold)[Always half]",
    "half": "#t(30, fill: moon, width: 400pt)[The sun lights one half of the moon: always the half that faces the sun.]",
    "half_more": "#t(30, fill: moon, width: 400pt)[Once a month the moon goes round us. We look at it from the middle.]",
    "seen": "#over(fill: gold)[as we see it]",
    "days_head": "#over(fill: gold)[A month]",
    "days": "#t(26, fill: moon, width: 380pt)[From new moon to new moon: *29.5 days*. The word _month_ comes from _moon_.]",
    "shadow_head": "#over(fill: gold)[It is not our shadow]",
    "shadow": "#t(27, fill: moon, width: 1000pt)[Earth’s shadow lies behind Earth. The moon’s path is tilted by about 5°, so it "
    "usually passes above or below it. When it does not, we have an eclipse.]",
    "tilt": "#t(24, fill: gold)[5°]",
    "close": "#t(46, fill: moon)[Look up tonight. Which way is the light?]",
    **{f"p{number}": f"#t(44, fill: moon)[{name}]" for number, (name, _) in enumerate(PHASES)},
    **{f"q{number}": f'#t(26, fill: rgb("#9AA3B2"))[{text}]' for number, (_, text) in enumerate(PHASES)},
    **{f"d{day}": f"#t(26, fill: gold)[day {day}]" for day in range(30)},
}


def _sky(labels: Mapping[str, Image.Image]) -> Image.Image:
    canvas = Canvas(NIGHT, labels)
    dice = random.Random(7)  # noqa: S311 - a starry sky, the same each time
    for size, count, glow in ((0.9, 150, 0.22), (1.3, 34, 0.4), (1.8, 8, 0.6)):
        canvas.discs([(dice.uniform(0, 1280), dice.uniform(0, 720)) for _ in range(count)], size, MOON, glow)
    return canvas.image


def disc(canvas: Canvas, centre: Point, radius: float, turn: float, seen: float = 1.0) -> None:
    """The moon's face; `turn` is how far it has gone round since new moon, 1 being once."""
    angle = math.tau * (turn % 1.0)
    canvas.discs([centre], radius, DARK, seen)
    side = 1.0 if angle <= math.pi else -1.0
    limb, edge = [], []
    for step in range(61):
        y = -math.cos(math.pi * step / 60)
        half = math.sqrt(max(1 - y * y, 0.0))
        limb.append((centre[0] + side * half * radius, centre[1] + y * radius))
        edge.append((centre[0] + side * math.cos(angle) * half * radius, centre[1] + y * radius))
    canvas.polygon(limb + edge[::-1], MOON, seen)
    if radius > 60:
        for x, y, size in ((-0.3, -0.35, 0.2), (0.25, -0.15, 0.26), (0.05, 0.38, 0.17), (-0.45, 0.15, 0.14), (0.48, 0.35, 0.1)):
            lit = x * side > math.cos(angle) * math.sqrt(1 - y * y) + size
            if lit:
                canvas.discs([(centre[0] + x * radius, centre[1] + y * radius)], size * radius, "#DCD2BA", seen * 0.8)


def _half_lit(canvas: Canvas, centre: Point, radius: float, bright: str, dark: str, seen: float) -> None:
    canvas.discs([centre], radius, dark, seen)
    turns = [math.pi / 2 + math.pi * step / 30 for step in range(31)]
    canvas.polygon([(centre[0] + radius * math.cos(a), centre[1] + radius * math.sin(a)) for a in turns], bright, seen)


def _turn(t: float) -> float:
    """How far round the moon is: a slow arc, eight stops, then two whole months without stopping."""
    if t < PHASES_S:
        return mix(-0.14, 0.0, ease(t, 8.0, 12.0))
    stops_end = PHASES_S + 8 * STEP_S
    if t < stops_end:
        stop, inside = divmod(t - PHASES_S, STEP_S)
        return (stop + ease(inside, STEP_S - 1.9, 1.9)) / 8
    return 1.0 + 2.0 * ease(t, stops_end, 12.0)


def _painter(labels: Mapping[str, Image.Image]) -> Painter:
    sky = _sky(labels)

    def paint(canvas: Canvas, t: float) -> None:
        canvas.image.paste(sky)
        if t < 7.2:
            _title(canvas, t)
        if 6.5 < t < 84.0:
            _orbit(canvas, t)
        if 83.0 < t < 98.5:
            _tilt(canvas, t)
        for number in range(8):
            disc(canvas, (178 + 132 * number, 300), 46, number / 8, ease(t, 98.2 + 0.25 * number))
        canvas.label("close", (640, 470), ease(t, 101.0, 1.4), anchor="mm", rise=14)

    return paint


def _title(canvas: Canvas, t: float) -> None:
    seen = 1 - ease(t, 6.4, 0.8)
    canvas.label("over", (100, 176), seen * ease(t, 0.0, 0.8))
    canvas.label("title", (96, 206), seen * ease(t, 0.2), rise=26)
    canvas.label("subtitle", (98, 412), seen * ease(t, 0.9), rise=18)
    disc(canvas, (980, 360), 190, mix(0.08, 0.40, ease(t, 0.4, 5.6)), seen * ease(t, 0.1))


def _orbit(canvas: Canvas, t: float) -> None:
    seen = span(t, 7.0, 83.6, 0.9)
    turn = _turn(t)
    _sunlight(canvas, t, seen)
    canvas.ring(EARTH, ORBIT, "#3A4557", 2, seen)
    _half_lit(canvas, EARTH, 36, SEA, blend(SEA, NIGHT, 0.72), seen)
    canvas.label("earth", (EARTH[0], EARTH[1] + 262), seen, anchor="mm")
    angle = math.tau * turn
    moon = (EARTH[0] - ORBIT * math.cos(angle), EARTH[1] + ORBIT * math.sin(angle))
    looking = seen * ease(t, PHASES_S - 2.0)
    away = (moon[0] - EARTH[0], moon[1] - EARTH[1])
    canvas.line([_along(away, 42), _along(away, ORBIT - 26)], GOLD, 2, looking * 0.8)
    _half_lit(canvas, moon, 22, MOON, DARK, seen)
    early = seen * (1 - ease(t, PHASES_S - 2.2))
    canvas.label("half_head", (760, 210), early)
    canvas.label("half", (760, 246), early, rise=14)
    canvas.label("half_more", (760, 420), early * ease(t, 13.0), rise=14)
    canvas.label("seen", (DISC[0], 140), looking, anchor="mm")
    disc(canvas, DISC, 130, turn, looking)
    canvas.label(f"d{int(turn % 1 * 29.53)}", (DISC[0], 645), looking, anchor="mm")
    stops_end = PHASES_S + 8 * STEP_S
    if PHASES_S - 2 < t < stops_end:
        stop = max(int((t - PHASES_S) / STEP_S), 0)
        shown = looking * span(t, PHASES_S + stop * STEP_S - (1.0 if stop == 0 else 0.0), PHASES_S + (stop + 1) * STEP_S, 0.6)
        canvas.label(f"p{stop}", (DISC[0], 505), shown, anchor="mm")
        canvas.label(f"q{stop}", (DISC[0], 560), shown, anchor="mm")
    canvas.label("days", (DISC[0], 540), span(t, stops_end, 83.6), anchor="mm")


def _along(direction: Point, distance: float) -> Point:
    length = math.hypot(*direction)
    return EARTH[0] + direction[0] / length * distance, EARTH[1] + direction[1] / length * distance


def _sunlight(canvas: Canvas, t: float, seen: float) -> None:
    canvas.label("sunlight", (28, 82), seen)
    for number in range(6):
        y = 150 + number * 88
        for dash in range(3):
            x = 20 + (t * 46 + dash * 50) % 150
            canvas.line([(x, y), (x + 22, y)], GOLD, 2.5, seen * math.sin(math.pi * (x - 20) / 150) * 0.9)


def _tilt(canvas: Canvas, t: float) -> None:
    seen = span(t, 83.8, 98.4, 0.9)
    earth, reach = (560.0, 420.0), 330.0
    canvas.label("shadow_head", (130, 90), seen)
    canvas.label("shadow", (130, 122), seen, rise=14)
    canvas.discs([(-60.0, 420.0)], 170, GOLD, seen)
    canvas.line([(110, 420), (1230, 420)], "#3A4557", 1.5, seen)
    canvas.polygon([(560, 384), (1180, 405), (1180, 435), (560, 456)], "#05080D", seen * ease(t, 85.5) * 0.9)
    _half_lit(canvas, earth, 36, SEA, blend(SEA, NIGHT, 0.72), seen)
    slope = math.radians(12)  # drawn steeper than 5 degrees, to be seen
    rise = ease(t, 87.0, 2.0)
    offset = (reach * math.cos(slope), -reach * math.sin(slope) * rise)
    canvas.line([(earth[0] - offset[0], earth[1] - offset[1]), (earth[0] + offset[0], earth[1] + offset[1])], MOON, 2, seen * 0.6)
    swing = math.cos(math.tau * (t - 87.0) / 9.0)
    _half_lit(canvas, (earth[0] + offset[0] * swing, earth[1] + offset[1] * swing), 18, MOON, DARK, seen)
    canvas.label("tilt", (earth[0] + 200, earth[1] - 24), seen * rise, anchor="mm")


def _score() -> Track:
    track = Track(DURATION_S)
    track.chords(["A2 E3 B3 C4", "F2 C3 A3 E4", "C3 G3 D4 E4", "G2 D3 B3 A3"] * 4 + ["A2 E3 B3 C4", "A2 E3 A3"], 0.0, 6.0, 0.032)
    for stop, name in enumerate(["A3", "C4", "E4", "G4", "A4", "G4", "E4", "C4"]):
        track.lay(tone(note_hz(name), 3.5, BELL), PHASES_S + stop * STEP_S + 0.1, 0.13)
    for place, name in enumerate(["A4", "B4", "C5", "E5", "D5", "C5", "B4", "G4", "A4", "E4", "G4", "A4"]):
        track.lay(tone(note_hz(name), 2.2), PHASES_S + 8 * STEP_S + place + 0.1, 0.08)
    for number, name in enumerate(["A3", "C4", "E4", "G4", "A4", "G4", "E4", "A4"]):
        track.lay(tone(note_hz(name), 3.0, BELL), 98.4 + 0.25 * number, 0.1)
    for place, name in enumerate(["E4", "A4", "C5"]):
        track.lay(tone(note_hz(name), 3.0), 8.0 + 0.5 * place, 0.1)
    return track


FILM = Film((Reel(0.0, DURATION_S),), NIGHT, LABELS, _painter, _score)
