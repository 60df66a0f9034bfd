"""``tuition serve`` and ``tuition work``."""

from __future__ import annotations

import asyncio
import atexit
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated, Any

import structlog
import typer
from granian import Granian
from granian.constants import Interfaces, Loops

from tuition.cli import processes
from tuition.main import build_runtime, create_app
from tuition.platform import jobs, migrate
from tuition.platform.settings import Role, Settings, load

log = structlog.get_logger(__name__)
TARGET = "tuition.cli.serving:application"
BACKLOG = 2048
STOP_S = 20


def application() -> Any:
    """The ASGI application of one serving process (Granian calls this in each of them)."""
    settings = load()
    stack = ExitStack()
    atexit.register(stack.close)
    url = (
        settings.database_url.get_secret_value()
        if settings.database_url
        else stack.enter_context(processes.database_url(settings))
    )
    return create_app(build_runtime(settings, url, pool_size=settings.pool_size(Role.WEB)))


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
) -> None:
    """Answer requests, and do the background work beside it unless `TUITION_JOBS_INSIDE=false`."""
    for name, value in (("TUITION_HOST", host), ("TUITION_PORT", port)):
        if value is not None:
            os.environ[name] = str(value)
    settings = load()
    with processes.database_url(settings) as url:
        migrate.upgrade(url)
        run(settings)


def run(settings: Settings) -> None:
    """Serve until told to stop. The settings reach the other processes through the environment."""
    with _beside(settings):
        Granian(
            TARGET,
            factory=True,
            interface=Interfaces.ASGI,
            loop=Loops.uvloop,
            address=settings.host,
            port=settings.port,
            workers=settings.workers,
            backlog=BACKLOG,
            log_access=False,
            workers_kill_timeout=STOP_S,
            respawn_failed_workers=True,
        ).serve()


@contextmanager
def _beside(settings: Settings) -> Iterator[None]:
    """The background work of this machine, in a process of its own, for as long as we serve."""
    if not settings.jobs_inside:
        yield
        return
    worker = subprocess.Popen([sys.executable, "-m", "tuition", "work"])
    try:
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(STOP_S)
        except subprocess.TimeoutExpired:
            worker.kill()


def work() -> None:
    """Do background work: mail, films, webhooks, what is due."""
    settings = load()
    with processes.database_url(settings) as url:
        asyncio.run(_work(settings, url))


async def _work(settings: Settings, url: str) -> None:
    runtime = build_runtime(settings, url, pool_size=settings.pool_size(Role.JOBS))
    try:
        await jobs.run_worker(runtime.database, runtime.services, url=url)
    finally:
        await runtime.close()
