"""A Small Book of Everyday Mathematics: our text, typst's pages, exercises whose answers are computed."""

from __future__ import annotations

import json
from pathlib import Path

from tuition.cli.demo.media.book.exercises import exercises
from tuition.cli.demo.media.craft.typesetting import typeset_book

__all__ = ["print_book"]


def print_book() -> bytes:
    """The whole book as a PDF with bookmarks."""
    source = Path(__file__).parent / "main.typ"
    return typeset_book(source, inputs={"exercises": json.dumps(exercises())})
