"""The storefront without a browser: what each page says to whom, and at what price in queries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.web import stock
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


@pytest.fixture
async def client(database: Database, store: files.Store, school: stock.School) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    async with stock.browser(stock.application(stock.runtime(database, store))) as client:
        yield client


PAGES = ("/", "/catalogue", "/catalogue?q=arithmetc", "/library", "/notifications", "/robots.txt", "/sitemap.xml")


async def test_pages_answer_visitors_and_members(client: httpx.AsyncClient, school: stock.School) -> None:
    slugs = [thing.slug for name, thing in school.things.items() if name != "draft"]
    paths = [*PAGES, *(f"/c/{slug}" for slug in slugs), f"/creators/{school.creator.id}", "/read/a-free-page"]
    for path in paths:
        answer = await client.get(path)
        assert answer.status_code in (200, 303), (path, answer.status_code, answer.text[-600:])
    await stock.sign_in(client)
    for path in paths:
        answer = await client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-600:])
