"""What a film is: labels set once, a painter that knows the time, and a score."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tuition.cli.demo.media.craft.canvas import HEIGHT, WIDTH, Canvas
from tuition.cli.demo.media.craft.encoding import FPS, encode_silent, join
from tuition.cli.demo.media.craft.sounds import Track
from tuition.cli.demo.media.craft.typesetting import typeset

Painter = Callable[[Canvas, float], None]


@dataclass(frozen=True, slots=True)
class Reel:
    """A stretch of the painted time line, shown so many times in a row."""

    start_s: float
    end_s: float
    times: int = 1


@dataclass(frozen=True, slots=True)
class Film:
    reels: tuple[Reel, ...]
    background: str
    labels: Mapping[str, str]
    painter: Callable[[Mapping[str, Image.Image]], Painter]
    """Prepares what never changes (axes, a sky) and gives back the function that paints one moment."""
    score: Callable[[], Track]
    score_loops: bool = False
    score_dry: bool = False
    """Without echo, where the very shape of the sound is the lesson."""

    @property
    def duration_s(self) -> float:
        return sum((reel.end_s - reel.start_s) * reel.times for reel in self.reels)


def shoot(film: Film, target: Path, *, chapters: str) -> None:
    """Paint, encode and join a film; the files in between lie beside the target and are removed."""
    labels = typeset(film.labels)
    paint = film.painter(labels)
    sound = target.with_suffix(".wav")
    film.score().write(sound)
    pieces = [target.with_name(f"{target.stem}.{number}.mp4") for number in range(len(film.reels))]
    for reel, piece in zip(film.reels, pieces, strict=True):
        encode_silent(_frames(film, reel, labels, paint), piece)
    order = [piece for reel, piece in zip(film.reels, pieces, strict=True) for _ in range(reel.times)]
    join(order, sound, target, chapters=chapters, loop_sound=film.score_loops, dry=film.score_dry)
    for leftover in [sound, *pieces]:
        leftover.unlink()


def still(film: Film, at_s: float) -> Image.Image:
    """One moment of a film as a picture."""
    labels = typeset(film.labels)
    canvas = Canvas(film.background, labels)
    film.painter(labels)(canvas, at_s)
    return canvas.image


def _frames(film: Film, reel: Reel, labels: Mapping[str, Image.Image], paint: Painter) -> Iterator[bytes]:
    ground = Image.new("RGB", (WIDTH, HEIGHT), film.background)
    for number in range(round((reel.end_s - reel.start_s) * FPS)):
        canvas = Canvas(ground, labels)
        paint(canvas, reel.start_s + number / FPS)
        yield canvas.image.tobytes()
