"""What only edges do: speak HTTP, open and close transactions, catch everything."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checks.house.rules.doors import modules_of
from checks.house.source import Finding, House, Source

SERVER = {"fastapi", "starlette", "starlette_admin", "granian", "uvicorn"}
CLIENT = {"httpx", "http"}
SECOND_CLIENTS = {"aiohttp", "requests", "urllib3", "urllib.request"}
ENDING = {"commit", "rollback", "begin"}
STATEMENTS = {"select", "insert", "update", "delete"}


def no_protocol_in_rooms(house: House) -> Iterator[Finding]:
    """Rooms know the business and no protocol: a refusal is a DomainError, and only an edge knows that it is a 402."""
    for source in house.product:
        for node, module in modules_of(source):
            top = module.split(".")[0]
            if top in SERVER and not source.is_edge:
                yield source.finding(node, "protocol", f"`{top}` belongs in api or web; raise a DomainError, or move this up")
            elif top in CLIENT and not (source.is_edge or source.room == "platform" or "adapters" in source.inner):
                yield source.finding(node, "protocol", f"`{top}` belongs in `{source.room}/adapters/`, behind a port")
            elif {top, module} & SECOND_CLIENTS:
                yield source.finding(node, "protocol", f"`{module}` is a second way to do what httpx does here")


def no_queries_at_edges(house: House) -> Iterator[Finding]:
    """An edge asks a room for `get_x_for(session, actor, id)`: unknown and not yours are then the same 404 everywhere."""
    for source in house.product:
        if source.room not in {"api", "web"}:
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy":
                for alias in node.names:
                    if alias.name in STATEMENTS:
                        advice = f"`{alias.name}` at an edge goes around ownership; ask `room.get_x_for(session, actor, id)`"
                        yield source.finding(node, "edge-query", advice)


def only_edges_commit(house: House) -> Iterator[Finding]:
    """One request or job is one transaction, and it ends where it began: a room that commits splits its caller in two."""
    for source in house.rooms:
        if _runs_transactions(source):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = node.func.attr
                # `session.begin()` takes nothing; a verb of a room (`playback.begin(session, …)`) takes what it is about.
                ends = called in ENDING and not node.args
                if ends or (called == "transaction" and not _may_open(source)):
                    yield source.finding(node, "commit", f"`{called}()` belongs to the edge; take the session and leave it open")


def broad_except(house: House) -> Iterator[Finding]:
    """Catch what you can mend. Everything else must reach the edge, where it is recorded."""
    for source in house.rooms:
        if source.room == "platform" and source.inner[:1] == ("jobs",):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and not _raises(node):
                yield source.finding(node, "broad-except", "name the exceptions that you can mend, or raise again")
            elif (
                isinstance(node, ast.Call) and _called(node) == "suppress" and any(_is_broad(argument) for argument in node.args)
            ):
                yield source.finding(node, "broad-except", "name the exceptions that may be ignored")


def flush_says_why(house: House) -> Iterator[Finding]:
    """A flush sends early what the commit would send anyway; the reader wants to know what could not wait."""
    for source in house.product:
        for node in ast.walk(source.tree):
            # Only a session's flush is awaited; a stream's is not.
            if isinstance(node, ast.Await) and isinstance(node.value, ast.Call) and _called(node.value) == "flush":
                near = source.lines[max(0, node.lineno - 2) : (node.end_lineno or node.lineno)]
                if not any("#" in line for line in near):
                    yield source.finding(
                        node, "flush", "say in a comment, here or a line above, why it cannot wait for the commit"
                    )


def _may_open(source: Source) -> bool:
    """Whether it may open short transactions of its own, around something slow outside: it takes the ``Database`` then.

    Rooms do so in ``jobs`` and ``work``; the platform counts attempts and claims keys whatever becomes of the request.
    """
    return source.room == "platform" or bool({"jobs", "work"} & set(source.inner))


def _runs_transactions(source: Source) -> bool:
    return source.room == "platform" and source.inner[:1] in {
        ("database",),
        ("jobs",),
        ("migrate",),
        ("migrations",),
        ("postgres",),
    }


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _is_broad(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Tuple):
        return any(_is_broad(element) for element in node.elts)
    return node is None or (isinstance(node, ast.Name) and node.id in {"Exception", "BaseException"})


def _raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) for statement in handler.body for node in ast.walk(statement))
