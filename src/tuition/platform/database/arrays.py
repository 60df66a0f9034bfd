"""Arrays for batches: one text that PostgreSQL reads, instead of an object per element for the driver to write."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID


def array_of(values: Iterable[int | UUID | datetime | Decimal | None]) -> str:
    """Numbers, ids, moments, nulls: none of them needs quotes. Cast it where it is used: ``cast(:ids as uuid[])``."""
    return "{" + ",".join([_written(value) for value in values]) + "}"


def _written(value: int | UUID | datetime | Decimal | None) -> str:
    if value is None:
        return "null"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def quoted_array_of(values: Iterable[str]) -> str:
    """Texts that hold braces and commas (ranges), or are words of ours: no quotation marks and no backslashes."""
    joined = '","'.join(values)
    assert "\\" not in joined, "a backslash would need escaping"
    return '{"' + joined + '"}' if joined else "{}"
