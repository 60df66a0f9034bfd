"""Being told to stop: whoever holds lines open hears of it first, or the server would wait for them until it is killed."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def told_to_stop(react: Callable[[], None]) -> Iterator[None]:
    """Call ``react`` on the loop when the process is told to stop, and let the server's own handler go on.

    The server waits for open answers before it says "shutdown" to the application, and an open line for news never ends by
    itself. The server's loop is woken by the interpreter's wake-up descriptor, which any handler written in Python leaves alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {}

    def hear(number: int, frame: FrameType | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(react)
        previous = before[number]
        if callable(previous):
            previous(number, frame)
        elif previous == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for stop in SIGNALS:
        before[stop] = signal.signal(stop, hear)
        signal.siginterrupt(stop, False)
    try:
        yield
    finally:
        for number, previous in before.items():
            if signal.getsignal(number) is hear:
                signal.signal(number, signal.SIG_DFL if previous is None else previous)
