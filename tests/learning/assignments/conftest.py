"""The school of the certificates, with an assignment in its course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.learning.certificates.conftest import School, ok, school
from tuition import catalog
from tuition.identity import Actor, Role
from tuition.learning import assignments, courses
from tuition.learning.courses import LessonType

__all__ = ["Desk", "desk", "school"]


@dataclass
class Desk:
    """An assignment that Mona gives and Dana works on."""

    school: School
    lesson_id: UUID
    assignment_id: UUID
    enrollment_id: UUID

    @property
    def mona(self) -> Actor:
        """Who teaches."""
        return Actor(id=self.school.ids["Mona Haddad"], roles=frozenset({Role.CREATOR}), email_verified=True)

    async def change(self, **changes: Any) -> None:
        """Change the assignment."""
        mona = await self.school.program("Mona Haddad")
        await ok(await mona.patch(f"/v1/assignments/{self.assignment_id}", json=changes))

    async def begin(self, name: str = "Dana Young") -> dict[str, Any]:
        """Somebody's draft."""
        program = await self.school.program(name)
        found: dict[str, Any] = await ok(await program.post(f"/v1/assignments/{self.assignment_id}/submissions"), 201)
        return found

    async def hand_in(self, text: str = "A wave travels.", name: str = "Dana Young") -> dict[str, Any]:
        """Write and hand in."""
        program = await self.school.program(name)
        draft = await self.begin(name)
        await ok(await program.put(f"/v1/submissions/{draft['id']}/body", json={"body": text}))
        handed: dict[str, Any] = await ok(await program.post(f"/v1/submissions/{draft['id']}/submit"))
        return handed

    async def send(self, name: str, submission_id: str, file_name: str, data: bytes, expect: int = 201) -> dict[str, Any]:
        """A file as a program sends it: announced, brought, finished. ``expect``: how announcing it is answered."""
        program, there = await self.school.program(name), f"/v1/submissions/{submission_id}/uploads"
        begun = await program.post(there, json={"file_name": file_name, "size": len(data)})
        answer: dict[str, Any] = await ok(begun, expect)
        if expect != 201:
            return answer
        await ok(await program.put(f"/v1/uploads/{answer['id']}", content=data))
        finished: dict[str, Any] = await ok(await program.post(f"{there}/{answer['id']}/complete"), 201)
        return finished

    async def grade(self, submission_id: str, expect: int = 200, **grade: Any) -> dict[str, Any]:
        """Mona grades."""
        mona = await self.school.program("Mona Haddad")
        answer: dict[str, Any] = await ok(await mona.post(f"/v1/submissions/{submission_id}/grade", json=grade), expect)
        return answer


@pytest.fixture
async def desk(school: School) -> Desk:  # the fixture of the other folder
    """Dana is enrolled, and may open the lesson."""
    mona = Actor(id=school.ids["Mona Haddad"], roles=frozenset({Role.CREATOR}), email_verified=True)
    async with school.database.transaction() as session:
        lesson = await courses.add_lesson(session, mona, school.course_id, LessonType.ASSIGNMENT, title="Describe a wave")
        await catalog.publish(session, mona, school.course_id)
    async with school.database.reading() as session:
        assignment = await assignments.of_lesson(session, lesson.id)
    assert assignment is not None
    enrollment_id = await school.enrol_by_hand("Dana Young")
    return Desk(school, lesson.id, assignment.id, enrollment_id)
