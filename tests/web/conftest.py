"""Tests of the pages need what browsers load, and mostly a school with something in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web import stock
from tests.web.built import built_front_end  # noqa: F401  # pytest finds fixtures by their name in conftest
from tuition.platform import files
from tuition.platform.database import Database


@pytest.fixture
def store(tmp_path: Path) -> files.Store:
    """Where the school keeps its files."""
    return stock.store_in(tmp_path)


@pytest.fixture
async def school(database: Database, store: files.Store) -> stock.School:
    """The school, committed."""
    async with database.transaction() as session:
        return await stock.open_school(session, store)
