"""Who may look into whom. Floors are proven by import-linter; doors, and what a floor cannot say, are proven here."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from checks.house.rooms import KNOWS_NO, PARTED, PARTS_ARE_ROOMS
from checks.house.source import PRODUCT, Finding, House, Source

COMPOSITION = {"main"}
"""May reach a room's adapters: somebody has to choose them."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One name that a file imports from the product."""

    node: ast.stmt
    module: tuple[str, ...]
    """``("wallets", "models")`` of ``tuition.wallets.models``."""
    name: str
    """What is taken from it; empty for ``import tuition.wallets``."""

    @property
    def room(self) -> str:
        """The room that is entered."""
        return self.module[0] if self.module else self.name

    @property
    def path(self) -> tuple[str, ...]:
        """The whole dotted way, the name included."""
        return (*self.module, self.name) if self.name else self.module


def imports_of(source: Source) -> Iterator[Imported]:
    """Every import from ``tuition`` in a file, late ones too."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "tuition":
            for alias in node.names:
                yield Imported(node, tuple(node.module.split(".")[1:]), alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "tuition" and "." in alias.name:
                    yield Imported(node, tuple(alias.name.split(".")[1:]), "")


def only_by_the_door(house: House) -> Iterator[Finding]:
    """A room is entered by its door: what stands behind it can then change without asking anybody."""
    for source in house.product:
        for imported in imports_of(source):
            if _is_at_home(source, imported) or (source.room in COMPOSITION and "adapters" in imported.path[1:2]):
                continue
            if source.is_edge and _is_vendors_door(house, imported):
                continue
            doors = 2 if imported.room in PARTED else 1
            door = ".".join(("tuition", *imported.path[:doors]))
            if len(imported.module) > doors or (len(imported.module) == doors and _is_module(house, imported.path)):
                advice = f"`{'.'.join(imported.path)}` is behind the door; use what `{door}` offers, or let that room offer it"
                yield source.finding(imported.node, "door", advice)
            elif imported.name.startswith("_"):
                advice = f"`{imported.name}` is private to {imported.room}; ask for a public name at its door"
                yield source.finding(imported.node, "door", advice)


def _is_at_home(source: Source, imported: Imported) -> bool:
    """Whether a file imports from its own room (its own part of it, where parts are rooms)."""
    if imported.room != source.room:
        return False
    if source.room not in PARTS_ARE_ROOMS:
        return True
    return imported.path[1:2] == source.inner[:1]


def _is_vendors_door(house: House, imported: Imported) -> bool:
    """Whether this enters an adapter that is a package by that package's own door: some vendors have a page of their own."""
    if imported.path[1:2] != ("adapters",):
        return False
    if imported.name and len(imported.module) == 2:
        return True
    return len(imported.module) == 3 and not _is_module(house, imported.path)


def strangers(house: House) -> Iterator[Finding]:
    """Some rooms know nothing of some subjects, although their floor would let them: playing and learning are not paying."""
    for source in house.product:
        for imported in imports_of(source):
            if imported.room in KNOWS_NO.get(source.room, ()):
                advice = f"{source.room} knows nothing of {imported.room}; publish an event, and let main.py wire the reaction"
                yield source.finding(imported.node, "stranger", advice)


def pure_kernel(house: House) -> Iterator[Finding]:
    """The kernel imports the standard library and itself: what everybody stands on must stand alone."""
    for source in house.product:
        if source.room != "kernel":
            continue
        for node, module in modules_of(source):
            top = module.split(".")[0]
            if top not in sys.stdlib_module_names and not f"{module}.".startswith("tuition.kernel."):
                advice = f"the kernel is standard library only; move what needs `{top}` up to platform"
                yield source.finding(node, "pure-kernel", advice)


def history_stands_alone(house: House) -> Iterator[Finding]:
    """A migration imports nothing of the product: the product changes, history does not."""
    for source in house.sources:
        if source.is_version:
            for node, module in modules_of(source):
                if module.split(".")[0] == "tuition":
                    yield source.finding(
                        node, "history", f"write down here what `{module}` says today; tomorrow it says something else"
                    )


def modules_of(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    """Every module that a file imports from, by its full name."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from tuition import ledger` enters the ledger, so the name is part of the way.
            yield from (
                ((node, f"tuition.{alias.name}") for alias in node.names) if node.module == "tuition" else ((node, node.module),)
            )


def _is_module(house: House, path: tuple[str, ...]) -> bool:
    """Whether a dotted way ends at a file or a folder that the door does not itself offer under that name."""
    stem = PRODUCT + "/".join(path)
    if f"{stem}.py" not in house.files and f"{stem}/__init__.py" not in house.files:
        return False
    door = PRODUCT + "/".join(path[:-1]) + "/__init__.py"
    return not any(source.path == door and path[-1] in _offered(source) for source in house.sources)


def _offered(door: Source) -> set[str]:
    for node in door.tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            return set(ast.literal_eval(node.value))
    return set()
