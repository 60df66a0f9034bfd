"""A room writes its own tables and nobody else's: it may join those of rooms below it, and call their actions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.house.rules.doors import imports_of
from checks.house.source import Finding, House, Source

STATEMENTS = {"insert", "pg_insert", "update", "delete"}
SESSION_METHODS = {"add", "add_all", "merge"}
SQL = re.compile(
    r"\b(?:insert\s+into|update(?:\s+only)?|delete\s+from|truncate(?:\s+table)?)\s+(?:public\.)?\"?(\w+)", re.IGNORECASE
)


def own_tables_only(house: House) -> Iterator[Finding]:
    """Writing another room's table goes around its rules; its door has an action for it, or should get one."""
    tables = _tables(house)
    for source in house.product:
        foreign = _foreign_names(source)
        models = {name for room_tables in tables.values() for name in room_tables.values()}
        for node, name, room in _written(source, foreign, models):
            yield source.finding(node, "writes", f"`{name}` belongs to {room}; call an action at the door of {room} instead")
        for node, table in _written_by_sql(source):
            owners = {room for room, room_tables in tables.items() if table in room_tables}
            if owners and source.room not in owners:
                owner = min(owners)
                yield source.finding(
                    node, "writes", f"table `{table}` belongs to {owner}; call an action at the door of {owner} instead"
                )


def _tables(house: House) -> dict[str, dict[str, str]]:
    """Room → table → model class, read from every ``__tablename__``."""
    found: dict[str, dict[str, str]] = {}
    for source in house.product:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef) and (table := _tablename(node)):
                found.setdefault(source.room, {})[table] = node.name
    return found


def _tablename(node: ast.ClassDef) -> str:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and [ast.unparse(target) for target in statement.targets] == ["__tablename__"]:
            return str(ast.literal_eval(statement.value))
    return ""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A name in a file that comes from another room."""

    room: str
    name: str
    """What it is called there; for the room itself, the room (`ledger.Account`)."""


def _foreign_names(source: Source) -> dict[str, Foreign]:
    names: dict[str, Foreign] = {}
    for imported in imports_of(source):
        if imported.room != source.room and isinstance(imported.node, ast.ImportFrom):
            for alias in imported.node.names:
                if alias.name == imported.name:
                    names[alias.asname or alias.name] = Foreign(imported.room, imported.name)
    return names


def _written(source: Source, foreign: Mapping[str, Foreign], models: set[str]) -> Iterator[tuple[ast.AST, str, str]]:
    for function in [node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]:
        made = _made_here(function)
        for node in ast.walk(function):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            for target in _targets(node, made):
                owner, name = _owner_of(target, foreign)
                if owner and name in models:
                    yield node, name, owner


def _targets(call: ast.Call, made: Mapping[str, ast.expr]) -> Iterator[ast.expr]:
    """The classes that a call writes: `insert(X)`, `session.add(X(...))`, `session.add_all([X(...)])`, `session.add(x)`."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called in STATEMENTS:
        yield call.args[0]
    elif called in SESSION_METHODS and isinstance(call.func, ast.Attribute) and "session" in ast.unparse(call.func.value):
        for node in ast.walk(call.args[0]):
            if isinstance(node, ast.Call):
                yield node.func
            elif isinstance(node, ast.Name) and node.id in made:
                yield made[node.id]


def _made_here(function: ast.AST) -> dict[str, ast.expr]:
    """Variable → the class it was made of, for `x = X(...)` in the same function."""
    return {
        target.id: node.value.func
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _owner_of(target: ast.expr, foreign: Mapping[str, Foreign]) -> tuple[str, str]:
    if isinstance(target, ast.Name) and target.id in foreign:
        return foreign[target.id].room, foreign[target.id].name
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id in foreign:
        return foreign[target.value.id].room, target.attr
    return "", ""


def _written_by_sql(source: Source) -> Iterator[tuple[ast.AST, str]]:
    prose = {
        id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            for table in SQL.findall(node.value):
                yield node, table.lower()
