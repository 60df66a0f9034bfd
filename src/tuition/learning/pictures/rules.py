"""Addresses of pictures, and where a text mentions them."""

from __future__ import annotations

import re
from uuid import UUID

ADDRESS = "/v1/pictures/"
PATTERN = ADDRESS + "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
"""For Python and for PostgreSQL."""
_MENTIONED = re.compile(PATTERN)


def address_of(picture_id: UUID) -> str:
    """By which a text shows it."""
    return f"{ADDRESS}{picture_id}"


def key_of(picture_id: UUID) -> str:
    """Where it lies in the file store."""
    return f"pictures/{picture_id}"


def mentioned(text: str) -> list[UUID]:
    """The pictures that a text shows, each once, in its order."""
    return [UUID(found) for found in dict.fromkeys(_MENTIONED.findall(text))]
