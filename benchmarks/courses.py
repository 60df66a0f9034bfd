"""What learning costs: a course of 200 lessons is opened, and the progress of ten thousand learners is recorded.

Everything is measured twice, with a hundred learners in the course and with ten thousand: the cost of one operation must not
depend on how many there are. Opening is what the course player asks for, the whole outline with what is open and how far one is;
recording is what a batch of the players' reports costs on top of the minutes themselves; completing is a text read to its end.
The yardstick is a transaction of as many trivial queries, in turns with them.

    python -m benchmarks.courses [--learners 10000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop
from sqlalchemy import event, insert, text

from benchmarks.heartbeat import Result, settings_in
from tuition import access, catalog, identity
from tuition.access import AccessGrant
from tuition.catalog import Kind
from tuition.identity import Actor, Role
from tuition.kernel import clock, new_id
from tuition.learning import courses, enrollments
from tuition.learning.courses import LessonType
from tuition.learning.enrollments import Enrollment
from tuition.main import build_runtime
from tuition.platform import events, migrate, postgres
from tuition.platform.database import Database, Session
from tuition.playback import CoverageGrew, Grown

LESSONS = 200
FILMS = 20
FEW, MANY = 100, 10_000
BATCH = 64
AT_ONCE = 4
TIMES = 400
"""How often each operation is measured."""
QUERIES_MAX = {"course.opened": 12, "course.recorded": 1, "course.completed": 5}
"""What is promised for one of them, however many learners there are."""
UNITS = {
    "course.opened": "outlines/s",
    "course.recorded": f"batches of {BATCH} reports/s",
    "course.completed": "lessons/s",
}
GROWTH_MAX = 1.5
"""How much dearer one of them may be with a hundred times as many learners; an index that is one step deeper costs a little."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of doing something often."""

    per_second: float
    p99_ms: float
    queries: float


@dataclass(frozen=True, slots=True)
class School:
    """One course and who learns in it."""

    course_id: UUID
    films: list[UUID]
    texts: list[UUID]
    learners: list[Actor]
    enrollment_ids: list[UUID]


def measure(*, learners: int = MANY) -> Result:
    """Measure with few and with many learners. Raises when one operation asks the database more often than it may."""
    with tempfile.TemporaryDirectory(prefix="tuition-bench-") as folder, postgres.hold(Path(folder) / "postgres") as server:
        url = server.create_database(f"bench_{new_id().hex}")
        migrate.upgrade(url)
        return uvloop.run(_measure(Path(folder), url, learners))


async def _measure(folder: Path, url: str, learners: int) -> Result:
    runtime = build_runtime(settings_in(folder), url)
    database = runtime.database
    school = await _furnish(database)
    school = await _enrol(database, school, FEW)
    few = await _all(database, school)
    school = await _enrol(database, school, learners - FEW)
    many = await _all(database, school)
    results: Result = {}
    for name, taken in many.items():
        queries = round(taken.queries)
        assert queries <= QUERIES_MAX[name], f"{name} asks {queries} times, {QUERIES_MAX[name]} are promised"
        assert taken.queries <= few[name].queries + 0.5, f"{name} asks more often with more learners"
        yardstick = await _trivial(database, max(1, queries))
        slower = few[name].per_second / taken.per_second
        results |= {
            name: {
                "value": round(taken.per_second),
                "unit": UNITS[name],
                "baseline": f"{queries} trivial queries in a transaction: {round(yardstick)}/s",
                "ratio": round(taken.per_second / yardstick, 2),
            },
            f"{name}.p99": {"value": round(taken.p99_ms, 1), "unit": "ms", "baseline": f"{FEW} learners: {few[name].p99_ms:.1f}"},
            f"{name}.queries": {"value": queries, "unit": "queries each", "baseline": f"at most {QUERIES_MAX[name]}"},
            f"{name}.growth": {
                "value": round(slower, 2),
                "unit": f"× the cost with {FEW}",
                "baseline": f"{learners} learners; at most {GROWTH_MAX}",
            },
        }
    await runtime.close()
    return results


async def _all(database: Database, school: School) -> dict[str, Taken]:
    now = clock.now()
    learners = list(zip(school.learners, school.enrollment_ids, strict=True))

    async def opened(number: int) -> None:
        actor, _ = learners[number * 37 % len(learners)]
        async with database.reading() as session:
            view = await enrollments.view_course(session, actor, school.course_id, now=now)
            assert len(view.steps) == LESSONS, "the whole outline"

    async def recorded(number: int) -> None:
        watching = [learners[(number * BATCH + one) % len(learners)][0] for one in range(BATCH)]
        content_id = school.films[number % len(school.films)]
        at = now + timedelta(seconds=10 * number)
        items = tuple(Grown(actor.id, content_id, 10_000, 600_000, 10_000, 10_000, at) for actor in dict.fromkeys(watching))
        async with database.transaction() as session:
            await events.publish(session, CoverageGrew(items))

    async def completed(number: int) -> None:
        _, enrollment_id = learners[number * 53 % len(learners)]
        async with database.transaction() as session:
            await enrollments.complete_lesson(session, enrollment_id, school.texts[number % len(school.texts)], at=now)

    await _often(database, opened, times=40)
    return {
        "course.opened": await _often(database, opened),
        "course.recorded": await _often(database, recorded),
        "course.completed": await _often(database, completed),
    }


async def _often(database: Database, do: Callable[[int], Awaitable[None]], *, times: int = TIMES) -> Taken:
    statements, took = 0, []

    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1

    async def one(number: int) -> None:
        began = time.perf_counter()
        await do(number)
        took.append(time.perf_counter() - began)

    event.listen(database.engine.sync_engine, "before_cursor_execute", count)
    began = time.perf_counter()
    await _a_few_at_a_time(range(times), one)
    spent = time.perf_counter() - began
    event.remove(database.engine.sync_engine, "before_cursor_execute", count)
    return Taken(times / spent, sorted(took)[times * 99 // 100] * 1000, statements / times)


async def _trivial(database: Database, queries: int) -> float:
    async def one(_: int) -> None:
        async with database.transaction() as session:
            for _query in range(queries):
                await session.execute(text("select 1"))

    began = time.perf_counter()
    await _a_few_at_a_time(range(TIMES), one)
    return TIMES / (time.perf_counter() - began)


async def _a_few_at_a_time(work: Sequence[int], do: Callable[[int], Awaitable[None]]) -> None:
    waiting = iter(work)

    async def worker() -> None:
        for item in waiting:
            await do(item)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def _furnish(database: Database) -> School:
    """A published course: ten chapters of twenty lessons, one in ten of them a film."""
    async with database.transaction() as session:
        teacher = Actor(id=(await _people(session, 1))[0], roles=frozenset({Role.CREATOR}), email_verified=True)
        course = await courses.create(session, teacher, title="Benchmarks", visibility="public")
        films, texts = [], []
        chapter: UUID | None = None
        for number in range(LESSONS):
            if number % 20 == 0:
                lesson = await courses.add_lesson(session, teacher, course.id, LessonType.TEXT, title=f"Chapter {number}")
                chapter = lesson.id
            elif number % 10 == 1:
                content = await catalog.create_content(session, teacher, Kind.VIDEO, title=f"Film {number}", visibility="shared")
                kind, title = LessonType.VIDEO, f"Lesson {number}"
                await courses.add_lesson(session, teacher, course.id, kind, title=title, parent_id=chapter, content_id=content.id)
                films.append(content.id)
            else:
                kind, title = LessonType.TEXT, f"Lesson {number}"
                made = await courses.add_lesson(session, teacher, course.id, kind, title=title, parent_id=chapter, body="Read.")
                texts.append(made.id)
        await catalog.publish(session, teacher, course.id)
    assert len(films) == FILMS, "as many films as are said"
    return School(course.id, films, texts, [], [])


async def _enrol(database: Database, school: School, count: int) -> School:
    """So many learners more, each with a grant of their own."""
    now = clock.now()
    async with database.transaction() as session:
        people = await _people(session, count)
        ids = [new_id() for _ in people]
        rows = [
            {"id": one, "student_id": person, "course_id": school.course_id, "source": "free", "enrolled_at": now}
            for one, person in zip(ids, people, strict=True)
        ]
        await session.execute(insert(Enrollment), rows)
        grants = [
            {
                "id": new_id(),
                "person_id": person,
                "scope": "collection",
                "scope_id": school.course_id,
                "access_type": str(access.AccessType.COMPLIMENTARY),
                "source_type": "enrollment",
                "source_id": one,
                "granted_at": now,
            }
            for one, person in zip(ids, people, strict=True)
        ]
        await session.execute(insert(AccessGrant), grants)
        await enrollments.recount(session, ids, now=now)
    async with database.engine.connect() as connection:
        steady = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await steady.execute(text("analyze"))
    learners = [*school.learners, *(Actor(id=person, email_verified=True) for person in people)]
    return School(school.course_id, school.films, school.texts, learners, [*school.enrollment_ids, *ids])


async def _people(session: Session, count: int) -> list[UUID]:
    ids = [new_id() for _ in range(count)]
    rows = [{"id": one, "email": f"{one}@example.org", "full_name": "Somebody", "email_verified_at": clock.now()} for one in ids]
    await session.execute(insert(identity.User), rows)
    return ids


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=MANY)
    print(json.dumps(measure(learners=parser.parse_args().learners), indent=2))
