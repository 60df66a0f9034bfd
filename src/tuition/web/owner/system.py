"""How the house is: the server, the pool, the queues, what was given up."""

from __future__ import annotations

import asyncio
import platform
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

import tuition
from tuition import operations
from tuition.edge import EdgeRoute, Reading, Services, Writing
from tuition.kernel import clock
from tuition.platform import jobs, migrate, site
from tuition.platform.database import Database
from tuition.web.owner.surroundings import Mechanic, owner_page
from tuition.web.rendering import see_other
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import say

router = APIRouter(prefix="/owner/system", route_class=EdgeRoute, include_in_schema=False)
MAX_JOB = 2**63 - 1


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


@router.post("/jobs/{job_id}/retry")
async def retry(request: Request, job_id: Annotated[int, Path(ge=1, le=MAX_JOB)], session: Writing, actor: Mechanic) -> Response:
    """Let a job that was given up run once more."""
    try:
        await operations.retry_job(session, actor, job_id)
    except (jobs.JobNotFailed, jobs.JobWaitsAlready) as error:
        return see_other(request, "/owner/system#jobs", say=say(request, error), tone="warn")
    return see_other(request, "/owner/system#jobs", say=_("It is tried again."))


def _url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)
