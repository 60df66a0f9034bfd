"""A request needs one connection at a time: as many as the pool has can never wait for each other."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from tuition import identity
from tuition.identity import Role
from tuition.kernel import FrozenClock
from tuition.main import build_runtime, create_app
from tuition.platform.database import engine
from tuition.platform.settings import Mode, Settings

KEY = "a key of the tests, of no worth anywhere else"
EMAIL, PASSWORD = "tamara@school.example", "nine patient herons"


async def test_a_request_needs_no_second_connection(
    database_url: str, tmp_path: Path, moment: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CONNECT_TIMEOUT_S", 1)
    settings = Settings(mode=Mode.TEST, home=tmp_path, secret_key=SecretStr(KEY))
    runtime = build_runtime(settings, database_url, pool_size=1)
    async with runtime.database.transaction() as session:
        await identity.add_person(session, email=EMAIL, full_name="Tamara", password=PASSWORD, roles=frozenset({Role.CREATOR}))
    transport = httpx.ASGITransport(app=create_app(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        answers = [await browser.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})]
        moment.advance(timedelta(hours=1))
        # A page that only reads, while a visit is to be noted; one that writes; a form of several steps; the switch of languages.
        answers.append(await browser.get("/studio/courses"))
        answers.append(await browser.post("/studio/courses", data={"title": "Slow breathing"}))
        answers.append(await browser.post("/wallet/top-ups", data={"amount": "5.00", "currency": "EUR", "method": "new"}))
        answers.append(await browser.post("/preferences", data={"language": "ar"}))
    assert [answer.status_code for answer in answers] == [303, 200, 303, 303, 303], answers[3].text
    async with runtime.database.reading() as reading:
        seen_at = await reading.scalar(text("select last_seen_at from sign_ins"))
    assert seen_at == moment.now()
    assert runtime.database.health().exhausted == 0
    await runtime.close()
