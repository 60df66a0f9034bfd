"""How an exercise is written down: question and answer as typst markup, numbers as people write them."""

from __future__ import annotations

import re
from fractions import Fraction

Exercise = tuple[str, str]


def number(value: Fraction | float, places: int = 2) -> str:
    """A number as people write it: at most so many places, no zeros at the end, thousands apart."""
    text = f"{float(value):,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def quoted(markup: str) -> str:
    """In a formula a comma is punctuation with a space behind it; inside a quoted number it is not."""
    return re.sub(r"\$[^$]*\$", lambda formula: re.sub(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", r'"\g<0>"', formula[0]), markup)
