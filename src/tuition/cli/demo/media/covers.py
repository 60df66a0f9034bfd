"""Cover pictures: a still from a film, or a small poster of its own."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tuition.cli.demo.media.craft.canvas import Canvas, blend
from tuition.cli.demo.media.craft.typesetting import BLUE, GOLD, MOON, NIGHT, PAPER, RUST, typeset
from tuition.cli.demo.media.films import FILMS, still

STILLS_S = {"interest": 5.6, "moon": 5.2, "pythagoras": 5.6, "waves": 5.0}


def draw_cover(key: str, target: Path) -> None:
    """A WebP of 1280 by 720; the key is one of `COVERED`."""
    picture = POSTERS[key]() if key in POSTERS else still(FILMS[key], STILLS_S[key])
    picture.save(target, "WEBP", quality=88, method=4)


def _intervals() -> Image.Image:
    labels = typeset(
        {
            "over": "#over(fill: gold)[Ear training]",
            "title": "#t(76, fill: moon)[Seven intervals, \\ by ear]",
            "ratio": "#t(150, fill: moon)[3 : 2]",
        }
    )
    canvas = Canvas(NIGHT, labels)
    for cycles, color, width in ((2, GOLD, 6), (3, RUST, 6)):
        points = [(float(x), 545 - 88 * math.sin(math.tau * cycles * x / 1280)) for x in range(0, 1281, 6)]
        canvas.line(points, color, width, 0.95)
    both = [
        (float(x), 545 - 62 * (math.sin(math.tau * 2 * x / 1280) + math.sin(math.tau * 3 * x / 1280))) for x in range(0, 1281, 6)
    ]
    canvas.line(both, MOON, 2.5, 0.55)
    canvas.label("over", (92, 96))
    canvas.label("title", (88, 126))
    canvas.label("ratio", (1190, 230), 0.9, anchor="rm")
    return canvas.image


def _book() -> Image.Image:
    labels = typeset(
        {
            "over": '#over(fill: rgb("#E9C989"))[To be read with a pencil]',
            "title": "#t(72, fill: moon)[A Small Book \\ of Everyday \\ Mathematics]",
            "school": "#t(28, fill: moon)[_Ten short chapters, with exercises_]",
        }
    )
    canvas = Canvas(BLUE, labels)
    centre = (940.0, 360.0)
    for number in range(24):
        angle = math.tau * number / 24
        canvas.line(
            [centre, (centre[0] + 430 * math.cos(angle), centre[1] + 430 * math.sin(angle))], blend(BLUE, PAPER, 0.22), 1.2
        )
    for ring in range(8):
        canvas.ring(centre, 66 + 46 * ring, blend(BLUE, PAPER, max(0.75 - 0.08 * ring, 0.18)), 2.2)
    canvas.discs([centre], 44, GOLD)
    canvas.label("over", (92, 150))
    canvas.label("title", (88, 180))
    canvas.label("school", (90, 490))
    return canvas.image


POSTERS: dict[str, Callable[[], Image.Image]] = {"book": _book, "intervals": _intervals}
COVERED = frozenset(STILLS_S) | frozenset(POSTERS)
