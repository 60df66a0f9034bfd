"""How fast the ledger posts, as ratios to PostgreSQL's own benchmark on the same durable server in the same minutes.

``ledger.single``: the statement that one posting executes, driven by pgbench from many clients into one hot busy account.
``ledger.post``: the same through the Python door, one transaction each, with the share of the time that is not the database.
``ledger.batch``: ``post_many`` from Python. The yardstick is pgbench's TPC-B-like script, run with as many clients.

    python -m benchmarks.ledger [--seconds 5] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop
from sqlalchemy.engine import make_url

from tuition import ledger
from tuition.kernel import Currency, Money, clock, new_id
from tuition.ledger import AccountKey, AccountKind, Posting, Source, Transfer
from tuition.platform import migrate, postgres
from tuition.platform.database import Database, connect

CLIENTS = 32
"""Of pgbench; its scale is as large, or its own hot row would slow the yardstick down."""
BATCH = 1_000
STREAMS = 3
"""Batches under way at once: while PostgreSQL works on one and forces another to the disk, Python makes the next."""
WALLETS = STREAMS * BATCH
POOL = 16
EUR = Currency("EUR")
CREATOR = AccountKey(UUID("00000000-0000-7000-8000-00000000c0de"), AccountKind.EARNINGS_PENDING, EUR)
REVENUE = AccountKey(ledger.PLATFORM, AccountKind.REVENUE, EUR)
TAX = AccountKey(ledger.PLATFORM, AccountKind.TAX, EUR)
GATEWAY = AccountKey(ledger.PLATFORM, ledger.gateway_kind("sandbox"), EUR)
Result = dict[str, dict[str, Any]]
# What ledger.post sends. pgbench has no ids, so they are numbers that grow with time as ours do.
SINGLE = f"""\
\\set person random(1, {WALLETS})
\\set number :number + 1
\\set id :first + :number * {CLIENTS} + :client_id
select ledger_post((:id::text || :id)::uuid, lpad(:person::text, 32, '0')::uuid, 'meter', 'play_session',
  lpad(:person::text, 32, '0')::uuid, :id::text || :id, '00112233-4455-6677-8899-aabbccddeeff', now(),
  array[lpad(:person::text, 32, '0')::uuid, '{CREATOR.owner}'], '{{wallet,earnings_pending}}', '{{EUR,EUR}}', 1, '{{-7,7}}',
  array[(:id::text || :id)::uuid], '{{1}}', '{{2}}', '{{7}}');
"""


def people() -> list[UUID]:
    """The owners of the wallets: their numbers, as ids, so that pgbench can name them."""
    return [UUID(str(number).zfill(32)) for number in range(1, WALLETS + 1)]


def measure(*, seconds: int = 5, rounds: int = 3) -> Result:
    """Measure everything on a durable server of its own, yardstick and measured thing in turns."""
    with tempfile.TemporaryDirectory(prefix="tuition-bench-") as folder, postgres.hold(Path(folder), durable=True) as server:
        return _measure(server, seconds, rounds)


def _measure(server: postgres.Server, seconds: int, rounds: int) -> Result:
    url = server.create_database(f"bench_{new_id().hex}")
    migrate.upgrade(url)
    pgbench = _pgbench(server, url)
    pgbench("-i", "-q", "-s", str(CLIENTS))
    uvloop.run(_fund(url))
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "single.sql"
        script.write_text(SINGLE)
        load = ("-n", "-c", str(CLIENTS), "-j", "2", "-M", "prepared", "-T", str(seconds))
        measures: dict[str, Callable[[], float]] = {
            "baseline": lambda: _tps(pgbench(*load)),
            "single": lambda: _tps(pgbench(*load, *_numbers(), "-f", str(script))),
            "post": lambda: uvloop.run(_posts(url, seconds)),
            "batch": lambda: uvloop.run(_batches(url, seconds, (REVENUE,))),
            "heartbeats": lambda: uvloop.run(_batches(url, seconds, (CREATOR, REVENUE, TAX))),
        }
        taken = [{name: measure() for name, measure in measures.items()} for _ in range(rounds)]
    share = uvloop.run(_share_outside(url, seconds))
    uvloop.run(_prove(url))
    return {
        "ledger.single": _result(taken, "single"),
        "ledger.post": _result(taken, "post"),
        "ledger.post.outside_database": {"value": share, "unit": "share of the time", "baseline": 1.0, "ratio": share},
        "ledger.batch": _result(taken, "batch"),
        "ledger.batch.three_transfers": _result(taken, "heartbeats"),
    }


def _numbers() -> tuple[str, ...]:
    """Where a run of pgbench begins to count its ids: later than the run before."""
    return ("-D", "number=0", "-D", f"first={time.time_ns() // 1000}")


def _result(taken: list[dict[str, float]], name: str) -> dict[str, Any]:
    return {
        "value": round(statistics.median(one[name] for one in taken)),
        "unit": "postings/s",
        "baseline": round(statistics.median(one["baseline"] for one in taken)),
        # Of neighbours in time, because a machine is not the same for a minute.
        "ratio": round(statistics.median(one[name] / one["baseline"] for one in taken), 2),
    }


def _pgbench(server: postgres.Server, url: str) -> Callable[..., str]:
    parts = make_url(url)
    known = {"PGHOST": parts.host or parts.query.get("host"), "PGUSER": parts.username, "PGDATABASE": parts.database}
    environment = os.environ | {name: str(value) for name, value in known.items() if value}

    def call(*arguments: str) -> str:
        program = str(server.binary("pgbench"))
        return subprocess.run([program, *arguments], env=environment, check=True, capture_output=True, text=True).stdout

    return call


def _tps(output: str) -> float:
    found = re.search(r"tps = ([\d.]+)", output)
    assert found, output
    return float(found[1])


def charge(person: UUID, key: str, *into: AccountKey) -> Posting:
    """A few seconds of a film: from a wallet to whoever earns."""
    purse = AccountKey(person, AccountKind.WALLET, EUR)
    transfers = [Transfer(purse, account, Money(7, EUR)) for account in into]
    return Posting(person, "meter", Source("play_session", person), key, transfers, clock.now())


async def _fund(url: str) -> None:
    async with _database(url) as database, database.transaction() as session:
        await ledger.post_many(session, [_top_up(person) for person in people()])
        await ledger.post_many(session, [charge(people()[0], "open", CREATOR, REVENUE, TAX)])


def _top_up(person: UUID) -> Posting:
    transfer = Transfer(GATEWAY, AccountKey(person, AccountKind.WALLET, EUR), Money(10**11, EUR))
    return Posting(person, "top_up", Source("top_up", person), "fund", [transfer], clock.now())


async def _posts(url: str, seconds: int) -> float:
    """Postings a second, each in a transaction of its own, from as many tasks as the pool has connections."""
    owners, name = people(), new_id().hex

    async def post(database: Database, _task: int, number: int) -> int:
        async with database.transaction() as session:
            await ledger.post(session, charge(owners[number % WALLETS], f"{name} {number}", CREATOR))
        return 1

    return await _rate(url, seconds, tasks=POOL, work=post)


async def _batches(url: str, seconds: int, into: Sequence[AccountKey]) -> float:
    """Postings a second in batches, the making of the postings included."""
    owners, name = people(), new_id().hex

    async def post(database: Database, task: int, number: int) -> int:
        # Each task has its own people: nobody watches two films in one batch, and no batch waits for another's wallets.
        charges = [charge(owner, f"{name} {number}", *into) for owner in owners[task * BATCH : (task + 1) * BATCH]]
        async with database.transaction() as session:
            outcomes = await ledger.post_many(session, charges)
        assert all(isinstance(outcome, ledger.Posted) for outcome in outcomes)
        return len(outcomes)

    return await _rate(url, seconds, tasks=STREAMS, work=post)


async def _rate(url: str, seconds: int, *, tasks: int, work: Callable[[Database, int, int], Awaitable[int]]) -> float:
    """How much gets done a second, once the connections and their plans are warm."""
    # As the process that takes heartbeats does: what is loaded by now stays, and a batch's values die young.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    numbers = itertools.count()
    async with _database(url) as database:

        async def until(task: int, end: float) -> int:
            done = 0
            while time.perf_counter() < end:
                done += await work(database, task, next(numbers))
            return done

        await asyncio.gather(*(until(task, time.perf_counter() + 1) for task in range(tasks)))
        begun = time.perf_counter()
        done = await asyncio.gather(*(until(task, begun + seconds) for task in range(tasks)))
        return sum(done) / (time.perf_counter() - begun)


async def _share_outside(url: str, seconds: int) -> float:
    """One task, one posting after the other: what part of the time this process computes instead of waiting for the server."""
    owners, name, number = people(), new_id().hex, 0
    async with _database(url) as database:
        begun, computed = time.perf_counter(), time.process_time()
        while time.perf_counter() < begun + seconds:
            async with database.transaction() as session:
                await ledger.post(session, charge(owners[number % WALLETS], f"{name} {number}", CREATOR))
            number += 1
        return round((time.process_time() - computed) / (time.perf_counter() - begun), 3)


async def _prove(url: str) -> None:
    """A benchmark of wrong books would be worth nothing."""
    async with _database(url) as database:
        async with database.transaction() as session:
            while await ledger.fold(session):
                pass
        async with database.reading() as session:
            report = await ledger.check(session)
    # pgbench names its postings without the fingerprint that ours have.
    problems = [
        problem for problem in report.problems if "is not what was posted" not in problem and "more of this sort" not in problem
    ]
    assert problems == [], problems


@asynccontextmanager
async def _database(url: str) -> AsyncIterator[Database]:
    database = connect(url, pool_size=POOL)
    try:
        yield database
    finally:
        await database.dispose()


def main() -> None:
    """Measure on a server of its own and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(measure(seconds=options.seconds, rounds=options.rounds), indent=2))


if __name__ == "__main__":
    main()
