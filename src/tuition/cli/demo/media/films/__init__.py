"""The lesson films, by name."""

from __future__ import annotations

from tuition.cli.demo.media.films import breathing, interest, moon, pythagoras, waves
from tuition.cli.demo.media.films.film import Film, shoot, still

__all__ = ["FILMS", "Film", "shoot", "still"]

FILMS: dict[str, Film] = {
    "breathing": breathing.FILM,
    "interest": interest.FILM,
    "moon": moon.FILM,
    "pythagoras": pythagoras.FILM,
    "waves": waves.FILM,
}
