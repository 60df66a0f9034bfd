"""Numbers as people write them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

FIGURE_LENGTH_MAX = 60
DIGITS_MAX = 30
EXPONENT_MAX = 60
_SIGNS = str.maketrans({"−": "-", "–": "-", "٫": ".", "٬": "", "’": "", "'": "", "\u00a0": "", "\u202f": "", "_": "", " ": ""})
_FIGURE = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?\d{1,3}(\.\d{3}){2,}(,\d+)?")


def readings(text: str) -> tuple[Decimal, ...]:
    """What a written number may mean: none if it is no number, two for ``1,234``, which is read differently in two countries.

    Decimal comma or point, Arabic and other digits, spaces between thousands, ``1.5e-3``.
    """
    if len(text) > FIGURE_LENGTH_MAX:
        return ()
    written = "".join(_digit(sign) for sign in text.strip()).translate(_SIGNS)
    found: list[Decimal] = []
    if _FIGURE.fullmatch(written):
        found.append(Decimal(written.replace(",", ".")))
    if _THOUSANDS.fullmatch(written):
        mark = "," if written.count(",") >= 1 and not re.search(r"\.\d{3}\.", written) else "."
        plain = written.replace(mark, "").replace(",", ".")
        try:
            found.append(Decimal(plain))
        except InvalidOperation:
            return ()
    return tuple(value for value in dict.fromkeys(found) if is_sane(value))


def is_sane(value: Decimal) -> bool:
    """Whether it is a number that can be reckoned with: not a billion digits long."""
    if not value.is_finite():
        return False
    return len(value.as_tuple().digits) <= DIGITS_MAX and abs(value.adjusted()) <= EXPONENT_MAX


def _digit(sign: str) -> str:
    value = unicodedata.digit(sign, None) if sign.isdigit() else None
    return sign if value is None else str(value)
