"""Jobs: they exist if and only if their transaction committed, and what fails is tried again or given up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tuition.kernel import DomainError, ErrorKind, FrozenClock, clock, new_id
from tuition.platform import jobs
from tuition.platform.database import Database, Session
from tuition.platform.jobs import definitions

ran: list[str] = []


class Refused(DomainError):
    """No."""

    code = "test.refused"


class Away(DomainError):
    """Not now."""

    kind = ErrorKind.UNAVAILABLE
    code = "test.away"


@jobs.task("test.write", retries=2)
async def write(session: Session, *, name: str) -> None:
    await jobs.record_progress(session, (name, new_id()), "test.write", done=0, total=1)
    ran.append(name)


@jobs.task("test.fail", retries=jobs.Retries(attempts_max=2, wait_first_s=10))
async def fail(session: Session, *, name: str) -> None:
    await write(session, name=name)
    raise Away


@jobs.task("test.refuse", retries=5)
async def refuse(session: Session) -> None:
    raise Refused


@jobs.work("test.outside")
async def outside(context: jobs.Context, *, subject_id: str) -> None:
    subject = ("film", UUID(subject_id))
    await context.progress(subject, done=1, total=4, message="one")
    ran.append(context.service(str))
    await context.progress(subject, done=4, total=4, state="succeeded")


@jobs.every("0 0 29 2 *", "test.tick")
async def tick(session: Session, *, now: datetime) -> None:
    ran.append(now.isoformat())


@pytest.fixture(autouse=True)
def nothing_ran() -> Iterator[None]:
    ran.clear()
    yield
    ran.clear()


async def written(database: Database) -> int:
    async with database.reading() as session:
        return int((await session.execute(text("select count(*) from job_progress"))).scalar_one())


async def test_a_job_exists_when_its_transaction_commits(database: Database) -> None:
    async with database.transaction() as session:
        await jobs.defer(session, "test.write", name="kept")
    outcome = await jobs.drain(database)
    assert outcome.succeeded == ["test.write"]
    assert ran == ["kept"]
    assert await written(database) == 1


async def test_a_job_does_not_exist_when_its_transaction_is_rolled_back(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await jobs.defer(session, "test.write", name="lost")
            raise RuntimeError
    assert (await jobs.drain(database)).succeeded == []


async def test_a_job_deferred_once_waits_only_once(database: Database) -> None:
    for _ in range(2):
        async with database.transaction() as session:
            await jobs.defer(session, "test.write", once="a", name="a")
            await jobs.defer(session, "test.write", once="b", name="b")
    await jobs.drain(database)
    assert sorted(ran) == ["a", "b"]


async def test_a_failed_job_leaves_nothing_and_is_tried_again_later(database: Database, moment: FrozenClock) -> None:
    async with database.transaction() as session:
        await jobs.defer(session, "test.fail", name="x")
    with pytest.raises(jobs.JobFailed, match=r"test\.fail"):
        await jobs.drain(database)
    assert await written(database) == 0
    assert (await jobs.drain(database, strict=False)).retrying == []
    moment.advance(timedelta(seconds=10))
    assert (await jobs.drain(database, strict=False)).retrying == ["test.fail"]
    moment.advance(timedelta(seconds=20))
    assert (await jobs.drain(database, strict=False)).failed == ["test.fail"]
    assert ran == ["x", "x", "x"]
    async with database.reading() as session:
        assert [(d.status, d.count) for d in await jobs.depth(session, now=clock.now())] == [("failed", 1)]


async def test_a_refusal_is_an_answer_and_not_tried_again(database: Database) -> None:
    async with database.transaction() as session:
        await jobs.defer(session, "test.refuse")
    assert (await jobs.drain(database, strict=False)).failed == ["test.refuse"]


async def test_a_scheduled_job_waits_for_the_clock_of_the_house(database: Database, moment: FrozenClock) -> None:
    async with database.transaction() as session:
        await jobs.defer(session, "test.write", at=moment.now() + timedelta(days=2), name="later")
    assert (await jobs.drain(database)).succeeded == []
    async with database.reading() as session:
        assert [d.status for d in await jobs.depth(session, now=moment.now())] == ["scheduled"]
    moment.advance(timedelta(days=2))
    assert (await jobs.drain(database)).succeeded == ["test.write"]


async def test_outside_work_reports_how_far_it_is(database: Database) -> None:
    film = new_id()
    async with database.transaction() as session:
        await jobs.defer(session, "test.outside", subject_id=str(film))
    await jobs.drain(database, jobs.Services("a service"))
    assert ran == ["a service"]
    async with database.reading() as session:
        progress = await jobs.progress_of(session, ("film", film))
        assert progress == jobs.Progress(done=4, total=4, message="", state="succeeded")
        assert progress.percent == 100
        assert await jobs.progress_of(session, ("film", new_id())) is None


async def test_periodic_jobs_run_with_the_time_of_the_house(database: Database, moment: FrozenClock) -> None:
    assert await jobs.run_periodic(database, names=["test.tick"]) == ["test.tick"]
    assert ran == [moment.now().isoformat()]


async def test_the_platform_own_upkeep_runs(database: Database) -> None:
    names = ["platform.rescue_jobs", "platform.forget_expired"]
    assert sorted(await jobs.run_periodic(database, names=names)) == sorted(names)


async def test_a_real_worker_runs_what_was_deferred_and_retries_what_failed(database: Database, database_url: str) -> None:
    async with database.transaction() as session:
        await jobs.defer(session, "test.write", name="worked")
        await jobs.defer(session, "test.fail", name="again")
        await jobs.defer(session, "test.refuse")
    await asyncio.wait_for(
        jobs.run_worker(database, jobs.Services(), url=database_url, wait=False, install_signal_handlers=False), timeout=120
    )
    assert sorted(ran) == ["again", "worked"]
    assert await written(database) == 1
    async with database.reading() as session:
        # By name: at a full minute the worker's clock adds periodic jobs of its own.
        rows = await session.execute(
            text("select task_name, status::text from procrastinate_jobs where task_name like 'test.%' order by 1")
        )
        assert [tuple(row) for row in rows] == [("test.fail", "todo"), ("test.refuse", "failed"), ("test.write", "succeeded")]


async def test_a_listening_worker_hears_of_a_job_at_once(database: Database, database_url: str) -> None:
    worker = asyncio.create_task(
        jobs.run_worker(database, jobs.Services(), url=database_url, polling_interval_s=60, install_signal_handlers=False)
    )
    listens = text(
        "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle' and query ilike 'listen%'"
    )

    async def is_listening() -> bool:
        async with database.reading() as session:
            return bool(await session.scalar(listens))

    # By a poll it would be heard too, but a minute later.
    async with asyncio.timeout(50):
        while not await is_listening():  # noqa: ASYNC110 - it is the server that knows
            await asyncio.sleep(0.05)
        async with database.transaction() as session:
            await jobs.defer(session, "test.write", name="heard")
        while "heard" not in ran:  # noqa: ASYNC110 - the job knows of no event
            await asyncio.sleep(0.02)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


async def test_a_job_of_a_dead_worker_is_put_back(database: Database) -> None:
    async with database.transaction() as session:
        await jobs.defer(session, "test.write", name="dropped")
        await session.execute(text("update procrastinate_jobs set status = 'doing'"))
    async with database.transaction() as session:
        assert await jobs.rescue_stalled(session) == 1
    assert (await jobs.drain(database)).succeeded == ["test.write"]


async def test_a_dead_workers_job_that_is_asked_for_again_is_put_back_once(database: Database) -> None:
    for _ in range(2):  # two that died with the same lock, and one that waits under it
        async with database.transaction() as session:
            await jobs.defer(session, "test.write", once="same", name="dropped")
            await session.execute(text("update procrastinate_jobs set status = 'doing'"))
    async with database.transaction() as session:
        await jobs.defer(session, "test.write", once="same", name="waiting")
        await jobs.defer(session, "test.write", name="other")
        await session.execute(text("update procrastinate_jobs set status = 'doing' where queueing_lock is null"))
    async with database.transaction() as session:
        assert await jobs.rescue_stalled(session) == 3
    assert (await jobs.drain(database)).succeeded == ["test.write"] * 2
    async with database.transaction() as session:
        assert await jobs.rescue_stalled(session) == 0


async def test_arguments_are_ids_and_not_documents(session: Session) -> None:
    with pytest.raises(AssertionError, match="pass an id"):
        await jobs.defer(session, "test.write", name="x" * 201)
    with pytest.raises(AssertionError, match="no job is called"):
        await jobs.defer(session, "test.unknown")


def test_waiting_doubles_up_to_its_limit() -> None:
    retries = jobs.Retries(attempts_max=5, wait_first_s=2, wait_max_s=10)
    assert [retries.wait_after(Away(), attempt) for attempt in range(1, 7)] == [2, 4, 8, 10, 10, None]
    assert retries.wait_after(Refused(), 1) is None
    assert retries.wait_after(OSError(), 1) == 2
    assert definitions.registered()["test.write"].retries.attempts_max == 2
