"""The market, with every room listening as in production."""

from __future__ import annotations

import pytest

from tests.commerce.market import Market
from tuition.identity import Actor, Role
from tuition.kernel import FrozenClock
from tuition.main import wire
from tuition.platform.database import Database
from tuition.platform.events import Bus


@pytest.fixture
def market(database: Database, bus: Bus, moment: FrozenClock) -> Market:
    """An empty market."""
    wire(bus)
    return Market(database, moment)


@pytest.fixture
async def creator(market: Market) -> Actor:
    """Somebody who sells."""
    return await market.person(Role.CREATOR)


@pytest.fixture
async def buyer(market: Market) -> Actor:
    """Somebody with a card."""
    return await market.person()
