"""A furnished house to fuzz: an owner who is a creator too, with one thing of every kind."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import imageio_ffmpeg
import pytest
from pydantic import SecretStr

from tests.browser.conftest import Serve, free_port, serve
from tuition import identity
from tuition.main import build_runtime, create_app
from tuition.payments.adapters import sandbox
from tuition.platform import jobs
from tuition.platform.settings import Mode, Settings

__all__ = ["serve"]

KEY = "a key of the tests, of no worth anywhere else"
OWNER, PASSWORD = "owner@school.example", "nine patient herons"


@dataclass
class Furnished:
    """Where it is served, and ids that exist there, by the name of the path parameter that takes them."""

    address: str
    document: dict[str, Any]
    ids: dict[str, list[str]]

    def token(self) -> str:
        """The owner's access token, fresh."""
        answer = httpx.post(
            f"{self.address}/v1/auth/sign-in", json={"email": OWNER, "password": PASSWORD}, timeout=120, trust_env=False
        )
        return str(answer.json()["access_token"])


@pytest.fixture
async def furnished(database_url: str, serve: Serve, tmp_path: Path) -> AsyncIterator[Furnished]:
    """Everything wired and served; jobs do not run by themselves."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = Settings(mode=Mode.TEST, home=tmp_path / "home", port=port, public_url=address, secret_key=SecretStr(KEY))
    runtime = build_runtime(settings, database_url)
    async with runtime.database.transaction() as session:
        await identity.init_owner(session, email=OWNER, full_name="Olga Owner", password=PASSWORD)
        person = await identity.add_person(
            session, email="ben@people.example", full_name="Ben", password=PASSWORD, roles=frozenset({identity.Role.CREATOR})
        )
    app = create_app(runtime)
    await serve(app, port)
    async with httpx.AsyncClient(base_url=address, timeout=120, trust_env=False) as http:
        document = (await http.get("/openapi.json")).json()
        ids = await _furnish(http, runtime, tmp_path)
    yield Furnished(address, document, ids | {"person_id": [str(person)]})
    await runtime.close()


async def _furnish(http: httpx.AsyncClient, runtime: Any, folder: Path) -> dict[str, list[str]]:
    signed_in = await http.post("/v1/auth/sign-in", json={"email": OWNER, "password": PASSWORD})
    http.headers["authorization"] = f"Bearer {signed_in.json()['access_token']}"

    async def ask(method: str, path: str, **options: Any) -> Any:
        answer = await http.request(method, path, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    data = _film(folder / "film.mp4")
    video = (await ask("POST", "/v1/contents", json={"kind": "video", "title": "Film"}))["id"]
    announced = {"content_id": video, "purpose": "media", "file_name": "film.mp4", "size": len(data)}
    upload = await ask("POST", "/v1/uploads", json=announced)
    await ask("PUT", f"/v1/uploads/{upload['id']}", content=data, headers={"content-type": "application/octet-stream"})
    await ask("POST", f"/v1/uploads/{upload['id']}/complete")
    waiting = await ask("POST", "/v1/uploads", json=announced)
    article = (await ask("POST", "/v1/contents", json={"kind": "written", "title": "Article"}))["id"]
    await ask("PUT", f"/v1/contents/{article}/body", json={"source": "Breathe."})
    series = (await ask("POST", "/v1/series", json={"title": "All", "content_ids": [video, article]}))["id"]
    await jobs.drain(runtime.database, runtime.services)
    for content_id in (video, article, series):
        await ask("PUT", f"/v1/contents/{content_id}/prices", json={"currency": "EUR", "amount_minor": 900})
        await ask("POST", f"/v1/contents/{content_id}/publish")
    wallet = (await ask("POST", "/v1/wallets", json={"currency": "EUR"}))["id"]
    topped = {"amount": {"amount_minor": 5000, "currency": "EUR"}, "save_method": True}
    payment = await ask("POST", f"/v1/wallets/{wallet}/top-ups", json=topped)
    async with runtime.database.transaction() as session:
        await sandbox.confirm(session, payment["redirect_url"].rpartition("/")[2], "4242424242424242")
    await jobs.drain(runtime.database, runtime.services)
    key = await ask("POST", "/v1/me/api-keys", json={"name": "A script"})
    learning = await _open_course(ask)
    played = await ask("POST", "/v1/play-sessions", json={"content_id": video, "device_id": "one"})
    return learning | {
        "content_id": [video, article, series],
        "upload_id": [waiting["id"]],
        "key_id": [key["id"]],
        "wallet_id": [wallet],
        "payment_id": [payment["id"]],
        "play_session_id": [played["id"]],
        "waiver": [(await ask("GET", "/v1/orders/waiver"))["text"]],
        "purchase_id": [item["id"] for item in (await ask("GET", "/v1/purchases"))["items"]],
        "order_id": [item["id"] for item in (await ask("GET", "/v1/orders"))["items"]],
        "method_id": [item["id"] for item in (await ask("GET", "/v1/payment-methods"))["items"]],
        "event_id": [item["id"] for item in (await ask("GET", "/v1/admin/webhook-events"))["items"]],
        "email_id": [item["id"] for item in (await ask("GET", "/v1/admin/emails"))["items"]],
        "notification_id": [item["id"] for item in (await ask("GET", "/v1/me/notifications"))["items"]],
        "play": [played["token"]],
        "rendition": ["audio"],
        "piece": ["init.mp4", "00000.m4s"],
        "currency": ["EUR"],
        "country": ["FR", "EG"],
        "provider": ["sandbox"],
        "width": ["640"],
    }


async def _open_course(ask: Callable[..., Awaitable[Any]]) -> dict[str, list[str]]:
    """A course with a quiz that its owner takes."""
    course = (await ask("POST", "/v1/courses", json={"title": "Numbers", "description": "Them.", "visibility": "public"}))["id"]
    lesson = (await ask("POST", f"/v1/courses/{course}/lessons", json={"lesson_type": "quiz", "title": "Primes"}))["id"]
    quiz = (await ask("GET", f"/v1/courses/{course}/quizzes"))["items"][0]
    body = {"type": "true_false", "text": "The sun is a star.", "answer": True}
    asked = (await ask("POST", f"/v1/quizzes/{quiz['id']}/questions", json={"body": body}))["questions"][0]["question"]["id"]
    await ask("PATCH", f"/v1/quizzes/{quiz['id']}", json={"is_published": True})
    await ask("POST", f"/v1/contents/{course}/publish")
    enrollment = (await ask("POST", "/v1/enrollments", json={"course_id": course}))["id"]
    attempt = (await ask("POST", f"/v1/quizzes/{quiz['id']}/attempts"))["attempt"]["id"]
    group = (await ask("POST", f"/v1/courses/{course}/groups", json={"name": "Monday"}))["id"]
    return {
        "course_id": [course],
        "lesson_id": [lesson],
        "quiz_id": [quiz["id"]],
        "bank_id": [quiz["bank_id"]],
        "question_id": [asked],
        "enrollment_id": [enrollment],
        "group_id": [group],
        "attempt_id": [attempt],
    }


def _film(path: Path) -> bytes:
    source = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=5:d=8", "-f", "lavfi", "-i", "sine=440:d=8"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, *codecs, str(path)], check=True)
    return path.read_bytes()
