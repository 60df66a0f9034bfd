"""Sound is a wave: the air moves, the curve moves, and the tone is the one that is drawn."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Mapping
from functools import cache

from PIL import Image

from tuition.cli.demo.media.craft.canvas import Canvas, Point, blend, ease, mix, span
from tuition.cli.demo.media.craft.encoding import FPS
from tuition.cli.demo.media.craft.sounds import RATE_HZ, Track
from tuition.cli.demo.media.craft.typesetting import BLUE, HAIR, INK, MOSS, PAPER, RUST
from tuition.cli.demo.media.films.film import Film, Painter, Reel

DURATION_S = 102.0
LEFT, RIGHT = 150.0, 1190.0
AIR = (150.0, 300.0)
MIDDLE, TALL = 465.0, 120.0
CREST = 260.0  # pixels between crests at 220 Hz
BEAT_HZ = 1.5
TIMBRE_S = 72.0

LABELS = {
    "over": "#over[Hear it and see it]",
    "title": "#t(80)[Sound is a wave]",
    "subtitle": "#t(28, fill: soft, align(center)[Turn the sound on: what you see \\ is what you hear])",
    "air": "#t(21, fill: soft)[the air]",
    "pressure": "#t(21, fill: soft)[its pressure]",
    "tone_head": "#over[A tone]",
    "tone": "#t(28)[Something swings to and fro and pushes the air. The push travels; the air only trembles in its place.]",
    "loud_head": "#over[Loud and soft]",
    "loud": "#t(28)[A wider swing is a louder sound. Nothing else changes: the crests stay as far apart.]",
    "high_head": "#over[High and low]",
    "high": "#t(28)[Twice as many swings a second, crests half as far apart: the same note, one octave higher.]",
    "two_head": "#over[Two at once]",
    "two": "#t(28)[Three swings against two: a fifth. The waves simply add, and the pattern repeats. The ear likes that.]",
    "beat_head": "#over[Nearly the same]",
    "beat": "#t(28)[Two tones a hair apart agree, cancel, agree again. You hear it breathe: a beat. So pianos are tuned.]",
    "timbre_head": "#over[Colour]",
    "timbre": "#t(28)[Add fainter tones at twice, three times, four times the pitch. Same note, another instrument.]",
    "close": "#t(56, align(center)[Height is loudness. \\ Closeness is pitch. Shape is colour.])",
    **{f"h{hz}": f"#t(40, fill: rust)[{hz} Hz]" for hz in (110, 220, 440)},
    "two_hz": "#t(40)[#text(fill: blue)[220] + #text(fill: moss)[330 Hz]]",
    "beat_hz": "#t(40)[#text(fill: blue)[220] + #text(fill: moss)[221.5 Hz]]",
    **{f"t{count}": f"#t(40, fill: rust)[{count} partial{'s' if count > 1 else ''}]" for count in range(1, 7)},
}


def pitch_hz(t: float) -> float:
    """Slides in octaves: 220 up to 440, down to 110, back to 220."""
    octaves = ease(t, 44.0, 3.0) - 2 * ease(t, 48.5, 3.0) + ease(t, 52.0, 1.8)
    return float(220.0 * 2**octaves)


def level(t: float) -> float:
    """Height of the swing, 0 to 1."""
    steady = 0.5 * ease(t, 8.5, 2.0)
    swell = 0.5 * ease(t, 29.5, 2.5) - 0.85 * ease(t, 33.5, 2.5) + 0.35 * ease(t, 37.5, 2.0)
    rests = (1 - span(t, 54.4, 55.6, 0.5)) * (1 - span(t, 63.2, 64.4, 0.5)) * (1 - span(t, 71.2, 72.4, 0.5))
    return (steady + swell) * rests * (1 - ease(t, 91.0, 1.5))


def partials(t: float) -> tuple[float, float, float, float, float, float]:
    """How strong each multiple of the pitch is; more of them come in one after another."""
    first, *more = (ease(t, TIMBRE_S + 3.0 * number, 1.4) / number for number in range(1, 7))
    assert first >= 0
    fading = 1 - ease(t, 93.0, 0.5)
    return 1.0, *(value * fading for value in more)  # type: ignore[return-value]  # five of them, by the range above


def shares(t: float) -> tuple[float, float]:
    """How much of the second tone there is: the fifth, then the beating neighbour."""
    return span(t, 55.4, 63.6, 0.8), span(t, 64.2, 71.6, 0.8)


@cache
def _travelled() -> list[float]:
    """How far the wave has moved by each frame; a slower picture of what is really 340 metres a second."""
    distance, path = 0.0, [0.0]
    for _ in range(round(DURATION_S * FPS) + 2):
        distance += 130.0 / FPS
        path.append(distance)
    return path


def _wave(t: float) -> Callable[[float], tuple[float, float, float]]:
    """At x pixels from the source: the first tone, the second, and their sum, as drawn at this moment."""
    shift = _travelled()[round(t * FPS)]
    stretch, high = pitch_hz(t) / 220.0, level(t)
    fifth, beat = shares(t)
    strong = partials(t)
    total = sum(strong) ** 0.5
    envelope = math.cos(math.pi * BEAT_HZ * (t - 64.2))

    def value(x: float) -> tuple[float, float, float]:
        turn = math.tau * (x - shift) / CREST * stretch
        first = sum(weight * math.sin(turn * number) for number, weight in enumerate(strong, 1) if weight > 0.001) / total
        second = math.sin(turn * 1.5)
        both = mix(first, (first + second) / 1.6, fifth)
        return high * first, high * second, high * mix(both, first * envelope * 1.7, beat)

    return value


def _painter(_labels: Mapping[str, Image.Image]) -> Painter:
    def paint(canvas: Canvas, t: float) -> None:
        if t < 7.2:
            _title(canvas, t)
        seen = span(t, 7.0, 92.6, 0.9)
        if seen > 0.01:
            _air_and_curve(canvas, t, seen)
        _texts(canvas, t)
        if t > 92:
            shown = ease(t, 93.0, 1.2)
            canvas.label("close", (640, 310), shown, anchor="mm", rise=20)
            canvas.line([(640 - 90 * shown, 430), (640 + 90 * shown, 430)], RUST, 3, shown)

    return paint


def _title(canvas: Canvas, t: float) -> None:
    seen = 1 - ease(t, 6.4, 0.8)
    canvas.label("over", (640, 150), seen * ease(t, 0.0, 0.8), anchor="mm")
    canvas.label("title", (640, 215), seen * ease(t, 0.2), anchor="mm", rise=26)
    canvas.label("subtitle", (640, 310), seen * ease(t, 0.9), anchor="mm", rise=18)
    grown = ease(t, 0.4, 2.4)
    for number, color in enumerate((blend(BLUE, PAPER, 0.6), blend(MOSS, PAPER, 0.45), RUST)):
        line = []
        for step in range(0, 1281, 8):
            tall = 95 * math.sin(math.pi * step / 1280) ** 2 * grown
            line.append((float(step), 510 + tall * math.sin(step / (34 + 17 * number) - t * (2.2 - 0.4 * number))))
        canvas.line(line, color, 4 if color == RUST else 3, seen * grown)


@cache
def _columns() -> list[Point]:
    """Where each speck of air rests: rows a little out of step, as air is."""
    rows, columns = 5, 50
    gap = (RIGHT - LEFT) / columns
    places = []
    for row in range(rows):
        for column in range(columns):
            jitter = math.sin(row * 12.9898 + column * 78.233) * 43758.5453 % 1.0
            places.append((LEFT + gap * (column + 0.2 + 0.6 * jitter), mix(*AIR, (row + 0.5) / rows)))
    return places


def _air_and_curve(canvas: Canvas, t: float, seen: float) -> None:
    value = _wave(t)
    stretch = pitch_hz(t) / 220.0
    pushed = {x: value(x - LEFT + CREST / 4 / stretch)[2] for x, _ in _columns()}
    canvas.discs([(x + 22 / stretch**0.5 * pushed[x], y) for x, y in _columns()], 4.2, INK, seen * 0.8)
    swing = LEFT - 40 + 22 * value(CREST / 4 / stretch)[2]
    canvas.line([(swing, AIR[0] + 4), (swing, AIR[1] - 4)], RUST, 9, seen)
    canvas.line([(LEFT, MIDDLE), (RIGHT, MIDDLE)], HAIR, 2, seen)
    points = [(LEFT + step * 5.0, value(step * 5.0)) for step in range(int((RIGHT - LEFT) / 5) + 1)]
    apart = max(shares(t))
    canvas.line([(x, MIDDLE - TALL * 0.8 * first) for x, (first, _, _) in points], BLUE, 2, seen * shares(t)[0] * 0.7)
    canvas.line([(x, MIDDLE - TALL * 0.8 * second) for x, (_, second, _) in points], MOSS, 2, seen * shares(t)[0] * 0.7)
    canvas.line([(x, MIDDLE - TALL * both) for x, (_, _, both) in points], blend(RUST, INK, 0.25 * apart), 4.5, seen)
    canvas.label("air", (LEFT - 72, AIR[0] - 54), seen)
    canvas.label("pressure", (LEFT - 72, MIDDLE - TALL - 48), seen)


def _texts(canvas: Canvas, t: float) -> None:
    parts = (("tone", 7.4, 27.5), ("loud", 27.5, 41.5), ("high", 41.5, 54.6), ("two", 54.6, 63.6), ("beat", 63.6, 71.8))
    for name, start, end in (*parts, ("timbre", 71.8, 92.4)):
        seen = span(t, start, end, 0.6)
        canvas.label(f"{name}_head", (LEFT - 72, 50), seen)
        canvas.label(name, (640, 650), seen, anchor="mm", rise=12)
    for hz, start, end in ((220, 9.0, 44.6), (440, 46.2, 49.2), (110, 50.8, 52.6), (220, 53.2, 54.8)):
        canvas.label(f"h{hz}", (RIGHT, 80), span(t, start, end, 0.5), anchor="rm")
    canvas.label("two_hz", (RIGHT, 80), span(t, 55.4, 63.4, 0.5), anchor="rm")
    canvas.label("beat_hz", (RIGHT, 80), span(t, 64.2, 71.4, 0.5), anchor="rm")
    for count in range(1, 7):
        start = TIMBRE_S + 3.0 * count if count > 1 else TIMBRE_S + 0.6
        end = TIMBRE_S + 3.0 * (count + 1) if count < 6 else 92.2
        canvas.label(f"t{count}", (RIGHT, 80), span(t, start, end, 0.3), anchor="rm")


def _score() -> Track:
    """The drawn tone, sample by sample; its controls are read a hundred times a second."""
    track = Track(DURATION_S)
    block = RATE_HZ // 100
    phase, second, loud = 0.0, 0.0, 0.0
    sine, tau, samples = math.sin, math.tau, array("f")
    for number in range(round(DURATION_S * 100)):
        t = number / 100
        high = level(t)
        step = pitch_hz(t) / RATE_HZ
        fifth, beat = shares(t)
        step_two = (330.0 if t < 64.0 else 220.0 + BEAT_HZ) / RATE_HZ
        extra = max(fifth, beat)
        weights = [(place, weight) for place, weight in enumerate(partials(t), 1) if weight > 0.001]
        total = sum(weight for _, weight in weights) ** 0.5
        change = (high - loud) / block
        for _ in range(block):
            loud += change
            phase += step
            value = sine(tau * phase)
            if len(weights) > 1:
                value = sum([weight * sine(tau * phase * place) for place, weight in weights]) / total
            if extra:
                second += step_two
                value = (value + extra * sine(tau * second)) / (1 + 0.5 * extra)
            else:
                second = phase  # a second tone begins in step with the first, as it is drawn
            samples.append(0.42 * loud * value)
        loud = high
    track.lay(samples, 0.0, 1.0)
    for start_s, chord in ((0.2, "A2 E3 A3 C#4"), (93.0, "A2 E3 A3 C#4")):
        track.chords([chord], start_s, 6.0, 0.06)
    return track


FILM = Film((Reel(0.0, DURATION_S),), PAPER, LABELS, _painter, _score, score_dry=True)
