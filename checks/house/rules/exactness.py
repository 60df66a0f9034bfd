"""Money is exact, and there is one clock."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from checks.house.rooms import MONEY
from checks.house.source import Finding, House, Source

INEXACT = {"float", "Float", "Double", "REAL", "DOUBLE_PRECISION", "real"}
CLOCK = "src/tuition/kernel/clock.py"
DATABASE_CLOCK = {"now", "current_timestamp", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "current_date"}
SQL_CLOCK = re.compile(
    r"(?<![.\w])(?:now|clock_timestamp|statement_timestamp|transaction_timestamp)\(\)|\bcurrent_(?:timestamp|date)\b",
    re.IGNORECASE,
)


def no_float_near_money(house: House) -> Iterator[Finding]:
    """An amount is an integer of minor units and a rate is a Decimal: 0.1 + 0.2 is not 0.3, and somebody pays the rest."""
    for source in house.product:
        if source.room not in MONEY and source.path != "src/tuition/kernel/money.py":
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                yield source.finding(
                    node, "float", f'write {node.value!r} as an integer of the smallest unit, or as Decimal("{node.value}")'
                )
            elif isinstance(node, ast.Name) and node.id in INEXACT:
                yield source.finding(node, "float", f"`{node.id}` rounds; use int for amounts, Decimal or Fraction for rates")


def one_clock(house: House) -> Iterator[Finding]:
    """Time comes from `kernel.clock`, so that a test lives through two years of billing in a second.

    The platform may ask the database's clock: whether a worker still breathes is no business time.
    """
    for source in house.product:
        if source.path == CLOCK:
            continue
        defaults = _inside_server_defaults(source)
        docstrings = _docstrings(source)
        for node in ast.walk(source.tree):
            if id(node) in defaults or id(node) in docstrings:
                continue
            name = _clock_asked(node) or ("" if source.room == "platform" else _database_clock_asked(node))
            if name:
                yield source.finding(
                    node, "clock", f"`{name}` is another clock; ask `kernel.clock.now()`, and hand `now` to rules"
                )


def _clock_asked(node: ast.AST) -> str:
    """The name of the other clock that a node reads, or nothing."""
    if isinstance(node, ast.Attribute):
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if owner in {"datetime", "date"} and node.attr in {"now", "utcnow", "today"}:
            return f"{owner}.{node.attr}"
        if owner == "time" and node.attr in {"time", "time_ns", "gmtime", "localtime"}:
            return f"time.{node.attr}"
    elif isinstance(node, ast.ImportFrom) and node.module == "time":
        return next((f"time.{alias.name}" for alias in node.names if alias.name in {"time", "time_ns"}), "")
    return ""


def _database_clock_asked(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute) and node.attr in DATABASE_CLOCK and getattr(node.value, "id", "") == "func":
        return f"func.{node.attr}"
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and (found := SQL_CLOCK.search(node.value)):
        return found.group()
    return ""


def _inside_server_defaults(source: Source) -> set[int]:
    """Nodes inside `server_default=…`: the moment of the insert, which no rule reads."""
    return {
        id(inner)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.keyword) and node.arg == "server_default"
        for inner in ast.walk(node.value)
    }


def _docstrings(source: Source) -> set[int]:
    """Strings that stand alone: they are read by people and not by a server."""
    return {
        id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
