"""The data folder: made once, checked each time."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tuition.platform.postgres.account import Account, let_pass, named_account
from tuition.platform.postgres.binaries import Binaries
from tuition.platform.postgres.errors import DataOfAnotherVersion, ServerWillNotStart

SUPERUSER = "postgres"
ROLE = "tuition"
"""Whom the product signs in as: it may make databases and stream backups, and is no superuser."""
LOCALE = "C.UTF-8"


def prepare(binaries: Binaries, account: Account, data: Path, *, durable: bool) -> None:
    """Make the data folder when it is missing; refuse one that another version wrote. The caller holds the door's lock."""
    let_pass(account, data.parent / "sockets")
    let_pass(account, binaries.folder / "postgres")
    for name in ("logs", "sockets"):
        (data.parent / name).mkdir(exist_ok=True)
        account.own(data.parent / name, mode=0o700)
    if not (data / "PG_VERSION").exists():
        _make(binaries, account, data, durable=durable)
    if data.stat().st_uid != account.uid:  # restored from a backup by root
        account.own_all(data)
    data.chmod(0o700)
    found = (data / "PG_VERSION").read_text().strip()
    if found != str(binaries.major):
        raise DataOfAnotherVersion(folder=str(data.parent), found=found, wanted=str(binaries.major))


def _make(binaries: Binaries, account: Account, data: Path, *, durable: bool) -> None:
    """Make the data beside its place and move it there when complete, so that an interrupted start leaves no half."""
    shutil.rmtree(data.with_name("data.partial"), ignore_errors=True)
    if account.is_us:
        partial = data.with_name("data.partial")
        _initdb(binaries, account, partial, sync=durable)
    else:
        with tempfile.TemporaryDirectory(prefix="tuition-initdb-", dir="/tmp") as work:
            by = named_account()
            by.own(Path(work))
            _initdb(binaries, by, Path(work) / "data", sync=False)
            partial = Path(shutil.copytree(Path(work) / "data", data.with_name("data.partial")))
        account.own_all(partial)
        if durable:
            os.sync()
    partial.rename(data)


def _initdb(binaries: Binaries, account: Account, data: Path, *, sync: bool) -> None:
    # The builtin provider sorts alike on every machine and never changes under an index, unlike the C library's.
    locale = ["--locale-provider=builtin", f"--builtin-locale={LOCALE}"] if binaries.major >= 17 else [f"--locale={LOCALE}"]
    command: list[str | Path] = [binaries.path("initdb"), "-D", data, "-U", SUPERUSER, "--encoding=UTF8", *locale]
    command += ["--auth-local=trust", "--auth-host=reject", "--data-checksums", "--no-instructions"]
    command += [] if sync else ["--no-sync"]
    done = subprocess.run(
        command,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
        **account.process_options,
    )
    if done.returncode != 0:
        shutil.rmtree(data, ignore_errors=True)
        raise ServerWillNotStart(folder=str(data.parent), reason=" ".join(done.stderr.split()))


def answers(url: str) -> bool:
    """Whether the server takes a connection now."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def furnish(superuser_url: str) -> None:
    """See to the product's role, and to what only a superuser may add, in the template that databases are made from."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if connection.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone():
            return
        if connection.execute("select 1 from pg_available_extensions where name = 'vector'").fetchone():
            connection.execute("create extension if not exists vector")
        connection.execute("grant execute on function pg_switch_wal(), pg_create_restore_point(text) to public")
        connection.execute(f"create role {ROLE} login createdb replication")
        connection.execute(f"grant pg_monitor, pg_checkpoint, pg_signal_backend to {ROLE}")
