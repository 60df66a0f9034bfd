"""JSON over HTTP, one file per room. Knows the protocol and no business: read the request, call one room, shape the answer."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.api import about, access, catalog, community, identity, learning, messaging, money, playing

ROUTERS: list[APIRouter] = [
    *identity.ROUTERS,
    messaging.router,
    *catalog.ROUTERS,
    access.router,
    *learning.ROUTERS,
    *community.ROUTERS,
    *playing.ROUTERS,
    *money.ROUTERS,
    messaging.outbox,
    about.site.router,
]
"""Every router of the API, in the order in which the reference shows them."""
