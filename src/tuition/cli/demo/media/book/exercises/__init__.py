"""The exercises of the book: numbers drawn with a fixed seed, answers worked out exactly."""

from __future__ import annotations

import random
from collections.abc import Callable

from tuition.cli.demo.media.book.exercises.chances import average, chance
from tuition.cli.demo.media.book.exercises.numbers import estimate, interest, percent, ratio
from tuition.cli.demo.media.book.exercises.space import area, distance, motion, powers
from tuition.cli.demo.media.book.exercises.writing import Exercise, quoted

MAKERS: dict[str, Callable[[random.Random], list[Exercise]]] = {
    "estimate": estimate,
    "percent": percent,
    "ratio": ratio,
    "interest": interest,
    "average": average,
    "chance": chance,
    "distance": distance,
    "area": area,
    "powers": powers,
    "motion": motion,
}


def exercises() -> dict[str, list[Exercise]]:
    """By chapter; the same each time."""
    made = {name: maker(random.Random(name)) for name, maker in MAKERS.items()}  # noqa: S311  # exercises, not secrets
    return {name: [(quoted(question), quoted(answer)) for question, answer in pairs] for name, pairs in made.items()}
