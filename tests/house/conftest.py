"""A small house in a temporary folder, in which a fault can be planted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from checks.house import Finding, House
from checks.house.rules import RULES

Find = Callable[..., list[Finding]]


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """Write files (path → text), run every source rule over them, and return what it finds."""

    def _find(files: dict[str, str]) -> list[Finding]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        house = House.read(tmp_path)
        return [finding for rule in RULES for finding in rule(house)]

    return _find
