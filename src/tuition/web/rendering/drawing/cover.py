"""Covers for what has no picture: engraved lines, as on banknotes and certificates, drawn from the thing's id. Pure.

The same id always gives the same cover. On a page the pattern is an image and the title is set over it in the page's own
type; where only a file will do (a shared link, an e-mail), ``cover_svg`` sets the title itself.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from html import escape
from uuid import UUID

from tuition.web.rendering.drawing.lettering import SIZES, fit, wrap_title

WIDTH, HEIGHT = 640, 400


@dataclass(frozen=True, slots=True)
class Ink:
    """A printing: the ground, the lines on it, and whether the ground is dark."""

    ground: str
    line: str
    dark: bool

    @property
    def index(self) -> int:
        """Its place among the inks; the stylesheet knows the ground by it (``cover-g3``)."""
        return INKS.index(self)


INKS = (
    Ink("#14453d", "#8fc3ae", True),
    Ink("#1d3557", "#93b3d9", True),
    Ink("#5a1f2b", "#dba3a0", True),
    Ink("#3a2b52", "#b9a6da", True),
    Ink("#233136", "#9db7bb", True),
    Ink("#5b4213", "#dfbf78", True),
    Ink("#e7ece4", "#2f6b5b", False),
    Ink("#ecebf2", "#4a4f96", False),
    Ink("#f3e9e1", "#9a4a2c", False),
    Ink("#efece0", "#6d6322", False),
)


class _Dice:
    """Numbers from an id: always the same ones."""

    def __init__(self, seed: UUID) -> None:
        self._bytes = hashlib.sha256(seed.bytes).digest()
        self._at = 0

    def below(self, limit: int) -> int:
        value = self._bytes[self._at % len(self._bytes)]
        self._at += 1
        return value % limit

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.below(256) / 255


def ink_of(content_id: UUID) -> Ink:
    """The colours of a thing's cover: a page asks, so that the title over it can be read."""
    return INKS[_Dice(content_id).below(len(INKS))]


def cover_svg(content_id: UUID, *, title: str = "", byline: str = "", rtl: bool = False) -> str:
    """The cover as an SVG file of 640 by 400. With a title it stands alone; without, it is the pattern under one."""
    dice = _Dice(content_id)
    ink = INKS[dice.below(len(INKS))]
    pattern = (_rosette, _waves, _moire, _petals, _woven)[dice.below(5)](dice)
    text = _title(title, byline, ink, rtl=rtl) if title else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMid slice">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{ink.ground}"/>'
        f'<g fill="none" stroke="{ink.line}" stroke-width="1" opacity="{0.62 if ink.dark else 0.5}">{pattern}</g>'
        f"{_veil(ink)}{text}</svg>"
    )


def _veil(ink: Ink) -> str:
    """The ground again, thicker below, where the title stands."""
    return (
        f'<linearGradient id="v" x2="0" y2="1"><stop offset=".15" stop-color="{ink.ground}" stop-opacity="0"/>'
        f'<stop offset="1" stop-color="{ink.ground}" stop-opacity=".94"/></linearGradient>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#v)"/>'
    )


def _rosette(dice: _Dice) -> str:
    """Ellipses turned about one point, in rings."""
    x, y = dice.between(380, 560), dice.between(90, 200)
    rings = []
    for ring in range(2 + dice.below(2)):
        turns = 22 + dice.below(16)
        long, flat = 215 - 62 * ring, dice.between(38, 92) - 12 * ring
        shapes = [f'<ellipse rx="{long}" ry="{flat:.0f}" transform="rotate({180 * turn / turns:.2f})"/>' for turn in range(turns)]
        rings.append("".join(shapes))
    return f'<g transform="translate({x:.0f} {y:.0f})">{"".join(rings)}</g>'


def _waves(dice: _Dice) -> str:
    """Two families of waves through each other."""
    parts = []
    for family in range(2):
        length, height = dice.between(110, 260), dice.between(14, 46)
        gap = 9 + dice.below(4)
        slope = dice.between(-0.25, 0.25)
        for row in range(-6, HEIGHT // gap + 8):
            y = row * gap
            shift = row * (6 if family else -9)
            half = length / 2
            start = -length * 2 + shift % length
            first = f"M{start:.0f} {y + slope * start:.0f}q{half / 2:.0f} {height:.0f} {half:.0f} {slope * half:.0f}"
            parts.append(first + f"t{half:.0f} {slope * half:.0f}" * (int((WIDTH + 3 * length) / half) + 1))
    return f'<path d="{"".join(parts)}"/>'


def _moire(dice: _Dice) -> str:
    """Circles about two points."""
    parts = []
    gap = 8 + dice.below(5)
    first_x, y = dice.between(300, 520), dice.between(40, 180)
    for x, dy in ((first_x, 0.0), (first_x + dice.between(26, 80), dice.between(-30, 30))):
        parts += [f'<circle cx="{x:.0f}" cy="{y + dy:.0f}" r="{radius}"/>' for radius in range(gap, 420, gap)]
    return "".join(parts)


def _petals(dice: _Dice) -> str:
    """Wavering rings, each a step further on: the rosette of a share certificate."""
    x, y = dice.between(360, 560), dice.between(110, 210)
    petals, depth = 6 + dice.below(10), dice.between(0.1, 0.24)
    rings = []
    count = 13
    for ring in range(count):
        radius = 40 + 190 * ring / count
        steps = petals * 8
        points = []
        for step in range(steps):
            angle = 2 * math.pi * step / steps
            reach = radius * (1 + depth * math.sin(petals * angle + ring * 0.42))
            points.append(f"{x + reach * math.cos(angle):.0f} {y + reach * math.sin(angle):.0f}")
        rings.append(f"M{'L'.join(points)}z")
    return f'<path d="{"".join(rings)}" stroke-linejoin="round"/>'


def _woven(dice: _Dice) -> str:
    """One closed line that a wheel in a wheel draws (a hypotrochoid)."""
    turns = (7, 9, 11, 13)[dice.below(4)]
    wheel = (2, 3, 4, 5)[dice.below(4)] + turns
    arm = dice.between(0.55, 1.0)
    x, y, scale = dice.between(360, 520), dice.between(120, 210), 190.0
    points = []
    steps = 720
    for step in range(steps):
        angle = 2 * math.pi * step / steps
        px = math.cos(turns * angle) + arm * math.cos(wheel * angle)
        py = math.sin(turns * angle) - arm * math.sin(wheel * angle)
        points.append(f"{x + scale * px / (1 + arm):.0f} {y + scale * py / (1 + arm):.0f}")
    line = f"M{'L'.join(points)}z"
    return f'<path d="{line}"/><circle cx="{x:.0f}" cy="{y:.0f}" r="206"/><circle cx="{x:.0f}" cy="{y:.0f}" r="212"/>'


def _title(title: str, byline: str, ink: Ink, *, rtl: bool) -> str:
    size, lines = SIZES[fit(title)], wrap_title(title)
    leading = size * (1.4 if rtl else 1.16)
    x = WIDTH - 46 if rtl else 46
    bottom = HEIGHT - (76 if byline else 44)
    fill = "#fbfaf6" if ink.dark else "#1f2328"
    family = "'Source Serif 4','Noto Naskh Arabic',Georgia,serif"
    spans = [
        f'<tspan x="{x}" y="{bottom - leading * (len(lines) - 1 - index):.0f}">{escape(line)}</tspan>'
        for index, line in enumerate(lines)
    ]
    direction = ' direction="rtl"' if rtl else ""
    head = (
        f'<text font-family="{family}" font-weight="600" font-size="{size:.0f}" fill="{fill}"{direction}>{"".join(spans)}</text>'
    )
    if not byline:
        return head
    small = f'<text x="{x}" y="{HEIGHT - 36}" font-family="Inter,system-ui,sans-serif" font-size="20" fill="{fill}"'
    return f'{head}{small} opacity=".85"{direction}>{escape(byline)}</text>'


def seal_svg() -> str:
    """The product's own mark: a small rosette. Inherits the colour of the text around it."""
    shapes = "".join(
        f'<ellipse cx="16" cy="16" rx="14" ry="5.6" transform="rotate({angle} 16 16)"/>' for angle in range(0, 180, 30)
    )
    return (
        '<svg class="wordmark-seal" viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="1.3" aria-hidden="true">'
        f'{shapes}<circle cx="16" cy="16" r="2.2" fill="currentColor" stroke="none"/></svg>'
    )
