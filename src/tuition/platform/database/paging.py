"""Lists, a page at a time: keyset cursors that a reader can neither read nor forge.

A page is found by where the last one ended, not by counting rows, so that the thousandth page costs what the first does and
a row that arrives meanwhile moves nothing. The keys must be unique together (end them with the id) and never null. A rank is
cast to ``Double``: a ``real`` does not survive the way to Python and back, and rows would repeat.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Double, Select, SQLColumnExpression, and_, literal, or_, tuple_
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import desc_op

from tuition.kernel import DomainError, ErrorKind
from tuition.platform.database import AnySession
from tuition.platform.security import secrets

LIMIT_MAX = 100
LIMIT_USUAL = 25
CURSOR_LENGTH_MAX = 2000
_PURPOSE = "cursor"

T = TypeVar("T")


class CursorInvalid(DomainError):
    """This cursor does not belong to this list. Start again from its first page."""

    kind = ErrorKind.INVALID
    code = "platform.cursor_invalid"


class LimitInvalid(DomainError):
    """A page holds between 1 and {limit_max} items."""

    kind = ErrorKind.INVALID
    code = "platform.limit_invalid"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list, and where the next ones begin (``None``: these were the last)."""

    items: list[T]
    next_cursor: str | None = None


class Cursor:
    """Where a page ended: the values of its list's keys, bound to that list, signed."""

    @staticmethod
    def encode(values: Sequence[Any], *, scope: str) -> str:
        """Write the values down."""
        payload = json.dumps([_plain(value) for value in values], separators=(",", ":")).encode()
        signature = secrets.sign(payload, f"{_PURPOSE}/{scope}")
        return base64.urlsafe_b64encode(payload).decode().rstrip("=") + "." + signature

    @staticmethod
    def decode(cursor: str, *, scope: str) -> list[Any]:
        """Read the values again. Raises ``CursorInvalid`` when it is not one of ours, or belongs to another list."""
        body, _, signature = cursor.partition(".")
        try:
            if len(cursor) > CURSOR_LENGTH_MAX:
                raise CursorInvalid
            payload = base64.urlsafe_b64decode(body.encode("ascii") + b"=" * (-len(body) % 4))
            if not secrets.verify(payload, signature, f"{_PURPOSE}/{scope}"):
                raise CursorInvalid
            return [_value(*item) for item in json.loads(payload)]
        except (UnicodeEncodeError, binascii.Error, ValueError, TypeError, InvalidOperation) as error:
            raise CursorInvalid from error


async def paginate(
    session: AnySession,
    statement: Select[*tuple[Any, ...]],
    *,
    keys: Sequence[SQLColumnExpression[Any]],
    limit: int = LIMIT_USUAL,
    cursor: str | None = None,
    scope: str = "",
) -> Page[Any]:
    """One page of the statement in the order of ``keys`` (``Thing.created_at.desc(), Thing.id.desc()``).

    A statement that selects one thing gives things, another gives tuples. ``scope`` names the list when two lists have the
    same keys and a cursor of one must not open the other. The statement brings no order and no limit of its own.
    """
    if not 1 <= limit <= LIMIT_MAX:
        raise LimitInvalid(limit_max=LIMIT_MAX)
    sorts = [_Sort.of(key) for key in keys]
    name = _scope(scope, sorts)
    width = len(statement.column_descriptions)
    query = statement.order_by(*keys).limit(limit + 1).add_columns(*(s.column.label(f"_key_{i}") for i, s in enumerate(sorts)))
    if cursor:
        values = Cursor.decode(cursor, scope=name)
        if len(values) != len(sorts):
            raise CursorInvalid
        query = query.where(_after(sorts, values))
    rows = (await session.execute(query)).all()
    shown = rows[:limit]
    items: list[Any] = [row[0] if width == 1 else tuple(row[:width]) for row in shown]
    if len(rows) <= limit:
        return Page(items)
    last = tuple(shown[-1][width:])
    for sort, value in zip(sorts, last, strict=True):
        assert not isinstance(value, float) or isinstance(sort.column.type, Double), "cast a rank to Double"
    return Page(items, Cursor.encode(last, scope=name))


@dataclass(frozen=True, slots=True)
class _Sort:
    column: ColumnElement[Any]
    descending: bool

    @classmethod
    def of(cls, key: SQLColumnExpression[Any]) -> _Sort:
        if isinstance(key, UnaryExpression) and key.modifier is not None:
            return cls(key.element, descending=key.modifier is desc_op)
        # A column of a class is an element in all but its declared type.
        return cls(cast("ColumnElement[Any]", key), descending=False)


def _scope(scope: str, sorts: Sequence[_Sort]) -> str:
    written = [scope, *(f"{sort.column} {'desc' if sort.descending else 'asc'}" for sort in sorts)]
    return hashlib.sha256("|".join(written).encode()).hexdigest()[:16]


def _after(sorts: Sequence[_Sort], values: Sequence[Any]) -> ColumnElement[bool]:
    typed = [literal(value, sort.column.type) for sort, value in zip(sorts, values, strict=True)]
    if len({sort.descending for sort in sorts}) == 1:
        # One direction: the row comparison, which one index scan answers.
        left, right = tuple_(*(sort.column for sort in sorts)), tuple_(*typed)
        return left < right if sorts[0].descending else left > right
    branches: list[ColumnElement[bool]] = []
    for index, (sort, value) in enumerate(zip(sorts, typed, strict=True)):
        equal = [earlier.column == given for earlier, given in zip(sorts[:index], typed[:index], strict=True)]
        branches.append(and_(*equal, sort.column < value if sort.descending else sort.column > value))
    return or_(*branches)


def _plain(value: Any) -> list[Any]:
    match value:
        case datetime():
            return ["t", value.isoformat()]
        case UUID():
            return ["u", str(value)]
        case Decimal():
            return ["d", str(value)]
        case bool() | int() | str():
            return ["v", value]
        case float():
            return ["f", value.hex()]
    raise AssertionError(f"a cursor cannot hold {type(value).__name__}: keys are never null")


_READERS: dict[str, Callable[[Any], Any]] = {
    "t": datetime.fromisoformat,
    "u": UUID,
    "d": Decimal,
    "v": lambda value: value,
    "f": float.fromhex,
}


def _value(tag: str, written: Any) -> Any:
    return _READERS[tag](written)
