"""Working the queue off in this very process: what tests, the demo and a test clock use instead of a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from tuition.kernel import clock
from tuition.platform.database import Database
from tuition.platform.jobs.context import Services
from tuition.platform.jobs.definitions import definition_of, registered
from tuition.platform.jobs.worker import execute

JOBS_MAX = 100_000


class JobFailed(Exception):
    """A job raised while the queue was worked off; its cause is the error."""

    def __init__(self, name: str, arguments: dict[str, Any]) -> None:
        super().__init__(f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})")


@dataclass(slots=True)
class Outcome:
    """What happened: how many jobs succeeded, will be tried again, and were given up, each by name."""

    succeeded: list[str] = field(default_factory=list)
    retrying: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


async def drain(
    database: Database, services: Services | None = None, *, queues: Sequence[str] | None = None, strict: bool = True
) -> Outcome:
    """Run everything that is due by ``kernel.clock``, also what those jobs defer, one after another.

    What fails is put off or given up as its retries say; with ``strict`` the first failure is also raised, as ``JobFailed``.
    """
    outcome = Outcome()
    for _ in range(JOBS_MAX):
        taken = await _take(database, clock.now(), queues)
        if taken is None:
            return outcome
        job_id, name, arguments, attempts = taken
        try:
            await execute(definition_of(name), database, services or Services(), arguments, attempt=attempts + 1)
        except Exception as error:
            again = await _put_off(database, job_id, name, error, attempts + 1)
            (outcome.retrying if again else outcome.failed).append(name)
            if strict:
                raise JobFailed(name, arguments) from error
        else:
            await _finish(database, job_id, "succeeded")
            outcome.succeeded.append(name)
    raise AssertionError(f"more than {JOBS_MAX} jobs: do they defer one another for ever?")


async def run_periodic(database: Database, services: Services | None = None, *, names: Sequence[str] | None = None) -> list[str]:
    """Run each periodic job once, now (or only the named ones): how a test clock lives through a night."""
    due = [item for item in registered().values() if item.cron and (names is None or item.name in names)]
    for definition in due:
        await execute(definition, database, services or Services(), {}, attempt=1)
    return [definition.name for definition in due]


async def _take(database: Database, now: datetime, queues: Sequence[str] | None) -> tuple[int, str, dict[str, Any], int] | None:
    async with database.transaction() as session:
        row = (
            await session.execute(
                text("""
                    update procrastinate_jobs set status = 'doing' where id = (
                      select id from procrastinate_jobs
                      where status = 'todo' and (scheduled_at is null or scheduled_at <= :now)
                        and (cast(:queues as text[]) is null or queue_name = any(:queues))
                      order by priority desc, id limit 1 for update skip locked
                    ) returning id, task_name, args, attempts
                """),
                {"now": now, "queues": list(queues) if queues is not None else None},
            )
        ).one_or_none()
    if row is None:
        return None
    arguments = {key: value for key, value in row.args.items() if key != "timestamp"}
    return row.id, row.task_name, arguments, row.attempts


async def _finish(database: Database, job_id: int, status: str) -> None:
    async with database.transaction() as session:
        await session.execute(
            text("select procrastinate_finish_job_v1(:id, cast(:status as procrastinate_job_status), false)"),
            {"id": job_id, "status": status},
        )


async def _put_off(database: Database, job_id: int, name: str, error: Exception, attempts: int) -> bool:
    wait_s = definition_of(name).retries.wait_after(error, attempts)
    if wait_s is None:
        await _finish(database, job_id, "failed")
        return False
    async with database.transaction() as session:
        await session.execute(
            text("select procrastinate_retry_job_v2(:id, :at, null, null, null)"),
            {"id": job_id, "at": clock.now() + timedelta(seconds=wait_s)},
        )
    return True
