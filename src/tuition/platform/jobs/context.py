"""What work that opens its own transactions is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from tuition.platform.database import Database
from tuition.platform.jobs.progress import record_progress

T = TypeVar("T")


class Services:
    """What the composition root built and jobs may ask for, by its type: gateways, the file store, the mail transport."""

    def __init__(self, *instances: object) -> None:
        self._by_type: dict[type[Any], object] = {}
        for instance in instances:
            self.provide(type(instance), instance)

    def provide(self, kind: type[Any], instance: object) -> Services:
        """Answer ``kind`` (often a protocol) with ``instance`` from now on."""
        self._by_type[kind] = instance
        return self

    def has(self, kind: type[Any]) -> bool:
        """Whether a service of that type was provided."""
        return kind in self._by_type

    def get(self, kind: type[T]) -> T:
        """The service of that type; one that nobody provided is a mistake in the composition root."""
        assert kind in self._by_type, f"no service of type {kind.__name__} was provided"
        service: Any = self._by_type[kind]
        return service  # type: ignore[no-any-return]  # the mapping's key is the value's type


@dataclass(frozen=True, slots=True)
class Context:
    """One run of one piece of work."""

    database: Database
    services: Services
    job: str
    """The job's name."""
    attempt: int = 1
    attempts_max: int = 1

    @property
    def last_attempt(self) -> bool:
        """Whether a failure now is final: the moment to record it where people look."""
        return self.attempt >= self.attempts_max

    def service(self, kind: type[T]) -> T:
        """The service of that type."""
        return self.services.get(kind)

    async def progress(
        self, subject: tuple[str, UUID], *, done: int, total: int, message: str = "", state: str = "running"
    ) -> None:
        """Say how far it is, in a transaction of its own, so that a page can show it at once."""
        async with self.database.transaction() as session:
            await record_progress(session, subject, self.job, done=done, total=total, message=message, state=state)
