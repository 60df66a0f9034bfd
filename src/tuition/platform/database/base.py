"""What every table is made of: the declarative base, the two timestamps, and checks that are written one way only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, MetaData, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "idx_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table. A table names its personal columns and whether a backup carries it."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
        list[str]: JSONB(),
        list[Any]: JSONB(),
    }
    __personal__: ClassVar[tuple[str, ...]]
    """The columns that erasure must empty."""
    __backup__: ClassVar[str]
    """``full``: part of every backup; ``skip``: can be made again and is left out."""


class Created:
    """A row that knows when it was made."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=900)


class Timestamped(Created):
    """A row that changes; a trigger keeps ``updated_at``."""

    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=901)


class AppendOnly(Created):
    """A row that a trigger keeps from being changed or deleted."""


def one_of(column: str, values: Iterable[str], *, name: str | None = None) -> CheckConstraint:
    """A CHECK that a text column holds one of the values (we write no enum types: a value is added without a rewrite)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=name or column)


def currency_check(column: str = "currency") -> CheckConstraint:
    """A CHECK that a column holds three capitals (ISO 4217)."""
    return CheckConstraint(f"{column} ~ '^[A-Z]{{3}}$'", name=column)
