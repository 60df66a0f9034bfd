"""Sessions: a read session cannot write, and a failed block leaves nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tuition.platform.database import Database


async def test_a_read_session_is_refused_by_postgresql_when_it_writes(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        async with database.reading() as session:
            await session.execute(text("create table t (i int)"))


async def test_a_block_that_raises_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await session.execute(text("create table t (i int)"))
            raise RuntimeError
    async with database.reading() as session:
        assert (await session.execute(text("select to_regclass('t')"))).scalar() is None
