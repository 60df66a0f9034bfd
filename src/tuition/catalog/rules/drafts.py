"""What an author may say about a content, checked field by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tuition.catalog.errors import FieldInvalid
from tuition.catalog.rules.states import Level, Visibility
from tuition.kernel import Phrase

TITLE_LENGTH_MAX = 500
DESCRIPTION_LENGTH_MAX = 20_000
TAGS_MAX = 20
TAG_LENGTH_MAX = 40
PREREQUISITES_MAX = 50
PREVIEW_MAX_MS = 60 * 60 * 1000
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# C0 controls other than line ends and tabs: PostgreSQL refuses NUL, and people cannot see the others.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
EDITABLE = frozenset(
    {
        "accept_donations",
        "category_id",
        "description",
        "donation_message",
        "is_platform_content",
        "language",
        "level",
        "prerequisite_content_ids",
        "preview_until_ms",
        "tags",
        "title",
        "visibility",
    }
)


def cleaned(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes, tidied. Raises ``FieldInvalid`` naming the field that cannot be."""
    assert changes.keys() <= EDITABLE, f"not editable: {changes.keys() - EDITABLE}"
    return {field: _clean(field, value) for field, value in changes.items()}


def _clean(field: str, value: Any) -> Any:
    match field:
        case "title":
            return _text(field, value, at_least=1, at_most=TITLE_LENGTH_MAX)
        case "description":
            return _text(field, value, at_most=DESCRIPTION_LENGTH_MAX)
        case "donation_message":
            return _text(field, value, at_most=500)
        case "tags":
            return tags_from(value)
        case "language":
            if not _LANGUAGE.fullmatch(value):
                raise FieldInvalid(field=field, reason="give a language tag such as en or ar")
            return value
        case "level":
            return _one_of(field, value, Level)
        case "visibility":
            return _one_of(field, value, Visibility)
        case "preview_until_ms":
            if not 0 <= value <= PREVIEW_MAX_MS:
                raise FieldInvalid(
                    field=field, reason=Phrase("a preview lasts at most {minutes} minutes", minutes=PREVIEW_MAX_MS // 60_000)
                )
            return value
        case "prerequisite_content_ids":
            if len(value) > PREREQUISITES_MAX:
                raise FieldInvalid(field=field, reason=Phrase("at most {most}", most=PREREQUISITES_MAX))
            return [str(content_id) for content_id in dict.fromkeys(value)]
        case _:
            return value


def tags_from(values: Iterable[str]) -> list[str]:
    """Tags in lower case, each once, in the order given."""
    tags = list(dict.fromkeys(tag for value in values if (tag := " ".join(_CONTROLS.sub("", value).casefold().split()))))
    if len(tags) > TAGS_MAX or any(len(tag) > TAG_LENGTH_MAX for tag in tags):
        raise FieldInvalid(
            field="tags", reason=Phrase("at most {most} tags of {length} characters", most=TAGS_MAX, length=TAG_LENGTH_MAX)
        )
    return tags


def _text(field: str, value: str, *, at_least: int = 0, at_most: int) -> str:
    tidy = _CONTROLS.sub("", value).strip()
    if not at_least <= len(tidy) <= at_most:
        raise FieldInvalid(
            field=field, reason=Phrase("give {at_least} to {at_most} characters", at_least=at_least, at_most=at_most)
        )
    return tidy


def _one_of(field: str, value: str, choices: type[Level | Visibility]) -> str:
    if value not in list(choices):
        raise FieldInvalid(field=field, reason=Phrase("choose one of {choices}", choices=", ".join(choices)))
    return str(value)
