"""What was played is kept by month."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.conftest import MORNING
from tuition.kernel import new_id
from tuition.platform import jobs
from tuition.platform.database import Database, Session, make_months

LAST_NIGHT_OF_JULY = datetime.fromisoformat("2031-08-01T01:30:00+02:00")


async def keep(session: Session, at: datetime) -> str:
    """Write a piece of evidence, and say in which table it lies."""
    values = {"id": new_id(), "at": at}
    await session.execute(
        text(
            "insert into play_intervals (user_id, at, id, play_session_id, content_id, played, new_ms, speed)"
            " values (:id, :at, :id, :id, :id, '{[0,1000)}', 1000, 1000)"
        ),
        values,
    )
    return str(await session.scalar(text("select tableoid::regclass::text from play_intervals where id = :id"), values))


async def test_months_are_made_once_and_take_their_rows(session: Session) -> None:
    assert await make_months(session, "play_intervals", now=LAST_NIGHT_OF_JULY) == 3
    assert await make_months(session, "play_intervals", now=LAST_NIGHT_OF_JULY) == 0
    assert await keep(session, LAST_NIGHT_OF_JULY) == "play_intervals_2031_07", "a month is one of UTC"
    assert await keep(session, LAST_NIGHT_OF_JULY + timedelta(minutes=30)) == "play_intervals_2031_08"
    assert await keep(session, LAST_NIGHT_OF_JULY.replace(year=2041)) == "play_intervals_default"


async def test_a_month_that_began_without_its_partition_stays_where_it_is(session: Session) -> None:
    assert await keep(session, LAST_NIGHT_OF_JULY) == "play_intervals_default"
    assert await make_months(session, "play_intervals", now=LAST_NIGHT_OF_JULY) == 2
    assert await session.scalar(text("select count(*) from play_intervals")) == 1


@pytest.mark.parametrize("statement", ["update {} set speed = 1", "delete from {}", "truncate {}"])
@pytest.mark.parametrize("table", ["play_intervals", "play_intervals_2031_07", "play_intervals_default"])
async def test_evidence_is_never_changed(session: Session, table: str, statement: str) -> None:
    await keep(session, LAST_NIGHT_OF_JULY.replace(year=2041))
    await make_months(session, "play_intervals", now=LAST_NIGHT_OF_JULY)
    await keep(session, LAST_NIGHT_OF_JULY)
    with pytest.raises(IntegrityError, match="append-only"):
        async with session.begin_nested():
            await session.execute(text(statement.format(table)))


@pytest.mark.usefixtures("moment")
async def test_every_night_sees_to_it(database: Database) -> None:
    await jobs.run_periodic(database, names=["playback.make_months"])
    async with database.reading() as reading:
        made = "select to_regclass(:name) is not null"
        for month in (f"{MORNING:%Y_%m}", f"{MORNING + timedelta(days=62):%Y_%m}"):
            assert await reading.scalar(text(made), {"name": f"play_intervals_{month}"})
