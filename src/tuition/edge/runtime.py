"""What the composition root built and every request may use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, cast

from starlette.requests import HTTPConnection

from tuition.platform import jobs
from tuition.platform.database import Database
from tuition.platform.settings import Settings

S = TypeVar("S")


@dataclass(slots=True)
class Runtime:
    """One process's parts. Vendors are looked up by the port that they implement."""

    settings: Settings
    database: Database
    services: jobs.Services = field(default_factory=jobs.Services)

    def service(self, port: type[S]) -> S:
        """The adapter that was wired for a port, such as ``runtime.service(files.Store)``."""
        return self.services.get(port)

    async def close(self) -> None:
        """Let go of every connection."""
        await self.database.dispose()


def runtime_of(request: HTTPConnection) -> Runtime:
    """The runtime that serves this request."""
    return cast(Runtime, request.app.state.runtime)
