"""A site's colours, light and dark, all from its one ``primary_color``.

Paper and ink keep their lightness; the accent keeps its hue and gives a trace of it to the ink. Every pair that carries text
is moved until it reads (WCAG AA, body text AAA), whatever colour the owner chose.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from tuition.web.rendering.drawing.colour import AA_SHAPE, AA_TEXT, AAA_TEXT, Colour, contrast, parse, readable

PRIMARY_DEFAULT = "#14594d"
"""Banknote green: what a site wears before its owner chooses."""
PAPER_HUE = 95.0
_TONES = {"good": 152.0, "warn": 72.0, "error": 27.0, "note": 245.0}
_DAISY = {"good": "success", "warn": "warning", "error": "error", "note": "info"}

Palette = dict[str, Colour]


def _surfaces_light(hue: float) -> Palette:
    page = Colour(0.985, 0.0045, PAPER_HUE)
    return {
        "page": page,
        "sheet": Colour(0.999, 0.001, PAPER_HUE),
        "well": Colour(0.958, 0.007, PAPER_HUE),
        "rule": Colour(0.905, 0.008, PAPER_HUE),
        "rule-strong": Colour(0.815, 0.01, PAPER_HUE),
        "ink": Colour(0.23, 0.018, hue),
        "muted": Colour(0.47, 0.015, hue),
        "control-line": Colour(0.62, 0.012, hue),
    }


def _surfaces_dark(hue: float) -> Palette:
    return {
        "page": Colour(0.19, 0.01, hue),
        "sheet": Colour(0.228, 0.012, hue),
        "well": Colour(0.262, 0.013, hue),
        "rule": Colour(0.31, 0.013, hue),
        "rule-strong": Colour(0.4, 0.014, hue),
        "ink": Colour(0.945, 0.007, PAPER_HUE),
        "muted": Colour(0.735, 0.01, PAPER_HUE),
        "control-line": Colour(0.56, 0.012, hue),
    }


def _filled(fill: Colour, paper: Colour, ink: Colour) -> tuple[Colour, Colour]:
    """A fill and the text on it: paper on dark fills, ink on light ones; a fill in between moves a little."""
    content = paper if fill.lightness < 0.7 else ink
    return readable(fill, content, ratio=AA_TEXT), content


def _palette(primary: Colour, *, dark: bool) -> Palette:
    hue = primary.hue if primary.chroma > 0.02 else 255.0
    colours = _surfaces_dark(hue) if dark else _surfaces_light(hue)
    grounds = (colours["page"], colours["sheet"], colours["well"])
    paper = Colour(0.99, 0.004, PAPER_HUE)
    night = Colour(0.19, 0.02, hue)
    colours["ink"] = readable(colours["ink"], *grounds, ratio=AAA_TEXT)
    colours["muted"] = readable(colours["muted"], *grounds, ratio=AA_TEXT)
    colours["control-line"] = readable(colours["control-line"], *grounds, ratio=AA_SHAPE)
    brand = replace(primary, lightness=max(primary.lightness, 0.74)) if dark else primary
    brand = readable(brand.in_gamut(), *grounds, ratio=AA_SHAPE)
    colours["color-primary"], colours["color-primary-content"] = _filled(brand, paper, night)
    tint_chroma = min(primary.chroma, 0.04)
    colours["tint"] = Colour(0.31, tint_chroma * 0.9, hue) if dark else Colour(0.937, tint_chroma * 0.55, hue)
    colours["tint-soft"] = Colour(0.26, tint_chroma * 0.6, hue) if dark else Colour(0.972, tint_chroma * 0.25, hue)
    colours["accent-ink"] = readable(brand, *grounds, colours["tint"], colours["tint-soft"], ratio=AA_TEXT)
    for name, turn in (("secondary", 62.0), ("accent", 205.0)):
        other = Colour(0.72 if dark else 0.5, max(0.07, min(primary.chroma, 0.12)), (hue + turn) % 360)
        other = readable(other.in_gamut(), *grounds, ratio=AA_SHAPE)
        colours[f"color-{name}"], colours[f"color-{name}-content"] = _filled(other, paper, night)
    for name, tone_hue in _TONES.items():
        tint = Colour(0.29, 0.032, tone_hue) if dark else Colour(0.953, 0.021, tone_hue)
        colours[f"{name}-tint"] = tint.in_gamut()
        tone = Colour(0.82, 0.09, tone_hue) if dark else Colour(0.43, 0.11, tone_hue)
        colours[f"{name}-ink"] = readable(tone.in_gamut(), tint, *grounds, ratio=AA_TEXT)
        fill = Colour(0.76, 0.12, tone_hue) if dark else Colour(0.5, 0.13, tone_hue)
        colours[f"color-{_DAISY[name]}"], colours[f"color-{_DAISY[name]}-content"] = _filled(fill.in_gamut(), paper, night)
    colours["star"] = readable(Colour(0.78 if dark else 0.58, 0.12, 70.0).in_gamut(), *grounds, ratio=AA_SHAPE)
    return colours


_SAME_AS = {
    "color-base-100": "sheet",
    "color-base-200": "well",
    "color-base-300": "rule",
    "color-base-content": "ink",
    "color-neutral": "ink",
    "color-neutral-content": "page",
}


@lru_cache(maxsize=64)
def palettes(primary_color: str) -> tuple[Palette, Palette]:
    """The light and the dark palette of a site. A colour that cannot be read is the default one."""
    try:
        primary = parse(primary_color)
    except ValueError:
        primary = parse(PRIMARY_DEFAULT)
    light, dark = (_palette(primary, dark=dark) for dark in (False, True))
    for palette in (light, dark):
        palette |= {name: palette[source] for name, source in _SAME_AS.items()}
    return light, dark


@lru_cache(maxsize=64)
def stylesheet(primary_color: str) -> str:
    """The custom properties that a page carries in its head: one declaration per colour, light and dark in one."""
    light, dark = palettes(primary_color)
    lines = [f"--{name}:light-dark({light[name].css},{dark[name].css})" for name in light]
    hue = light["ink"].hue
    lines.append(f"--shade:light-dark(oklch(0.2 0.02 {hue:.1f} / 0.11),oklch(0 0 0 / 0.5))")
    declarations = ";".join(lines)
    return (
        f":root{{color-scheme:light dark;{declarations}}}"
        "[data-theme=light]{color-scheme:light}[data-theme=dark]{color-scheme:dark}"
        "@media print{:root,[data-theme]{color-scheme:light}}"
    )


def worst_contrast(primary_color: str) -> float:
    """The lowest ratio between any text and what it stands on; a test holds it above AA."""
    ratios = []
    for palette in palettes(primary_color):
        grounds = [palette[name] for name in ("page", "sheet", "well")]
        for text in ("ink", "muted", "accent-ink", *(f"{tone}-ink" for tone in _TONES)):
            ratios += [contrast(palette[text], ground) for ground in grounds]
        ratios += [contrast(palette[f"{tone}-ink"], palette[f"{tone}-tint"]) for tone in _TONES]
        ratios += [contrast(palette["ink"], palette[f"{tone}-tint"]) for tone in _TONES]
        ratios += [contrast(palette["accent-ink"], palette[name]) for name in ("tint", "tint-soft")]
        for name in ("primary", "secondary", "accent", *_DAISY.values()):
            ratios.append(contrast(palette[f"color-{name}"], palette[f"color-{name}-content"]))
    return min(ratios)
