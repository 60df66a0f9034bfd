"""What jobs there are: a name, a function, and how often to try again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from tuition.kernel import DomainError, ErrorKind

DEFAULT_QUEUE = "default"
# A refusal of these kinds may be gone a moment later; any other refusal is an answer, and asking again would not change it.
_PASSING = frozenset({ErrorKind.UNAVAILABLE, ErrorKind.TOO_MANY, ErrorKind.CONFLICT})

JobFunction = Callable[..., Awaitable[None]]
F = TypeVar("F", bound=JobFunction)


class Kind(StrEnum):
    """Who opens the transaction."""

    TASK = "task"
    """The runner: the function gets a session, and the commit follows it."""
    WORK = "work"
    """The function itself, through its context, as often and as briefly as it needs."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often to try again, and how long to wait: ``wait_first_s`` doubled each time, up to ``wait_max_s``."""

    attempts_max: int
    wait_first_s: int = 2
    wait_max_s: int = 3600

    def wait_s(self, attempts: int) -> int:
        """How long to wait after ``attempts`` failed ones before the next (0 after none)."""
        return 0 if attempts < 1 else int(min(self.wait_first_s * 2 ** min(attempts - 1, 30), self.wait_max_s))

    def wait_after(self, error: BaseException, attempts: int) -> int | None:
        """Seconds to wait after the ``attempts``-th failure, or ``None`` to give up."""
        if isinstance(error, DomainError) and error.kind not in _PASSING:
            return None
        return self.wait_s(attempts) if attempts <= self.attempts_max else None


BRIEF = Retries(attempts_max=3, wait_first_s=1, wait_max_s=60)
"""For work inside the house: about seven seconds in all."""
PATIENT = Retries(attempts_max=12, wait_first_s=5, wait_max_s=6 * 3600)
"""For vendors and mail servers: about a day in all."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One kind of job."""

    name: str
    function: JobFunction
    kind: Kind
    queue: str
    retries: Retries
    cron: str | None = None


_definitions: dict[str, Definition] = {}


def registered() -> Mapping[str, Definition]:
    """Every job of the modules imported so far, by name."""
    return MappingProxyType(_definitions)


def task(name: str, *, retries: int | Retries = 5, queue: str = DEFAULT_QUEUE) -> Callable[[F], F]:
    """Declare ``async def verb(session, *, some_id)`` as a job that runs in one transaction."""
    return _declare(name, Kind.TASK, retries, queue, None)


def work(name: str, *, retries: int | Retries = 5, queue: str = DEFAULT_QUEUE) -> Callable[[F], F]:
    """Declare ``async def verb(context, *, some_id)`` as a job that opens its own transactions."""
    return _declare(name, Kind.WORK, retries, queue, None)


def every(cron: str, name: str, *, retries: int | Retries = 2, queue: str = DEFAULT_QUEUE) -> Callable[[F], F]:
    """Declare ``async def run_due(session, *, now)`` as a task that the clock starts (five cron fields, UTC)."""
    return _declare(name, Kind.TASK, retries, queue, cron)


def every_work(cron: str, name: str, *, retries: int | Retries = 2, queue: str = DEFAULT_QUEUE) -> Callable[[F], F]:
    """Declare ``async def run_due(context, *, now)`` as work that the clock starts."""
    return _declare(name, Kind.WORK, retries, queue, cron)


def _declare(name: str, kind: Kind, retries: int | Retries, queue: str, cron: str | None) -> Callable[[F], F]:
    assert all(name.partition(".")), f"a job is named room.verb, and {name!r} is not"

    def register(function: F) -> F:
        known = _definitions.get(name)
        assert known is None or _same(known.function, function), f"two jobs are called {name}"
        how_often = retries if isinstance(retries, Retries) else Retries(attempts_max=retries)
        _definitions[name] = Definition(name, function, kind, queue, how_often, cron)
        return function

    return register


def _same(known: Any, function: Any) -> bool:
    # A module that is imported twice (under a test runner) declares the same job twice.
    return bool(known.__module__ == function.__module__ and known.__qualname__ == function.__qualname__)


def definition_of(name: str) -> Definition:
    """The job of that name; a name nobody declared is a mistake of ours."""
    assert name in _definitions, f"no job is called {name}; is the room's jobs.py imported?"
    return _definitions[name]
