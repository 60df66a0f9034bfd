"""Whose data is where: each room says how a person's data in it is exported and erased, and the house asks them all.

A room's ``privacy.py`` defines ``export(session, person_id) -> dict`` and ``erase(session, person_id)``, and the composition
root registers them. Erasure goes from the highest room down, so that nobody erases what somebody above still needs to find.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tuition.platform.database import AnySession, Session

Export = Callable[[AnySession, UUID], Awaitable[Mapping[str, Any]]]
Erase = Callable[[Session, UUID], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Keeper:
    """A room that keeps data of people."""

    room: str
    export: Export
    erase: Erase


_keepers: dict[str, Keeper] = {}


def register(room: str, *, export: Export, erase: Erase) -> None:
    """Let a room take part, lower rooms first. The same room again replaces itself."""
    _keepers[room] = Keeper(room, export, erase)


async def export_person(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Everything the house holds about a person, by room, ready for JSON."""
    return {keeper.room: dict(await keeper.export(session, person_id)) for keeper in _keepers.values()}


async def erase_person(session: Session, person_id: UUID) -> list[str]:
    """Erase a person in every room, the last registered first, and return the rooms in that order."""
    rooms = list(reversed(_keepers.values()))
    for keeper in rooms:
        await keeper.erase(session, person_id)
    return [keeper.room for keeper in rooms]
