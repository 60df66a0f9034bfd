"""People and contents for the catalogue's tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import insert

from tuition import identity
from tuition.identity import Actor, Role
from tuition.kernel import new_id
from tuition.platform.database import Session

Person = Callable[..., Awaitable[Actor]]


async def add_person(session: Session, *roles: Role, email_verified: bool = True) -> Actor:
    """A row of users and its actor."""
    person_id = new_id()
    await session.execute(insert(identity.User).values(id=person_id, email=f"{person_id}@example.org", full_name="Somebody"))
    return Actor(id=person_id, roles=frozenset({Role.LEARNER, *roles}), email_verified=email_verified)


@pytest.fixture
def person(session: Session) -> Person:
    """Makes people."""

    async def make(*roles: Role, email_verified: bool = True) -> Actor:
        return await add_person(session, *roles, email_verified=email_verified)

    return make


@pytest.fixture
async def creator(person: Person) -> Actor:
    """Somebody who publishes."""
    return await person(Role.CREATOR)


@pytest.fixture
async def learner(person: Person) -> Actor:
    """Somebody who learns."""
    return await person()
