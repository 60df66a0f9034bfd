"""Nothing in the repository knows the machine that it was written on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from checks.house.source import Finding, House

ADDRESS = re.compile(r"://|--(?:extra-)?index-url|--find-links")
RESOLVED = re.compile(r'"resolved":\s*"https?://')


def no_path_of_this_machine(house: House) -> Iterator[Finding]:
    """A path of one machine is wrong on every other."""
    places = {f"{house.root.resolve()}/", f"{Path.home()}/"} - {"//", "/"}
    for name, text in house.texts():
        for number, line in enumerate(text.splitlines(), 1):
            for place in places:
                if place in line:
                    yield Finding(
                        name, number, "machine", f"`{place}` exists on this machine only; derive it, or make it a setting"
                    )


def no_address_in_locks(house: House) -> Iterator[Finding]:
    """A lock file names versions and hashes; where they are fetched from is the installer's choice."""
    for name in house.files:
        path = PurePosixPath(name)
        if path.name == "package-lock.json":
            pattern, advice = (
                RESOLVED,
                "lock without addresses: set `omit-lockfile-registry-resolved=true` in .npmrc and lock again",
            )
        elif name.startswith("requirements/") and path.suffix == ".txt":
            pattern, advice = ADDRESS, "lock without addresses: `make lock`"
        else:
            continue
        for number, line in enumerate((house.root / name).read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                yield Finding(name, number, "lock-address", advice)
                break
