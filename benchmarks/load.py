"""Asking a server as fast as it answers: some connections, each of which asks again as soon as it has its answer."""

from __future__ import annotations

import asyncio
import gc
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import httpx
import uvloop
from sqlalchemy import event

from tuition.platform.database import Database

CONNECTIONS = 16
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def written(self) -> bytes:
        """As it goes over the wire."""
        named = [("host", "localhost"), *self.headers, *([("content-length", str(len(self.body)))] if self.body else [])]
        head = "".join(f"{name}: {value}\r\n" for name, value in named)
        return f"{self.method} {self.path} HTTP/1.1\r\n{head}\r\n".encode() + self.body


@dataclass(frozen=True, slots=True)
class Press:
    """What came of one load."""

    per_second: float
    p50_ms: float
    p99_ms: float


class Caller(asyncio.Protocol):
    """A keep-alive connection that asks until there is nothing more to ask, or the time is over."""

    def __init__(self, asks: Iterator[Ask], until: float) -> None:
        self.asks, self.until = asks, until
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
            self.refused.append(self.buffer[-6000:].decode(errors="replace"))
        self.buffer = b""
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, asked for or not."""
        if exc is not None:
            self.refused.append(repr(exc))
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        ask = None if self.refused or time.perf_counter() >= self.until else next(self.asks, None)
        if ask is None:
            self.transport.close()
            return
        written = ask.written()
        self.asked = time.perf_counter()
        self.transport.write(written)


def press(port: int, asks: Iterator[Ask], seconds: float) -> Press:
    """Ask for so long, or until there is nothing more to ask; every answer must be 200."""
    # A pause of this process is none of the server's.
    gc.collect()
    gc.freeze()

    async def run() -> Press:
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        callers = [Caller(asks, started + seconds) for _ in range(CONNECTIONS)]
        await asyncio.gather(*(loop.create_connection(partial(_same, caller), "127.0.0.1", port) for caller in callers))
        await asyncio.gather(*(caller.done for caller in callers))
        spent = time.perf_counter() - started
        took = sorted(one for caller in callers for one in caller.took)
        refused = [refusal for caller in callers for refusal in caller.refused]
        assert not refused, refused[:3]
        assert took, "something was asked"
        middle, late = took[len(took) // 2], took[min(len(took) - 1, len(took) * 99 // 100)]
        return Press(len(took) / spent, middle * 1000, late * 1000)

    return uvloop.run(run())


def _same(caller: Caller) -> Caller:
    """A connection asks for its protocol, which is there already."""
    return caller


async def statements_of(product: Any, database: Database, ask: Ask) -> list[str]:
    """What the database is asked for one request."""
    transport = httpx.ASGITransport(app=product)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        with _counted(database) as statements:
            answer = await client.request(ask.method, ask.path, headers=list(ask.headers), content=ask.body or None)
        assert answer.status_code == 200, f"{ask.path}: {answer.status_code} {answer.text[:300]}"
        return statements


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
