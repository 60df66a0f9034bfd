"""People for the tests of identity, and an ear for what the room announces."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from tuition import identity
from tuition.identity import Application, events, legal
from tuition.kernel import FrozenClock
from tuition.platform.database import AnySession, Session
from tuition.platform.events import Bus

F = TypeVar("F")
PASSWORD = "seven quiet otters"


class Heard:
    """Every fact of identity that was published, in order."""

    def __init__(self, bus: Bus) -> None:
        self.facts: list[Any] = []
        for fact in vars(events).values():
            if isinstance(fact, type) and fact.__module__ == events.__name__:
                bus.subscribe(fact, self._note)

    async def _note(self, _session: Session, fact: object) -> None:
        self.facts.append(fact)

    def last(self, kind: type[F]) -> F:
        """The newest fact of this kind."""
        return next(fact for fact in reversed(self.facts) if isinstance(fact, kind))

    def count(self, kind: type[object]) -> int:
        """How often it happened."""
        return sum(isinstance(fact, kind) for fact in self.facts)


@pytest.fixture
def heard(bus: Bus) -> Heard:
    """What the room announces in this test."""
    return Heard(bus)


async def application(session: AnySession, **changes: Any) -> Application:
    """A sound application, changed as asked."""
    terms = await legal.current_text(session, "terms", "en")
    sound: dict[str, Any] = {
        "email": "Ada@Example.org",
        "password": PASSWORD,
        "full_name": "Ada Lovelace",
        "birth_year": 1990,
        "country": "FR",
        "terms_sha256": terms.sha256,
    }
    return Application(**{**sound, **changes})


async def actor_of(session: AnySession, person_id: Any) -> identity.Actor:
    """The person as an actor."""
    actor = await identity.get_actor(session, person_id)
    assert actor is not None
    return actor


Joiner = Callable[..., Awaitable[identity.Actor]]


@pytest.fixture
def join(session: Session, moment: FrozenClock) -> Joiner:
    """Add a person whose address is proven, and return the actor."""

    async def add(email: str = "ada@example.org", *roles: identity.Role, full_name: str = "Ada Lovelace") -> identity.Actor:
        wanted = roles or (identity.Role.LEARNER,)
        person_id = await identity.add_person(session, email=email, password=PASSWORD, full_name=full_name, roles=wanted)
        return await actor_of(session, person_id)

    return add
