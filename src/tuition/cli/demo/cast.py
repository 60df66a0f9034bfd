"""Who is in the demonstration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from tuition import identity
from tuition.identity import Actor, Role
from tuition.platform.database import AnySession, Session

PASSWORD = "tuition-demo-2026"  # noqa: S105 - printed on the screen for everybody: it opens a demonstration and nothing else


@dataclass(frozen=True, slots=True)
class Part:
    """One person of the demonstration."""

    key: str
    email: str
    name: str
    roles: tuple[Role, ...]
    country: str = "DE"
    locale: str = "en"
    time_zone: str = "Europe/Berlin"


OWNER = Part("owner", "owner@tuition.example", "Ada Okafor", (Role.OWNER, Role.CREATOR, Role.LEARNER))
MAYA = Part("maya", "creator@tuition.example", "Maya Lindqvist", (Role.CREATOR, Role.LEARNER), country="SE")
OMAR = Part(
    "omar", "omar@tuition.example", "عمر حداد", (Role.CREATOR, Role.LEARNER), country="EG", locale="ar", time_zone="Africa/Cairo"
)
SOFIA = Part("sofia", "learner@tuition.example", "Sofia Marchetti", (Role.LEARNER,), country="IT")
CAST: tuple[Part, ...] = (
    OWNER,
    MAYA,
    OMAR,
    SOFIA,
    Part("jonas", "jonas@tuition.example", "Jonas Weber", (Role.LEARNER,)),
    Part("leila", "leila@tuition.example", "ليلى منصور", (Role.LEARNER,), country="EG", locale="ar", time_zone="Africa/Cairo"),
    Part("tomas", "tomas@tuition.example", "Tomás Ferreira", (Role.LEARNER,), country="PT"),
    Part("ines", "ines@tuition.example", "Inès Dubois", (Role.LEARNER,), country="FR"),
    Part("kofi", "kofi@tuition.example", "Kofi Mensah", (Role.LEARNER,), country="GB"),
)
SHOWN: tuple[tuple[str, Part], ...] = (("owner", OWNER), ("creator", MAYA), ("learner", SOFIA))
"""One sign-in per role, printed when the demonstration starts."""


async def invite(session: Session, parts: Iterable[Part] = CAST) -> dict[str, Actor]:
    """Add everybody and return them as actors, by key."""
    actors: dict[str, Actor] = {}
    for part in parts:
        person_id = await identity.add_person(
            session,
            email=part.email,
            password=PASSWORD,
            full_name=part.name,
            roles=part.roles,
            birth_year=1990,
            country=part.country,
            locale=part.locale,
            time_zone=part.time_zone,
        )
        actor = await identity.get_actor(session, person_id)
        assert actor is not None, "who was just added is there"
        actors[part.key] = actor
    return actors


async def find(session: AnySession) -> dict[str, Actor]:
    """Everybody who was invited, as actors, by key."""
    ids = dict((await session.execute(select(identity.User.email, identity.User.id))).tuples().all())
    found = {part.key: await identity.get_actor(session, ids[part.email]) for part in CAST}
    return {key: actor for key, actor in found.items() if actor is not None}
