"""What an author may say about a lesson, checked field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from tuition import catalog
from tuition.learning.courses.errors import FieldInvalid

TITLE_LENGTH_MAX = 500
DESCRIPTION_LENGTH_MAX = 5_000
MINUTES_MAX = 10_000
DAYS_MAX = 3_660
EDITABLE = frozenset(
    {
        "body",
        "content_id",
        "description",
        "duration_minutes",
        "is_preview",
        "is_published",
        "is_required",
        "lesson_metadata",
        "opens_after_days",
        "opens_at",
        "title",
        "video_url",
    }
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def cleaned(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes, tidied; a text brings its HTML along. Raises ``FieldInvalid`` naming the field that cannot be."""
    assert changes.keys() <= EDITABLE, f"not editable: {changes.keys() - EDITABLE}"
    values = {field: _clean(field, value) for field, value in changes.items()}
    if "body" in values:
        values["body_html"] = catalog.render_markup(values["body"], catalog.BodyFormat.MARKDOWN).html
    return values


def _clean(field: str, value: Any) -> Any:
    match field:
        case "title":
            return _text(field, value, at_least=1, at_most=TITLE_LENGTH_MAX)
        case "description":
            return _text(field, value, at_least=0, at_most=DESCRIPTION_LENGTH_MAX)
        case "body":
            return _CONTROLS.sub("", value).strip()
        case "duration_minutes":
            return _number(field, value, MINUTES_MAX)
        case "opens_after_days":
            return _number(field, value, DAYS_MAX)
        case "video_url":
            return _address(field, value)
        case "opens_at":
            assert value is None or isinstance(value, datetime), "an edge parses times"
        case "content_id":
            assert value is None or isinstance(value, UUID), "an edge parses ids"
        case _:
            pass
    return value


def _text(field: str, value: str, *, at_least: int, at_most: int) -> str:
    tidy = _CONTROLS.sub("", value).strip()
    if not at_least <= len(tidy) <= at_most:
        raise FieldInvalid(field=field, reason=f"give {at_least} to {at_most} characters")
    return tidy


def _number(field: str, value: int | None, most: int) -> int | None:
    if value is not None and not 0 <= value <= most:
        raise FieldInvalid(field=field, reason=f"choose a number from 0 to {most}")
    return value


def _address(field: str, value: str | None) -> str | None:
    if not value:
        return None
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise FieldInvalid(field=field, reason="give an address that begins with https://") from error
    if parts.scheme != "https" or not parts.hostname or len(value) > 2000:
        raise FieldInvalid(field=field, reason="give an address that begins with https://")
    return value
