"""No kill loses or doubles a charge."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.endurance.killing import attack

pytestmark = pytest.mark.slow
KILLS = 3
"""Twice the server and once PostgreSQL, here; by hand as many as one likes."""


async def test_kills_under_load_lose_and_double_nothing(tmp_path: Path) -> None:
    outcome = await attack(tmp_path / "home", KILLS)
    assert outcome.faults == []
    assert outcome.kills == {"server": 2, "postgres": 1}
    assert outcome.charged > 0
    assert outcome.topped_up > 0
