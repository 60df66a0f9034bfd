"""Words as pictures: typst sets them with the fonts it carries, so that any machine gives the same page."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import typst
from PIL import Image

PAPER = "#F7F2E8"
INK = "#23262D"
SOFT = "#857E70"
HAIR = "#DCD3C2"
RUST = "#B4472A"
BLUE = "#2E5E77"
GOLD = "#C8922B"
MOSS = "#5F7A54"
NIGHT = "#111722"
MOON = "#EFE7D2"

PREAMBLE = f"""
#set page(width: auto, height: auto, margin: 12pt, fill: none)
#set text(font: "Libertinus Serif", lang: "en", number-type: "lining", number-width: "tabular")
#set text(top-edge: "ascender", bottom-edge: "descender")
#set par(leading: 0.2em, justify: false)
#let ink = rgb("{INK}")
#let soft = rgb("{SOFT}")
#let rust = rgb("{RUST}")
#let blue = rgb("{BLUE}")
#let gold = rgb("{GOLD}")
#let moss = rgb("{MOSS}")
#let moon = rgb("{MOON}")
#let t(size, body, fill: ink, width: auto) = box(width: width, text(size: size * 1pt, fill: fill, body))
#let over(body, fill: rust) = text(size: 25pt, fill: fill, tracking: 1.6pt, smallcaps(body))
"""


def typeset(markups: Mapping[str, str]) -> dict[str, Image.Image]:
    """Each piece of typst markup as a transparent picture of its own size, one point being one pixel."""
    if not markups:
        return {}
    source = PREAMBLE + "\n#pagebreak(weak: false)\n".join(markups.values())
    pages = typst.compile(source.encode(), format="png", ppi=72.0, ignore_system_fonts=True)
    sheets = [pages] if isinstance(pages, bytes) else pages
    assert len(sheets) == len(markups), "a label must fit on one page"
    return {name: Image.open(io.BytesIO(sheet)).convert("RGBA") for name, sheet in zip(markups, sheets, strict=True)}


def typeset_book(source: Path, *, inputs: Mapping[str, str]) -> bytes:
    """A PDF. The reader's own Arabic fonts are used where there are any; typst's DejaVu is the last resort."""
    pages = typst.compile(str(source), format="pdf", sys_inputs=dict(inputs))
    assert isinstance(pages, bytes), "a PDF is one file"
    return pages
