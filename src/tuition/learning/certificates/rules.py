"""Numbers that can be read aloud, and what a certificate is worth today."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime
from enum import StrEnum

LIST_LENGTH = 131_072
"""Bits of one status list: the smallest that the standard allows, so that one bit hides among many."""
PREFIX = "TUI"
RANDOM_LENGTH = 10
RANDOM_BITS = 5 * RANDOM_LENGTH
NUMBER_LENGTH_MAX = 40
# Crockford's letters: no I, L, O, U, so that nothing looks like something else.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MEANT = str.maketrans("OIL", "011")
_ALL = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Standing(StrEnum):
    """What a certificate is worth at a moment."""

    VALID = "valid"
    """It holds."""
    EXPIRED = "expired"
    """It held until a date that has passed."""
    REVOKED = "revoked"
    """The school took it back."""


class Change(StrEnum):
    """What happened to a certificate.

    issued → reissued* (another name, the same number); revoked ⇄ reinstated; name_hidden ⇄ name_shown.
    """

    ISSUED = "issued"
    """The course was completed, or staff gave it."""
    REISSUED = "reissued"
    """Written anew, with the name or the course as they are now."""
    REVOKED = "revoked"
    """Taken back, with a reason."""
    REINSTATED = "reinstated"
    """The revocation was a mistake."""
    NAME_SHOWN = "name_shown"
    """The person lets the public page say their name."""
    NAME_HIDDEN = "name_hidden"
    """The person does not."""


class Algorithm(StrEnum):
    """What an issuer's key signs."""

    ED25519 = "Ed25519"
    """The proof inside a credential (eddsa-rdfc-2022)."""
    RS256 = "RS256"
    """A credential as a JSON Web Token: what Open Badges asks of everybody."""


def standing(*, revoked_at: datetime | None, expires_at: datetime | None, now: datetime) -> Standing:
    """What it is worth now. A revocation outlasts an expiry."""
    if revoked_at is not None:
        return Standing.REVOKED
    return Standing.EXPIRED if expires_at is not None and expires_at <= now else Standing.VALID


def expiry(issued_at: datetime, months: int | None) -> datetime | None:
    """The same day ``months`` later, or the last of a shorter month."""
    if months is None:
        return None
    year, month = divmod(issued_at.year * 12 + issued_at.month - 1 + months, 12)
    return issued_at.replace(year=year, month=month + 1, day=min(issued_at.day, monthrange(year, month + 1)[1]))


def number_of(year: int, entropy: int) -> str | None:
    """``TUI-2026-7KQ2M-9XW4B-H``: 50 random bits and a check letter, or ``None`` when that letter could be mistaken for a digit.

    About one draw in nine is thrown away for it.
    """
    assert 0 <= entropy < 1 << RANDOM_BITS, "fifty bits"
    drawn = "".join(_LETTERS[entropy >> shift & 31] for shift in range(RANDOM_BITS - 5, -1, -5))
    check = _check_letter(f"{PREFIX}{year}{drawn}")
    return f"{PREFIX}-{year}-{drawn[:5]}-{drawn[5:]}-{check}" if check in _LETTERS else None


def read_number(text: str) -> str | None:
    """The number that somebody typed, as it is written; ``None`` when it cannot be one (a slip of one letter is noticed)."""
    plain = "".join(character for character in text[:NUMBER_LENGTH_MAX].upper() if character.isascii() and character.isalnum())
    head, year, drawn = plain[:3], plain[3:7], plain[7:].translate(_MEANT)
    year = year.translate(_MEANT)
    if head.replace("1", "I") != PREFIX or not year.isdecimal() or len(drawn) != RANDOM_LENGTH + 1:
        return None
    if set(drawn) - set(_LETTERS) or _check_letter(f"{PREFIX}{year}{drawn[:-1]}") != drawn[-1]:
        return None
    return f"{PREFIX}-{year}-{drawn[:5]}-{drawn[5:10]}-{drawn[10]}"


def _check_letter(text: str) -> str:
    """ISO 7064 MOD 37,36: notices every wrong letter and nearly every exchange of two neighbours."""
    product = 36
    for character in text:
        product = ((product + _ALL.index(character)) % 36 or 36) * 2 % 37
    return _ALL[(37 - product) % 36]
