"""Typst makes the page and the medal. Fonts come from packages, never from the machine: a page looks the same everywhere.

Names are set in Latin, Greek, Cyrillic, Hebrew, Arabic, Chinese, Japanese, Korean, Devanagari, Thai and Khmer letters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import noto_cjk_sans_otc
import segno
import typst

from tuition.learning.certificates.documents.house import Look
from tuition.learning.certificates.documents.words import date_in, words_in

HERE = Path(__file__).parent
CJK = Path(noto_cjk_sans_otc.__file__).parent
INK = "#1d2126"
BADGE_PPI = 130


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that stands on one certificate."""

    number: str
    name: str
    course: str
    teacher: str
    language: str
    completed_at: datetime
    expires_at: datetime | None
    verified_seconds: int
    page: str
    """Where anybody verifies it."""


def render_certificate(paper: Paper, look: Look) -> bytes:
    """The page as PDF: A4, landscape, to be framed."""
    until = date_in(paper.language, paper.expires_at, look.time_zone) if paper.expires_at else ""
    data = {
        "language": paper.language,
        "accent": look.accent,
        "school": look.name,
        "initial": next((letter for letter in look.name if letter.isalnum()), "·"),
        "logo": list(look.logo or b""),
        "name": paper.name,
        "course": paper.course,
        "teacher": paper.teacher,
        "date": date_in(paper.language, paper.completed_at, look.time_zone),
        "number": paper.number,
        "url": paper.page,
        "address": _address(paper.page),
        "qr": _qr(paper.page),
        "words": words_in(paper.language, minutes=paper.verified_seconds // 60, until=until),
    }
    return _typeset("certificate.typ", data)


def render_badge_png(*, course: str, school: str, year: int, language: str, accent: str) -> bytes:
    """The medal as a picture."""
    return _typeset("badge.typ", _medal(course, school, year, language, accent), format="png", ppi=BADGE_PPI)


def render_badge_svg(*, course: str, school: str, year: int, language: str, accent: str) -> bytes:
    """The medal as a drawing."""
    return _typeset("badge.typ", _medal(course, school, year, language, accent), format="svg")


def _medal(course: str, school: str, year: int, language: str, accent: str) -> dict[str, Any]:
    return {"course": course, "school": school, "year": str(year), "language": language, "accent": accent}


def _typeset(template: str, data: dict[str, Any], **options: Any) -> bytes:
    # What people wrote travels as data and is never read as Typst.
    made = typst.compile((HERE / template).read_bytes(), sys_inputs={"data": json.dumps(data)}, font_paths=_fonts(), **options)
    assert isinstance(made, bytes), "one page is one file"
    return made


def _address(page: str) -> str:
    parts = urlsplit(page)
    return f"{parts.netloc}{parts.path.rpartition('/')[0]}"


def _qr(page: str) -> str:
    drawn = BytesIO()
    segno.make(page, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, border=0, dark=INK)
    return drawn.getvalue().decode()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[HERE / "fonts", CJK])
