"""Colour arithmetic: OKLCH, the sRGB gamut and WCAG contrast. Pure.

OKLCH after Björn Ottosson, "A perceptual color space for image processing" (2020); contrast after WCAG 2.2, 1.4.3.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

AA_TEXT = 4.5
AA_SHAPE = 3.0
AAA_TEXT = 7.0
_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_STEPS = 24
"""Halvings of a search interval: more than eight bits of a channel can show."""


@dataclass(frozen=True, slots=True)
class Colour:
    """Lightness 0 to 1, chroma from 0, hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    @property
    def css(self) -> str:
        """As CSS writes it."""
        return f"oklch({self.lightness:.4f} {self.chroma:.4f} {self.hue:.2f})"

    @property
    def hex(self) -> str:
        """As sRGB, for places that know no OKLCH (SVG files, e-mail, the theme-color of a page)."""
        return "#" + "".join(f"{round(_encode(channel) * 255):02x}" for channel in _clamped(_linear(self.in_gamut())))

    @property
    def luminance(self) -> float:
        """Relative luminance as WCAG defines it."""
        red, green, blue = _clamped(_linear(self.in_gamut()))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def in_gamut(self) -> Colour:
        """The nearest colour of the same lightness and hue that sRGB can show."""
        if _fits(self):
            return self
        low, high = 0.0, self.chroma
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if _fits(replace(self, chroma=middle)) else (low, middle)
        return replace(self, chroma=low)


def parse(text: str) -> Colour:
    """Read ``#rrggbb`` or ``#rgb``. Raises ``ValueError``."""
    match = _HEX.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a colour: {text!r}")
    digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])
    red, green, blue = (_decode(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Colour(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def contrast(one: Colour, other: Colour) -> float:
    """The WCAG contrast ratio, 1 to 21."""
    lighter, darker = sorted((one.luminance, other.luminance), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: Colour, *against: Colour, ratio: float = AA_TEXT) -> Colour:
    """The colour itself if it reads on all of ``against``, else the nearest lightness at which it does.

    It moves away from the backgrounds: darker on light ones, lighter on dark ones.
    """

    def reads(candidate: Colour) -> bool:
        return all(contrast(candidate, background) >= ratio for background in against)

    colour = colour.in_gamut()
    if reads(colour):
        return colour
    good = 0.0 if sum(background.lightness for background in against) / len(against) > 0.5 else 1.0
    bad = colour.lightness
    for _ in range(_STEPS):
        middle = (good + bad) / 2
        if reads(replace(colour, lightness=middle).in_gamut()):
            good = middle
        else:
            bad = middle
    return replace(colour, lightness=good).in_gamut()


def _linear(colour: Colour) -> tuple[float, float, float]:
    a = colour.chroma * math.cos(math.radians(colour.hue))
    b = colour.chroma * math.sin(math.radians(colour.hue))
    long = (colour.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (colour.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (colour.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _fits(colour: Colour) -> bool:
    return all(-1e-4 <= channel <= 1 + 1e-4 for channel in _linear(colour))


def _clamped(channels: tuple[float, float, float]) -> tuple[float, float, float]:
    red, green, blue = (min(1.0, max(0.0, channel)) for channel in channels)
    return red, green, blue


def _encode(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _decode(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
