"""How the house is: the server, the pool, the queues, what was given up."""

from __future__ import annotations

import asyncio
import platform
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

import tuition
from tuition import operations
from tuition.edge import EdgeRoute, Reading, Services
from tuition.kernel import clock
from tuition.platform import jobs, migrate, site
from tuition.platform.database import Database
from tuition.web.owner.surroundings import Mechanic, owner_page

router = APIRouter(prefix="/owner/system", route_class=EdgeRoute, include_in_schema=False)


@router.get("")
async def system(request: Request, session: Reading, actor: Mechanic, services: Services) -> Response:
    """Everything that somebody asks who was told that it is slow."""
    del actor
    version, size, connections = await operations.database_facts(session)
    context: dict[str, Any] = {
        "version": tuition.__version__,
        "python": platform.python_version(),
        "postgres": version,
        "database_size": size,
        "connections": connections,
        "pool": services.database.health(),
        "settings": services.settings,
        "stamp": (await site.current(session)).mode,
        "migrations": await asyncio.to_thread(migrate.status, _url(services.database)),
        "depths": await jobs.depth(session, now=clock.now()),
        "pulse": await jobs.workers_alive(session),
        "failed": await operations.failed_jobs(session),
        "tables": await operations.largest_tables(session),
    }
    return owner_page(request, "system.html", **context)


def _url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)
