"""Signing in with another provider: a real one, in a process of its own, over HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from html import unescape
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.identity.conftest import PASSWORD, Heard
from tuition import identity
from tuition.edge import Runtime
from tuition.identity import OpenIdProviders
from tuition.main import create_app
from tuition.platform import jobs
from tuition.platform.database import Database
from tuition.platform.settings import Mode, OpenIdProvider, Settings

PEOPLE = (
    {"sub": "ada-1", "email": "ada@example.org", "email_verified": True, "name": "Ada Lovelace"},
    {"sub": "eve-1", "email": "ada@example.org", "email_verified": False, "name": "Eve"},
)
HERE = "http://tuition.test"
START_S = 60


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider, in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    people = [part for person in PEOPLE for part in ("--user-claims", json.dumps(person))]
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "true",
        *people,
    ]
    process = subprocess.Popen([*command, *people], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.fixture
async def provider(issuer: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's side of the provider."""
    async with httpx.AsyncClient(base_url=issuer) as client:
        async with asyncio.timeout(START_S):
            while not await _answers(client):  # noqa: ASYNC110 - another process offers nothing to wait for
                await asyncio.sleep(0.1)
        yield client


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/.well-known/openid-configuration")).status_code == 200
    except httpx.ConnectError:
        return False


@pytest.fixture
async def browser(database: Database, heard: Heard, issuer: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at our pages."""
    school = OpenIdProvider(id="school", name="School", issuer=issuer, client_id="tuition", client_secret=SecretStr("hush"))
    settings = Settings(mode=Mode.TEST, openid_providers=(school,), openid_inside=True)
    services = jobs.Services()
    services.provide(OpenIdProviders, OpenIdProviders([school], redirect_base=HERE, may_be_inside=True))
    app = create_app(Runtime(settings=settings, database=database, services=services))
    transport = httpx.ASGITransport(app=app, client=("192.0.2.1", 50000))
    headers = {"accept": "text/html", "sec-fetch-site": "same-origin", "user-agent": "Firefox/140.0"}
    async with httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers) as client:
        yield client


async def _there(browser: httpx.AsyncClient, provider: httpx.AsyncClient, subject: str, *, start: str, to: str = "/") -> str:
    """Leave by a form, agree at the provider, and give the address that leads back."""
    leaving = await browser.post(start, data={"next": to})
    assert leaving.status_code == 200, leaving.text
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', leaving.text)
    assert found is not None
    agreed = await provider.post(unescape(found[1]), data={"sub": subject})
    assert agreed.status_code in {302, 303}, agreed.text
    return agreed.headers["location"].removeprefix(HERE)


async def _join(browser: httpx.AsyncClient, **changes: str) -> httpx.Response:
    sha256 = (await browser.get("/v1/legal/terms")).json()["sha256"]
    sound = {"full_name": "Ada Lovelace", "birth_year": "1990", "country": "FR", "terms_sha256": sha256}
    return await browser.post("/sign-up/with", data=sound | changes)


async def _sign_in(browser: httpx.AsyncClient, provider: httpx.AsyncClient, subject: str, to: str = "/") -> httpx.Response:
    return await browser.get(await _there(browser, provider, subject, start="/sign-in/with/school", to=to))


async def _ada(database: Database, email: str = "ada@example.org") -> Any:
    async with database.transaction() as session:
        return await identity.add_person(session, email=email, password=PASSWORD, full_name="Ada Lovelace")


async def test_somebody_joins_and_signs_in_with_it(browser: httpx.AsyncClient, provider: httpx.AsyncClient) -> None:
    assert "Go on with School" in (await browser.get("/sign-in")).text
    back = await _sign_in(browser, provider, "ada-1", "/library")
    assert back.headers["location"] == "/sign-up/with"
    form = await browser.get("/sign-up/with")
    assert "School has told us who you are" in form.text
    assert "ada@example.org" in form.text
    wrong = await _join(browser, birth_year="2020", country="DE")
    assert wrong.status_code == 403
    assert "16 years" in wrong.text
    joined = await _join(browser, email="other@example.org")
    assert (joined.status_code, joined.headers["location"]) == (303, "/library")
    page = await browser.get("/settings/email")
    assert "ada@example.org" in page.text
    assert "Verified" in page.text
    browser.cookies.clear()
    again = await _sign_in(browser, provider, "ada-1", "/library")
    assert again.headers["location"] == "/library"
    assert (await browser.get("/settings")).status_code == 200


async def test_an_account_with_the_same_address_is_not_taken_over(
    browser: httpx.AsyncClient, provider: httpx.AsyncClient, database: Database, heard: Heard
) -> None:
    await _ada(database)
    back = await _sign_in(browser, provider, "ada-1")
    assert back.status_code == 409
    assert "Sign in to it first" in back.text
    # Whom the provider does not vouch for learns nothing, and gets nothing.
    assert (await _sign_in(browser, provider, "eve-1")).headers["location"] == "/sign-up/with"
    joined = await _join(browser, full_name="Eve", email="ada@example.org")
    assert joined.headers["location"] == "/sign-up/sent"
    assert heard.count(identity.AddressClaimedAgain) == 1
    assert (await browser.get("/settings")).headers["location"] == "/sign-in?next=/settings"


async def test_an_account_is_linked_in_the_settings_and_unlinked(
    browser: httpx.AsyncClient, provider: httpx.AsyncClient, database: Database
) -> None:
    await _ada(database, "a@elsewhere.example")
    await browser.post("/sign-in", data={"email": "a@elsewhere.example", "password": PASSWORD})
    back = await browser.get(await _there(browser, provider, "ada-1", start="/settings/security/linked/school/add"))
    assert back.headers["location"] == "/settings/security"
    page = await browser.get("/settings/security")
    found = re.search(r"/settings/security/linked/([0-9a-f-]{36})/remove", page.text)
    assert found is not None
    browser.cookies.clear()
    assert (await _sign_in(browser, provider, "ada-1")).headers["location"] == "/"
    assert (await browser.post(found[0])).headers["location"] == "/settings/security"
    browser.cookies.clear()
    assert (await _sign_in(browser, provider, "ada-1")).headers["location"] == "/sign-up/with"


async def test_a_tampered_state_a_used_one_and_another_browser_lead_nowhere(
    browser: httpx.AsyncClient, provider: httpx.AsyncClient
) -> None:
    back = await _there(browser, provider, "ada-1", start="/sign-in/with/school")
    tampered = await browser.get(re.sub(r"state=[^&]+", "state=made-up", back))
    assert tampered.status_code == 410
    browser.cookies.clear()
    assert (await browser.get(back)).status_code == 410
    back = await _there(browser, provider, "ada-1", start="/sign-in/with/school")
    wrong_code = await browser.get(re.sub(r"code=[^&]+", "code=made-up", back))
    assert wrong_code.status_code == 403
    assert "Please begin again" in wrong_code.text
    assert (await browser.get(back)).status_code == 410
    declined = await _there(browser, provider, "ada-1", start="/sign-in/with/school")
    refused = await browser.get(re.sub(r"code=[^&]+", "error=access_denied", declined))
    assert refused.status_code == 403
    assert (await browser.post("/sign-in/with/unknown")).status_code == 404
