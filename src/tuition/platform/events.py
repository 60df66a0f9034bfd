"""News that goes up the house.

A room publishes a fact (a frozen dataclass, past tense); the composition root decides who hears it. A reaction runs in the
same transaction as the fact: when it fails, the fact did not happen. What must leave the process is a job, not a reaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from tuition.platform.database.sessions import Session

E = TypeVar("E")
Reaction = Callable[["Session", E], Awaitable[None]]


class Bus:
    """Who hears which fact, in the order of their subscription."""

    def __init__(self) -> None:
        self._reactions: dict[type[Any], list[Reaction[Any]]] = defaultdict(list)

    def subscribe(self, fact: type[E], reaction: Reaction[E]) -> None:
        """Let ``reaction`` hear every ``fact`` from now on. Twice is once."""
        if reaction not in self._reactions[fact]:
            self._reactions[fact].append(reaction)

    async def publish(self, session: Session, fact: object) -> None:
        """Tell everybody who listens, one after the other, inside the transaction."""
        for reaction in self._reactions[type(fact)]:
            await reaction(session, fact)


async def publish(session: Session, fact: object) -> None:
    """Announce a fact to the bus that this session belongs to."""
    bus: Bus = session.info["bus"]
    await bus.publish(session, fact)
