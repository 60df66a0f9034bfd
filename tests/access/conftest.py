"""People, contents and grants for the tests of access."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import insert

from tuition import catalog, identity
from tuition.catalog import BodyFormat, Kind, OneTime
from tuition.identity import Actor, Role
from tuition.kernel import Currency, Money, new_id
from tuition.platform.database import Session

Person = Callable[..., Awaitable[Actor]]
Article = Callable[..., Awaitable[catalog.Content]]


async def add_person(session: Session, *roles: Role, email_verified: bool = True) -> Actor:
    """A row of users and its actor."""
    person_id = new_id()
    await session.execute(insert(identity.User).values(id=person_id, email=f"{person_id}@example.org", full_name="Somebody"))
    return Actor(id=person_id, roles=frozenset({Role.LEARNER, *roles}), email_verified=email_verified)


async def add_article(
    session: Session,
    creator: Actor,
    title: str = "Breathing",
    *,
    minor: int | None = None,
    published: bool = True,
    **details: Any,
) -> catalog.Content:
    """An article, on sale for ``minor`` cents if given."""
    content = await catalog.create_content(session, creator, Kind.WRITTEN, title=title, **details)
    await catalog.write_body(session, creator, content.id, "Breathe in.", BodyFormat.MARKDOWN)
    if minor is not None:
        await catalog.set_price(session, creator, content.id, OneTime(Money(minor, Currency("EUR"))))
    return await catalog.publish(session, creator, content.id) if published else content


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


@pytest.fixture
def article(session: Session, creator: Actor) -> Article:
    """Makes articles of the creator's."""

    async def make(title: str = "Breathing", **details: object) -> catalog.Content:
        return await add_article(session, creator, title, **details)  # type: ignore[arg-type]  # passed through

    return make
