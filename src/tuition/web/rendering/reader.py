"""Who reads: the language, direction and time zone of a page or an e-mail, and the sentences in that language."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from starlette.requests import HTTPConnection

LOCALES = Path(__file__).resolve().parent.parent / "locales"
DOMAIN = "tuition"
SOURCE_LANGUAGE = "en"
COOKIE_LANGUAGE = "language"
COOKIE_ZONE = "zone"
ACCEPTED_MAX = 10
"""How many preferences of an Accept-Language header are looked at."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A person's way of reading."""

    language: str = SOURCE_LANGUAGE
    zone: str = "UTC"

    @property
    def locale(self) -> Locale:
        """The CLDR data of the language. English is written day before month, as most of its readers here do."""
        return _locale("en_GB" if self.language == "en" else self.language)

    @property
    def unit_locale(self) -> Locale:
        """The same for units of measure: CLDR's British plurals (``40 mins``) are not what a timetable prints."""
        return _locale(self.language)

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return self.locale.text_direction

    @property
    def time_zone(self) -> ZoneInfo:
        """Where the reader's day begins and ends."""
        return _zone(self.zone)

    @property
    def texts(self) -> gettext.NullTranslations:
        """The catalogue of the language."""
        return translations_of(self.language)


@lru_cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache
def translations_of(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; an unknown one speaks English."""
    return gettext.translation(DOMAIN, LOCALES, [language], fallback=True)


@lru_cache
def languages() -> dict[str, str]:
    """The languages that pages exist in, each with its own name for itself."""
    codes = [SOURCE_LANGUAGE, *sorted(path.parent.parent.name for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))]
    return {code: (_locale(code).get_display_name(code) or code).title() for code in codes}


def negotiate(*, preferred: str | None, cookie: str | None, header: str | None, default: str = SOURCE_LANGUAGE) -> str:
    """The language to answer in: the person's own setting, else the cookie, else the browser's list, else the site's."""
    known = languages()
    for choice in (preferred, cookie):
        code = (choice or "").replace("_", "-").split("-")[0].lower()
        if code in known:
            return code
    for code in _accepted(header or ""):
        if code in known:
            return code
    return default if default in known else SOURCE_LANGUAGE


def _accepted(header: str) -> list[str]:
    weighted = []
    for part in header.split(",")[:ACCEPTED_MAX]:
        tag, _, parameters = part.strip().partition(";")
        try:
            weight = float(parameters.strip().removeprefix("q=")) if parameters else 1.0
        except ValueError:
            continue
        if weight > 0:
            weighted.append((weight, tag.split("-")[0].lower()))
    return [code for _, code in sorted(weighted, key=lambda pair: -pair[0])]


def reader_of(
    request: HTTPConnection,
    *,
    preferred_language: str | None = None,
    preferred_zone: str | None = None,
    default: Reader | None = None,
) -> Reader:
    """Who reads the answer to this request."""
    default = default or Reader()
    language = negotiate(
        preferred=preferred_language,
        cookie=request.cookies.get(COOKIE_LANGUAGE),
        header=request.headers.get("accept-language"),
        default=default.language,
    )
    cookie_zone = request.cookies.get(COOKIE_ZONE, "").replace("%2F", "/")[:64]
    return Reader(language=language, zone=preferred_zone or cookie_zone or default.zone)


_current: ContextVar[Reader] = ContextVar("reader", default=Reader())  # noqa: B039 - a frozen value


def current() -> Reader:
    """The reader for whom this is written."""
    return _current.get()


@contextmanager
def reading_as(reader: Reader) -> Iterator[Reader]:
    """Write for this reader inside the block: sentences, figures and dates are theirs."""
    token = _current.set(reader)
    try:
        yield reader
    finally:
        _current.reset(token)


def translate(message: str) -> str:
    """A sentence in the reader's language."""
    return current().texts.gettext(message) if message else message


def translate_plural(singular: str, plural: str, count: int) -> str:
    """A sentence that counts."""
    return current().texts.ngettext(singular, plural, count)
