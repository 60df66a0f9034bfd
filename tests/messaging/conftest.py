"""People to tell something to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from tuition import identity, messaging
from tuition.identity import Actor, Role, User
from tuition.platform.database import Database, Session

Adder = Callable[..., Awaitable[UUID]]


async def add(
    session: Session, email: str = "ada@example.org", *, roles: tuple[Role, ...] = (Role.LEARNER,), **columns: Any
) -> UUID:
    """Add a person, and set what a test cares about."""
    person_id = await identity.add_person(session, email=email, password="correct horse battery", full_name="Ada", roles=roles)
    if columns:
        await session.execute(update(User).where(User.id == person_id).values(columns))
    return person_id


@pytest.fixture(autouse=True)
def letterhead() -> None:
    """The letterhead belongs to the process: what another test's application put there must not show here."""
    messaging.configure(public_url="http://localhost:8000", sender="Tuition <noreply@localhost>")


@pytest.fixture
def adding(session: Session) -> Adder:
    """Add a person in the test's own session."""

    async def adder(email: str = "ada@example.org", **columns: Any) -> UUID:
        return await add(session, email, **columns)

    return adder


@pytest.fixture
async def owner(session: Session) -> Actor:
    """Somebody who may read the outbox."""
    person_id = await add(session, "owner@example.org", roles=(Role.OWNER,))
    actor = await identity.get_actor(session, person_id)
    assert actor is not None
    return actor


@pytest.fixture
async def person(database: Database) -> UUID:
    """Somebody in a database with real commits."""
    async with database.transaction() as session:
        return await add(session)


@pytest.fixture
def carried() -> Iterator[None]:
    """Mail leaves the house."""
    messaging.configure(public_url="https://school.test", sender="Tuition <mail@school.test>", keeps=False)
    yield
    messaging.configure(public_url="http://localhost:8000", sender="Tuition <noreply@localhost>")


@pytest.fixture
async def owner_in(database: Database) -> Actor:
    """Somebody who may read the outbox, in a database with real commits."""
    async with database.transaction() as session:
        person_id = await add(session, "owner@example.org", roles=(Role.OWNER,))
        actor = await identity.get_actor(session, person_id)
    assert actor is not None
    return actor
