"""People and contents for the catalogue's tests."""

from __future__ import annotations

import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import imageio_ffmpeg
import pytest
from sqlalchemy import insert

from tests.catalog.studio import Shelf, Studio
from tuition import identity
from tuition.identity import Actor, Role
from tuition.kernel import new_id
from tuition.platform.database import Database, Session

Person = Callable[..., Awaitable[Actor]]


async def add_person(session: Session, *roles: Role, email_verified: bool = True) -> Actor:
    """A row of users and its actor."""
    person_id = new_id()
    await session.execute(insert(identity.User).values(id=person_id, email=f"{person_id}@example.org", full_name="Somebody"))
    return Actor(id=person_id, roles=frozenset({Role.LEARNER, *roles}), email_verified=email_verified)


@pytest.fixture
def person(session: Session) -> Person:
    """Makes people."""

    async def make(*roles: Role, email_verified: bool = True) -> Actor:
        return await add_person(session, *roles, email_verified=email_verified)

    return make


@pytest.fixture
async def creator(person: Person) -> Actor:
    """Somebody who publishes."""
    return await person(Role.CREATOR)


@pytest.fixture
async def learner(person: Person) -> Actor:
    """Somebody who learns."""
    return await person()


@pytest.fixture
async def studio(database: Database, tmp_path: Path) -> Studio:
    person_id = new_id()
    async with database.transaction() as session:
        await session.execute(insert(identity.User).values(id=person_id, email="mona@example.org", full_name="Mona"))
    actor = Actor(id=person_id, roles=frozenset({Role.LEARNER, Role.CREATOR}), email_verified=True)
    return Studio(database, Shelf(tmp_path / "files"), actor)


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Small real media files by name."""
    folder = tmp_path_factory.mktemp("films")
    picture = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=9"]
    sound = ["-f", "lavfi", "-i", "sine=440:d=9"]
    recipes = {
        "film.mp4": [*picture, *sound, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-movflags", "+faststart"],
        "late-index.mp4": [*picture, *sound, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"],
        "silent-tall.mkv": ["-f", "lavfi", "-i", "testsrc2=s=180x320:r=10:d=5", "-c:v", "libx264", "-preset", "ultrafast"],
        "sound.mp3": [*sound],
    }
    found = {}
    for name, recipe in recipes.items():
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *recipe, str(folder / name)], check=True)
        found[name] = (folder / name).read_bytes()
    return found
