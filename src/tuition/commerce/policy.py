"""What rooms beside this one know about a sale: whether it may be made now, and how much of it was used. Wired in ``main.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from tuition import catalog
from tuition.commerce.models import Purchase
from tuition.kernel import DomainError
from tuition.platform.database import AnySession


class Admits(Protocol):
    """Why some of these contents may not be sold to this person (none: a visitor) now; what is left out may.

    ``hold`` is asked when the sale is being made: what is scarce stays as it was found until the transaction ends.
    """

    async def __call__(
        self, session: AnySession, person_id: UUID | None, contents: Sequence[catalog.Content], /, *, hold: bool = False
    ) -> Mapping[UUID, DomainError]: ...


class Measures(Protocol):
    """How much of how much a person has used of a content since they were given it, in milliseconds; nothing for what the
    asked room does not know.
    """

    async def __call__(
        self, session: AnySession, person_id: UUID, content_id: UUID, /, *, grant_id: UUID, since: datetime
    ) -> tuple[int, int] | None: ...


async def _everything(
    session: AnySession, person_id: UUID | None, contents: Sequence[catalog.Content], *, hold: bool = False
) -> Mapping[UUID, DomainError]:
    del session, person_id, contents, hold
    return {}


async def _nothing_known(
    session: AnySession, person_id: UUID, content_id: UUID, *, grant_id: UUID, since: datetime
) -> tuple[int, int] | None:
    del session, person_id, content_id, grant_id, since
    return None


@dataclass(slots=True)
class _Wiring:
    admits: Admits = _everything
    measures: Measures = _nothing_known


_wiring = _Wiring()


def configure(*, admits: Admits, measures: Measures) -> None:
    """Say who else is asked before something is sold, and who knows how much of a whole (a course) was used."""
    _wiring.admits, _wiring.measures = admits, measures


async def refusal_of(
    session: AnySession, buyer_id: UUID | None, contents: Sequence[catalog.Content], *, hold: bool = False
) -> DomainError | None:
    """Why these contents, together, may not be sold to this person now."""
    refused = await _wiring.admits(session, buyer_id, contents, hold=hold)
    return next((refused[content.id] for content in contents if content.id in refused), None)


async def use_of(session: AnySession, purchase: Purchase) -> tuple[int, int] | None:
    """How much of how much was used of what only another room can measure."""
    if purchase.grant_id is None or purchase.purchased_at is None:
        return None
    person_id, content_id = purchase.buyer_id, purchase.content_id
    return await _wiring.measures(session, person_id, content_id, grant_id=purchase.grant_id, since=purchase.purchased_at)
