"""How compound interest grows: a line, a curve, and the space between them."""

from __future__ import annotations

from collections.abc import Mapping

from PIL import Image

from tuition.cli.demo.media.craft.canvas import Canvas, Point, ease, mix, span
from tuition.cli.demo.media.craft.sounds import Track, tone
from tuition.cli.demo.media.craft.typesetting import BLUE, GOLD, HAIR, INK, PAPER, RUST
from tuition.cli.demo.media.films.film import Film, Painter, Reel

YEARS = 40
RATE = 0.07
LEFT, TOP, RIGHT, BOTTOM = 130, 150, 850, 610
CEILING = 16_000
SIMPLE_S, COMPOUND_S = (11.0, 25.0), (35.0, 57.0)
DOUBLINGS = ((10.245, 2000, 76.5), (20.49, 4000, 79.5), (30.735, 8000, 82.5))
DURATION_S = 102.0

LABELS = {
    "title": "#t(76)[How compound \\ interest grows]",
    "subtitle": "#t(28, fill: soft)[One thousand coins, forty years, \\ and the patience to leave them alone]",
    "over": "#over[Everyday mathematics]",
    "simple_head": "#over(fill: blue)[Without compounding]",
    "simple_text": "#t(27, width: 330pt)[Every year the first *1,000* earn *70*. You take the 70 out and put it in a drawer.]",
    "compound_head": "#over[Leave it inside]",
    "compound_text": "#t(27, width: 330pt)[Every year _all that is there_ earns 7 %. The interest earns interest.]",
    "gap_head": "#over(fill: gold)[Interest on interest]",
    "gap_text": "#t(27, width: 330pt)[The coins are the same, the rate is the same. The space between is time at work.]",
    "gap_figure": "#t(60, fill: gold)[11,174]",
    "double_head": "#over[The rule of 72]",
    "double_text": "#t(27, width: 330pt)[Divide 72 by the rate: that many years to double. At 7 %:]",
    "double_sum": "#t(44)[$72 / 7 approx 10.3$ years]",
    "year": "#t(24, fill: soft)[year]",
    "close": "#t(64)[$A = P (1 + r)^n$]",
    "close_text": "#t(30, fill: soft)[what you end with = what you begin with, grown once for every year]",
    "close_line": "#t(44)[Begin early. Leave it alone.]",
    **{f"d{value}": f"#t(26, fill: rust)[*{value:,}*]" for _, value, _ in DOUBLINGS},
    **{f"y{value}": f"#t(20, fill: soft)[{value:,}]" for value in range(0, CEILING + 1, 4000)},
    **{f"x{year}": f"#t(20, fill: soft)[{year}]" for year in range(0, YEARS + 1, 10)},
    **{f"n{year}": f"#t(60)[{year}]" for year in range(YEARS + 1)},
    **{f"s{year}": f"#t(60, fill: blue)[{1000 + 70 * year:,}]" for year in range(YEARS + 1)},
    **{f"c{year}": f"#t(60, fill: rust)[{round(1000 * 1.07**year):,}]" for year in range(YEARS + 1)},
}


def _at(year: float, amount: float) -> Point:
    return mix(LEFT, RIGHT, year / YEARS), mix(BOTTOM, TOP, amount / CEILING)


def _simple(year: float) -> float:
    return 1000 * (1 + RATE * year)


def _compound(year: float) -> float:
    return float(1000 * (1 + RATE) ** year)


def _year(t: float, window: tuple[float, float]) -> float:
    return min(max((t - window[0]) / (window[1] - window[0]), 0.0), 1.0) * YEARS


def _curve(until: float, *, compound: bool) -> list[Point]:
    amount = _compound if compound else _simple
    years = [step / 2 for step in range(int(until * 2) + 1)] + [until]
    return [_at(year, amount(year)) for year in years]


def _axes(labels: Mapping[str, Image.Image]) -> Image.Image:
    canvas = Canvas(PAPER, labels)
    for amount in range(0, CEILING + 1, 4000):
        canvas.line([_at(0, amount), _at(YEARS, amount)], HAIR if amount else INK, 1.5)
        canvas.label(f"y{amount}", (LEFT + 2, _at(0, amount)[1]), anchor="rm")
    for year in range(0, YEARS + 1, 10):
        canvas.label(f"x{year}", (_at(year, 0)[0], BOTTOM - 6), anchor="mt")
    canvas.label("year", ((LEFT + RIGHT) / 2, BOTTOM + 24), anchor="mt")
    return canvas.image


def _painter(labels: Mapping[str, Image.Image]) -> Painter:
    axes = _axes(labels)

    def paint(canvas: Canvas, t: float) -> None:
        chart = span(t, 7.2, 92.0, 0.9)
        if 0.01 < chart < 0.99:
            canvas.image = Image.blend(canvas.image, axes, chart)
        elif chart >= 0.99:
            canvas.image.paste(axes)
        _title(canvas, t)
        if chart > 0.5:
            _chart(canvas, t, chart)
        _side(canvas, t)
        _closing(canvas, t)

    return paint


def _title(canvas: Canvas, t: float) -> None:
    seen = 1 - ease(t, 6.4, 0.8)
    if seen <= 0.01:
        return
    canvas.label("over", (100, 176), seen * ease(t, 0.0, 0.8))
    canvas.label("title", (96, 204), seen * ease(t, 0.2), rise=26)
    canvas.label("subtitle", (98, 412), seen * ease(t, 0.9), rise=18)
    for number in range(14):
        grown = ease(t, 0.3 + 0.09 * number, 1.1) * seen
        height, x = 34 * 1.185**number * grown, 760 + number * 31
        color = RUST if number == 13 else BLUE
        canvas.polygon([(x, 560), (x + 20, 560), (x + 20, 560 - height), (x, 560 - height)], color, 0.25 + 0.05 * number)
    canvas.line([(750, 562), (1194, 562)], INK, 2, seen * ease(t, 0.2))


def _chart(canvas: Canvas, t: float, seen: float) -> None:
    years, grown = _year(t, SIMPLE_S), _year(t, COMPOUND_S)
    gap = ease(t, 61.0, 3.0) * (1 - 0.6 * ease(t, 75.0)) * seen
    if gap > 0.01:
        reach = YEARS * ease(t, 61.0, 4.0)
        canvas.polygon(_curve(reach, compound=True) + _curve(reach, compound=False)[::-1], GOLD, 0.32 * gap)
    if years > 0:
        canvas.line(_curve(years, compound=False), BLUE, 4, seen)
        canvas.discs([_at(years, _simple(years))], 8, BLUE, seen)
    if grown > 0:
        canvas.line(_curve(grown, compound=True), RUST, 5, seen)
        canvas.discs([_at(grown, _compound(grown))], 9, RUST, seen)
    for year, amount, at_s in DOUBLINGS:
        shown = ease(t, at_s, 0.8) * seen
        x, y = _at(year, amount)
        canvas.line([(x, BOTTOM), (x, mix(BOTTOM, y, shown))], RUST, 2, shown)
        canvas.discs([(x, y)], 10 * shown, RUST, shown)
        canvas.label(f"d{amount}", (x, y + 4), shown, anchor="rb")


def _side(canvas: Canvas, t: float) -> None:
    x = 900
    for name, start, end in (("simple", 7.8, 34.0), ("compound", 34.0, 60.0), ("gap", 60.0, 75.0), ("double", 75.0, 91.5)):
        seen = span(t, start, end)
        canvas.label(f"{name}_head", (x, 140), seen)
        canvas.label(f"{name}_text", (x, 182), seen, rise=14)
    for prefix, window, end in (("s", SIMPLE_S, 34.0), ("c", COMPOUND_S, 60.0)):
        seen = span(t, window[0] - 0.8, end)
        year = int(_year(t, window) + 1e-6)
        canvas.label("year", (x, 396), seen)
        canvas.label(f"n{year}", (x + 60, 354), seen)
        canvas.label(f"{prefix}{year}", (x, 430), seen)
    canvas.label("gap_figure", (x, 430), span(t, 64.0, 75.0))
    canvas.label("double_sum", (x, 350), span(t, 77.0, 91.5), rise=14)


def _closing(canvas: Canvas, t: float) -> None:
    canvas.label("close", (640, 240), ease(t, 92.6), anchor="mm", rise=20)
    canvas.label("close_text", (640, 330), ease(t, 93.8), anchor="mm", rise=14)
    canvas.line([(640 - 90 * ease(t, 95.0), 400), (640 + 90 * ease(t, 95.0), 400)], RUST, 3, ease(t, 95.0))
    canvas.label("close_line", (640, 470), ease(t, 96.0), anchor="mm", rise=14)


def _score() -> Track:
    """One note a year, as high as the money: the compound curve doubles, and its note is an octave higher."""
    track = Track(DURATION_S)
    bed = ["A2 E3 C#4", "F#2 C#3 A3", "D3 A3 F#4", "E3 B3 G#4"] * 4 + ["A2 E3 A3"]
    track.chords(bed, 0.0, 6.0, 0.035)
    for window, amount in ((SIMPLE_S, _simple), (COMPOUND_S, _compound)):
        for year in range(YEARS + 1):
            track.lay(tone(0.11 * amount(year), 1.2), window[0] + (window[1] - window[0]) * year / YEARS, 0.15)
    for place, (_, amount_then, at_s) in enumerate(DOUBLINGS):
        track.lay(tone(0.11 * amount_then, 3.0), at_s, 0.2)
        track.lay(tone(0.11 * amount_then * 1.5, 3.0), at_s + 0.12 * (place + 1), 0.08)
    for place, hz in enumerate((220.0, 277.18, 329.63, 440.0)):
        track.lay(tone(hz, 4.0), 92.6 + 0.9 * place, 0.16)
    return track


FILM = Film((Reel(0.0, DURATION_S),), PAPER, LABELS, _painter, _score)
