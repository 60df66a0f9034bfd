"""The process that works: procrastinate fetches, listens, beats and schedules; what a job means is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy

from tuition.kernel import clock
from tuition.platform.database import Database
from tuition.platform.jobs.context import Context, Services
from tuition.platform.jobs.definitions import Definition, Kind, Retries, registered

CONCURRENCY = 8
CONNECTIONS = 3
POLLING_INTERVAL_S = 5.0
SHUTDOWN_S = 30.0

log = structlog.get_logger(__name__)


async def run_worker(
    database: Database,
    services: Services,
    *,
    url: str,
    queues: Sequence[str] | None = None,
    concurrency: int = CONCURRENCY,
    polling_interval_s: float = POLLING_INTERVAL_S,
    shutdown_s: float = SHUTDOWN_S,
    install_signal_handlers: bool = True,
    wait: bool = True,
) -> None:
    """Work until told to stop (or, with ``wait=False``, until the queue is empty); jobs under way then have ``shutdown_s``.

    ``url`` is a plain PostgreSQL address that reaches the server itself: LISTEN does not pass through a pooler.
    """
    # The worker's few connections fetch and finish jobs; the jobs' own transactions come from the database's pool.
    connector = PsycopgConnector(
        # The settings also take SQLAlchemy's way of writing an address.
        conninfo=url.replace("+psycopg://", "://", 1),
        min_size=1,
        max_size=CONNECTIONS,
        kwargs={"application_name": "tuition worker"},
    )
    app = App(connector=connector)
    for definition in registered().values():
        _register(app, definition, database, services)
    async with app.open_async():
        await app.run_worker_async(
            queues=list(queues) if queues is not None else None,  # type: ignore[arg-type]  # its default is None
            concurrency=concurrency,
            wait=wait,
            fetch_job_polling_interval=polling_interval_s,
            shutdown_graceful_timeout=shutdown_s,
            install_signal_handlers=install_signal_handlers,
        )


def _register(app: App, definition: Definition, database: Database, services: Services) -> None:
    async def run(job: JobContext, /, timestamp: int | None = None, **arguments: Any) -> None:
        # The timestamp is when the schedule meant; a job reads the clock instead, as it would in a test.
        del timestamp
        number = job.job.attempts + 1
        with structlog.contextvars.bound_contextvars(job=definition.name, job_id=job.job.id, attempt=number):
            await execute(definition, database, services, arguments, attempt=number)

    declared = app.task(
        name=definition.name,
        queue=definition.queue,
        pass_context=True,
        retry=_Backoff(definition.retries),
        # A periodic job that is still waiting is not added a second time.
        queueing_lock=definition.name if definition.cron else None,
        lock=definition.name if definition.cron else None,
    )(run)
    if definition.cron:
        app.periodic(cron=definition.cron)(declared)


async def execute(
    definition: Definition, database: Database, services: Services, arguments: dict[str, Any], *, attempt: int
) -> None:
    """Run a job once. A task's transaction is committed here; an error rolls it back and is the caller's to record."""
    given = {**arguments, "now": clock.now()} if definition.cron else arguments
    match definition.kind:
        case Kind.TASK:
            async with database.transaction() as session:
                await definition.function(session, **given)
        case Kind.WORK:
            attempts_max = definition.retries.attempts_max + 1
            context = Context(database, services, definition.name, attempt=attempt, attempts_max=attempts_max)
            await definition.function(context, **given)


class _Backoff(BaseRetryStrategy):
    """Our ``Retries`` in procrastinate's words."""

    def __init__(self, retries: Retries) -> None:
        self.retries = retries

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again, or ``None`` to give up."""
        wait_s = self.retries.wait_after(exception, job.attempts + 1)
        if wait_s is None:
            log.error("job.failed", job=job.task_name, job_id=job.id, error=type(exception).__name__)
            return None
        return RetryDecision(retry_in={"seconds": wait_s})
