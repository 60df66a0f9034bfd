"""How fast the catalogue's pages and the question of access are answered, each as a ratio to a handler that hardly does anything.

The yardstick is a FastAPI handler of the same process, on the same server, that runs as many trivial queries as the measured
request does, under the same load, in the same minute. The queries of a request are counted, not estimated.

    python -m benchmarks.pages [--seconds 4] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import uvloop
from fastapi import FastAPI
from sqlalchemy import event, insert, text, update
from starlette.types import Receive, Scope, Send

from benchmarks.heartbeat import READY_S, Result, served, settings_in
from tuition import access, catalog, identity
from tuition.catalog import Kind, Media, MediaStatus, OneTime, PerMinute
from tuition.edge import Runtime
from tuition.identity import Actor, Role
from tuition.kernel import Currency, Money, new_id
from tuition.main import build_runtime, create_app
from tuition.platform import migrate, postgres, telemetry
from tuition.platform.database import Database, Session

CONNECTIONS = 16
CONTENTS = 240
CREATORS = 12
WORDS = ["Breathing", "Slowly", "Waves", "Interest", "Pythagoras", "Moon", "Intervals", "Chance", "Powers", "Motion", "Ratio"]
QUERIES_MAX = {"page.content": 6, "page.catalog": 6, "access.decide": 1}
"""What is promised."""
BARE = "/bench"
SETTLE_S = 1.0
EUR = Currency("EUR")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Press:
    """What came of one load."""

    per_second: float
    p50_ms: float
    p99_ms: float


def application() -> Any:
    """The product, and beside it in the same process the yardstick and the bare question of access."""
    # A line for each request, as in production; what is measured is to write it, not where it goes.
    telemetry.configure_logs(json=True, stream=Path(os.devnull).open("w"))  # noqa: SIM115 - until the process ends
    runtime = build_runtime(settings_in(Path(os.environ["TUITION_HOME"])), os.environ["TUITION_DATABASE_URL"])
    return beside(create_app(runtime), runtime)


def beside(product: Any, runtime: Runtime) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """An application that passes everything on to the product but what begins with ``BARE``."""
    bare = FastAPI(openapi_url=None)

    @bare.get(BARE + "/trivial/{count}")
    async def trivial(count: int) -> dict[str, int]:
        async with runtime.database.reading() as session:
            for _ in range(count):
                await session.execute(text("select 1"))
        return {"count": count}

    @bare.get(BARE + "/decide/{person_id}/{content_id}")
    async def decide(person_id: UUID, content_id: UUID) -> dict[str, str]:
        actor = Actor(id=person_id, email_verified=True)
        async with runtime.database.reading() as session:
            return {"reason": (await access.decide(session, actor, content_id)).reason.value}

    async def switch(scope: Scope, receive: Receive, send: Send) -> None:
        await (bare if scope.get("path", "").startswith(BARE) else product)(scope, receive, send)

    return switch


class Caller(asyncio.Protocol):
    """A keep-alive connection that asks again as soon as it has its answer."""

    def __init__(self, request: bytes, until: float) -> None:
        self.request, self.until = request, until
        self.buffer = b""
        self.asked = 0.0
        self.took: list[float] = []
        self.refused: list[str] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its class
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Note an answer that is whole."""
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        found = _LENGTH.search(self.buffer, 0, end)
        assert found is not None, "an answer says how long it is"
        if len(self.buffer) < end + 4 + int(found[1]):
            return
        self.took.append(time.perf_counter() - self.asked)
        if self.buffer[9:12] != b"200":
            self.refused.append(self.buffer[:300].decode(errors="replace"))
        self.buffer = b""
        if time.perf_counter() < self.until and not self.refused:
            self._ask()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, asked for or not."""
        if exc is not None:
            self.refused.append(repr(exc))
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        self.asked = time.perf_counter()
        self.transport.write(self.request)


def generate(port: int, path: str, seconds: float, answers: Any) -> None:
    """The load's own process."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n".encode()
        started = time.perf_counter()
        callers = [Caller(request, started + seconds) for _ in range(CONNECTIONS)]
        await asyncio.gather(*(loop.create_connection(lambda caller=caller: caller, "127.0.0.1", port) for caller in callers))
        await asyncio.gather(*(caller.done for caller in callers))
        spent = time.perf_counter() - started
        took = sorted(one for caller in callers for one in caller.took)
        refused = [refusal for caller in callers for refusal in caller.refused]
        middle, late = took[len(took) // 2], took[min(len(took) - 1, len(took) * 99 // 100)]
        answers.put((Press(len(took) / spent, middle * 1000, late * 1000), refused[:3]))

    uvloop.run(run())


def press(port: int, path: str, seconds: float) -> Press:
    """Ask for one address over and over."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=generate, args=(port, path, seconds, answers))
    process.start()
    pressed, refused = answers.get(timeout=seconds + READY_S)
    process.join()
    assert not refused, refused
    return cast(Press, pressed)


def measure(*, seconds: float = 4, rounds: int = 3) -> Result:
    """Measure each address and its yardstick in turns. Raises when a request asks the database more often than it may."""
    with tempfile.TemporaryDirectory(prefix="tuition-bench-") as folder, postgres.hold(Path(folder) / "postgres") as server:
        url = server.create_database(f"bench_{new_id().hex}")
        migrate.upgrade(url)
        environment = {"TUITION_HOME": folder, "TUITION_DATABASE_URL": url}
        runtime = build_runtime(settings_in(Path(folder)), url)
        addresses, queries = uvloop.run(_prepare(runtime))
        results: Result = {}
        with served("benchmarks.pages:application", environment, is_factory=True) as port:
            for name, path in addresses.items():
                press(port, path, SETTLE_S)
                yardstick = f"{BARE}/trivial/{queries[name]}"
                taken = [(press(port, path, seconds), press(port, yardstick, seconds)) for _ in range(rounds)]
                results |= _results(name, taken, queries[name])
        return results


def _results(name: str, taken: list[tuple[Press, Press]], queries: int) -> Result:
    def of(field: str) -> dict[str, Any]:
        values = [(getattr(ours, field), getattr(bare, field)) for ours, bare in taken]
        return {
            "value": round(statistics.median(ours for ours, _ in values), 1),
            "baseline": round(statistics.median(bare for _, bare in values), 1),
            # Of neighbours in time, because a machine is not the same for a minute.
            "ratio": round(statistics.median(ours / bare for ours, bare in values), 3),
        }

    most = QUERIES_MAX[name]
    return {
        name: {"unit": "requests/s", **of("per_second")},
        f"{name}.p50": {"unit": "ms", **of("p50_ms")},
        f"{name}.p99": {"unit": "ms", **of("p99_ms")},
        f"{name}.queries": {"value": queries, "unit": "queries/request", "baseline": most, "ratio": round(queries / most, 3)},
    }


async def _prepare(runtime: Runtime) -> tuple[dict[str, str], dict[str, int]]:
    """Furnish the catalogue; what to ask for, and how many queries each of it takes once everything that is kept is warm."""
    person_id, content = await _furnish(runtime.database)
    addresses = {
        "page.content": f"/c/{content.slug}",
        "page.catalog": "/catalogue",
        "access.decide": f"{BARE}/decide/{person_id}/{content.id}",
    }
    transport = httpx.ASGITransport(app=beside(create_app(runtime), runtime))
    queries = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        for name, path in addresses.items():
            assert (await client.get(path)).status_code == 200, path
            with _counted(runtime.database) as statements:
                assert (await client.get(path)).status_code == 200, path
            queries[name] = len(statements)
            assert len(statements) <= QUERIES_MAX[name], f"{name} asks the database {len(statements)} times: {statements}"
    await runtime.close()
    return addresses, queries


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def _furnish(database: Database) -> tuple[UUID, catalog.Content]:
    """Some hundred films by a dozen creators; somebody who owns none, and the film to look at."""
    async with database.transaction() as session:
        creators = [
            Actor(id=new_id(), roles=frozenset({Role.LEARNER, Role.CREATOR}), email_verified=True) for _ in range(CREATORS)
        ]
        person_id = new_id()
        for one in (*(creator.id for creator in creators), person_id):
            await session.execute(insert(identity.User).values(id=one, email=f"{one}@example.org", full_name="Somebody"))
        made = [await _film(session, creators[number % CREATORS], number) for number in range(CONTENTS)]
    return person_id, made[-1]


async def _film(session: Session, creator: Actor, number: int) -> catalog.Content:
    title = f"{WORDS[number % len(WORDS)]} {WORDS[number // len(WORDS) % len(WORDS)]}"
    described = "What it is, why it matters, and how one learns it in an hour of quiet work. " * 5
    content = await catalog.create_content(
        session, creator, Kind.VIDEO, title=title, visibility="paid", description=described, tags=["quiet", "work"]
    )
    await session.flush()  # the update below looks for its media row
    ready = {"status": MediaStatus.READY, "hls_prefix": "films/bench", "duration_ms": 2_400_000}
    await session.execute(update(Media).where(Media.content_id == content.id).values(**ready))
    await catalog.set_price(session, creator, content.id, OneTime(Money(300 + number, EUR)))
    await catalog.set_price(session, creator, content.id, PerMinute(Decimal("0.12"), EUR))
    return await catalog.publish(session, creator, content.id)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(measure(seconds=options.seconds, rounds=options.rounds), indent=2))


if __name__ == "__main__":
    main()
