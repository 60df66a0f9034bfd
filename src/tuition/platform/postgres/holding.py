"""Holding the server: the first holder starts it, the last one out stops it."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import logging
import os
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from tuition.kernel import DomainError
from tuition.platform.postgres import cluster, process, tuning
from tuition.platform.postgres.account import Account, account_for
from tuition.platform.postgres.binaries import Binaries, packaged
from tuition.platform.postgres.errors import DataOfAnotherUser, ServerNotDurable

SOCKET_PATH_MAX = 103
"""The shortest limit among the systems that we run on (macOS; Linux has 107)."""
WATCH_INTERVAL_S = 0.5
RETRY_INTERVAL_S = 5.0
JOIN_TIMEOUT_S = 300

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, for as long as its ``hold`` lasts."""

    folder: Path
    sockets: Path
    binaries: Binaries

    @property
    def data(self) -> Path:
        """Where PostgreSQL keeps its files."""
        return self.folder / "data"

    def url(self, database: str) -> str:
        """The address of one of its databases, for the product's role."""
        return self._url(cluster.ROLE, database)

    def superuser_url(self, database: str) -> str:
        """The address for the superuser: backups and the doctor, never a request."""
        return self._url(cluster.SUPERUSER, database)

    def binary(self, name: str) -> Path:
        """One of PostgreSQL's programs: ``pg_dump``, ``pg_basebackup``, ``psql``, …"""
        return self.binaries.path(name)

    def create_database(self, name: str) -> str:
        """Make a database unless it is there; return its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):  # another was faster
                    connection.execute(sql.SQL("create database {} template template1").format(sql.Identifier(name)))
        return self.url(name)

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{quote(database, safe='')}?host={quote(str(self.sockets), safe='/')}"


@contextmanager
def hold(
    folder: Path,
    *,
    durable: bool = True,
    binaries: Binaries | None = None,
    settings: Mapping[str, str | int] | None = None,
) -> Iterator[Server]:
    """Start the server on the folder, or join the one that runs; the last holder of all processes stops it.

    While it is held, a killed server is started again. ``durable=False`` is for tests: nothing is forced to disk.
    ``settings`` count for the holder who starts it. Raises ``DataOfAnotherVersion``, ``ServerWillNotStart``, ….
    """
    holding = _Holding(folder.resolve(), binaries or packaged(), durable=durable, settings=settings or {})
    server = holding.enter()
    try:
        yield server
    finally:
        holding.leave()


@asynccontextmanager
async def holding(
    folder: Path, *, durable: bool = True, settings: Mapping[str, str | int] | None = None
) -> AsyncIterator[Server]:
    """``hold`` for the event loop: starting and stopping take place in a thread."""
    block = hold(folder, durable=durable, settings=settings)
    server = await asyncio.to_thread(block.__enter__)
    try:
        yield server
    finally:
        await asyncio.shield(asyncio.to_thread(block.__exit__, None, None, None))


@dataclass
class _Holding:
    """Two locks of the kernel, which it releases whatever becomes of us.

    ``door``: exclusive, for the moment in which somebody starts, joins or leaves.
    ``holders``: shared by everybody who holds the server; who can have it alone is the last.
    """

    folder: Path
    binaries: Binaries
    durable: bool
    settings: Mapping[str, str | int]
    _holders: int = -1
    _left: threading.Event = field(default_factory=threading.Event)
    _watcher: threading.Thread | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def enter(self) -> Server:
        self._make_folder()
        with self._door():
            self._holders = self._open("holders.lock")
            fcntl.flock(self._holders, fcntl.LOCK_SH)
            try:
                sockets = self._ensure_running().sockets
            except BaseException:
                self._let_go()
                raise
        # A daemon: a process that forgets to leave must still be able to end.
        self._watcher = threading.Thread(target=self._watch, name="postgres-watcher", daemon=True)
        self._watcher.start()
        return Server(self.folder, sockets, self.binaries)

    def leave(self) -> None:
        self._left.set()
        if self._watcher:
            self._watcher.join()
        with self._door():
            self._let_go()

    def _let_go(self) -> None:
        try:
            fcntl.flock(self._holders, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # somebody else still holds it
        else:
            found = process.find(self.data)
            process.stop(self.data)
            if found and found.sockets.parent != self.folder:
                with suppress(OSError):
                    found.sockets.rmdir()
        finally:
            # Unlocked by name: a forked child may have a copy of the descriptor, and is no holder.
            fcntl.flock(self._holders, fcntl.LOCK_UN)
            os.close(self._holders)

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        account = account_for(self.folder, self.data)
        if self.folder.stat().st_uid != account.uid:
            account.own(self.folder)
        self.folder.chmod(0o700)

    def _open(self, name: str) -> int:
        descriptor = os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        if os.geteuid() == 0:  # what root leaves here, the owner of the data can use later
            owner = self.folder.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        return descriptor

    @contextmanager
    def _door(self) -> Iterator[None]:
        descriptor = self._open("door.lock")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _ensure_running(self) -> process.Postmaster:
        found = process.find(self.data)
        if found and self._joins(found):
            return found
        account = account_for(self.folder, self.data)
        cluster.prepare(self.binaries, account, self.data, durable=self.durable)
        sockets = _socket_folder(self.folder, account)
        logs = self.folder / "logs"
        tuning.prune_logs(logs)
        parameters = tuning.parameters(sockets=sockets, logs=logs, durable=self.durable, extra=self.settings)
        started = process.start(self.binaries, account, self.data, settings=parameters)
        cluster.furnish(Server(self.folder, sockets, self.binaries).superuser_url("template1"))
        return started

    def _joins(self, found: process.Postmaster) -> bool:
        """Whether the server that was found can be shared. One that is just dying is waited for, and is none."""
        if self.durable and "fsync=off" in (self.data / "postmaster.opts").read_text():
            raise ServerNotDurable(folder=str(self.folder))
        url = Server(self.folder, found.sockets, self.binaries).superuser_url("template1")
        return process.wait(lambda: not process.runs_on(self.data, found.pid) or cluster.answers(url), JOIN_TIMEOUT_S) and (
            process.runs_on(self.data, found.pid)
        )

    def _watch(self) -> None:
        """Start the server again when it has died under us; every holder watches, the door lets one at a time act."""
        pause_s = WATCH_INTERVAL_S
        while not self._left.wait(pause_s):
            pause_s = WATCH_INTERVAL_S
            if process.find(self.data):
                continue
            if not (self.data / "PG_VERSION").exists():
                log.error("The data folder %s is gone; nothing is started in its place", self.data)
                return
            try:
                with self._door():
                    if not self._left.is_set() and not process.find(self.data):
                        log.error("PostgreSQL on %s has died and is started again", self.folder)
                        self._ensure_running()
            except (DomainError, OSError, psycopg.Error):
                log.exception("PostgreSQL on %s does not come back", self.folder)
                pause_s = RETRY_INTERVAL_S


def _socket_folder(folder: Path, account: Account) -> Path:
    """A folder that only the account enters, with a path that fits into a socket's address."""
    inside = folder / "sockets"
    if len(str(inside / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_MAX:
        return inside
    # Its name can be guessed; that is why its owner is checked. The temporary folder of the environment may be a long path.
    short = Path("/tmp") / f"tuition-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"  # noqa: S108  # because its owner is checked below
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    if found.st_uid not in (account.uid, os.geteuid()) or short.is_symlink():
        raise DataOfAnotherUser(folder=str(short), owner=found.st_uid)
    account.own(short, mode=0o700)
    return short
