"""The server's process: is it there, start it, stop it, clean up after a violent death."""

from __future__ import annotations

import logging
import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tuition.platform.postgres.account import Account
from tuition.platform.postgres.binaries import Binaries
from tuition.platform.postgres.errors import ServerWillNotStart

START_TIMEOUT_S = 300
"""Generous: after a crash the server first replays its log of changes."""
STOP_TIMEOUT_S = 120
POLL_S = 0.02
REASON_LINES = 8
SOCKETS_LINE = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What ``postmaster.pid`` says of a server that is alive."""

    pid: int
    sockets: Path


def find(data: Path) -> Postmaster | None:
    """The server that runs on the data, or ``None``: a pid file alone proves nothing, the number may be another's by now."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if not lines or not lines[0].strip().isdigit() or not runs_on(data, int(lines[0])):
        return None
    if len(lines) < SOCKETS_LINE + 1:
        return None  # it has only just begun, or is of no use
    return Postmaster(int(lines[0]), Path(lines[SOCKETS_LINE]))


def runs_on(data: Path, pid: int) -> bool:
    """Whether a live process of PostgreSQL works in the data folder (its working directory is always the data)."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            _reap(pid)
            return False
        return bool(process.name().startswith("postgres") and data.samefile(process.cwd()))
    except (psutil.Error, OSError):
        return False


def start(binaries: Binaries, account: Account, data: Path, *, settings: Mapping[str, str]) -> Postmaster:
    """Start the server in a session of its own and wait until it answers. The caller holds the door's lock."""
    _bury(data)
    # pg_ctl hands paths to a shell: the data folder travels in the environment and the log's name is relative instead.
    command: list[str | Path] = [binaries.path("pg_ctl"), "start", "-s", "-w", "-t", str(START_TIMEOUT_S), "-l", "start.log"]
    command += ["-o", shlex.join(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))]
    first_words = data.parent / "logs" / "start.log"
    first_words.unlink(missing_ok=True)
    with tempfile.TemporaryFile() as said:  # no pipe: a server that inherited one would keep us reading until it ends
        done = subprocess.run(
            command,
            cwd=first_words.parent,
            env={"PATH": os.defpath, "LC_ALL": "C", "PGDATA": str(data)},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,  # Ctrl-C in our terminal reaches us alone
            check=False,
            **account.process_options,
        )
        if done.returncode != 0:
            said.seek(0)
            reason = _last_words(first_words) or " ".join(said.read().decode(errors="replace").split())
            raise ServerWillNotStart(folder=str(data.parent), reason=reason)
    found = find(data)
    if found is None:
        raise ServerWillNotStart(folder=str(data.parent), reason="it ended as soon as it had begun")
    return found


def stop(data: Path) -> None:
    """Ask the server to end its sessions and close in order; when it does not in time, end it as a crash would."""
    postmaster = find(data)
    if postmaster is None:
        return
    for how, patience_s in ((signal.SIGINT, STOP_TIMEOUT_S), (signal.SIGQUIT, STOP_TIMEOUT_S)):
        try:
            os.kill(postmaster.pid, how)
        except ProcessLookupError:
            return
        if wait(lambda: not runs_on(data, postmaster.pid), patience_s):
            return
        log.error("PostgreSQL (process %s) did not end on %s", postmaster.pid, how.name)


def _bury(data: Path) -> None:
    """Remove what a killed server left: its helpers, which may still write, and the files that name it, for its number may
    be a stranger's by now and PostgreSQL would take that stranger for the server."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    lines = pid_file.read_text().splitlines()
    orphans = [process.pid for process in psutil.process_iter() if runs_on(data, process.pid)]
    for orphan in orphans:
        try:
            os.kill(orphan, signal.SIGKILL)
        except ProcessLookupError:
            continue
    wait(lambda: not any(runs_on(data, orphan) for orphan in orphans), STOP_TIMEOUT_S)
    if len(lines) > SOCKETS_LINE and lines[SOCKETS_LINE]:
        for left in Path(lines[SOCKETS_LINE]).glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)
    pid_file.unlink(missing_ok=True)


def _reap(pid: int) -> None:
    # In a container we may be process 1, whom the orphaned server was left to.
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def wait(condition: Callable[[], bool], patience_s: float) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def _last_words(first_words: Path) -> str:
    """The lines of the log that say why: before the collector starts they are in start.log, afterwards in a server log."""
    logs = sorted(first_words.parent.glob("server-*.log"))[-1:]
    lines: list[str] = []
    for path in (first_words, *logs):
        if path.exists():
            lines += path.read_text(errors="replace").splitlines()[-REASON_LINES:]
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "HINT" in line]
    return " ".join(telling or lines)
