"""A surface for moving pictures: smooth lines, discs and polygons, and labels that fade in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from PIL import Image, ImageColor, ImageDraw

WIDTH = 1280
HEIGHT = 720

Point = tuple[float, float]


def ease(t: float, start: float, seconds: float = 1.0) -> float:
    """0 before `start`, 1 after `seconds` more, and gently from one to the other."""
    x = min(max((t - start) / seconds, 0.0), 1.0)
    return x * x * x * (x * (6 * x - 15) + 10)


def span(t: float, start: float, end: float, fade: float = 0.7) -> float:
    """How visible a thing is that comes at `start` and has gone by `end`."""
    return ease(t, start, fade) * (1 - ease(t, end - fade, fade))


def mix(a: float, b: float, share: float) -> float:
    return a + (b - a) * share


@lru_cache(maxsize=256)
def rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = ImageColor.getrgb(color)[:3]
    return red, green, blue


def blend(a: str, b: str, share: float) -> str:
    mixed = (round(mix(x, y, share)) for x, y in zip(rgb(a), rgb(b), strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


@lru_cache(maxsize=256)
def _dimmed(percent: int) -> list[int]:
    return [value * percent // 100 for value in range(256)]


class Canvas:
    """One picture being painted. Coordinates are pixels, with fractions: edges are smoothed by painting them larger first."""

    def __init__(self, background: Image.Image | str, labels: Mapping[str, Image.Image] | None = None) -> None:
        if isinstance(background, str):
            self.image = Image.new("RGB", (WIDTH, HEIGHT), rgb(background))
        else:
            self.image = background.copy()
        self.labels = labels or {}

    def line(self, points: Sequence[Point], color: str, width: float = 3.0, opacity: float = 1.0) -> None:
        if len(points) > 1 and opacity > 0.01:
            self._stain(points, width, color, opacity, lambda pen, scale, shifted: _draw_line(pen, shifted, width * scale))

    def polygon(self, points: Sequence[Point], color: str, opacity: float = 1.0) -> None:
        if len(points) > 2 and opacity > 0.01:
            self._stain(points, 1.0, color, opacity, lambda pen, _scale, shifted: pen.polygon(shifted, fill=255))

    def discs(self, centres: Sequence[Point], radius: float, color: str, opacity: float = 1.0) -> None:
        if centres and radius > 0.2 and opacity > 0.01:
            self._stain(
                centres, radius + 1, color, opacity, lambda pen, scale, shifted: _draw_discs(pen, shifted, radius * scale)
            )

    def ring(self, centre: Point, radius: float, color: str, width: float = 2.0, opacity: float = 1.0) -> None:
        turns = [math.tau * step / 120 for step in range(122)]
        self.line([(centre[0] + radius * math.cos(a), centre[1] + radius * math.sin(a)) for a in turns], color, width, opacity)

    def label(self, name: str, at: Point, opacity: float = 1.0, *, anchor: str = "lt", rise: float = 0.0) -> None:
        """Anchor: l, m or r for the side, then t, m or b. A label that rises comes from below while it fades in."""
        if opacity <= 0.01:
            return
        picture = self.labels[name]
        x = at[0] - {"l": 0.0, "m": picture.width / 2, "r": float(picture.width)}[anchor[0]]
        y = at[1] - {"t": 0.0, "m": picture.height / 2, "b": float(picture.height)}[anchor[1]] + rise * (1 - opacity)
        alpha = picture.getchannel("A")
        if opacity < 0.99:
            alpha = alpha.point(_dimmed(round(opacity * 100)))
        self.image.paste(picture, (round(x), round(y)), alpha)

    def _stain(
        self,
        points: Sequence[Point],
        margin: float,
        color: str,
        opacity: float,
        draw: Callable[[ImageDraw.ImageDraw, int, list[Point]], object],
    ) -> None:
        left = max(math.floor(min(x for x, _ in points) - margin) - 1, 0)
        top = max(math.floor(min(y for _, y in points) - margin) - 1, 0)
        right = min(math.ceil(max(x for x, _ in points) + margin) + 1, self.image.width)
        bottom = min(math.ceil(max(y for _, y in points) + margin) + 1, self.image.height)
        if right <= left or bottom <= top:
            return
        # Large shapes are smooth enough at twice the size, and cost half of what three times does.
        scale = 2 if (right - left) * (bottom - top) > 90_000 else 4
        mask = Image.new("L", ((right - left) * scale, (bottom - top) * scale), 0)
        draw(ImageDraw.Draw(mask), scale, [((x - left) * scale, (y - top) * scale) for x, y in points])
        mask = mask.reduce(scale)
        if opacity < 0.99:
            mask = mask.point(_dimmed(round(opacity * 100)))
        self.image.paste(rgb(color), (left, top, right, bottom), mask)


def _draw_line(pen: ImageDraw.ImageDraw, points: list[Point], width: float) -> None:
    # Round joints by hand: Pillow's own take twenty times as long.
    pen.line(points, fill=255, width=max(round(width), 1))
    # A disc of radius r is 2 r + 1 pixels wide; a larger one would show as a bead on the line.
    _draw_discs(pen, points, max((round(width) - 1) / 2 - 0.25, 0.5))


def _draw_discs(pen: ImageDraw.ImageDraw, centres: list[Point], radius: float) -> None:
    for x, y in centres:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
