"""Live news: every open page of a person hears of it when, and only when, it was committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tuition import messaging
from tuition.platform.database import Database


@pytest.fixture
async def hub(database: Database, database_url: str) -> AsyncIterator[messaging.Hub]:
    hub = messaging.Hub(database, database_url)
    async with hub.listening():
        await asyncio.wait_for(hub.ready(), 60)
        yield hub


async def tell(database: Database, person: UUID, title: str) -> UUID:
    async with database.transaction() as session:
        told = await messaging.notify(session, person, "system", title=title, message="x")
    assert told is not None
    return told


async def test_every_open_page_hears_of_what_was_committed(database: Database, hub: messaging.Hub, person: UUID) -> None:
    async with aclosing(hub.stream(person)) as one, aclosing(hub.stream(person)) as two:
        assert await anext(one) == await anext(two) == messaging.Live(unread=0)
        assert hub.pages == 2
        told = await tell(database, person, "News")
        for page in (one, two):
            news = await asyncio.wait_for(anext(page), 60)
            assert news is not None
            assert (news.id, news.title, news.unread) == (told, "News", 1)
        async with database.transaction() as session:
            await messaging.mark_read(session, person, told)
        assert await asyncio.wait_for(anext(one), 60) == messaging.Live(unread=0)
    assert hub.pages == 0


async def test_what_was_rolled_back_was_never_told(database: Database, hub: messaging.Hub, person: UUID) -> None:
    async with aclosing(hub.stream(person)) as page:
        await anext(page)
        with pytest.raises(RuntimeError):
            async with database.transaction() as session:
                await messaging.notify(session, person, "system", title="Lost", message="x")
                raise RuntimeError
        await tell(database, person, "Kept")
        news = await asyncio.wait_for(anext(page), 60)
        assert news is not None
        assert news.title == "Kept"


async def test_a_quiet_page_hears_a_heartbeat_and_nothing_of_others(database: Database, hub: messaging.Hub, person: UUID) -> None:
    other = UUID(int=person.int + 1)
    async with aclosing(hub.stream(other, heartbeat_s=0.3)) as page:
        assert await anext(page) == messaging.Live(unread=0)
        await tell(database, person, "Not yours")
        assert await asyncio.wait_for(anext(page), 60) is None


async def test_a_slow_page_loses_the_oldest_and_keeps_the_count(database: Database, hub: messaging.Hub, person: UUID) -> None:
    async with aclosing(hub.stream(person)) as page, aclosing(hub.stream(person)) as quick:
        await anext(page)
        await anext(quick)
        for number in range(40):
            await tell(database, person, str(number))
            # What one page of a person has heard, the other has too.
            news = await asyncio.wait_for(anext(quick), 60)
            assert news is not None
            assert news.title == str(number)
        news = None
        for _ in range(32):
            news = await asyncio.wait_for(anext(page), 60)
        assert news is not None
        assert (news.title, news.unread) == ("39", 40)


async def test_a_lost_connection_is_made_again_and_the_count_is_right(
    database: Database, hub: messaging.Hub, person: UUID
) -> None:
    async with aclosing(hub.stream(person)) as page:
        await anext(page)
        async with database.transaction() as session:
            await session.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tuition notifications'"
                    " and datname = current_database()"
                )
            )
        await tell(database, person, "Meanwhile")
        while (news := await asyncio.wait_for(anext(page), 60)) is None or news.unread == 0:
            pass
        assert news.unread == 1


async def test_news_that_could_not_be_read_are_the_last_that_are_missed(
    database: Database, hub: messaging.Hub, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with aclosing(hub.stream(person)) as page:
        await anext(page)
        asked = asyncio.Event()

        def exhausted(**_how: object) -> None:
            asked.set()
            raise PoolTimeout

        with monkeypatch.context() as patched:
            patched.setattr(database, "reading", exhausted)
            await tell(database, person, "Missed")
            await asyncio.wait_for(asked.wait(), 60)
        await tell(database, person, "Heard")
        while (news := await asyncio.wait_for(anext(page), 60)) is None or news.unread < 2:
            pass
        assert news.unread == 2
