"""A real installation to be cruel to: its own processes, its own PostgreSQL, everything durable."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import text

from tests.journeys.house import Json, LiveHouse
from tuition.edge import Runtime
from tuition.kernel.clock import SystemClock
from tuition.platform.database import connect
from tuition.platform.events import Bus
from tuition.platform.settings import Mode, Settings

OWNER, PASSWORD = "owner@school.example", "nine patient herons"
START_S = 240
IDLE_S = 120


@dataclass
class Installation:
    """``tuition serve`` in processes of its own."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Say by the environment where it lives; a test's database must not reach it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TUITION_")}
        self.environment = kept | {
            "TUITION_HOME": str(self.home),
            "TUITION_MODE": "test",
            "TUITION_PORT": str(self.port),
            "TUITION_PUBLIC_URL": self.address,
            "TUITION_LOG_LEVEL": "warning",
        }

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, *command: str, **more: str) -> Any:
        """Run a command to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "tuition", *command],
            env=self.environment | more,
            capture_output=True,
            timeout=IDLE_S,
            check=False,
        )
        assert done.returncode == 0, f"{command} gave {done.returncode}: {done.stdout.decode()}{done.stderr.decode()[-2000:]}"
        return done.stdout.decode()

    def start(self) -> None:
        """Start serving; ``answers`` says when it does."""
        with (self.home / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tuition", "serve"],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Take the plug out: every process of it at once, PostgreSQL excepted."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_postgres(self) -> None:
        """Kill the database server; it may be starting again at the moment."""
        pid_file = self.home / "postgres" / "data" / "postmaster.pid"
        found = pid_file.read_text().splitlines()
        if found and psutil.pid_exists(int(found[0])):
            os.kill(int(found[0]), signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(IDLE_S)

    async def answers(self, http: httpx.AsyncClient) -> float:
        """Wait until a request that needs the database is answered; returns after how many seconds."""
        began = time.monotonic()
        async with asyncio.timeout(START_S):
            while True:
                try:
                    if (await http.get("/v1/categories", timeout=5)).status_code == 200:
                        return time.monotonic() - began
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.2)

    def check(self) -> Json:
        """What ``tuition ledger check`` says."""
        said: Json = json.loads(self.run("ledger", "check", "--json"))
        return said


async def open_house(installation: Installation, database_url: str, http: httpx.AsyncClient) -> LiveHouse:
    """The house as somebody sees it who may also look into its database."""
    settings = Settings(mode=Mode.TEST, home=installation.home, public_url=installation.address)
    house = LiveHouse(Runtime(settings, connect(database_url, bus=Bus(), pool_size=2)), http, SystemClock())
    house.owner = await house.sign_in(OWNER, PASSWORD)
    async with house.runtime.database.transaction() as session:
        await session.execute(text("select 1"))
    return house
