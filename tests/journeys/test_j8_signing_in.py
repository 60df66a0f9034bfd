"""Signing in, and what stands between an account and whoever has stolen a token, a password or a phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pyotp

from tests.identity.proofs.device import Device
from tests.journeys.conftest import OWNER
from tests.journeys.house import PASSWORD, House
from tuition import identity
from tuition.identity import RelyingParty
from tuition.kernel import clock

EMAIL = "lea@people.example"


async def _post(house: House, path: str, body: Any = None, token: str = "") -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return await house.http.post(path, json=body if body is not None else {}, headers=headers)


async def _login(house: House) -> httpx.Response:
    return await _post(house, "/v1/auth/login", {"email": EMAIL, "password": PASSWORD})


async def _actions(house: House) -> list[str]:
    return [row.action for row in await house.rows("select action from audit_log")]


def _code(secret: str, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


async def _add_lea(house: House) -> None:
    async with house.runtime.database.transaction() as session:
        await identity.add_person(session, email=EMAIL, password=PASSWORD, full_name="Lea Learner")


async def test_a_stolen_refresh_token_ends_its_whole_family(house: House) -> None:
    await _add_lea(house)
    first, elsewhere = (await _login(house)).json(), (await _login(house)).json()
    second = (await _post(house, "/v1/auth/refresh", {"refresh_token": first["refresh_token"]})).json()
    stolen = await _post(house, "/v1/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert (stolen.status_code, stolen.json()["code"]) == (401, "identity.refresh_reused")
    for tokens, status in ((second, 401), (elsewhere, 200)):
        answer = await house.http.get("/v1/me", headers={"authorization": f"Bearer {tokens['access_token']}"})
        assert answer.status_code == status
    ended = await _post(house, "/v1/auth/refresh", {"refresh_token": second["refresh_token"]})
    assert ended.status_code == 401
    assert "identity.refresh_token_reused" in await _actions(house)


async def test_an_app_a_passkey_paper_and_locks(house: House) -> None:
    await _add_lea(house)
    token = (await _login(house)).json()["access_token"]
    setup = (await _post(house, "/v1/me/mfa/authenticator", token=token)).json()
    body = {"code": _code(setup["secret"])}
    codes = (await _post(house, "/v1/me/mfa/authenticator/confirm", body, token)).json()["recovery_codes"]
    device = Device(party=RelyingParty.of(str(house.http.base_url), "School"))
    question = (await _post(house, "/v1/me/passkeys/options", token=token)).json()
    made = {"challenge": question["challenge"], "credential": device.make(question["options"]), "name": "Phone"}
    assert (await _post(house, "/v1/me/passkeys", made, token)).status_code == 201
    me = (await house.http.get("/v1/me", headers={"authorization": f"Bearer {token}"})).json()
    assert me["mfa_enabled"] is True

    # From now on the password is half of it; each of the three others is the other half.
    house.clock.advance(timedelta(minutes=1))
    step = (await _login(house)).json()
    assert step["ways"] == ["code", "passkey", "recovery_code"]
    finished = await _post(house, "/v1/auth/mfa", {"challenge": step["challenge"], "code": _code(setup["secret"])})
    assert finished.status_code == 200
    step = (await _login(house)).json()
    replayed = await _post(house, "/v1/auth/mfa", {"challenge": step["challenge"], "code": _code(setup["secret"])})
    assert replayed.json()["code"] == "identity.code_used"
    assert (await _post(house, "/v1/auth/mfa", {"challenge": step["challenge"], "code": codes[0]})).status_code == 200
    step = (await _login(house)).json()
    asked = (await _post(house, "/v1/auth/mfa/passkey-options", {"challenge": step["challenge"]})).json()
    signed = {"challenge": step["challenge"], "credential": device.sign(asked["options"])}
    assert (await _post(house, "/v1/auth/mfa/passkey", signed)).status_code == 200

    # A passkey alone is both halves.
    alone = (await _post(house, "/v1/auth/passkeys/options")).json()
    signed = {"challenge": alone["challenge"], "credential": device.sign(alone["options"])}
    assert (await _post(house, "/v1/auth/passkeys", signed)).status_code == 200

    # Guessing is slowed down, whoever guesses; the person learns of it.
    for _ in range(5):
        step = (await _login(house)).json()
        assert (await _post(house, "/v1/auth/mfa", {"challenge": step["challenge"], "code": "guessed"})).status_code == 403
    step = (await _login(house)).json()
    locked = await _post(house, "/v1/auth/mfa", {"challenge": step["challenge"], "code": codes[1]})
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "30")
    house.clock.advance(timedelta(seconds=31))
    assert (await _post(house, "/v1/auth/mfa", {"challenge": step["challenge"], "code": codes[1]})).status_code == 200
    done = await _actions(house)
    for action in ("second_factor_on", "passkey_added", "second_factor_refused", "recovery_code_used", "signed_in"):
        assert f"identity.{action}" in done
    await house.work()
    letters = await house.mails(EMAIL, "security_notice")
    assert len(letters) >= 5
    assert all(letter["status"] in {"sent", "delivered"} for letter in letters)
    assert await house.mails(OWNER, "security_notice") == []
