"""``tuition serve`` and ``tuition work``."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Annotated, Any

import structlog
import typer
from granian import Granian
from granian.constants import Interfaces, Loops

from tuition.cli import processes
from tuition.main import build_runtime, create_app
from tuition.platform import jobs, migrate, telemetry
from tuition.platform.settings import LogFormat, Role, Settings, load

log = structlog.get_logger(__name__)
TARGET = "tuition.cli.serving:application"
BACKLOG = 2048
STOP_SPARE_S = 5
"""What a process may take beyond its time to finish, before it is killed: to close connections, to send the last traces."""
SERVER_LOG = {"loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": True}}}
"""The server's own lines go where ours go."""


def application() -> Any:
    """The ASGI application of one serving process (Granian calls this in each of them)."""
    settings = load()
    _speak(settings)
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
    _speak(settings)
    with processes.database_url(settings) as url:
        migrate.upgrade(url)
        run(settings)


def run(settings: Settings) -> None:
    """Serve until told to stop. The settings reach the other processes through the environment."""
    with _beside(settings) as stop_beside:
        server = Granian(
            TARGET,
            factory=True,
            interface=Interfaces.ASGI,
            loop=Loops.uvloop,
            address=settings.host,
            port=settings.port,
            workers=settings.workers,
            backlog=BACKLOG,
            log_access=False,
            log_dictconfig=SERVER_LOG,
            workers_kill_timeout=settings.drain_s + STOP_SPARE_S,
            respawn_failed_workers=True,
        )
        server.on_startup(lambda: _pass_on_stop(stop_beside))
        server.serve()


@contextmanager
def _beside(settings: Settings) -> Iterator[Callable[[], None]]:
    """The background work of this machine, in a process of its own, for as long as we serve. Yields what tells it to stop."""
    if not settings.jobs_inside:
        yield lambda: None
        return
    worker = subprocess.Popen([sys.executable, "-m", "tuition", "work"])
    try:
        yield worker.terminate
    finally:
        worker.terminate()
        try:
            worker.wait(settings.drain_s + STOP_SPARE_S)
        except subprocess.TimeoutExpired:
            worker.kill()


def _pass_on_stop(stop_beside: Callable[[], None]) -> None:
    """Let the background work finish while the open requests do, not after them."""
    before = signal.getsignal(signal.SIGTERM)
    assert callable(before), "the server listens for it by now"

    def hear(number: int, frame: FrameType | None) -> None:
        stop_beside()
        before(number, frame)

    signal.signal(signal.SIGTERM, hear)


def _speak(settings: Settings) -> None:
    telemetry.configure_logs(json=settings.log_format is LogFormat.JSON, level=settings.log_level)


def work() -> None:
    """Do background work: mail, films, webhooks, what is due."""
    settings = load()
    _speak(settings)
    with processes.database_url(settings) as url:
        asyncio.run(_work(settings, url))


async def _work(settings: Settings, url: str) -> None:
    runtime = build_runtime(settings, url, pool_size=settings.pool_size(Role.JOBS))
    try:
        await jobs.run_worker(runtime.database, runtime.services, url=url, shutdown_s=settings.drain_s)
    finally:
        await runtime.close()
