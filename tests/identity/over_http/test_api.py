"""Identity over HTTP: from joining to leaving."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.identity.conftest import PASSWORD, Heard
from tuition import identity
from tuition.identity import Role
from tuition.kernel import FrozenClock
from tuition.platform import audit
from tuition.platform.database import Database

NEW_PASSWORD = "eight louder otters"


async def _terms(client: httpx.AsyncClient, kind: str = "terms") -> str:
    return str((await client.get(f"/v1/legal/{kind}")).json()["sha256"])


async def _join(client: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    sound = {
        "email": "ada@example.org",
        "password": PASSWORD,
        "full_name": "Ada Lovelace",
        "birth_year": 1990,
        "country": "FR",
        "terms_sha256": await _terms(client),
    }
    return await client.post("/v1/auth/sign-up", json={**sound, **changes})


async def _sign_in(client: httpx.AsyncClient, email: str = "ada@example.org", password: str = PASSWORD) -> dict[str, Any]:
    answer = await client.post("/v1/auth/sign-in", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    client.headers["authorization"] = f"Bearer {tokens['access_token']}"
    return tokens


async def _owner(database: Database, client: httpx.AsyncClient) -> None:
    async with database.transaction() as session:
        await identity.init_owner(session, email="owner@example.org", password=PASSWORD, full_name="Olga")
    await _sign_in(client, "owner@example.org")


async def test_a_person_joins_verifies_signs_in_and_reads_the_account(client: httpx.AsyncClient, heard: Heard) -> None:
    assert (await _join(client)).status_code == 202
    await _sign_in(client)
    me = (await client.get("/v1/me")).json()
    assert (me["email"], me["email_verified_at"], me["roles"]) == ("ada@example.org", None, ["learner"])
    token = heard.last(identity.VerificationRequested).token
    assert (await client.post("/v1/auth/verify-email", json={"token": token})).status_code == 204
    assert (await client.get("/v1/me")).json()["email_verified_at"] is not None
    again = await client.post("/v1/auth/verify-email", json={"token": token})
    assert (again.status_code, again.json()["code"]) == (410, "identity.mailed_token_refused")


async def test_joining_twice_gives_the_same_answer(client: httpx.AsyncClient, heard: Heard) -> None:
    first, second = await _join(client), await _join(client, password=NEW_PASSWORD)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert heard.count(identity.AddressClaimedAgain) == 1


async def test_a_child_is_refused_with_403_and_nothing_is_kept(client: httpx.AsyncClient, heard: Heard) -> None:
    answer = await _join(client, birth_year=2020, country="DE")
    assert (answer.status_code, answer.json()["code"], answer.json()["age"]) == (403, "identity.too_young", 16)
    assert heard.facts == []


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "x" * 300},
        {"country": "France"},
        {"birth_year": "old"},
        {"terms_sha256": "no"},
        {"surprise": 1},
        {"full_name": "\x00"},
    ],
)
async def test_bad_input_is_a_422_problem(client: httpx.AsyncClient, changes: dict[str, Any]) -> None:
    answer = await _join(client, **changes)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_failures_are_counted_though_they_are_refused(client: httpx.AsyncClient) -> None:
    await _join(client)
    wrong = {"email": "ada@example.org", "password": "wrong password"}
    statuses = [(await client.post("/v1/auth/sign-in", json=wrong)).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    locked = await client.post("/v1/auth/sign-in", json={**wrong, "password": PASSWORD})
    assert (locked.status_code, locked.json()["code"]) == (429, "identity.sign_in_locked")
    assert 0 < int(locked.headers["retry-after"]) <= 30


async def test_a_reused_refresh_token_ends_the_family_and_the_refusal_is_recorded(
    client: httpx.AsyncClient, database: Database
) -> None:
    await _join(client)
    first = await _sign_in(client)
    second = (await client.post("/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    reused = await client.post("/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert (reused.status_code, reused.json()["code"]) == (401, "identity.refresh_reused")
    client.headers["authorization"] = f"Bearer {second['access_token']}"
    assert (await client.get("/v1/me")).status_code == 401
    async with database.reading() as session:
        assert len((await audit.entries(session, action="identity.refresh_token_reused")).items) == 1


async def test_a_visitor_and_a_wrong_token_get_401(client: httpx.AsyncClient) -> None:
    for header in ({}, {"authorization": "Bearer nonsense"}, {"authorization": "Basic YTpi"}):
        answer = await client.get("/v1/me", headers=header)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


async def test_signing_out_is_at_once(client: httpx.AsyncClient) -> None:
    await _join(client)
    await _sign_in(client)
    assert (await client.post("/v1/auth/sign-out", json={})).status_code == 204
    assert (await client.get("/v1/me")).status_code == 401


async def test_address_and_password_change_over_http(client: httpx.AsyncClient, heard: Heard) -> None:
    await _join(client)
    await _sign_in(client)
    wrong = await client.post("/v1/me/email", json={"email": "new@example.org", "current_password": "wrong password"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "identity.password_wrong")
    body = {"email": "new@example.org", "current_password": PASSWORD}
    assert (await client.post("/v1/me/email", json=body)).status_code == 202
    token = heard.last(identity.EmailChangeRequested).token
    assert (await client.post("/v1/auth/email-changes/confirm", json={"token": token})).status_code == 204
    passwords = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert (await client.put("/v1/me/password", json=passwords)).status_code == 204
    await _sign_in(client, "new@example.org", NEW_PASSWORD)
    assert (await client.post("/v1/auth/password-resets", json={"email": "new@example.org"})).status_code == 202
    reset = {"token": heard.last(identity.PasswordResetRequested).token, "password": PASSWORD}
    assert (await client.post("/v1/auth/password-resets/confirm", json=reset)).status_code == 204
    await _sign_in(client, "new@example.org", PASSWORD)


async def test_a_profile_is_changed_in_part(client: httpx.AsyncClient) -> None:
    await _join(client)
    await _sign_in(client)
    me = (await client.patch("/v1/me", json={"locale": "ar", "preferences": {"pace": "slow"}})).json()
    assert (me["locale"], me["preferences"], me["full_name"]) == ("ar", {"pace": "slow"}, "Ada Lovelace")
    refused = await client.patch("/v1/me", json={"time_zone": "Mars/Olympus"})
    assert (refused.status_code, refused.json()["code"]) == (422, "identity.time_zone_unknown")


async def test_devices_agreements_and_leaving(client: httpx.AsyncClient) -> None:
    await _join(client)
    first, _second = await _sign_in(client), await _sign_in(client)
    devices = (await client.get("/v1/me/sign-ins")).json()["items"]
    assert [device["is_current"] for device in devices].count(True) == 1
    assert (await client.delete(f"/v1/me/sign-ins/{first['sign_in_id']}")).status_code == 204
    assert (await client.delete(f"/v1/me/sign-ins/{first['sign_in_id']}")).status_code == 404
    [agreed] = (await client.get("/v1/me/agreements")).json()["items"]
    assert agreed["text_sha256"] == await _terms(client)
    assert (await client.post("/v1/me/deactivate", json={"current_password": PASSWORD})).status_code == 204
    closed = await client.post("/v1/auth/sign-in", json={"email": "ada@example.org", "password": PASSWORD})
    assert (closed.status_code, closed.json()["code"]) == (403, "identity.account_closed")


async def test_becoming_a_creator_needs_a_proven_address(client: httpx.AsyncClient, heard: Heard) -> None:
    await _join(client)
    await _sign_in(client)
    body = {"terms_sha256": await _terms(client, "creator-terms"), "bio": "Engines"}
    unproven = await client.post("/v1/me/creator", json=body)
    assert (unproven.status_code, unproven.json()["code"]) == (403, "identity.email_unverified")
    await client.post("/v1/auth/verify-email", json={"token": heard.last(identity.VerificationRequested).token})
    assert (await client.post("/v1/me/creator", json=body)).json()["roles"] == ["creator", "learner"]


async def test_the_owner_lists_suspends_and_gives_roles(client: httpx.AsyncClient, database: Database) -> None:
    await _join(client)
    ada = (await _sign_in(client))["person_id"]
    assert (await client.get("/v1/people")).status_code == 403
    assert (await client.get(f"/v1/people/{ada}")).status_code == 200
    await _owner(database, client)
    page = (await client.get("/v1/people", params={"limit": 1})).json()
    rest = (await client.get("/v1/people", params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert {page["items"][0]["email"], rest["items"][0]["email"]} == {"ada@example.org", "owner@example.org"}
    assert (await client.get("/v1/people", params={"cursor": "nonsense"})).status_code == 422
    suspended = await client.post(f"/v1/people/{ada}/suspend", json={"reason": "Shared an account."})
    assert suspended.json()["status"] == "suspended"
    assert (await client.post(f"/v1/people/{ada}/suspend", json={"reason": "Again."})).status_code == 409
    assert (await client.post(f"/v1/people/{ada}/reinstate")).json()["status"] == "active"
    roles = {"primary": "creator", "roles": ["partner"]}
    assert (await client.put(f"/v1/people/{ada}/roles", json=roles)).json()["roles"] == [Role.CREATOR, Role.LEARNER, Role.PARTNER]
    me = (await client.get("/v1/me")).json()["id"]
    gone = await client.put(f"/v1/people/{me}/roles", json={"primary": "learner"})
    assert (gone.status_code, gone.json()["code"]) == (409, "identity.owner_needed")


async def test_of_two_texts_in_one_moment_the_second_is_refused(
    client: httpx.AsyncClient, database: Database, moment: FrozenClock
) -> None:
    await _owner(database, client)
    body = {"locale": "en", "body": "# New"}
    assert (await client.post("/v1/legal/terms/versions", json=body)).status_code == 201
    late = await client.post("/v1/legal/terms/versions", json=body)
    assert (late.status_code, late.json()["code"]) == (409, "edge.taken")


async def test_a_new_legal_text_follows_the_old_one(client: httpx.AsyncClient, database: Database) -> None:
    refused = await client.post("/v1/legal/terms/versions", json={"locale": "en", "body": "# New"})
    assert refused.status_code == 401
    assert (await client.get("/v1/legal/terms", params={"locale": "ar"})).json()["locale"] == "ar"
    await _owner(database, client)
    made = await client.post("/v1/legal/terms/versions", json={"locale": "en", "body": "# New"})
    assert made.status_code == 201
    assert (await client.get("/v1/legal/terms")).json()["sha256"] == made.json()["sha256"]
    assert len((await client.get("/v1/legal/terms/versions")).json()["items"]) == 2
    assert (await client.get("/v1/legal/terms/versions/1")).json()["body"].startswith("# Terms of use")
    assert (await client.get("/v1/legal/terms/versions/0")).status_code == 404
    assert (await client.get("/v1/legal/nonsense")).status_code == 422
    arabic = (await client.get("/v1/legal/terms", params={"locale": "ar"})).json()
    assert arabic["body"] == "# New", "what the owner published beats an older text in any language"
