"""The application, reached as programs and browsers reach it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.identity.conftest import Heard
from tuition.edge import Runtime
from tuition.main import create_app
from tuition.platform.database import Database
from tuition.platform.settings import Mode, Settings


@pytest.fixture
async def client(database: Database, heard: Heard) -> AsyncIterator[httpx.AsyncClient]:
    """A program that talks to the application over HTTP."""
    app = create_app(Runtime(settings=Settings(mode=Mode.TEST), database=database))
    transport = httpx.ASGITransport(app=app, client=("192.0.2.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://tuition.test") as client:
        yield client


@pytest.fixture
async def browser(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser that says where its requests come from and follows no redirect."""
    client.headers.update(
        {
            "accept": "text/html",
            "sec-fetch-site": "same-origin",
            "user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0",
        }
    )
    return client
