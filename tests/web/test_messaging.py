"""The pages of preferences, and the two links in mails."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.web import stock
from tuition import identity, messaging
from tuition.identity import Role
from tuition.platform.database import Database

ADA = "ada@example.org"
SETTINGS = "/settings/notifications"


@pytest.fixture
async def ada(database: Database) -> UUID:
    """Somebody with an account."""
    async with database.transaction() as session:
        return await identity.add_person(
            session, email=ADA, password=stock.PASSWORD, full_name="Ada", roles=(Role.LEARNER, Role.OWNER)
        )


@pytest.fixture
async def visitor(database: Database, tmp_path: Path, ada: UUID) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody has signed in with."""
    async with stock.browser(stock.application(stock.runtime(database, stock.store_in(tmp_path)))) as browser:
        yield browser


@pytest.fixture
async def browser(visitor: httpx.AsyncClient) -> httpx.AsyncClient:
    """Ada's browser."""
    await stock.sign_in(visitor, ADA)
    return visitor


async def chosen(database: Database, person_id: UUID) -> messaging.SettingsView:
    async with database.reading() as session:
        return await messaging.settings_of(session, person_id)


async def mailed(database: Database, ada: UUID, kind: str) -> tuple[messaging.EmailLog, str]:
    async with database.reading() as session:
        actor = await identity.get_actor(session, ada)
        assert actor is not None
        page = await messaging.list_emails(session, actor, kind=kind)
        row, body = await messaging.get_email_for(session, actor, page.items[0].id)
    assert body.text is not None
    return row, body.text


async def test_choices_are_kept_and_shown(browser: httpx.AsyncClient, database: Database, ada: UUID) -> None:
    page = await browser.get(SETTINGS)
    assert page.status_code == 200
    assert page.text.count(" checked") == 8

    answer = await browser.post(SETTINGS, data={"low_balance_page": "yes", "low_balance": "2,50"})

    assert (answer.status_code, answer.headers["location"]) == (303, SETTINGS)
    now = await chosen(database, ada)
    assert now.low_balance_threshold_minor == 250
    assert now.type_preferences["low_balance"] == {"page": True, "email": False}
    assert now.type_preferences["promotional"] == {"page": False, "email": False}
    assert (await browser.get(SETTINGS)).text.count(" checked") == 1


@pytest.mark.parametrize("typed", ["many", "-1", "1.234", ""])
async def test_an_amount_that_is_none_is_said_beside_its_field(
    browser: httpx.AsyncClient, database: Database, ada: UUID, typed: str
) -> None:
    answer = await browser.post(SETTINGS, data={"low_balance": typed, "low_balance_page": "yes"})

    assert answer.status_code == 422
    assert 'id="f-low_balance-error"' in answer.text
    assert await chosen(database, ada) == messaging.SettingsView()


async def test_notices_go_to_another_address_once_its_link_was_opened(
    browser: httpx.AsyncClient, database: Database, ada: UUID
) -> None:
    assert (await browser.post(f"{SETTINGS}/address", data={"notification_email": "box@example.net"})).status_code == 303
    assert (await chosen(database, ada)).notification_email_confirmed is False
    row, text = await mailed(database, ada, "notification_address")
    assert row.recipient_email == "box@example.net"
    link = re.search(r"http\S+(/confirm-notices\?token=\S+)", text)
    assert link is not None

    page = await browser.get(link[1])
    assert page.status_code == 200
    assert page.headers["referrer-policy"] == "no-referrer"
    assert (await chosen(database, ada)).notification_email_confirmed is False

    token = httpx.URL(link[1]).params["token"]
    assert (await browser.post("/confirm-notices", data={"token": token})).status_code == 303
    assert (await chosen(database, ada)).notification_email_confirmed is True
    assert (await browser.post("/confirm-notices", data={"token": token + "x"})).status_code == 422


async def test_an_address_that_is_none_is_refused_and_not_kept(browser: httpx.AsyncClient, database: Database, ada: UUID) -> None:
    answer = await browser.post(f"{SETTINGS}/address", data={"notification_email": "nobody at all"})

    assert answer.status_code == 422
    assert "nobody at all" in answer.text
    assert (await chosen(database, ada)).notification_email is None


async def test_addresses_are_not_mailed_without_end(browser: httpx.AsyncClient) -> None:
    statuses = [
        (await browser.post(f"{SETTINGS}/address", data={"notification_email": f"box{number}@example.net"})).status_code
        for number in range(6)
    ]

    assert statuses == [303] * 5 + [429]


@pytest.fixture
async def unsubscribing(database: Database, ada: UUID) -> dict[str, Any]:
    """The headers of a mail that can be stopped."""
    async with database.transaction() as session:
        await messaging.send_email(session, "low_balance", to_person=ada, context={"balance": stock.euro(90), "url": "/wallet"})
    row, _ = await mailed(database, ada, "low_balance")
    return row.headers


def path_of(headers: dict[str, Any]) -> str:
    address = httpx.URL(str(headers["List-Unsubscribe"]).strip("<>"))
    return address.raw_path.decode()


async def test_opening_the_link_changes_nothing_and_pressing_stops_the_mails(
    visitor: httpx.AsyncClient, database: Database, ada: UUID, unsubscribing: dict[str, Any]
) -> None:
    path = path_of(unsubscribing)
    page = await visitor.get(path)
    assert page.status_code == 200
    assert (await chosen(database, ada)).type_preferences == {}

    answer = await visitor.post("/unsubscribe", data={"token": httpx.URL(path).params["token"]})

    assert answer.status_code == 200
    assert (await chosen(database, ada)).type_preferences == {"low_balance": {"email": False}}


async def test_a_mail_program_needs_one_click(
    visitor: httpx.AsyncClient, database: Database, ada: UUID, unsubscribing: dict[str, Any]
) -> None:
    # RFC 8058: the header's value is the body of a POST without cookies, redirects or questions.
    del visitor.headers["sec-fetch-site"]
    assert unsubscribing["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    answer = await visitor.post(path_of(unsubscribing), data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 204
    assert (await chosen(database, ada)).type_preferences == {"low_balance": {"email": False}}


async def test_a_link_that_is_not_ours_stops_nothing(visitor: httpx.AsyncClient, unsubscribing: dict[str, Any]) -> None:
    for token in ("", "x", "x.y", httpx.URL(path_of(unsubscribing)).params["token"][:-1]):
        assert (await visitor.get("/unsubscribe", params={"token": token})).status_code == 422
        assert (await visitor.post("/unsubscribe", data={"token": token})).status_code == 422
