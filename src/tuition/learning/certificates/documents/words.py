"""What stands on a certificate besides names, in its own language: it is the course's, not its reader's."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from tuition.learning.certificates.documents.house import house


def words_in(language: str, *, minutes: int, until: str) -> dict[str, str]:
    """Every sentence of the page."""
    texts = house().translations(language)
    return {
        "title": texts.gettext("Certificate of completion"),
        "awarded": texts.gettext("This is to certify that"),
        "completed": texts.gettext("has completed the course"),
        "learned": minutes_in(language, minutes) if minutes else "",
        "date": texts.gettext("Completed"),
        "teacher": texts.gettext("Teacher"),
        "school": texts.gettext("School"),
        "until": texts.gettext("Valid until %(day)s") % {"day": until} if until else "",
        "check": texts.gettext("Scan to verify, or look it up:"),
    }


def minutes_in(language: str, minutes: int) -> str:
    """How long was verifiably learned."""
    sentence = (
        house()
        .translations(language)
        .ngettext("with %(num)s minute of verified learning", "with %(num)s minutes of verified learning", minutes)
    )
    return sentence % {"num": format_decimal(minutes, locale=language)}


def date_in(language: str, at: datetime, zone: str) -> str:
    """A day, written out."""
    return format_date(at.astimezone(ZoneInfo(zone)), "long", locale=language)


def evidence_in(language: str, minutes: int) -> tuple[str, str, str]:
    """What a badge says of itself: description, criteria, evidence."""
    texts = house().translations(language)
    return (
        texts.gettext("Certificate of completion"),
        texts.gettext("Everything that counts in the course was completed."),
        minutes_in(language, minutes) if minutes else texts.gettext("The school keeps the record of every lesson."),
    )
