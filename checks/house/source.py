"""The repository as the rules see it: its files, and the Python among them already parsed."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from checks.house.rooms import EDGES

PRODUCT = "src/tuition/"
VERSIONS = "src/tuition/platform/migrations/versions/"
BINARY = {
    ".avif",
    ".gif",
    ".ico",
    ".jpg",
    ".mo",
    ".mp3",
    ".mp4",
    ".otf",
    ".parquet",
    ".pdf",
    ".png",
    ".ttf",
    ".webp",
    ".woff2",
    ".zip",
}
TEXT_BYTES_MAX = 4_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a rule."""

    path: str
    line: int
    rule: str
    advice: str
    """What to do instead."""
    inside: str = ""
    """The function it is about, when the rule is about functions."""
    size: int = 1
    """How much of it there is: lines of a long file, entries of a full folder, else one."""

    @property
    def where(self) -> str:
        """How the list of exceptions names the place: lines move, files and functions stay."""
        return f"{self.path}::{self.inside}" if self.inside else self.path

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.advice}"


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: str
    text: str
    tree: ast.Module

    @cached_property
    def lines(self) -> list[str]:
        """Its lines, the first at index 0."""
        return self.text.splitlines()

    @property
    def is_product(self) -> bool:
        """Whether it ships: tests and checks do not."""
        return self.path.startswith(PRODUCT)

    @property
    def is_version(self) -> bool:
        """Whether it is a migration: history, which no longer obeys."""
        return self.path.startswith(VERSIONS)

    @property
    def room(self) -> str:
        """The room it stands in: ``wallets``, ``main``, or nothing outside the product."""
        return PurePosixPath(self.path.removeprefix(PRODUCT)).parts[0].removesuffix(".py") if self.is_product else ""

    @property
    def inner(self) -> tuple[str, ...]:
        """Where in its room it stands: ``("adapters", "stripe")`` for ``payments/adapters/stripe.py``."""
        parts = PurePosixPath(self.path.removeprefix(PRODUCT)).with_suffix("").parts[1:]
        return parts[:-1] if parts and parts[-1] == "__init__" else parts

    @property
    def is_edge(self) -> bool:
        """Whether it speaks a protocol (HTTP, a command line) or puts the house together."""
        return self.room in EDGES

    def finding(self, node: ast.AST | int, rule: str, advice: str) -> Finding:
        """A finding at a node or a line of this file."""
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return Finding(self.path, line, rule, advice)


@dataclass(frozen=True)
class House:
    """Every file of the repository, relative to its root."""

    root: Path
    files: tuple[str, ...]
    sources: tuple[Source, ...]

    @classmethod
    def read(cls, root: Path) -> House:
        """Read what git tracks or would track; a folder without git is read whole."""
        files = tuple(sorted(name for name in _listed(root) if (root / name).is_file()))
        sources = tuple(cls._parse(root, name) for name in files if name.endswith(".py"))
        return cls(root, files, sources)

    @staticmethod
    def _parse(root: Path, name: str) -> Source:
        text = (root / name).read_text(encoding="utf-8")
        return Source(name, text, ast.parse(text, filename=name))

    @property
    def product(self) -> Iterator[Source]:
        """What ships, without the history of its schema."""
        return (source for source in self.sources if source.is_product and not source.is_version)

    @property
    def rooms(self) -> Iterator[Source]:
        """What ships below the edges."""
        return (source for source in self.product if not source.is_edge)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every file that holds text, with its text."""
        for name in self.files:
            path = self.root / name
            # A file may go while we look: an editor saves, a build replaces its output.
            if path.suffix not in BINARY and path.is_file() and path.stat().st_size <= TEXT_BYTES_MAX:
                yield name, path.read_text(encoding="utf-8", errors="replace")


def _listed(root: Path) -> list[str]:
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [path.relative_to(root).as_posix() for path in root.rglob("*") if "__pycache__" not in path.parts]
