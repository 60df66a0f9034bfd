"""The pages of identity, without a browser: what a form sends, what comes back."""

from __future__ import annotations

import re
from typing import Any

import httpx

from tests.identity.conftest import PASSWORD, Heard
from tuition import identity
from tuition.platform import site
from tuition.platform.database import Database

NEW_PASSWORD = "eight louder otters"


async def _sha(client: httpx.AsyncClient, kind: str) -> str:
    return str((await client.get(f"/v1/legal/{kind}")).json()["sha256"])


async def _join(client: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    sound = {
        "email": "ada@example.org",
        "password": PASSWORD,
        "full_name": "Ada Lovelace",
        "birth_year": "1990",
        "country": "FR",
        "terms_sha256": await _sha(client, "terms"),
    }
    return await client.post("/sign-up", data={**sound, **changes})


async def _sign_in(client: httpx.AsyncClient, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await client.post("/sign-in", data={"email": "ada@example.org", "password": password, **more})


def _errors(page: httpx.Response) -> list[str]:
    return re.findall(r'id="f-([a-z0-9_-]+)-error"', page.text)


async def test_while_nobody_may_join_pages_and_api_say_so_kindly(
    browser: httpx.AsyncClient, database: Database, heard: Heard
) -> None:
    sha256 = await _sha(browser, "terms")
    async with database.transaction() as session:
        await site.change(session, None, sign_up_open=False, contact_email="office@school.example")
    for page in (await browser.get("/sign-up"), await _join(browser)):
        assert page.status_code == 403
        assert "takes in nobody new at the moment" in page.text
        assert "office@school.example" in page.text
        assert 'href="/sign-up"' not in page.text
    assert 'href="/sign-up"' not in (await browser.get("/sign-in")).text
    body = {"email": "ada@example.org", "password": PASSWORD, "full_name": "Ada", "birth_year": 1990, "country": "FR"}
    answer = await browser.post("/v1/auth/sign-up", json=body | {"terms_sha256": sha256})
    assert (answer.status_code, answer.json()["code"]) == (403, "identity.sign_up_closed")
    assert heard.count(identity.PersonJoined) == 0


async def test_a_person_joins_verifies_and_signs_in_by_forms(browser: httpx.AsyncClient, heard: Heard) -> None:
    assert "terms of use" in (await browser.get("/sign-up")).text
    joined = await _join(browser)
    assert (joined.status_code, joined.headers["location"]) == (303, "/sign-up/sent")
    assert (await browser.get("/sign-up/sent")).status_code == 200
    token = heard.last(identity.VerificationRequested).token
    opened = await browser.get("/verify-email", params={"token": token})
    assert token in opened.text
    assert opened.headers["referrer-policy"] == "no-referrer"
    verified = await browser.post("/verify-email", data={"token": token})
    assert (verified.status_code, verified.headers["location"]) == (303, "/sign-in")
    again = await browser.post("/verify-email", data={"token": token})
    assert again.status_code == 410
    signed_in = await _sign_in(browser, next="/settings")
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/settings")
    cookie = signed_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "Ada Lovelace" in (await browser.get("/settings")).text


async def test_a_form_keeps_what_was_typed_and_says_what_is_wrong_beside_each_field(browser: httpx.AsyncClient) -> None:
    page = await _join(browser, email="nonsense", password="short", birth_year="soon", country="", terms_sha256="")
    assert page.status_code == 422
    assert set(_errors(page)) >= {"email", "password", "birth_year", "country"}
    assert 'value="nonsense"' in page.text
    assert 'value="Ada Lovelace"' in page.text
    assert "short" not in re.findall(r'value="([^"]*)"', page.text)


async def test_a_child_is_told_kindly(browser: httpx.AsyncClient, heard: Heard) -> None:
    page = await _join(browser, birth_year="2019", country="DE")
    assert "16 years" in page.text
    assert heard.facts == []


async def test_a_wrong_password_keeps_the_address_and_counts(browser: httpx.AsyncClient) -> None:
    await _join(browser)
    pages = [await _sign_in(browser, "wrong password") for _ in range(6)]
    assert [page.status_code for page in pages] == [401] * 5 + [429]
    assert 'value="ada@example.org"' in pages[0].text


async def test_after_signing_in_nobody_is_sent_to_another_site(browser: httpx.AsyncClient) -> None:
    await _join(browser)
    for evil in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        assert (await _sign_in(browser, next=evil)).headers["location"] == "/"


async def test_another_site_cannot_write_with_our_cookie(browser: httpx.AsyncClient) -> None:
    await _join(browser)
    await _sign_in(browser)
    forged = await browser.post("/sign-out", headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"})
    assert forged.status_code == 403
    assert (await browser.get("/settings")).status_code == 200


async def test_a_forgotten_password_is_set_anew(browser: httpx.AsyncClient, heard: Heard) -> None:
    await _join(browser)
    for email in ("ada@example.org", "nobody@example.org"):
        sent = await browser.post("/forgot-password", data={"email": email})
        assert (sent.status_code, sent.headers["location"]) == (303, "/forgot-password/sent")
    token = heard.last(identity.PasswordResetRequested).token
    short = await browser.post("/reset-password", data={"token": token, "password": "short"})
    assert (short.status_code, _errors(short)) == (422, ["password"])
    done = await browser.post("/reset-password", data={"token": token, "password": NEW_PASSWORD})
    assert done.headers["location"] == "/sign-in"
    assert (await _sign_in(browser, NEW_PASSWORD)).status_code == 303


async def test_settings_change_the_profile_the_address_and_the_password(browser: httpx.AsyncClient, heard: Heard) -> None:
    await _join(browser)
    await _sign_in(browser)
    saved = await browser.post(
        "/settings", data={"full_name": "Ada King", "locale": "ar", "time_zone": "Africa/Cairo", "country": "EG"}
    )
    assert (saved.status_code, saved.headers["location"]) == (303, "/settings")
    assert "Africa/Cairo" in (await browser.get("/settings")).text
    wrong = await browser.post("/settings", data={"full_name": "", "currency": "euro"})
    assert (wrong.status_code, set(_errors(wrong))) == (422, {"full_name", "currency"})
    moved = await browser.post("/settings/email", data={"email": "new@example.org"})
    assert moved.status_code == 303
    token = heard.last(identity.EmailChangeRequested).token
    assert (await browser.get("/confirm-email", params={"token": token})).status_code == 200
    assert (await browser.post("/confirm-email", data={"token": token})).headers["location"] == "/settings/email"
    assert "new@example.org" in (await browser.get("/settings/email")).text
    refused = await browser.post("/settings/security/password", data={"password": "short"})
    assert (refused.status_code, _errors(refused)) == (422, ["password"])
    changed = await browser.post("/settings/security/password", data={"password": NEW_PASSWORD})
    assert changed.status_code == 303
    browser.cookies.set("language", "en")
    assert "This device" in (await browser.get("/settings/security")).text


async def test_a_verified_person_becomes_a_creator(browser: httpx.AsyncClient, heard: Heard) -> None:
    await _join(browser)
    await _sign_in(browser)
    assert "verify your e-mail address" in (await browser.get("/become-creator")).text
    await browser.post("/verify-email", data={"token": heard.last(identity.VerificationRequested).token})
    unread = await browser.post("/become-creator", data={"bio": "Engines"})
    assert unread.status_code == 422
    assert "Engines" in unread.text
    body = {"bio": "Engines", "terms_sha256": await _sha(browser, "creator-terms")}
    assert (await browser.post("/become-creator", data=body)).headers["location"] == "/studio"
    assert (await browser.get("/become-creator")).headers["location"] == "/studio"


async def test_leaving_and_signing_out_take_the_cookie_back(browser: httpx.AsyncClient) -> None:
    await _join(browser)
    await _sign_in(browser)
    out = await browser.post("/sign-out")
    assert out.headers["location"] == "/"
    assert (await browser.get("/settings")).headers["location"] == "/sign-in?next=/settings"
    await _sign_in(browser)
    assert (await browser.post("/settings/security/close")).status_code == 303
    assert (await _sign_in(browser)).status_code == 403


async def test_legal_pages_show_the_text_its_version_and_its_fingerprint(browser: httpx.AsyncClient) -> None:
    for kind in ("terms", "privacy", "creator-terms"):
        page = await browser.get(f"/{kind}")
        assert page.status_code == 200
        assert await _sha(browser, kind) in page.text
    arabic = await browser.get("/terms", headers={"accept-language": "ar"})
    assert "شروط الاستخدام" in arabic.text
    assert (await browser.get("/terms", params={"version": "0"})).status_code == 404
