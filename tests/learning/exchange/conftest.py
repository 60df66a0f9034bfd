"""A teacher who brings files, and the job that reads them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tuition import identity
from tuition.identity import Actor, Role
from tuition.learning import exchange
from tuition.learning.exchange import ImportItem, ImportJob
from tuition.main import wire
from tuition.platform import files, jobs
from tuition.platform.database import Database

Bring = Callable[..., Awaitable[ImportJob]]


@dataclass
class Desk:
    """Where files are brought to."""

    database: Database
    store: files.Store
    teacher: Actor
    other: Actor

    async def bring(self, name: str, data: bytes, **where: object) -> ImportJob:
        """Announce a file, send it, let the job read it, and return what became of it."""
        async with self.database.transaction() as session:
            made = await exchange.announce_import(session, self.teacher, file_name=name, **where)  # type: ignore[arg-type]  # because only ids are given
        await self.store.put(exchange.key_of(made.id), data)
        async with self.database.transaction() as session:
            await exchange.accept_file(session, self.teacher, made.id, data)
        await jobs.drain(self.database, jobs.Services().provide(files.Store, self.store))
        async with self.database.reading() as session:
            return await exchange.get_import_for(session, self.teacher, made.id)

    async def items(self, made: ImportJob) -> list[ImportItem]:
        """The report, up to a hundred lines."""
        async with self.database.reading() as session:
            return (await exchange.items_of(session, self.teacher, made.id, limit=100)).items


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> Desk:
    """The desk, in a house where the school listens."""
    wire(database.bus)
    people = []
    async with database.transaction() as session:
        for name in ("teacher", "other"):
            person_id = await identity.add_person(
                session,
                email=f"{name}@example.org",
                password="seven quiet otters",
                full_name=name,
                roles=(Role.LEARNER, Role.CREATOR),
            )
            actor = await identity.get_actor(session, person_id)
            assert actor is not None
            people.append(actor)
    return Desk(database, files.local(tmp_path), people[0], people[1])
