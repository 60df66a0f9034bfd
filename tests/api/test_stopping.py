"""A real server, told to stop: what has begun is finished, open lines end, and nothing stays behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import free_port
from tests.web import stock
from tuition import identity
from tuition.identity import Role
from tuition.platform.database import Database

ADA = "ada@example.org"
START_S = 180
STOP_S = 60
"""Far below the time to drain that is set here: who needs it all was waiting for something."""
DRAIN_S = 300


@dataclass
class Server:
    """A process that serves, with its background work beside it."""

    process: Process
    port: int
    log: Path

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    async def stop(self) -> int:
        """Say stop, and wait for the end."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), STOP_S)

    def lines(self) -> list[dict[str, object]]:
        """What it has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@pytest.fixture
async def server(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    async with database.transaction() as session:
        await identity.add_person(session, email=ADA, password=stock.PASSWORD, full_name="Ada", roles=(Role.LEARNER,))
    port, log = free_port(), tmp_path / "log"
    environment = {
        **os.environ,
        "TUITION_HOME": str(tmp_path / "home"),
        "TUITION_MODE": "test",
        "TUITION_DATABASE_URL": database_url.replace("+psycopg", ""),
        "TUITION_PORT": str(port),
        "TUITION_DRAIN_S": str(DRAIN_S),
        "TUITION_LOG_FORMAT": "json",
    }
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tuition", "serve", env=environment, stdout=out, stderr=out, start_new_session=True
        )
    server = Server(process, port, log)
    await _ready(server)
    yield server
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _ready(server: Server) -> None:
    async with asyncio.timeout(START_S), httpx.AsyncClient(base_url=server.address, trust_env=False) as program:
        while server.process.returncode is None:
            try:
                if (await program.get("/readyz")).json()["checks"]["jobs"]["ok"]:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)
    pytest.fail(server.log.read_text())


async def test_stopping_ends_open_lines_finishes_requests_and_leaves_nothing_behind(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.address, timeout=120, trust_env=False) as program:
        body = json.dumps({"email": ADA, "password": stock.PASSWORD}).encode()
        tokens = (await program.post("/v1/auth/sign-in", content=body, headers={"content-type": "application/json"})).json()
        bearer = {"authorization": f"Bearer {tokens['access_token']}"}
        async with program.stream("GET", "/v1/me/notifications/stream", headers=bearer) as line:
            said = line.aiter_lines()
            while not (await anext(said)).startswith("data:"):
                pass
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            head = "POST /v1/auth/sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            head += f"content-length: {len(body)}\r\nexpect: 100-continue\r\nx-request-id: half-way\r\n\r\n"
            writer.write(head.encode())
            # "Go on" is said when the handler reads: from here on the request has begun.
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(body[:10])

            stopping = asyncio.create_task(server.stop())
            await asyncio.sleep(0.5)
            writer.write(body[10:])
            answer = await reader.read(64)
            rest = [text async for text in said]

    assert answer.startswith(b"HTTP/1.1 200")
    assert not any(text.startswith("data:") for text in rest)
    assert await stopping == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(server.process.pid, 0)
    writer.close()
    lines = [line for line in server.lines() if line.get("event") == "request"]
    half = next(line for line in lines if line["request_id"] == "half-way")
    assert (half["route"], half["status"]) == ("/v1/auth/sign-in", 200)


async def test_lines_of_requests_at_the_same_time_keep_their_own_ids(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.address, timeout=120, trust_env=False) as program:
        ids = [f"request-{number}" for number in range(20)]
        answers = await asyncio.gather(
            *(program.get(f"/v1/contents?limit={1 + n % 5}", headers={"x-request-id": one}) for n, one in enumerate(ids))
        )
    assert [answer.headers["x-request-id"] for answer in answers] == ids
    logged = [line["request_id"] for line in server.lines() if line.get("path") == "/v1/contents"]
    assert sorted(map(str, logged)) == sorted(ids)
