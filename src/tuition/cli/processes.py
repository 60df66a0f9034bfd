"""What every command needs first: settings, a database that runs, a runtime."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from tuition.edge import Runtime
from tuition.main import build_runtime
from tuition.platform import postgres
from tuition.platform.settings import Role, Settings

DATABASE = "tuition"


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The address of the installation's database; the embedded server runs for as long as somebody is in such a block."""
    external = settings.direct_address
    if external is not None:
        yield external
        return
    with postgres.hold(settings.postgres_folder) as server:
        yield server.create_database(DATABASE)


@asynccontextmanager
async def runtime(settings: Settings, *, role: Role = Role.ADMIN) -> AsyncIterator[Runtime]:
    """A runtime for a command."""
    with database_url(settings) as url:
        built = build_runtime(settings, url, pool_size=min(settings.pool_size(role), 10))
        try:
            yield built
        finally:
            await built.close()
