"""Addresses made from titles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

LENGTH_MAX = 80
# Letters and digits of any script are kept: an Arabic title keeps an Arabic address.
_SEPARATORS = re.compile(r"[^\w]+|_+")


def slug_from(title: str) -> str:
    """The address that a title suggests: “Breathing, slowly!” is ``breathing-slowly``. Never empty."""
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", title.casefold()) if not unicodedata.combining(mark))
    words = _SEPARATORS.sub("-", unicodedata.normalize("NFKC", plain)).strip("-")
    return words[:LENGTH_MAX].rstrip("-") or "untitled"


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """``wanted``, or the first of ``wanted-2``, ``wanted-3``, … that nobody has."""
    if wanted not in taken:
        return wanted
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{wanted}-{number}") not in taken)
