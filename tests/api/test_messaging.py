"""What people are told, over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.browser.conftest import free_port, serve
from tests.web import stock
from tuition import identity, messaging
from tuition.edge import Runtime
from tuition.identity import Role
from tuition.platform.database import Database

__all__ = ["serve"]

ADA, OLGA = "ada@example.org", "olga@example.org"
SETTINGS = "/v1/me/notification-settings"


@pytest.fixture
async def ada(database: Database) -> UUID:
    """Somebody with an account."""
    async with database.transaction() as session:
        await identity.add_person(session, email=OLGA, password=stock.PASSWORD, full_name="Olga", roles=(Role.OWNER,))
        return await identity.add_person(session, email=ADA, password=stock.PASSWORD, full_name="Ada", roles=(Role.LEARNER,))


@pytest.fixture
async def runtime(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Runtime]:
    """The parts, with a hub that hears news."""
    parts = stock.runtime(database, stock.store_in(tmp_path), database_url)
    async with parts.service(messaging.Hub).listening():
        yield parts


@pytest.fixture
async def program(runtime: Runtime, ada: UUID) -> AsyncIterator[httpx.AsyncClient]:
    """Ada's program."""
    async with stock.browser(stock.application(runtime)) as client:
        await sign_in(client, ADA)
        yield client


async def sign_in(client: httpx.AsyncClient, email: str) -> None:
    answer = await client.post("/v1/auth/sign-in", json={"email": email, "password": stock.PASSWORD})
    assert answer.status_code == 200
    client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"


async def tell(database: Database, person_id: UUID, title: str) -> None:
    async with database.transaction() as session:
        assert await messaging.notify(session, person_id, "system", title=title, message="It is so.")


async def test_notifications_are_listed_counted_and_read(program: httpx.AsyncClient, database: Database, ada: UUID) -> None:
    for number in range(3):
        await tell(database, ada, f"News {number}")
    page = (await program.get("/v1/me/notifications", params={"limit": 2})).json()
    rest = (await program.get("/v1/me/notifications", params={"limit": 2, "cursor": page["next_cursor"]})).json()
    assert [item["title"] for item in page["items"] + rest["items"]] == ["News 2", "News 1", "News 0"]
    assert rest["next_cursor"] is None

    read = await program.post(f"/v1/me/notifications/{page['items'][0]['id']}/read")
    assert read.json()["read_at"] is not None
    assert (await program.get("/v1/me/notifications/unread")).json() == {"unread": 2}
    assert (await program.post("/v1/me/notifications/read")).json() == {"count": 2}
    assert (await program.get("/v1/me/notifications", params={"unread": True})).json()["items"] == []


async def test_what_is_somebody_elses_is_not_there(program: httpx.AsyncClient, database: Database, ada: UUID) -> None:
    await tell(database, ada, "For Ada")
    theirs = (await program.get("/v1/me/notifications")).json()["items"][0]["id"]
    await sign_in(program, OLGA)

    assert (await program.post(f"/v1/me/notifications/{theirs}/read")).status_code == 404
    assert (await program.get("/v1/me/notifications")).json()["items"] == []


async def test_choices_change_one_by_one(program: httpx.AsyncClient) -> None:
    first = await program.put(SETTINGS, json={"low_balance_threshold": {"amount_minor": 100, "currency": "EUR"}})
    second = await program.put(SETTINGS, json={"type_preferences": {"session_end": {"email": False}}})
    third = await program.put(SETTINGS, json={"notification_email": "box@example.net"})

    assert (first.status_code, second.status_code, third.status_code) == (200, 200, 200)
    assert (await program.get(SETTINGS)).json() == {
        "low_balance_threshold_minor": 100,
        "low_balance_currency": "EUR",
        "notification_email": "box@example.net",
        "notification_email_confirmed": False,
        "type_preferences": {"session_end": {"email": False}},
    }
    assert (await program.put(SETTINGS, json={"notification_email": None})).json()["notification_email"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"type_preferences": {"payment": {"email": False}}},
        {"type_preferences": {"session_end": {"pigeon": False}}},
        {"low_balance_threshold": {"amount_minor": -1, "currency": "EUR"}},
        {"notification_email": "nobody"},
        {"else": 1},
    ],
)
async def test_what_cannot_be_chosen_is_refused(program: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await program.put(SETTINGS, json=body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_outbox_is_for_those_who_run_the_school(program: httpx.AsyncClient) -> None:
    await program.put(SETTINGS, json={"notification_email": "box@example.net"})
    assert (await program.get("/v1/admin/emails")).status_code == 403
    await sign_in(program, OLGA)

    listed = (await program.get("/v1/admin/emails", params={"recipient": "BOX@"})).json()["items"]
    assert [item["email_type"] for item in listed] == ["notification_address"]
    shown = (await program.get(f"/v1/admin/emails/{listed[0]['id']}")).json()
    assert "/confirm-notices?token=" in shown["text"]
    again = await program.post(f"/v1/admin/emails/{listed[0]['id']}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "messaging.email_not_retryable")


async def test_a_program_hears_of_news_on_an_open_line(runtime: Runtime, serve: Any, database: Database, ada: UUID) -> None:
    address = await serve(stock.application(runtime), free_port())
    async with httpx.AsyncClient(base_url=address, timeout=120, trust_env=False, headers={"host": "tuition.test"}) as program:
        assert (await program.get("/v1/me/notifications/stream")).status_code == 401
        await sign_in(program, ADA)
        async with program.stream("GET", "/v1/me/notifications/stream") as line:
            assert line.headers["content-type"].startswith("text/event-stream")
            said = events(line)
            assert await anext(said) == {"unread": 0}
            await tell(database, ada, "News")
            heard = await asyncio.wait_for(anext(said), 60)
            assert (heard["unread"], heard["title"], heard["kind"]) == (1, "News", "system")
            runtime.service(messaging.Hub).close()
            # The line ends; until then it may say once more how many wait.
            assert {one["unread"] async for one in said} <= {1}


async def events(line: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for text in line.aiter_lines():
        if text.startswith("data: "):
            yield json.loads(text.removeprefix("data: "))
