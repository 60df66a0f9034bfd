"""The product, imported: its tables, its refusals, its settings and its commands as they really are."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tuition
from checks.house.rooms import PARTS_ARE_ROOMS
from checks.house.source import Finding
from tuition.kernel import DomainError
from tuition.platform.database import Base

NEVER_IMPORTED = ("tuition.platform.migrations.", "tuition.__main__")
"""Alembic runs the first; the second runs the product."""


@dataclass(frozen=True, slots=True)
class Product:
    """Everything that the product declares."""

    failures: tuple[Finding, ...]
    """Modules that do not import."""
    refusals: tuple[type[DomainError], ...]
    tables: tuple[type[Base], ...]

    @classmethod
    def load(cls) -> Product:
        """Import every module of the product and look at what is there."""
        failures = tuple(_import_all())
        refusals = sorted(set(_below(DomainError)), key=lambda refusal: (refusal.__module__, refusal.__qualname__))
        tables = sorted(
            {mapper.class_ for mapper in Base.registry.mappers}, key=lambda table: (table.__module__, table.__qualname__)
        )
        return cls(failures, tuple(refusals), tuple(tables))


def place_of(declared: type, root: Path) -> tuple[str, int]:
    """The file and line at which a class is declared."""
    try:
        path, line = Path(inspect.getsourcefile(declared) or ""), inspect.getsourcelines(declared)[1]
    except (OSError, TypeError):  # made at run time: name the module at least
        return f"src/{declared.__module__.replace('.', '/')}.py", 1
    return (path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)), line


def room_of(declared: type) -> str:
    """The room in which a class is declared (the part, where parts are rooms)."""
    parts = declared.__module__.split(".")
    if len(parts) > 2 and parts[1] in PARTS_ARE_ROOMS:
        return parts[2]
    return parts[1] if len(parts) > 1 else parts[0]


def _import_all() -> Iterator[Finding]:
    for module in pkgutil.walk_packages(tuition.__path__, "tuition.", onerror=lambda _: None):
        if f"{module.name}.".startswith(NEVER_IMPORTED):
            continue
        try:
            importlib.import_module(module.name)
        except Exception as error:  # whatever keeps a module from importing is the finding
            path = f"src/{module.name.replace('.', '/')}{'/__init__' if module.ispkg else ''}.py"
            yield Finding(path, 1, "import", f"does not import: {type(error).__name__}: {error}")


def _below(parent: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in parent.__subclasses__():
        if child.__module__.startswith("tuition."):
            yield child
        yield from _below(child)
