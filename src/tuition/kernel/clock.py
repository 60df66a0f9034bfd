"""The one clock. Everything that asks what time it is asks here, so that a test can live through years in a second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that knows the time."""

    def now(self) -> datetime:
        """The present moment, always in UTC and always aware."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


class FrozenClock:
    """A clock that moves only when told to. Refused outside test mode (``platform.settings`` sees to it)."""

    def __init__(self, start: datetime) -> None:
        assert start.tzinfo is not None, "a clock without a zone tells no time"
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it stands at."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move forward and return the new moment. Time does not run backwards."""
        assert by >= timedelta(0), "time does not run backwards"
        self._now += by
        return self._now

    def move_to(self, moment: datetime) -> datetime:
        """Move forward to a moment and return it."""
        return self.advance(moment - self._now)


class _ProcessClock:
    """The process's clock: the machine's, until a test or the demo puts another in its place."""

    def __init__(self) -> None:
        self._inner: Clock = SystemClock()

    def now(self) -> datetime:
        """The present moment in UTC."""
        return self._inner.now()

    def use(self, inner: Clock | None) -> None:
        """Put another clock in place, or with ``None`` the machine's again."""
        self._inner = inner or SystemClock()


clock = _ProcessClock()
"""The clock that rooms read: ``clock.now()``."""
