"""The cinema, with every room listening as in production."""

from __future__ import annotations

import pytest

from tests.metering.cinema import Cinema
from tuition.identity import Actor, Role
from tuition.kernel import FrozenClock
from tuition.main import wire
from tuition.platform.database import Database
from tuition.platform.events import Bus


@pytest.fixture
def cinema(database: Database, bus: Bus, moment: FrozenClock) -> Cinema:
    """An empty cinema."""
    wire(bus)
    return Cinema(database, moment)


@pytest.fixture
async def creator(cinema: Cinema) -> Actor:
    """Somebody who makes films."""
    return await cinema.person(Role.CREATOR)
