"""Tables: each says what it is for, what is personal in it and whether a backup carries it; each foreign key is indexed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.orm import Mapper, class_mapper

from checks.house.source import Finding
from checks.product import place_of, room_of

BACKUPS = ("full", "skip")


def tables(declared: Sequence[type[Any]], root: Path) -> Iterator[Finding]:
    """Everything that a table class must say of itself."""
    for model in declared:
        path, line = place_of(model, root)
        for advice in _faults(model):
            yield Finding(path, line, "table", f"{model.__name__}: {advice}")


def _faults(model: type[Any]) -> Iterator[str]:
    mapper: Mapper[Any] = class_mapper(model)
    if not (model.__doc__ or "").strip():
        yield "say in a docstring what one row means"
    yield from _personal(model, mapper)
    if model.__dict__.get("__backup__") not in BACKUPS:
        yield 'say `__backup__ = "full"`, or "skip" for what can be made again'
    if isinstance(mapper.local_table, Table):
        yield from _bare_foreign_keys(mapper.local_table)
    for relationship in mapper.relationships:
        if room_of(relationship.mapper.class_) != room_of(model):
            yield f"`{relationship.key}` crosses a door; keep the id, and ask {room_of(relationship.mapper.class_)} for the rest"
        if relationship.lazy != "raise":
            yield f'`{relationship.key}` loads by surprise; say lazy="raise", and let the query say what it loads'


def _personal(model: type[Any], mapper: Mapper[Any]) -> Iterator[str]:
    personal = model.__dict__.get("__personal__")
    if not isinstance(personal, tuple):
        yield 'name its personal columns: `__personal__ = ("email",)`, or `()` for none'
        return
    known = set(mapper.columns.keys()) | {column.name for column in mapper.columns}
    for name in personal:
        if name not in known:
            yield f"`__personal__` names `{name}`, which is no column"


def _bare_foreign_keys(table: Table) -> Iterator[str]:
    leading = {column.name for index in table.indexes for column in list(index.columns)[:1]}
    # `UNIQUE` and `PRIMARY KEY` are indexes too; their first column finds rows.
    keys = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint)]
    leading |= {column.name for key in keys for column in list(key.columns)[:1]}
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint) and not leading & set(constraint.column_keys):
            columns = ", ".join(constraint.column_keys)
            yield f"foreign key ({columns}) has no index: deleting the other row would read this whole table; add index=True"
