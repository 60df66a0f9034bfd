"""What may be written about a person, and what a person may choose as a password."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from tuition.identity import errors
from tuition.identity.rules.ages import BIRTH_YEAR_EARLIEST, age_of_consent, may_consent
from tuition.identity.rules.countries import COUNTRIES
from tuition.kernel import DomainError

LOCALES = ("en", "ar")
"""The languages that the pages speak."""
NAME_LENGTH_MAX = 200
BIO_LENGTH_MAX = 2_000
URL_LENGTH_MAX = 2_000
PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 200
"""Bounds what a stranger can make us hash."""
_CURRENCY = re.compile(r"[A-Z]{3}")
_PICTURE = re.compile(r"(https://[^\s]+|/[^/\s][^\s]*)")


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody types to join."""

    email: str
    password: str
    full_name: str
    birth_year: int
    country: str
    terms_sha256: str
    """The hash of the terms that were shown and accepted."""
    locale: str = "en"
    time_zone: str = "UTC"


def clean_address(typed: str) -> str:
    """The address as it is kept: trimmed, its domain in lower case. Raises ``AddressInvalid``."""
    try:
        return validate_email(typed.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise errors.AddressInvalid from error


def clean_password(typed: str) -> str:
    """The password as it is hashed: one form of Unicode (NFKC), so that another keyboard types the same."""
    return unicodedata.normalize("NFKC", typed)


def clean_name(typed: str) -> str:
    """A name with single spaces and without control characters."""
    visible = "".join(" " if unicodedata.category(character).startswith("C") else character for character in typed)
    return " ".join(visible.split())


def password_refusal(password: str, *, email: str, full_name: str = "") -> DomainError | None:
    """Why a password is refused, or ``None`` (NIST SP 800-63B: length counts, composition rules do not)."""
    cleaned = clean_password(password)
    if len(cleaned) < PASSWORD_LENGTH_MIN:
        return errors.PasswordTooShort(length_min=PASSWORD_LENGTH_MIN)
    if len(cleaned) > PASSWORD_LENGTH_MAX:
        return errors.PasswordTooLong(length_max=PASSWORD_LENGTH_MAX)
    lowered = cleaned.casefold()
    known = {email.strip().casefold(), email.partition("@")[0].strip().casefold(), full_name.strip().casefold()}
    if lowered in known or len(set(lowered)) == 1:
        return errors.PasswordGuessable()
    return None


def refusals(application: Application, *, terms_sha256: str, now: datetime) -> dict[str, DomainError]:
    """Everything that is wrong with an application, by field, so that a form can say it all at once. Empty when it is fine."""
    found: dict[str, DomainError | None] = {
        "email": _refusal_of_address(application.email),
        "full_name": name_refusal(application.full_name),
        "password": password_refusal(application.password, email=application.email, full_name=application.full_name),
        "country": None if application.country in COUNTRIES else errors.CountryUnknown(),
        "birth_year": _refusal_of_age(application.birth_year, application.country, now),
        "terms_sha256": None if application.terms_sha256 == terms_sha256 else errors.TermsNotAccepted(),
        "locale": None if application.locale in LOCALES else errors.LocaleUnknown(),
        "time_zone": None if is_time_zone(application.time_zone) else errors.TimeZoneUnknown(),
    }
    return {field: refusal for field, refusal in found.items() if refusal is not None}


def name_refusal(full_name: str) -> DomainError | None:
    """Why a name is refused, or ``None``."""
    if not 1 <= len(clean_name(full_name)) <= NAME_LENGTH_MAX:
        return errors.NameMissing(length_max=NAME_LENGTH_MAX)
    return None


def is_time_zone(name: str) -> bool:
    """Whether the IANA database has this zone."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # unknown; a folder of the database; empty, or a path out of it
        return False
    return True


def is_currency(code: str) -> bool:
    """Whether it is written like an ISO 4217 code."""
    return _CURRENCY.fullmatch(code) is not None


def is_picture_address(address: str) -> bool:
    """Whether a browser may be sent there for a picture: a secure address, or a path of this site."""
    return len(address) <= URL_LENGTH_MAX and _PICTURE.fullmatch(address) is not None


def _refusal_of_address(typed: str) -> DomainError | None:
    try:
        clean_address(typed)
    except errors.AddressInvalid as refusal:
        return refusal
    return None


def _refusal_of_age(birth_year: int, country: str, now: datetime) -> DomainError | None:
    if not BIRTH_YEAR_EARLIEST <= birth_year <= now.year:
        return errors.BirthYearInvalid()
    if country in COUNTRIES and not may_consent(birth_year, country, now):
        return errors.TooYoung(age=age_of_consent(country))
    return None
