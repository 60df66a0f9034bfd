"""The tools that we did not write are set up so that they find what they are for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent


def _run(*command: str | Path, cwd: Path, **environment: str) -> tuple[int, str]:
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """A package called tuition with some rooms, under this repository's floor plan."""
    shutil.copy(ROOT / ".importlinter", tmp_path)
    for room in ("kernel", "platform", "identity", "ledger", "wallets"):
        (tmp_path / "tuition" / room).mkdir(parents=True)
        (tmp_path / "tuition" / room / "__init__.py").touch()
    for part in ("", "courses", "enrollments", "questions", "quizzes", "gradebook", "certificates"):
        (tmp_path / "tuition" / "learning" / part).mkdir(parents=True, exist_ok=True)
        (tmp_path / "tuition" / "learning" / part / "__init__.py").touch()
    (tmp_path / "tuition" / "__init__.py").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("room", "imports", "kept"),
    [
        ("wallets", "from tuition import ledger, identity", True),
        ("ledger", "from tuition import wallets", False),
        ("ledger", "from tuition import identity", False),
        ("kernel", "from tuition import platform", False),
    ],
)
def test_floors_are_kept(small_house: Path, room: str, imports: str, *, kept: bool) -> None:
    (small_house / "tuition" / room / "__init__.py").write_text(f"{imports}\n", encoding="utf-8")

    code, said = _run(TOOLS / "lint-imports", "--no-cache", "--no-logo", cwd=small_house, PYTHONPATH=str(small_house))

    assert (code == 0) is kept, said


def test_a_room_without_a_floor_is_found(small_house: Path) -> None:
    (small_house / "tuition" / "gambling").mkdir()
    (small_house / "tuition" / "gambling" / "__init__.py").touch()

    code, said = _run(TOOLS / "lint-imports", "--no-cache", "--no-logo", cwd=small_house, PYTHONPATH=str(small_house))

    assert code == 1
    assert "gambling" in said


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("PLC0415", "def f() -> None:\n    import os\n\n    os.getcwd()\n"),
        ("TID252", "from .models import Wallet\n\n__all__ = ['Wallet']\n"),
        ("DTZ005", "from datetime import datetime\n\nnow = datetime.now()\n"),
        ("PGH003", "x = 1  # type: ignore\n"),
        ("FIX002", "# TODO\n"),
        ("S602", "import subprocess\n\nsubprocess.run('ls', shell=True)\n"),
    ],
)
def test_lint_finds_what_it_is_for(code: str, text: str) -> None:
    options = ("--no-cache", "--output-format=concise", "--stdin-filename=src/tuition/wallets/actions.py")

    command = (TOOLS / "ruff", "check", *options, "-")
    done = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=False)

    assert f" {code} " in done.stdout


def test_types_are_strict(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("def f(x):\n    return x\n\n\ndef g() -> int:\n    return '1'\n", encoding="utf-8")
    options = ("--config-file", ROOT / "pyproject.toml", "--cache-dir", tmp_path / "cache")

    code, said = _run(TOOLS / "mypy", *options, planted, cwd=ROOT)

    assert code == 1
    assert "[no-untyped-def]" in said
    assert "[return-value]" in said
