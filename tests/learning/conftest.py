"""People, courses and lessons for the tests of the school, on a bus on which the school listens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text

from tuition import catalog, identity
from tuition.catalog import Kind
from tuition.identity import Actor, Role
from tuition.kernel import new_id
from tuition.learning import courses, enrollments
from tuition.learning.courses import Course, Lesson, LessonType
from tuition.platform.database import Session
from tuition.platform.events import Bus

Person = Callable[..., Awaitable[Actor]]
AddLesson = Callable[..., Awaitable[Lesson]]
Film = Callable[..., Awaitable[catalog.Content]]


async def add_person(session: Session, *roles: Role, name: str = "Somebody") -> Actor:
    """A row of users and its actor."""
    person_id = new_id()
    await session.execute(insert(identity.User).values(id=person_id, email=f"{person_id}@example.org", full_name=name))
    return Actor(id=person_id, roles=frozenset({Role.LEARNER, *roles}), email_verified=True, full_name=name)


async def add_film(session: Session, creator: Actor, title: str = "A film", *, duration_ms: int = 60_000) -> catalog.Content:
    """A film that is packaged already, as far as the database knows."""
    content = await catalog.create_content(session, creator, Kind.VIDEO, title=title)
    await session.flush()  # its media row is written past the session
    await session.execute(
        text(
            "update media set status = 'ready', hls_prefix = 'contents/x', duration_ms = :duration, version = 1"
            " where content_id = :id"
        ),
        {"duration": duration_ms, "id": content.id},
    )
    await session.execute(
        text("update contents set duration_ms = :duration where id = :id"), {"duration": duration_ms, "id": content.id}
    )
    await session.refresh(content)
    return content


@pytest.fixture
def bus() -> Bus:
    """A bus on which courses and enrollments listen, as in the house."""
    bus = Bus()
    courses.wire(bus)
    enrollments.wire(bus)
    return bus


@pytest.fixture
def person(session: Session) -> Person:
    """Makes people."""

    async def make(*roles: Role, name: str = "Somebody") -> Actor:
        return await add_person(session, *roles, name=name)

    return make


@pytest.fixture
async def teacher(person: Person) -> Actor:
    """Somebody who makes courses."""
    return await person(Role.CREATOR, name="Tamara Teacher")


@pytest.fixture
async def student(person: Person) -> Actor:
    """Somebody who learns."""
    return await person(name="Sami Student")


@pytest.fixture
async def course(session: Session, teacher: Actor) -> Course:
    """A course that costs nothing, still a draft and empty."""
    return await courses.create(session, teacher, title="Breathing for beginners", visibility="public")


@pytest.fixture
def lesson(session: Session, teacher: Actor, course: Course) -> AddLesson:
    """Adds lessons to the course: texts unless said otherwise."""

    async def add(
        title: str = "A lesson", lesson_type: LessonType = LessonType.TEXT, *, course_id: UUID | None = None, **details: Any
    ) -> Lesson:
        if lesson_type is LessonType.TEXT:
            details.setdefault("body", "Breathe in, then out.")
        return await courses.add_lesson(session, teacher, course_id or course.id, lesson_type, title=title, **details)

    return add


@pytest.fixture
def film(session: Session, teacher: Actor) -> Film:
    """Makes films of the teacher's."""

    async def make(title: str = "A film", *, duration_ms: int = 60_000) -> catalog.Content:
        return await add_film(session, teacher, title, duration_ms=duration_ms)

    return make
