"""A school's yard: a teacher, learners, an article to talk about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import insert

from tuition import access, catalog, identity
from tuition.access import AccessType
from tuition.catalog import BodyFormat, Kind, OneTime
from tuition.identity import Actor, Role
from tuition.kernel import Currency, Money, new_id
from tuition.platform.database import Session

Person = Callable[..., Awaitable[Actor]]


@pytest.fixture
def person(session: Session) -> Person:
    """Makes people."""

    async def make(*roles: Role, name: str = "Somebody", email_verified: bool = True) -> Actor:
        person_id = new_id()
        await session.execute(insert(identity.User).values(id=person_id, email=f"{person_id}@example.org", full_name=name))
        return Actor(id=person_id, roles=frozenset({Role.LEARNER, *roles}), email_verified=email_verified)

    return make


@pytest.fixture
async def teacher(person: Person) -> Actor:
    """Who made the article."""
    return await person(Role.CREATOR, name="Mona")


@pytest.fixture
async def article(session: Session, teacher: Actor) -> catalog.Content:
    """An article that costs five euros."""
    content = await catalog.create_content(session, teacher, Kind.WRITTEN, title="Breathing")
    await catalog.write_body(session, teacher, content.id, "Breathe in.", BodyFormat.MARKDOWN)
    await catalog.set_price(session, teacher, content.id, OneTime(Money(500, Currency("EUR"))))
    return await catalog.publish(session, teacher, content.id)


@pytest.fixture
def learner_of(session: Session, person: Person, article: catalog.Content) -> Person:
    """Makes people who may open the article."""

    async def make(name: str = "Sami", *, email_verified: bool = True) -> Actor:
        actor = await person(name=name, email_verified=email_verified)
        source = ("purchase", new_id())
        await access.grant(session, actor.id, access.Content(article.id), kind=AccessType.PURCHASED, source=source)
        return actor

    return make
