"""A school with one course that somebody completed, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import insert, update

from tuition import identity, messaging
from tuition.edge import Runtime
from tuition.identity import Actor, Role
from tuition.kernel import clock, new_id
from tuition.learning import certificates, courses, enrollments
from tuition.learning.enrollments import CourseCompleted, Enrollment, EnrollmentStatus
from tuition.main import create_app, wire
from tuition.platform import events, files, jobs, secrets
from tuition.platform.database import Database
from tuition.platform.settings import Mode, Settings

ADDRESS = "https://school.example"
PASSWORD = "seven quiet otters"


@dataclass
class School:
    """The school, its people, and the course."""

    database: Database
    app: Any
    services: jobs.Services
    folder: Path
    course_id: UUID = field(default_factory=new_id)
    programs: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)

    async def program(self, name: str = "", *roles: Role) -> httpx.AsyncClient:
        """Somebody's signed-in program; without a name a visitor's."""
        if name in self.programs:
            return self.programs[name]
        transport = httpx.ASGITransport(app=self.app, client=("192.0.2.1", 50000))
        client = self.programs[name] = httpx.AsyncClient(transport=transport, base_url="http://tuition.test")
        if name:
            email = f"{len(self.ids)}@example.org"
            async with self.database.transaction() as session:
                self.ids[name] = await identity.add_person(
                    session, email=email, password=PASSWORD, full_name=name, roles=roles or (Role.LEARNER,)
                )
            answer = await client.post("/v1/auth/sign-in", json={"email": email, "password": PASSWORD})
            client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    async def enrol(self, name: str, *, completed: bool = True) -> UUID:
        """Enrol somebody; the course is done if ``completed``, and the certificate's job has run."""
        await self.program(name)
        enrollment_id, now = new_id(), clock.now()
        async with self.database.transaction() as session:
            values = {"id": enrollment_id, "student_id": self.ids[name], "course_id": self.course_id, "source": "manual"}
            await session.execute(insert(Enrollment).values(**values, enrolled_at=now))
            if completed:
                done = {"status": EnrollmentStatus.COMPLETED.value, "completed_at": now}
                await session.execute(update(Enrollment).where(Enrollment.id == enrollment_id).values(**done))
                await events.publish(session, CourseCompleted(enrollment_id, self.ids[name], self.course_id, now))
        return enrollment_id

    async def enrol_by_hand(self, name: str) -> UUID:
        """Enrol somebody as the staff does: with a grant, so that the lessons open."""
        await self.program(name)
        mona = Actor(id=self.ids["Mona Haddad"], roles=frozenset({Role.CREATOR}), email_verified=True)
        async with self.database.transaction() as session:
            return (await enrollments.enroll_person(session, mona, self.course_id, self.ids[name])).id

    async def work(self) -> None:
        """Run what waits in the background."""
        await jobs.drain(self.database, self.services)

    async def awarded(self, name: str) -> dict[str, Any]:
        """Enrol somebody, let them complete the course, and return their certificate."""
        await self.enrol(name)
        await self.work()
        found: dict[str, Any] = (await ok(await self.programs[name].get("/v1/certificates")))["items"][0]
        return found

    async def documents(self) -> dict[str, Any]:
        """Everything public that a verifier may fetch, by its address."""
        visitor = await self.program()
        keys = await ok(await visitor.get("/.well-known/did.json"))
        listed = await ok(await visitor.get("/v1/badges/status/1"))
        return {keys["id"]: keys, listed["id"]: listed}


async def ok(answer: httpx.Response, status: int = 200) -> Any:
    """The answer's JSON, after looking at its status."""
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content and "json" in answer.headers["content-type"] else answer.content


@pytest.fixture
async def school(database: Database, database_url: str, bus: Any, tmp_path: Path) -> AsyncIterator[School]:
    """Mona teaches waves; nobody has learned them yet."""
    assert secrets.is_configured()
    certificates.configure(public_url=ADDRESS)
    wire(bus)
    services = jobs.Services().provide(files.Store, files.local(tmp_path / "files"))
    services.provide(messaging.Hub, messaging.Hub(database, database_url))
    app = create_app(Runtime(settings=Settings(mode=Mode.TEST), database=database, services=services))
    made = School(database, app, services, tmp_path / "files")
    await made.program("Mona Haddad", Role.CREATOR)
    async with database.transaction() as session:
        mona = Actor(id=made.ids["Mona Haddad"], roles=frozenset({Role.CREATOR}), email_verified=True)
        course = await courses.create(session, mona, title="Waves")
        made.course_id = course.content_id
    yield made
    for program in made.programs.values():
        await program.aclose()
