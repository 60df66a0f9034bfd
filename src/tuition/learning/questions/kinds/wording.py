"""When two words are the same word, as far as a teacher says."""

from __future__ import annotations

import re
import unicodedata

from pydantic import Field
from rapidfuzz.distance import OSA

from tuition.learning.questions.kinds.values import Value

LETTERS_PER_SLIP = 4
"""A slip needs four letters around it: “cat” for “car” is another word, “fotosynthesis” is a slip."""
_ARABIC_SIGNS = re.compile("[\u0640\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")
_ARABIC_FORMS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ی": "ي", "ک": "ك"})


class Tolerance(Value):
    """What a teacher lets pass in an answer in words. Spaces at the ends, and how many between words, never count."""

    match_case: bool = Field(default=False, description="Whether capitals count.")
    match_accents: bool = Field(default=False, description="Whether é is another letter than e.")
    ignore_spaces: bool = Field(default=False, description="Spaces and punctuation do not count at all.")
    arabic_forms: bool = Field(
        default=True, description="Vowel signs, tatweel, and the forms of alef, ya and ta marbuta do not count in Arabic."
    )
    slips_max: int = Field(
        default=0, ge=0, le=3, description="Letters that may be wrong, missing, added or swapped; one for each four letters."
    )
    wildcards: bool = Field(default=False, description="A * in an accepted form stands for anything.")


def plain(text: str, tolerance: Tolerance) -> str:
    """A text without what does not count."""
    text = unicodedata.normalize("NFC", text)
    if tolerance.arabic_forms:
        text = _ARABIC_SIGNS.sub("", text).translate(_ARABIC_FORMS)
    if not tolerance.match_accents:
        apart = unicodedata.normalize("NFD", text)
        text = unicodedata.normalize("NFC", "".join(sign for sign in apart if unicodedata.category(sign) != "Mn"))
    if not tolerance.match_case:
        text = text.casefold()
    if tolerance.ignore_spaces:
        kept = "*" if tolerance.wildcards else ""
        return "".join(sign for sign in text if sign in kept or unicodedata.category(sign)[0] not in "ZPC")
    return " ".join(text.split())


def is_same(given: str, accepted: str, tolerance: Tolerance) -> bool:
    """Whether an answer is the accepted one."""
    said = plain(given, tolerance.model_copy(update={"wildcards": False}))
    meant = plain(accepted, tolerance)
    if not said:
        return not meant
    if tolerance.wildcards and "*" in meant:
        return _fits(said, meant)
    slips = min(tolerance.slips_max, len(meant) // LETTERS_PER_SLIP)
    return OSA.distance(said, meant, score_cutoff=slips) <= slips


def _fits(said: str, pattern: str) -> bool:
    """Whether a text fits a pattern with ``*``: each piece at its first place, so that no pattern takes long."""
    first, *middle, last = re.split(r"\*+", pattern)
    if len(said) < len(first) + len(last) or not said.startswith(first) or not said.endswith(last):
        return False
    at, end = len(first), len(said) - len(last)
    for piece in middle:
        at = said.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True
