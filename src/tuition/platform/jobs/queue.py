"""Putting a job into the queue, and looking at the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import text

from tuition.platform.database import AnySession, Session
from tuition.platform.jobs.definitions import definition_of

ARGUMENT_LENGTH_MAX = 200
KEEP_FINISHED = timedelta(days=14)
HEARTBEAT_STALE_S = 60

Argument = str | int | bool | None

# It only ever defers on a connection that it is given, and so is never opened.
_deferring = App(connector=PsycopgConnector())


async def defer(
    session: Session,
    name: str,
    /,
    *,
    at: datetime | None = None,
    lock: str | None = None,
    once: str | None = None,
    priority: int = 0,
    **arguments: Argument,
) -> None:
    """Put a job into the queue, on the session's own connection: it exists if and only if the transaction commits.

    ``at``: not before that moment. ``lock``: jobs of one lock run one after another, in order. ``once``: while a job of that
    key waits, another is not added. Higher ``priority`` goes first.
    """
    definition = definition_of(name)
    for key, value in arguments.items():
        assert value is None or isinstance(value, (str, int)), f"{key} of {name} is not an id, a number or a short word"
        assert not isinstance(value, str) or len(value) <= ARGUMENT_LENGTH_MAX, f"{key} of {name} is too long: pass an id"
    options: dict[str, Any] = {"queue": definition.queue, "lock": lock, "schedule_at": at, "priority": priority}
    if once is None:
        await _insert(session, name, options, arguments)
        return
    try:
        async with session.begin_nested():
            await _insert(session, name, {**options, "queueing_lock": f"{name}:{once}"}, arguments)
    except AlreadyEnqueued:
        return


async def _insert(session: Session, name: str, options: Mapping[str, Any], arguments: Mapping[str, Argument]) -> None:
    connection = await (await session.connection()).get_raw_connection()
    configured = _deferring.configure_task(name, connection=connection.driver_connection, **options)
    await configured.defer_async(**arguments)


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """How many jobs of a queue are in a status, and how long the oldest has been due."""

    queue: str
    status: str
    count: int
    oldest_s: float


async def depth(session: AnySession, *, now: datetime) -> list[QueueDepth]:
    """How deep the queues are: jobs that are due, scheduled, running or failed."""
    rows = await session.execute(
        text("""
            select queue_name, state, count(*), coalesce(max(extract(epoch from :now - since)), 0)
            from (
              select j.queue_name,
                case when j.status = 'todo' and j.scheduled_at > :now then 'scheduled' else j.status::text end as state,
                coalesce(j.scheduled_at, (select min(e.at) from procrastinate_events e where e.job_id = j.id)) as since
              from procrastinate_jobs j where j.status in ('todo', 'doing', 'failed')
            ) as waiting
            group by queue_name, state order by queue_name, state
        """),
        {"now": now},
    )
    return [QueueDepth(queue, state, count, max(0.0, oldest)) for queue, state, count, oldest in rows]


@dataclass(frozen=True, slots=True)
class WorkerPulse:
    """How many workers gave a sign of life lately."""

    alive: int
    latest: datetime | None


async def workers_alive(session: AnySession) -> WorkerPulse:
    """Workers whose heartbeat is younger than a minute. It is the database's clock that beats here, not the business's."""
    row = await session.execute(
        text("""
            select count(*) filter (where last_heartbeat > clock_timestamp() - make_interval(secs => :stale)), max(last_heartbeat)
            from procrastinate_workers
        """),
        {"stale": HEARTBEAT_STALE_S},
    )
    alive, latest = row.one()
    return WorkerPulse(alive, latest)


async def rescue_stalled(session: Session) -> int:
    """Put the jobs of dead workers back into the queue, and return how many. Jobs are idempotent; this is what for.

    A job that waits in the queue again already, under the same lock, is not put there twice: its dead twin is given up.
    """
    found = await session.execute(
        text("""
            with stalled as (
              select j.id, j.queueing_lock,
                row_number() over (partition by coalesce(j.queueing_lock, j.id::text) order by j.id) as turn
              from procrastinate_jobs j left join procrastinate_workers w on w.id = j.worker_id
              where j.status = 'doing'
                and (w.id is null or w.last_heartbeat < clock_timestamp() - make_interval(secs => :stale))
            )
            select case
              when s.turn > 1 or exists (
                select from procrastinate_jobs t where t.queueing_lock = s.queueing_lock and t.status = 'todo'
              ) then procrastinate_finish_job_v1(s.id, 'aborted', false)
              else procrastinate_retry_job_v2(s.id, null, null, null, null)
            end from stalled s
        """),
        {"stale": HEARTBEAT_STALE_S},
    )
    return len(found.all())


async def forget_finished(session: Session, *, now: datetime) -> int:
    """Delete jobs that ended more than two weeks ago, and return how many."""
    found = await session.execute(
        text("""
            delete from procrastinate_jobs j
            where j.status in ('succeeded', 'failed', 'cancelled', 'aborted')
              and not exists (select 1 from procrastinate_events e where e.job_id = j.id and e.at > :before)
            returning j.id
        """),
        {"before": now - KEEP_FINISHED},
    )
    return len(found.all())
