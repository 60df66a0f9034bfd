"""Size: what fits on a few screens can be read in one go, and what outgrows them usually holds two ideas."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from checks.house.source import VERSIONS, Finding, House

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
FOLDER_ENTRIES_MAX = 12
MEASURED = {".css", ".html", ".js", ".mjs", ".py", ".sql", ".ts", ".txt.jinja"}
TREES = ("src/", "tests/", "checks/", "benchmarks/", "frontend/")
PLANS = {"src/tuition", "tests", VERSIONS.rstrip("/")}
"""The floor plan, its mirror in the tests, and the history of the schema: they are lists, and as long as they are."""
DRAWERS = {"util", "utils", "helper", "helpers", "common", "misc"}


def file_length(house: House) -> Iterator[Finding]:
    """A file is at most 400 lines: beyond, it becomes a folder of the same name with one idea per file."""
    for name in house.files:
        if not name.startswith(TREES) or name.startswith(VERSIONS) or PurePosixPath(name).suffix not in MEASURED:
            continue
        lines = len((house.root / name).read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES_MAX:
            advice = f"{lines} lines; make it a folder of the same name with one idea per file (at most {FILE_LINES_MAX})"
            yield Finding(name, lines, "file-length", advice, size=lines)


def function_length(house: House) -> Iterator[Finding]:
    """A function is at most 60 lines: the parent decides, its helpers compute."""
    for source in house.sources:
        if source.is_version or not source.path.startswith(TREES):
            continue
        for name, node in _functions(source.tree):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                advice = f"`{name}` has {lines} lines; let it decide, and let smaller ones compute (at most {FUNCTION_LINES_MAX})"
                yield Finding(source.path, node.lineno, "function-length", advice, inside=name, size=lines)


def folder_size(house: House) -> Iterator[Finding]:
    """A folder holds at most 12 things: beyond, nobody reads the list."""
    entries: dict[str, set[str]] = defaultdict(set)
    for name in house.files:
        path = PurePosixPath(name)
        for parent in path.parents:
            entries[str(parent)].add(path.relative_to(parent).parts[0])
    for folder, names in sorted(entries.items()):
        if f"{folder}/".startswith(TREES) and folder not in PLANS and len(names) > FOLDER_ENTRIES_MAX:
            advice = f"{len(names)} entries; group what belongs together in folders (at most {FOLDER_ENTRIES_MAX})"
            yield Finding(folder, 1, "folder-size", advice, size=len(names))


def no_drawers(house: House) -> Iterator[Finding]:
    """No drawer called utils, helpers, common or misc: things end up there because nobody asked whose they are."""
    for name in house.files:
        if not name.startswith(TREES):
            continue
        for part in PurePosixPath(name).with_suffix("").parts:
            if DRAWERS & set(part.lower().split("_")):
                yield Finding(name, 1, "drawer", f"`{part}` says nothing; name the file after the idea, in the room that owns it")


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{node.name}", node
            yield from _functions(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")
        else:
            yield from _functions(node, prefix)
