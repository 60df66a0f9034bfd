"""Two schools side by side, one with a hundred learners and one with ten thousand, each with a database and a server of its own.

What costs the same in both does not grow with the number of learners; they are asked in turns, because a machine is not the
same for a minute. People, enrollments and grants are put into the tables by a few statements, however many there are.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import UUID

import uvloop
from sqlalchemy import text

from benchmarks.heartbeat import Result, served, settings_in
from benchmarks.load import Ask, Press, press, statements_of
from benchmarks.pages import beside, trivial_asks
from tuition.edge import Runtime
from tuition.edge.security import COOKIE
from tuition.kernel import new_id
from tuition.main import build_runtime, create_app
from tuition.platform import migrate, postgres, secrets
from tuition.platform.database import Database, Session, array_of

FEW, MANY = 100, 10_000
SETTLE_S = 0.5
FAR_S = 3600.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody who is signed in with a browser and with a program."""

    id: UUID = field(default_factory=new_id)
    cookie: str = field(default_factory=secrets.new_token)
    token: str = field(default_factory=secrets.new_token)

    @property
    def browser(self) -> tuple[tuple[str, str], ...]:
        """Headers of their browser."""
        return (("accept", "text/html"), ("cookie", f"{COOKIE}={self.cookie}"))

    @property
    def program(self) -> tuple[tuple[str, str], ...]:
        """Headers of their program."""
        return (("authorization", f"Bearer {self.token}"), ("content-type", "application/json"))


@dataclass(frozen=True, slots=True)
class School(Generic[T]):
    """A school that is open: where it answers, and what is in it."""

    learners: int
    port: int
    furnished: T


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """Something that is done over and over."""

    name: str
    unit: str
    queries_max: int
    """What is promised for one of them, however many learners there are."""
    asks: Callable[[T], Iterator[Ask]]
    times: int | None = None
    """How often in each turn; none: for as long as is said."""


@contextmanager
def two_schools(
    furnish: Callable[[Database, int], Awaitable[T]], operations: Sequence[Operation[T]], *, many: int = MANY
) -> Iterator[tuple[School[T], School[T], dict[str, int]]]:
    """Both schools, open; and how many queries each operation takes in either, which is counted and is the same."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tuition-bench-"))
        server = stack.enter_context(postgres.hold(Path(folder) / "postgres"))
        opened: list[School[T]] = []
        counted: list[dict[str, int]] = []
        for learners in (FEW, many):
            url = server.create_database(f"bench_{new_id().hex}")
            migrate.upgrade(url)
            runtime = build_runtime(settings_in(Path(folder)), url)
            furnished, queries = uvloop.run(_prepare(runtime, furnish, operations, learners))
            environment = {"TUITION_HOME": folder, "TUITION_DATABASE_URL": url}
            port = stack.enter_context(served("benchmarks.pages:application", environment, is_factory=True))
            opened.append(School(learners, port, furnished))
            counted.append(queries)
        few, crowded = counted
        assert few == crowded, f"with more learners the database is asked more often: {few}, {crowded}"
        yield opened[0], opened[1], crowded


def compare(few: School[T], many: School[T], operation: Operation[T], queries: int, *, seconds: float, rounds: int) -> Result:
    """Do it here, there, and ask the yardstick, in turns."""
    asks = {school.learners: operation.asks(school.furnished) for school in (few, many)}
    most = {school.learners: _cut(asks[school.learners], operation.times) for school in (few, many)}
    yardstick = trivial_asks(queries)
    if operation.times is None:
        for school in (few, many):
            press(school.port, asks[school.learners], SETTLE_S)
    taken: list[tuple[Press, Press, Press]] = []
    for _ in range(rounds):
        here, there = (
            press(school.port, next(most[school.learners]), seconds if operation.times is None else FAR_S)
            for school in (few, many)
        )
        taken.append((here, there, press(many.port, yardstick, seconds)))
    return _told(operation, queries, taken, few=few.learners, many=many.learners)


def _cut(asks: Iterator[Ask], times: int | None) -> Iterator[Iterator[Ask]]:
    while True:
        yield asks if times is None else iter([next(asks) for _ in range(times)])


def _told(operation: Operation[Any], queries: int, taken: list[tuple[Press, Press, Press]], *, few: int, many: int) -> Result:
    def middle(figures: Iterator[float]) -> float:
        return statistics.median(figures)

    name = operation.name
    return {
        name: {
            "value": round(middle(there.per_second for _, there, _ in taken), 1),
            "unit": operation.unit,
            "baseline": round(middle(bare.per_second for _, _, bare in taken), 1),
            "ratio": round(middle(there.per_second / bare.per_second for _, there, bare in taken), 3),
        },
        f"{name}.p99": {
            "value": round(middle(there.p99_ms for _, there, _ in taken), 1),
            "unit": "ms",
            "baseline": round(middle(bare.p99_ms for _, _, bare in taken), 1),
            "ratio": round(middle(there.p99_ms / bare.p99_ms for _, there, bare in taken), 2),
        },
        f"{name}.queries": {
            "value": queries,
            "unit": "queries/request",
            "baseline": operation.queries_max,
            "ratio": round(queries / operation.queries_max, 3),
        },
        f"{name}.growth": {
            "value": round(middle(here.per_second / there.per_second for here, there, _ in taken), 2),
            "unit": f"× the cost with {few} learners",
            "baseline": f"1 ({many} learners)",
        },
    }


async def _prepare(
    runtime: Runtime, furnish: Callable[[Database, int], Awaitable[T]], operations: Sequence[Operation[T]], learners: int
) -> tuple[T, dict[str, int]]:
    furnished = await furnish(runtime.database, learners)
    async with runtime.database.engine.connect() as connection:
        steady = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await steady.execute(text("vacuum analyze"))
    product = beside(create_app(runtime), runtime)
    queries = {}
    for operation in operations:
        asks = operation.asks(furnished)
        # The first one finds nothing that is kept between requests.
        _, statements = [await statements_of(product, runtime.database, next(asks)) for _ in range(2)]
        queries[operation.name] = len(statements)
        assert len(statements) <= operation.queries_max, f"{operation.name} asks {len(statements)} times: {statements}"
    await runtime.close()
    return furnished, queries


async def seat(session: Session, count: int) -> list[Learner]:
    """So many people, signed in."""
    people = [Learner() for _ in range(count)]
    bound = {
        "ids": array_of([one.id for one in people]),
        "cookies": [secrets.hash_token(one.cookie) for one in people],
        "tokens": [secrets.hash_token(one.token) for one in people],
    }
    for statement in _SEATED:
        await session.execute(statement, bound)
    return people


async def enrol(session: Session, course_id: UUID, people: Sequence[Learner]) -> None:
    """All of them learn in a course, each on a grant of their own."""
    bound = {"ids": array_of([one.id for one in people]), "course_id": course_id}
    for statement in _ENROLLED:
        await session.execute(statement, bound)


_PEOPLE = "unnest(cast(:ids as uuid[]), cast(:cookies as text[]), cast(:tokens as text[])) as person (id, cookie, token)"
_SEATED = (
    text(
        "insert into users (id, email, full_name, password_hash, email_verified_at)"
        f" select id, id || '@example.org', 'Somebody', '!', now() from {_PEOPLE}"
    ),
    text(
        "insert into sign_ins (id, user_id, kind, cookie_hash, last_seen_at, expires_at)"
        f" select id, id, 'browser', cookie, now(), now() + interval '1 day' from {_PEOPLE}"
    ),
    text(
        "insert into refresh_tokens (id, user_id, family_id, token_jti, access_hash, access_expires_at, expires_at)"
        f" select id, id, id, 'jti ' || token, token, now() + interval '1 day', now() + interval '1 day' from {_PEOPLE}"
    ),
)
_ENROLLED = (
    text(
        "insert into enrollments (id, student_id, course_id, source, enrolled_at)"
        " select gen_random_uuid(), id, :course_id, 'free', now() from unnest(cast(:ids as uuid[])) as id"
    ),
    text(
        "insert into access_grants (id, person_id, scope, scope_id, access_type, source_type, source_id, granted_at)"
        " select gen_random_uuid(), student_id, 'collection', course_id, 'complimentary', 'enrollment', id, now()"
        " from enrollments where course_id = :course_id and student_id = any(cast(:ids as uuid[]))"
    ),
    text(
        "update enrollments as enrollment set total_lessons_count = counted.lessons from (select count(*) as lessons from lessons"
        " where course_id = :course_id and is_published and not is_heading) as counted where course_id = :course_id"
    ),
)
