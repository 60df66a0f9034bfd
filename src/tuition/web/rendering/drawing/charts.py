"""Charts as plain SVG geometry, worked out here and drawn by ``components/charts.html``. Pure.

A chart is a picture beside its own table: the same rows are always one click away, for those who would rather read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tuition.kernel import Money
from tuition.web.rendering import formatting

WIDTH, HEIGHT = 720, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 8, 12, 28
_GRID_LINES = 4
_LABELS_MAX = 7
Value = int | Decimal | float | Money


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one family of bars: its name and a value for each label."""

    name: str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something drawn: a bar or a point, with what it says when pointed at."""

    x: float
    y: float
    width: float
    height: float
    series: int
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template draws, and the rows of its table."""

    kind: str
    title: str
    names: list[str]
    lines: list[str]
    areas: list[str]
    marks: list[Mark]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    head: list[str]
    rows: list[list[str]]
    base: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows


def _figure(value: Value) -> float:
    return float(value.decimal) if isinstance(value, Money) else float(value)


def _say(value: Value) -> str:
    match value:
        case Money():
            return formatting.money_text(value)
        case float():
            return formatting.number(Decimal(str(value)))
        case _:
            return formatting.number(value)


def nice_ceiling(highest: float) -> float:
    """The end of an axis: the next 1, 2, 2.5, 4, 5, 8 times a power of ten, so that quarters of it are round."""
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    for step in (1, 2, 2.5, 4, 5, 8, 10):
        if highest <= step * power * (1 + 1e-9):
            return step * power
    return 10 * power


def _scale(series: Sequence[Series]) -> tuple[float, float, Callable[[float], float]]:
    figures = [_figure(value) for one in series for value in one.values] or [0.0]
    top, bottom = nice_ceiling(max(figures)), min(0.0, *figures)
    if bottom < 0:
        bottom = -nice_ceiling(-bottom)
    span = HEIGHT - _TOP - _BOTTOM

    def to_y(figure: float) -> float:
        return round(_TOP + span * (top - figure) / (top - bottom), 1)

    return top, bottom, to_y


def _axis_text(figure: float, sample: Value) -> str:
    if isinstance(sample, Money):
        return formatting.money_compact(figure, sample.currency)
    return formatting.number(Decimal(str(round(figure, 6))).normalize() if figure % 1 else int(figure))


def _ticks(series: Sequence[Series], top: float, bottom: float, to_y: Callable[[float], float]) -> list[Tick]:
    sample = next((value for one in series for value in one.values), 0)
    steps = [bottom + (top - bottom) * step / _GRID_LINES for step in range(_GRID_LINES + 1)]
    if bottom == 0 and top <= _GRID_LINES and not isinstance(sample, (Money, float, Decimal)):
        steps = [float(step) for step in range(int(top) + 1)]
    return [Tick(to_y(figure), formatting.isolated(_axis_text(figure, sample))) for figure in steps]


def _label_ticks(labels: Sequence[str], to_x: Callable[[int], float]) -> list[Tick]:
    every = max(1, math.ceil(len(labels) / _LABELS_MAX))
    return [Tick(to_x(index), formatting.isolated(label)) for index, label in enumerate(labels) if index % every == 0]


def _table(labels: Sequence[str], series: Sequence[Series]) -> list[list[str]]:
    return [[label, *(_say(one.values[index]) for one in series)] for index, label in enumerate(labels)]


def line_chart(title: str, labels: Sequence[str], series: Sequence[Series], *, label_head: str = "") -> Chart:
    """Values over time, one line per series. Each series has one value per label."""
    _check(labels, series)
    top, bottom, to_y = _scale(series)
    room = WIDTH - _LEFT - _RIGHT
    step = room / max(1, len(labels) - 1)

    def to_x(index: int) -> float:
        return round(_LEFT + step * index, 1)

    base = to_y(0.0)
    lines, areas, marks = [], [], []
    for one in series:
        points = [(to_x(index), to_y(_figure(value))) for index, value in enumerate(one.values)]
        path = "L".join(f"{x} {y}" for x, y in points)
        lines.append(f"M{path}" if points else "")
        areas.append(f"M{path}L{points[-1][0]} {base}L{points[0][0]} {base}z" if points else "")
    for index, label in enumerate(labels):
        said = ", ".join(
            f"{one.name} {_say(one.values[index])}" if len(series) > 1 else _say(one.values[index]) for one in series
        )
        left = max(float(_LEFT), to_x(index) - step / 2)
        marks.append(Mark(left, _TOP, round(step, 1), HEIGHT - _TOP - _BOTTOM, 0, f"{label}: {said}"))
    y_ticks = _ticks(series, top, bottom, to_y)
    names = [one.name for one in series]
    rows = _table(labels, series)
    return Chart("line", title, names, lines, areas, marks, _label_ticks(labels, to_x), y_ticks, [label_head, *names], rows, base)


def bar_chart(title: str, labels: Sequence[str], series: Sequence[Series], *, label_head: str = "") -> Chart:
    """Values side by side, one group of bars per label."""
    _check(labels, series)
    top, bottom, to_y = _scale(series)
    group = (WIDTH - _LEFT - _RIGHT) / max(1, len(labels))
    width = min(36.0, group * 0.7 / max(1, len(series)))

    def to_x(index: int) -> float:
        return round(_LEFT + group * (index + 0.5), 1)

    base = to_y(0.0)
    marks = []
    for number, one in enumerate(series):
        for index, value in enumerate(one.values):
            y = to_y(_figure(value))
            x = to_x(index) - width * len(series) / 2 + width * number
            said = f"{labels[index]}: {one.name + ' ' if len(series) > 1 else ''}{_say(value)}"
            marks.append(Mark(round(x + 1, 1), min(y, base), round(width - 2, 1), abs(base - y), number + 1, said))
    y_ticks = _ticks(series, top, bottom, to_y)
    names = [one.name for one in series]
    rows = _table(labels, series)
    return Chart("bar", title, names, [], [], marks, _label_ticks(labels, to_x), y_ticks, [label_head, *names], rows, base)


def _check(labels: Sequence[str], series: Sequence[Series]) -> None:
    assert series, "a chart has at least one series"
    assert all(len(one.values) == len(labels) for one in series), "each series has one value per label"
