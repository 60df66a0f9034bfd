"""The second step, fresh sign-ins and keys, as programs and browsers meet them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pyotp
import pytest
from sqlalchemy import select, update

from tests.identity.conftest import PASSWORD, Heard
from tests.identity.proofs.device import PARTY, Device
from tuition import identity
from tuition.identity import Role, SecurityNews, SignIn
from tuition.kernel import FrozenClock, clock
from tuition.platform import audit, site
from tuition.platform.database import Database

EMAIL = "ada@example.org"


@pytest.fixture
async def ada(database: Database, moment: FrozenClock) -> Any:
    """An owner. Time stands still, or a code could change between two requests."""
    async with database.transaction() as session:
        roles = [Role.OWNER]
        return await identity.add_person(session, email=EMAIL, password=PASSWORD, full_name="Ada Lovelace", roles=roles)


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows, some steps from now."""
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


async def _sign_in(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/v1/auth/login", json={"email": EMAIL, "password": PASSWORD})


async def _bearer(client: httpx.AsyncClient) -> dict[str, str]:
    tokens = (await _sign_in(client)).json()
    return {"authorization": f"Bearer {tokens['access_token']}"}


async def _grow_stale(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(update(SignIn).values(confirmed_at=clock.now() - timedelta(minutes=11)))


async def _turn_on(client: httpx.AsyncClient, headers: dict[str, str]) -> tuple[str, list[str]]:
    begun = (await client.post("/v1/me/mfa/authenticator", headers=headers)).json()
    body = {"code": code_of(begun["secret"])}
    turned_on = await client.post("/v1/me/mfa/authenticator/confirm", json=body, headers=headers)
    assert turned_on.status_code == 200, turned_on.text
    return begun["secret"], turned_on.json()["recovery_codes"]


async def test_a_program_turns_it_on_and_signs_in_in_two_steps(
    client: httpx.AsyncClient, ada: Any, database: Database, heard: Heard
) -> None:
    headers = await _bearer(client)
    secret, codes = await _turn_on(client, headers)
    assert len(codes) == 10
    shown = (await client.get("/v1/me/mfa", headers=headers)).json()
    assert (shown["mfa_enabled"], shown["recovery_codes_left"], shown["mfa_required"]) == (True, 10, False)
    assert (await client.get("/v1/me", headers=headers)).json()["mfa_enabled"] is True
    asked = await _sign_in(client)
    assert asked.status_code == 202
    challenge = asked.json()
    assert (challenge["mfa_required"], challenge["ways"]) == (True, ["code", "recovery_code"])
    wrong = await client.post("/v1/auth/mfa", json={"challenge": challenge["challenge"], "code": "nonsense"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "identity.code_wrong")
    used = await client.post("/v1/auth/mfa", json={"challenge": challenge["challenge"], "code": code_of(secret)})
    assert (used.status_code, used.json()["code"]) == (403, "identity.code_used")
    tokens = await client.post("/v1/auth/mfa", json={"challenge": challenge["challenge"], "code": code_of(secret, 1)})
    assert tokens.status_code == 200
    again = await client.post("/v1/auth/mfa", json={"challenge": challenge["challenge"], "code": codes[0]})
    assert (again.status_code, again.json()["code"]) == (410, "identity.challenge_expired")
    forged = await client.post("/v1/auth/mfa", json={"challenge": "x" * 43, "code": codes[0]})
    assert forged.status_code == 410
    async with database.reading() as session:
        done = {entry.action for entry in (await audit.entries(session, actor_id=ada, limit=20)).items}
    assert done >= {"identity.second_factor_on", "identity.second_factor_refused", "identity.signed_in"}
    assert SecurityNews.SECOND_FACTOR_ON in [fact.what for fact in heard.facts if isinstance(fact, identity.SecurityChanged)]


async def test_five_wrong_codes_lock_the_second_step_for_a_while(client: httpx.AsyncClient, ada: Any) -> None:
    secret, _ = await _turn_on(client, await _bearer(client))
    for _ in range(5):
        challenge = (await _sign_in(client)).json()["challenge"]
        assert (await client.post("/v1/auth/mfa", json={"challenge": challenge, "code": "wrong"})).status_code == 403
    challenge = (await _sign_in(client)).json()["challenge"]
    locked = await client.post("/v1/auth/mfa", json={"challenge": challenge, "code": code_of(secret, 1)})
    assert (locked.status_code, locked.json()["code"]) == (429, "identity.second_factor_locked")
    assert 0 < int(locked.headers["retry-after"]) <= 30


async def test_what_protects_an_account_needs_a_fresh_proof(client: httpx.AsyncClient, ada: Any, database: Database) -> None:
    headers = await _bearer(client)
    await _grow_stale(database)
    other = (await client.get("/v1/people", headers=headers)).json()["items"][0]["id"]
    for method, path, body in (
        ("POST", "/v1/me/mfa/authenticator", None),
        ("POST", "/v1/me/passkeys/options", None),
        ("POST", "/v1/me/api-keys", {"name": "A script"}),
        ("PUT", "/v1/me/password", {"new_password": "eight louder otters"}),
        ("POST", "/v1/me/email", {"email": "new@example.org"}),
        ("POST", "/v1/me/deactivate", {}),
        ("PUT", f"/v1/people/{other}/roles", {"primary": "learner"}),
        ("POST", f"/v1/people/{other}/reset-mfa", None),
        ("PATCH", "/v1/admin/site", {"mfa_roles": []}),
        ("DELETE", f"/v1/payment-methods/{other}", None),
    ):
        answer = await client.request(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "identity.fresh_sign_in_needed"), (path, answer.text)
    wrong = await client.post("/v1/auth/confirm", json={"password": "wrong"}, headers=headers)
    assert (wrong.status_code, wrong.json()["code"]) == (403, "identity.password_wrong")
    assert (await client.post("/v1/auth/confirm", json={"password": PASSWORD}, headers=headers)).status_code == 204
    assert (await client.post("/v1/me/mfa/authenticator", headers=headers)).status_code == 200


async def test_passkeys_by_programs(client: httpx.AsyncClient, ada: Any, database: Database) -> None:
    headers, device = await _bearer(client), Device(party=PARTY)
    question = (await client.post("/v1/me/passkeys/options", headers=headers)).json()
    body = {"challenge": question["challenge"], "credential": device.make(question["options"]), "name": "My phone"}
    made = await client.post("/v1/me/passkeys", json=body, headers=headers)
    assert (made.status_code, made.json()["name"]) == (201, "My phone")
    asked = (await client.post("/v1/auth/passkeys/options")).json()
    signed = {"challenge": asked["challenge"], "credential": device.sign(asked["options"])}
    assert (await client.post("/v1/auth/passkeys", json=signed)).status_code == 200
    assert (await client.post("/v1/auth/passkeys", json=signed)).status_code == 410
    assert (await client.post("/v1/me/mfa/passkeys", headers=headers)).status_code == 200
    challenge = (await _sign_in(client)).json()["challenge"]
    second = (await client.post("/v1/auth/mfa/passkey-options", json={"challenge": challenge})).json()
    answer = {"challenge": challenge, "credential": device.sign(second["options"])}
    assert (await client.post("/v1/auth/mfa/passkey", json=answer)).status_code == 200
    await _grow_stale(database)
    confirming = (await client.post("/v1/auth/confirm/passkey-options", headers=headers)).json()
    proof = {"challenge": confirming["challenge"], "credential": device.sign(confirming["options"])}
    assert (await client.post("/v1/auth/confirm/passkey", json=proof, headers=headers)).status_code == 204
    path = f"/v1/me/passkeys/{made.json()['id']}"
    assert (await client.patch(path, json={"name": "Old phone"}, headers=headers)).json()["name"] == "Old phone"
    last = await client.delete(path, headers=headers)
    assert (last.status_code, last.json()["code"]) == (409, "identity.last_second_factor")
    assert (await client.delete("/v1/me/mfa", headers=headers)).status_code == 204
    assert (await client.delete(path, headers=headers)).status_code == 204
    assert (await client.delete(path, headers=headers)).status_code == 404


async def test_a_script_acts_by_its_key_and_within_it(client: httpx.AsyncClient, ada: Any) -> None:
    headers = await _bearer(client)
    body = {"name": "Enrolments", "scopes": ["people:manage"]}
    made = (await client.post("/v1/me/api-keys", json=body, headers=headers)).json()
    by_key = {"authorization": f"Bearer {made['key']}"}
    assert (await client.get("/v1/people", headers=by_key)).status_code == 200
    outside = await client.get("/v1/admin/site", headers=by_key)
    assert (outside.status_code, outside.json()["code"]) == (403, "identity.permission_missing")
    for method, path, lacking in (
        ("GET", "/v1/me", "own:read"),
        ("GET", "/v1/orders", "own:read"),
        ("PATCH", "/v1/me", "own:write"),
    ):
        beyond = await client.request(method, path, json={"bio": "x"} if method == "PATCH" else None, headers=by_key)
        assert (beyond.status_code, beyond.json()["code"], beyond.json()["scope"]) == (403, "identity.api_key_lacks", lacking)
    full = {"name": "Everything of mine", "scopes": ["own:write"], "days": 1}
    full_key = (await client.post("/v1/me/api-keys", json=full, headers=headers)).json()
    by_key = {"authorization": f"Bearer {full_key['key']}"}
    assert (await client.get("/v1/me", headers=by_key)).status_code == 200
    assert (await client.patch("/v1/me", json={"bio": "By a script"}, headers=by_key)).status_code == 200
    assert (await client.get("/v1/people", headers=by_key)).json()["code"] == "identity.permission_missing"
    protected = await client.put("/v1/me/password", json={"new_password": "eight louder otters"}, headers=by_key)
    assert protected.json()["code"] == "identity.fresh_sign_in_needed"
    confirming = await client.post("/v1/auth/confirm", json={"password": PASSWORD}, headers=by_key)
    assert confirming.json()["code"] == "identity.fresh_sign_in_needed"
    reading = await client.post(
        "/v1/me/api-keys", json={"name": "Reports", "scopes": ["own:read"], "is_read_only": True}, headers=headers
    )
    by_reading = {"authorization": f"Bearer {reading.json()['key']}"}
    assert (await client.get("/v1/me", headers=by_reading)).status_code == 200
    written = await client.patch("/v1/me", json={"bio": "x"}, headers=by_reading)
    assert (written.status_code, written.json()["code"]) == (403, "identity.api_key_read_only")
    listed = (await client.get("/v1/me/api-keys", headers=headers)).json()["items"]
    assert [(one["name"], "key" in one) for one in listed] == [
        ("Reports", False),
        ("Everything of mine", False),
        ("Enrolments", False),
    ]
    assert listed[2]["last_used_at"] is not None
    assert (await client.delete(f"/v1/me/api-keys/{made['id']}", headers=headers)).status_code == 204
    refused = await client.get("/v1/people", headers={"authorization": f"Bearer {made['key']}"})
    assert (refused.status_code, refused.json()["code"]) == (401, "identity.api_key_refused")


async def test_the_owner_asks_a_role_for_it_and_nothing_else_goes_until_then(
    client: httpx.AsyncClient, ada: Any, database: Database
) -> None:
    headers = await _bearer(client)
    locked_out = await client.patch("/v1/admin/site", json={"mfa_roles": ["owner"]}, headers=headers)
    assert (locked_out.status_code, locked_out.json()["code"]) == (409, "identity.own_second_factor_first")
    async with database.transaction() as session:
        await site.change(session, ada, mfa_roles=["owner"])
    refused = await client.get("/v1/people", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.second_factor_needed")
    assert (await client.get("/v1/me/mfa", headers=headers)).json()["mfa_required"] is True
    await _turn_on(client, headers)
    assert (await client.get("/v1/people", headers=headers)).status_code == 200


async def test_the_pages_ask_again_and_lead_back(browser: httpx.AsyncClient, ada: Any, database: Database) -> None:
    form = {"email": EMAIL, "password": PASSWORD}
    signed_in = await browser.post("/sign-in", data=form)
    assert signed_in.headers["location"] == "/"
    assert browser.cookies["device"]
    await _grow_stale(database)
    asked = await browser.get("/settings/security/authenticator")
    assert asked.headers["location"] == "/confirm?next=/settings/security/authenticator"
    before = {"referer": "http://tuition.test/settings/email"}
    posted = await browser.post("/settings/email", data={"email": "new@example.org"}, headers=before)
    assert posted.headers["location"] == "/confirm?again=yes&next=/settings/email"
    elsewhere = await browser.post(
        "/settings/email", data={"email": "x@y.example"}, headers={"referer": "https://evil.example/x"}
    )
    assert elsewhere.headers["location"] == "/confirm?again=yes&next=/"
    assert "Confirm that it is you" in (await browser.get("/confirm?next=/settings")).text
    wrong = await browser.post("/confirm/password", data={"current_password": "wrong", "next": "/settings"})
    assert wrong.status_code == 403
    right = await browser.post("/confirm/password", data={"current_password": PASSWORD, "next": "//evil.example"})
    assert right.headers["location"] == "/"
    page = await browser.get("/settings/security/authenticator")
    assert page.headers["cache-control"] == "no-store"
    found = re.search(r"data-secret>([A-Z2-7 ]+)<", page.text)
    assert found is not None
    codes = await browser.post("/settings/security/authenticator", data={"code": code_of(found[1].replace(" ", ""))})
    assert len(re.findall(r"<li><code>", codes.text)) == 10
    browser.cookies.clear()
    asked_again = await browser.post("/sign-in", data=form | {"next": "/library"})
    assert asked_again.headers["location"] == "/sign-in/second?next=/library"
    assert "httponly" in asked_again.headers["set-cookie"].lower()
    assert (await browser.get("/settings")).headers["location"] == "/sign-in?next=/settings"
    assert (await browser.post("/sign-in/second", data={"code": "wrong", "next": "/library"})).status_code == 403
    code = re.findall(r"<li><code>([^<]+)<", codes.text)[0]
    done = await browser.post("/sign-in/second", data={"code": code, "next": "/library"})
    assert done.headers["location"] == "/library"
    assert "9 are left" in (await browser.get("/settings/security")).text
    async with database.reading() as session:
        methods = set(await session.scalars(select(SignIn.method)))
    assert methods == {"password", "recovery_code"}


async def test_the_last_owner_may_still_be_locked_out_of_closing(browser: httpx.AsyncClient, ada: Any) -> None:
    await browser.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    refused = await browser.post("/settings/security/close")
    assert refused.status_code == 409
    assert "only owner" in refused.text
