"""A course with a package lesson: a teacher who brings packages, a learner, and somebody who is neither."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from tuition import catalog, identity
from tuition.identity import Actor, Role
from tuition.kernel import clock
from tuition.learning import courses, enrollments, packages
from tuition.learning.courses import LessonType
from tuition.learning.packages import Launched, Package, Said, Standing
from tuition.main import wire
from tuition.platform import files, jobs
from tuition.platform.database import Database, Session

PASSWORD = "seven quiet otters"


@dataclass
class School:
    """What the tests of packages stand in."""

    database: Database
    store: files.Store
    folder: Path
    teacher: Actor
    learner: Actor
    other: Actor
    course_id: UUID
    lesson_id: UUID
    enrollment_id: UUID

    @property
    def services(self) -> jobs.Services:
        """What jobs may ask for."""
        return jobs.Services().provide(files.Store, self.store)

    @property
    def stored(self) -> int:
        """How many files of packages are in the store."""
        return sum(path.is_file() for path in (self.folder / "packages").rglob("*"))

    async def bring(self, data: bytes, name: str = "safety.zip", lesson_id: UUID | None = None) -> Package:
        """Upload a package, let the job unpack it, and return what became of it."""
        lesson = lesson_id or self.lesson_id
        async with self.database.transaction() as session:
            upload = await packages.begin_file(session, self.teacher, lesson, file_name=name, size=len(data))

        async def whole() -> AsyncIterator[bytes]:
            yield data

        await catalog.receive(self.database, self.store, self.teacher, upload.id, start=0, chunks=whole())
        made = await packages.take_file(self.database, self.store, self.teacher, lesson, upload.id)
        await jobs.drain(self.database, self.services)
        async with self.database.reading() as reading:
            found = await packages.last_brought(reading, lesson)
        assert found is not None
        assert found.id == made.id
        return found

    async def open(self, actor: Actor | None = None, *, again: bool = False) -> Launched:
        """Open the lesson's package in a new window."""
        async with self.database.transaction() as session:
            who = actor or self.learner
            opened = await enrollments.open_lesson(session, who, self.lesson_id, now=clock.now())
            return await packages.open_package(session, who, opened, again=again)

    async def start(self, launched: Launched, number: int = 0) -> dict[str, str]:
        """What an item finds."""
        async with self.database.reading() as session:
            return await packages.start_of(session, launched, launched.items[number])

    async def report(self, launched: Launched, values: dict[str, str], actor: Actor | None = None, **how: Any) -> Standing:
        """Let an item of a launch report."""
        said = {
            "sequence": 1,
            "item": launched.items[0].identifier,
            "sitting": uuid4(),
            "is_final": False,
            "values": values,
        } | how
        async with self.database.transaction() as session:
            launch = await packages.get_launch_for(session, actor or self.learner, launched.launch.id)
            return await packages.report(session, launch, Said.model_validate(said))

    async def progress(self) -> enrollments.LessonProgress | None:
        """How far the learner is with the lesson."""
        async with self.database.reading() as session:
            return (await enrollments.progress_of(session, self.enrollment_id)).get(self.lesson_id)


async def found(session: Session, teacher: Actor, learner: Actor, store: files.Store) -> tuple[UUID, UUID, UUID]:
    """A published course with a package lesson, and its learner's enrollment: their ids."""
    course = await courses.create(session, teacher, title="Safety", description="At work.", visibility="public")
    lesson = await courses.add_lesson(session, teacher, course.id, LessonType.PACKAGE, title="Safety at work")
    await courses.add_lesson(session, teacher, course.id, LessonType.TEXT, title="Afterwards", body="Well done.")
    await catalog.publish(session, teacher, course.id)
    enrollment = await enrollments.enroll_person(session, teacher, course.id, learner.id)
    return course.id, lesson.id, enrollment.id


@pytest.fixture
async def school(database: Database, tmp_path: Path) -> School:
    """The school, in a house where everybody listens."""
    wire(database.bus)
    people = []
    async with database.transaction() as session:
        for name, roles in (("Tamara", (Role.LEARNER, Role.CREATOR)), ("Sami", (Role.LEARNER,)), ("Omar", (Role.LEARNER,))):
            person_id = await identity.add_person(
                session, email=f"{name}@example.org".lower(), password=PASSWORD, full_name=name, roles=roles
            )
            actor = await identity.get_actor(session, person_id)
            assert actor is not None
            people.append(actor)
        teacher, learner, other = people
        store = files.local(tmp_path)
        course_id, lesson_id, enrollment_id = await found(session, teacher, learner, store)
    return School(database, store, tmp_path, teacher, learner, other, course_id, lesson_id, enrollment_id)
