"""The list of places that break a rule for a reason. It only shrinks: what is no longer needed, or is larger than
reality, is a finding itself.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from checks.house.source import Finding

REASON_LENGTH_MIN = 20


@dataclass(frozen=True, slots=True)
class Excepted:
    """One place that one rule lets be."""

    rule: str
    where: str
    most: int
    reason: str


@dataclass(frozen=True, slots=True)
class Exceptions:
    """All of them, from ``checks/exceptions.toml``."""

    path: str
    entries: tuple[Excepted, ...] = ()

    @classmethod
    def read(cls, root: Path, path: str = "checks/exceptions.toml") -> Exceptions:
        """Read the file; a missing file is an empty list."""
        file = root / path
        listed = tomllib.loads(file.read_text(encoding="utf-8")).get("exception", []) if file.exists() else []
        return cls(path, tuple(Excepted(entry["rule"], entry["where"], entry["most"], entry["reason"]) for entry in listed))

    def apply(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings that no exception covers, and the exceptions that have had their day."""
        found = list(findings)
        real: Counter[tuple[str, str]] = Counter()
        for finding in found:
            real[finding.rule, finding.where] += finding.size
        allowed = {(entry.rule, entry.where): entry for entry in self.entries}
        for finding in found:
            entry = allowed.get((finding.rule, finding.where))
            if entry is None or real[finding.rule, finding.where] > entry.most:
                yield finding
        for entry in self.entries:
            yield from self._outdated(entry, real[entry.rule, entry.where])

    def _outdated(self, entry: Excepted, size: int) -> Iterator[Finding]:
        name = f"{entry.rule} at {entry.where}"
        if size == 0:
            yield Finding(self.path, 1, "exceptions-shrink", f"{name} is no longer needed: remove the entry")
        elif size < entry.most:
            yield Finding(self.path, 1, "exceptions-shrink", f"{name} is now {size}: lower `most` from {entry.most}")
        if len(entry.reason) < REASON_LENGTH_MIN:
            yield Finding(self.path, 1, "exceptions-reason", f"{name}: say in a sentence why this place is better with it")
