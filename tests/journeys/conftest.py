"""The whole house for one journey: every room wired, real PostgreSQL, a real server on a port, a clock that the test moves."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import imageio_ffmpeg
import pytest
from pydantic import SecretStr

from tests.browser.conftest import Serve, chromium, free_port, open_page, serve
from tests.journeys.house import House, LiveHouse
from tests.web.built import built_front_end
from tuition import identity
from tuition.kernel import FrozenClock
from tuition.kernel.clock import Clock, SystemClock
from tuition.main import build_runtime, create_app
from tuition.platform import jobs
from tuition.platform.settings import Mode, Settings

__all__ = ["built_front_end", "chromium", "open_page", "serve"]

KEY = "a key of the tests, of no worth anywhere else"
OWNER, OWNER_PASSWORD = "owner@school.example", "nine patient herons"


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small film with sound: twelve seconds, packaged in one."""
    return _made(
        tmp_path_factory.mktemp("film") / "film.mp4",
        ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=12", "-f", "lavfi", "-i", "sine=440:d=12"],
        ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-shortest"],
    )


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A recording of eight seconds."""
    return _made(tmp_path_factory.mktemp("sound") / "sound.mp3", ["-f", "lavfi", "-i", "sine=330:d=8"], [])


def _made(path: Path, sources: list[str], codecs: list[str]) -> bytes:
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *sources, *codecs, str(path)], check=True)
    return path.read_bytes()


@asynccontextmanager
async def _opened(database_url: str, serve: Serve, folder: Path, clock: Clock) -> AsyncIterator[House]:
    port = free_port()
    settings = Settings(
        mode=Mode.TEST, home=folder / "home", port=port, public_url=f"http://127.0.0.1:{port}", secret_key=SecretStr(KEY)
    )
    runtime = build_runtime(settings, database_url)
    address = await serve(create_app(runtime), port)
    async with runtime.database.transaction() as session:
        await identity.init_owner(session, email=OWNER, full_name="Olga Owner", password=OWNER_PASSWORD)
    async with httpx.AsyncClient(base_url=address, timeout=120, trust_env=False) as http:
        house = (LiveHouse if isinstance(clock, SystemClock) else House)(runtime, http, clock)
        house.owner = await house.sign_in(OWNER, OWNER_PASSWORD)
        yield house
        await house.prove_the_books()
    await runtime.close()


@pytest.fixture
async def house(database_url: str, moment: FrozenClock, serve: Serve, tmp_path: Path) -> AsyncIterator[House]:
    """A school that has just opened: an owner, and nobody else. Its books are proven when the journey ends."""
    async with _opened(database_url, serve, tmp_path, moment) as house:
        yield house


@pytest.fixture
async def living_house(database_url: str, serve: Serve, tmp_path: Path) -> AsyncIterator[House]:
    """The same in real time, with a worker beside it: for browsers, whose clocks nobody moves."""
    async with _opened(database_url, serve, tmp_path, SystemClock()) as house:

        async def work() -> None:
            while True:
                await jobs.drain(house.runtime.database, house.runtime.services)
                await asyncio.sleep(0.1)

        worker = asyncio.create_task(work())
        yield house
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
