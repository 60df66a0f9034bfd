"""How fast the catalogue's pages and the question of access are answered, each as a ratio to a handler that hardly does anything.

The yardstick is a FastAPI handler of the same process, on the same server, that runs as many trivial queries as the measured
request does, under the same load, in the same minute. The queries of a request are counted, not estimated.

    python -m benchmarks.pages [--seconds 4] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop
from fastapi import FastAPI
from sqlalchemy import insert, text, update
from starlette.types import Receive, Scope, Send

from benchmarks.heartbeat import Result, served, settings_in
from benchmarks.load import Ask, Press, press, statements_of
from tuition import access, catalog, identity
from tuition.catalog import Kind, Media, MediaStatus, OneTime, PerMinute
from tuition.edge import Runtime
from tuition.identity import Actor, Role
from tuition.kernel import Currency, Money, new_id
from tuition.main import build_runtime, create_app
from tuition.platform import migrate, postgres, telemetry
from tuition.platform.database import Database, Session

CONTENTS = 240
CREATORS = 12
WORDS = ["Breathing", "Slowly", "Waves", "Interest", "Pythagoras", "Moon", "Intervals", "Chance", "Powers", "Motion", "Ratio"]
QUERIES_MAX = {"page.content": 6, "page.catalog": 6, "access.decide": 1}
"""What is promised."""
BARE = "/bench"
AS_A_BROWSER = (("accept", "text/html"),)
SETTLE_S = 1.0
EUR = Currency("EUR")


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


def trivial_asks(queries: int) -> Iterator[Ask]:
    """Ask the yardstick that runs as many trivial queries."""
    return repeat(Ask("GET", f"{BARE}/trivial/{queries}"))


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
                asked, yardstick = repeat(Ask("GET", path, AS_A_BROWSER)), trivial_asks(queries[name])
                press(port, asked, SETTLE_S)
                taken = [(press(port, asked, seconds), press(port, yardstick, seconds)) for _ in range(rounds)]
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
    product = beside(create_app(runtime), runtime)
    queries = {}
    for name, path in addresses.items():
        ask = Ask("GET", path, AS_A_BROWSER)
        await statements_of(product, runtime.database, ask)
        statements = await statements_of(product, runtime.database, ask)
        queries[name] = len(statements)
        assert len(statements) <= QUERIES_MAX[name], f"{name} asks the database {len(statements)} times: {statements}"
    await runtime.close()
    return addresses, queries


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
