"""Where this installation is reached, which languages it speaks, and how its school looks on paper."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import structlog
from PIL import Image, UnidentifiedImageError

from tuition.kernel import DomainError
from tuition.platform import guard, site

LOGO_BYTES_MAX = 1024 * 1024
LOGO_PIXELS_MAX = 4000
LOGO_SIDE = 240
"""Twelve millimetres, finer than a printer can tell."""
LOGO_TIMEOUT_S = 5.0

Translations = Callable[[str], gettext.NullTranslations]
log = structlog.get_logger(__name__)


def _english(language: str) -> gettext.NullTranslations:
    del language
    return gettext.NullTranslations()


@dataclass(frozen=True, slots=True)
class House:
    """What every certificate of this installation has in common."""

    address: str = "http://localhost:8000"
    translations: Translations = _english


@dataclass(frozen=True, slots=True)
class Look:
    """The school on paper."""

    name: str
    accent: str
    logo: bytes | None
    """A PNG."""
    time_zone: str


class _Desk:
    """The house of this process."""

    def __init__(self) -> None:
        self.house = House()


_desk = _Desk()


def configure(*, public_url: str, translations: Translations | None = None) -> None:
    """Say where links lead and who translates, once, at start."""
    _desk.house = House(public_url.rstrip("/"), translations or _english)


def house() -> House:
    """The house of this process."""
    return _desk.house


async def look_of(settings: site.SiteSettings) -> Look:
    """The school's name, colour and logo. A logo that cannot be had is left out: nobody waits for a picture."""
    logo = await _logo(settings.logo_url) if settings.logo_url and settings.logo_url.startswith("https://") else None
    return Look(settings.platform_name, settings.primary_color, logo, settings.timezone)


async def _logo(url: str) -> bytes | None:
    drawn = BytesIO()
    try:
        found = await guard.fetch(url, bytes_max=LOGO_BYTES_MAX, timeout_s=LOGO_TIMEOUT_S)
        with Image.open(BytesIO(found.body), formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
            if max(image.size) > LOGO_PIXELS_MAX:
                return None
            small = image.convert("RGBA")
            small.thumbnail((LOGO_SIDE, LOGO_SIDE))
            small.save(drawn, "png")
    except (DomainError, UnidentifiedImageError, OSError) as error:
        log.info("certificates.logo_left_out", error=str(error))
        return None
    return drawn.getvalue()
