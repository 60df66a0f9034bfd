"""Ids: UUID version 7, made here and not by the database server, so that every supported PostgreSQL is the same."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

from tuition.kernel.errors import DomainError, ErrorKind

_RANDOM_BITS = 62
_COUNTER_BITS = 12


class IdInvalid(DomainError):
    """This is not an identifier: {value}."""

    kind = ErrorKind.NOT_FOUND
    code = "kernel.id_invalid"


class _Sequence:
    """The last id's millisecond and counter, so that ids of one process never run backwards."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        with self._lock:
            # 48 bits of milliseconds, then 12 bits of their fraction as the counter (RFC 9562, section 6.2, method 3).
            now = (time.time_ns() << _COUNTER_BITS) // 1_000_000
            self._last = max(now, self._last + 1)
            return self._last


_sequence = _Sequence()


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, a 12-bit counter, 62 random bits. Sorts by creation.

    It uses the machine's clock and not ``kernel.clock``: an id must be unique even while a test stands still in time.
    """
    ticks = _sequence.next()
    milliseconds, counter = ticks >> _COUNTER_BITS, ticks & ((1 << _COUNTER_BITS) - 1)
    random = int.from_bytes(os.urandom(8), "big") & ((1 << _RANDOM_BITS) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | random)


def to_id(value: str) -> UUID:
    """Read an id that came from outside. Raises ``IdInvalid`` (a 404: what cannot be named does not exist)."""
    try:
        return UUID(value)
    except ValueError as error:
        raise IdInvalid(value=value[:64]) from error
