"""What every e-mail of this installation has in common."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formataddr, parseaddr

Translations = Callable[[str], gettext.NullTranslations]


def _english(locale: str) -> gettext.NullTranslations:
    del locale
    return gettext.NullTranslations()


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Where links lead, who signs, which languages there are, and whether mail stays in the house."""

    public_url: str = "http://localhost:8000"
    sender: str = "Tuition <noreply@localhost>"
    translations: Translations = _english
    keeps: bool = True
    """Whether mail is only kept (the outbox): then it is delivered the moment it is written."""

    def absolute(self, url: str) -> str:
        """A link as it must stand in a mail."""
        return self.public_url.rstrip("/") + url if url.startswith("/") else url

    def sender_named(self, name: str) -> str:
        """The sender's address under the site's name."""
        return formataddr((name, parseaddr(self.sender)[1] or "noreply@localhost"))


class _Desk:
    """The letterhead of this process."""

    def __init__(self) -> None:
        self.letterhead = Letterhead()


_desk = _Desk()


def configure(*, public_url: str, sender: str, translations: Translations | None = None, keeps: bool = True) -> None:
    """Put the letterhead in place, once, at start. ``translations`` gives the catalogue of a locale."""
    _desk.letterhead = Letterhead(public_url, sender, translations or _english, keeps)


def letterhead() -> Letterhead:
    """The letterhead of this process."""
    return _desk.letterhead
