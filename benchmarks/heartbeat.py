"""How many reports of players become durable money in a second, as a ratio to a bare answer of the same server.

The application is served as it is (Granian, one worker, its own process) on a durable embedded PostgreSQL; every report of the
load brings seconds that were not played before and moves money from a wallet to a creator. The yardstick is an ASGI function
that answers a report without looking at it, under the same load, in the same minute.

    python -m benchmarks.heartbeat [--seconds 5] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import uvloop
from pydantic import SecretStr
from sqlalchemy import insert, update

from tuition import catalog, identity, ledger, metering, playback, wallets
from tuition.catalog import Kind, Media, MediaStatus, OneTime, PerMinute
from tuition.identity import Actor, Role
from tuition.kernel import Currency, Money, clock, new_id
from tuition.main import build_runtime, create_app
from tuition.payments import PaymentSucceeded
from tuition.platform import migrate, postgres
from tuition.platform.database import Database, Session
from tuition.platform.settings import Mode, Settings
from tuition.playback import Device

PLAYERS = 600
"""Each waits for its answer before it reports again, as a player does."""
FILMS = 20
STEP_MS = 100
"""What a report brings: at 30.00 a minute, five cents. At four times the speed a player may report it every 25 ms."""
RATE = Decimal("30.00")
SPEED = 4000
FILM_MS = 100 * 3_600_000
PRICE = 1_000_000_00
FUNDS = 900_000_00
EUR = Currency("EUR")
KEY = "a key of the benchmarks, of no worth anywhere else"
SETTLE_S = 1.0
READY_S = 60.0
AT_ONCE = 6
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
Result = dict[str, dict[str, Any]]


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Answer everything as a report is answered, without looking."""
    if scope["type"] != "http":
        return
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


ANSWER = json.dumps({"accepted_ms": STEP_MS, "padding": "x" * 700}).encode()
"""As long as the answer to a report is."""
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]


def application() -> Any:
    """The real application, in the server's process."""
    return create_app(build_runtime(settings_in(Path(os.environ["TUITION_HOME"])), os.environ["TUITION_DATABASE_URL"]))


def settings_in(home: Path) -> Settings:
    """Everything as in production but the mails' transport and the gateways."""
    return Settings(mode=Mode.TEST, home=home, secret_key=SecretStr(KEY))


@dataclass
class Load:
    """One player: a connection, what it sends, and how far it is."""

    path: str
    token: str
    at_ms: int = 0
    answered: int = 0
    charged: int = 0
    refused: list[str] = field(default_factory=list)

    def request(self) -> bytes:
        """The next report."""
        end = self.at_ms + STEP_MS
        body = b'{"position_ms":%d,"intervals":[[%d,%d]],"speed":%d}' % (end, self.at_ms, end, SPEED)
        self.at_ms = end
        head = f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n"
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class Caller(asyncio.Protocol):
    """A keep-alive connection that sends the next report as soon as the last one is answered."""

    def __init__(self, load: Load, until: float) -> None:
        self.load = load
        self.until = until
        self.buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its class
        self.transport.write(self.load.request())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        found = _LENGTH.search(self.buffer, 0, end)
        assert found is not None, "an answer says how long it is"
        whole = end + 4 + int(found.group(1))
        if len(self.buffer) < whole:
            return
        self.note(self.buffer[:whole])
        self.buffer = self.buffer[whole:]
        if time.perf_counter() < self.until and not self.load.refused:
            self.transport.write(self.load.request())
        else:
            self.transport.close()

    def note(self, answer: bytes) -> None:
        """A report counts when all of its time was accepted, and so was paid."""
        if answer[9:12] == b"200" and b'"accepted_ms":%d,' % STEP_MS in answer.replace(b": ", b":"):
            self.load.answered += 1
        else:
            self.load.refused.append(answer.decode()[:600])

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self.load.refused.append(repr(exc))
        if not self.done.done():
            self.done.set_result(None)


def generate(port: int, players: Sequence[tuple[str, str, int]], seconds: float, answers: Any) -> None:
    """The load's own process: all players for so long; puts (answers a second, where each player stands, refusals)."""

    async def run() -> None:
        loads = [Load(f"/v1/play-sessions/{session_id}/intervals", token, at_ms) for session_id, token, at_ms in players]
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        callers = [Caller(load, started + seconds) for load in loads]
        await asyncio.gather(*(loop.create_connection(partial(_same, caller), "127.0.0.1", port) for caller in callers))
        await asyncio.gather(*(caller.done for caller in callers))
        taken = time.perf_counter() - started
        refused = [refusal for load in loads for refusal in load.refused]
        answers.put((sum(load.answered for load in loads) / taken, [load.at_ms for load in loads], refused[:3]))

    uvloop.run(run())


def _same(caller: Caller) -> Caller:
    """A connection asks for its protocol, which is there already."""
    return caller


def press(port: int, players: list[tuple[str, str, int]], seconds: float) -> float:
    """Reports a second. Each player goes on where it stood."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=generate, args=(port, players, seconds, answers))
    process.start()
    per_second, stands, refused = answers.get(timeout=seconds + READY_S)
    process.join()
    assert not refused, refused
    players[:] = [(session_id, token, at_ms) for (session_id, token, _), at_ms in zip(players, stands, strict=True)]
    return float(per_second)


@contextmanager
def served(target: str, environment: dict[str, str], *, is_factory: bool) -> Iterator[int]:
    """Serve in a process of its own with one worker; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "granian", target, "--interface", "asgi", "--workers", "1", "--port", str(port)]
    command += ["--host", "127.0.0.1", "--loop", "uvloop", "--no-ws", "--no-log", *(["--factory"] if is_factory else [])]
    process = subprocess.Popen(command, env=os.environ | environment, cwd=Path(__file__).parents[1])
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=READY_S)


def _wait_for(port: int) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not come up")


def measure(*, seconds: float = 5, rounds: int = 3, players: int = PLAYERS) -> Result:
    """Measure the heartbeat and its yardstick in turns, then prove the books."""
    with tempfile.TemporaryDirectory(prefix="tuition-bench-") as folder, postgres.hold(Path(folder) / "postgres") as server:
        url = server.create_database(f"bench_{new_id().hex}")
        migrate.upgrade(url)
        environment = {"TUITION_HOME": folder, "TUITION_DATABASE_URL": url}
        runtime = build_runtime(settings_in(Path(folder)), url)
        begun = uvloop.run(_furnish(runtime.database, players))
        taken = []
        with served("benchmarks.heartbeat:bare", {}, is_factory=False) as bare_port:
            with served("benchmarks.heartbeat:application", environment, is_factory=True) as port:
                press(port, begun, SETTLE_S)
                for _ in range(rounds):
                    yardstick = press(bare_port, [(a, b, 0) for a, b, _ in begun], seconds)
                    taken.append((press(port, begun, seconds), yardstick))
        moved = uvloop.run(_prove(build_runtime(settings_in(Path(folder)), url).database))
    assert moved == sum(at_ms for _, _, at_ms in begun), "what was answered is what was paid"
    return {
        "heartbeat": {
            "value": round(statistics.median(value for value, _ in taken)),
            "unit": "reports/s",
            "baseline": round(statistics.median(yardstick for _, yardstick in taken)),
            # Of neighbours in time, because a machine is not the same for a minute.
            "ratio": round(statistics.median(value / yardstick for value, yardstick in taken), 3),
        }
    }


async def _furnish(database: Database, players: int) -> list[tuple[str, str, int]]:
    """Films, people with money, and a play session for each."""
    creator = Actor(id=new_id(), roles=frozenset({Role.LEARNER, Role.CREATOR}), email_verified=True)
    async with database.transaction() as session:
        await _person(session, creator.id)
        films = [await _film(session, creator) for _ in range(FILMS)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def begin(number: int) -> tuple[str, str, int]:
        person = Actor(id=new_id(), email_verified=True)
        funds = Money(FUNDS, EUR)
        paid = PaymentSucceeded(new_id(), "topup", "wallet", new_id(), person.id, funds, "sandbox", Money.zero(EUR))
        async with gate, database.transaction() as session:
            await _person(session, person.id)
            await wallets.on_payment_succeeded(session, paid)
            device, film = Device("bench", "A benchmark"), films[number % FILMS]
            begun = await metering.begin(session, person, film.id, device=device, take_over=False, now=clock.now())
            return str(begun.play_session.id), begun.token, 0

    ready = await asyncio.gather(*(begin(number) for number in range(players)))
    await database.dispose()
    return list(ready)


async def _person(session: Session, person_id: UUID) -> None:
    values = {"id": person_id, "email": f"{person_id}@example.org", "full_name": "Somebody"}
    await session.execute(insert(identity.User).values(**values))


async def _film(session: Session, creator: Actor) -> catalog.Content:
    content = await catalog.create_content(session, creator, Kind.VIDEO, title="A film", visibility="paid")
    await session.flush()  # the update below looks for its media row
    ready = {"status": MediaStatus.READY, "hls_prefix": "films/bench", "duration_ms": FILM_MS}
    await session.execute(update(Media).where(Media.content_id == content.id).values(**ready))
    await catalog.set_price(session, creator, content.id, OneTime(Money(PRICE, EUR)))
    await catalog.set_price(session, creator, content.id, PerMinute(RATE, EUR))
    return await catalog.publish(session, creator, content.id)


async def _prove(database: Database) -> int:
    """The books are in order, and every millisecond that is covered was paid; how many those are."""
    async with database.transaction() as session:
        await ledger.fold(session, limit=10_000_000)
    async with database.reading() as session:
        report = await ledger.check(session)
        assert report.clean, report.problems
        connection = await session.connection()
        covered = await connection.exec_driver_sql(
            "select sum(p.covered_ms), sum(m.posted_minor), sum((m.exact / 60000000000)::bigint) from playback p"
            " join meters m on m.user_id = p.user_id and m.content_id = p.content_id"
        )
        covered_ms, posted, exact = (int(figure) for figure in covered.one())
    assert posted == exact == playback.length([(0, int(covered_ms))]) * int(RATE * 100) // 60_000
    await database.dispose()
    return int(covered_ms)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--players", type=int, default=PLAYERS)
    options = parser.parse_args()
    print(json.dumps(measure(seconds=options.seconds, rounds=options.rounds, players=options.players), indent=2))


if __name__ == "__main__":
    main()
