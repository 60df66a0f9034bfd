"""The school of the quizzes behind HTTP: its people, signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from tuition.kernel import FrozenClock
from tuition.platform import jobs
from tuition.platform.database import Database

PASSWORD = "seven quiet otters"


@dataclass
class Classroom:
    """A school that is committed and served."""

    database: Database
    services: jobs.Services
    clock: FrozenClock
    quiz_id: UUID
    course_id: UUID
    enrollment_id: UUID
    teacher: httpx.AsyncClient
    learner: httpx.AsyncClient
    other: httpx.AsyncClient

    async def work(self) -> None:
        """Run what waits in the background."""
        await jobs.drain(self.database, self.services)

    async def later(self, **by: int) -> None:
        """Let time pass; nobody's token outlives a lesson, so all sign in again."""
        self.clock.advance(timedelta(**by))
        for client in (self.teacher, self.learner, self.other):
            await sign_in(client)

    async def begin(self) -> dict[str, Any]:
        """The learner begins; the sheet."""
        answer = await self.learner.post(f"/v1/quizzes/{self.quiz_id}/attempts")
        assert answer.status_code == 201, answer.text
        sheet: dict[str, Any] = answer.json()
        return sheet


async def signed_in(app: Any, email: str) -> httpx.AsyncClient:
    """A program of this person's."""
    transport = httpx.ASGITransport(app=app, client=("192.0.2.1", 50000))
    client = httpx.AsyncClient(transport=transport, base_url="http://tuition.test", headers={"x-email": email})
    await sign_in(client)
    return client


async def sign_in(client: httpx.AsyncClient) -> None:
    """Sign in, or again."""
    client.headers.pop("authorization", None)
    answer = await client.post("/v1/auth/sign-in", json={"email": client.headers["x-email"], "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"


def find(sheet: dict[str, Any], kind: str) -> dict[str, Any]:
    """The question of a type."""
    return next(question for question in sheet["questions"] if question["type"] == kind)


def options_by_words(question: dict[str, Any]) -> dict[str, str]:
    """The ids of options by what they say."""
    return {option["html"]: option["id"] for option in question["shown"]["options"]}
