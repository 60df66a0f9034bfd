"""Migrations: phases, locks, and the way back."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tuition.platform import migrate

VERSION = '''"""{title}"""

from alembic import op

revision = "{revision}"
down_revision = {down}
phase = "{phase}"


def upgrade() -> None:
    {up}


def downgrade() -> None:
    op.execute("drop table if exists {table}")
'''
CHAIN = [
    ("01", "pre", 'op.execute("create table a (i int)")', "a"),
    ("02", "pre", 'op.execute("create table b (i int)")', "b"),
    ("03", "post", 'op.execute("create table c (i int)")', "c"),
    ("04", "pre", 'op.execute("create table d (i int)")', "d"),
]

Write = Callable[[list[tuple[str, str, str, str]]], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Puts a chain of small migrations in the place of the real ones."""
    (tmp_path / "versions").mkdir()
    shutil.copy(migrate.SCRIPTS / "env.py", tmp_path)
    monkeypatch.setattr(migrate, "SCRIPTS", tmp_path)

    def write_chain(chain: list[tuple[str, str, str, str]]) -> None:
        down = "None"
        for revision, phase, up, table in chain:
            script = VERSION.format(title=f"Make {table}", revision=revision, down=down, phase=phase, up=up, table=table)
            (tmp_path / "versions" / f"{revision}.py").write_text(script)
            down = f'"{revision}"'

    return write_chain


def tables(url: str) -> list[str]:
    """The tables of a database, without Alembic's own."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")
        return sorted(name for (name,) in rows if name != "alembic_version")


@contextmanager
def held(url: str, statement: str) -> Iterator[psycopg.Connection]:
    """Another session whose transaction has begun with a statement and does not end."""
    with psycopg.connect(url, application_name="somebody") as connection:
        connection.execute(statement)
        yield connection
        connection.rollback()


def test_what_comes_before_the_new_code_stops_at_the_first_that_comes_after_it(empty_url: str, write: Write) -> None:
    write(CHAIN)
    assert [step.revision for step in migrate.upgrade(empty_url, phase="pre")] == ["01", "02"]
    found = migrate.status(empty_url)
    assert (found.current, found.head, found.phase) == ("02", "04", "post")
    assert [(step.revision, step.title, step.phase) for step in found.pending] == [
        ("03", "Make c", "post"),
        ("04", "Make d", "pre"),
    ]
    assert migrate.upgrade(empty_url, phase="pre") == []
    assert [step.revision for step in migrate.upgrade(empty_url, phase="post")] == ["03", "04"]
    assert tables(empty_url) == ["a", "b", "c", "d"]
    assert migrate.status(empty_url).phase is None
    assert migrate.upgrade(empty_url) == []


def test_each_step_is_announced_with_its_place(empty_url: str, write: Write) -> None:
    write(CHAIN)
    heard: list[migrate.Step] = []
    migrate.upgrade(empty_url, revision="02", on_step=heard.append)
    assert [(step.number, step.total, step.title) for step in heard] == [(1, 2, "Make a"), (2, 2, "Make b")]


def test_a_step_back_and_forth(empty_url: str, write: Write) -> None:
    write(CHAIN)
    migrate.upgrade(empty_url)
    assert migrate.downgrade(empty_url).current == "03"
    assert tables(empty_url) == ["a", "b", "c"]
    assert migrate.downgrade(empty_url, "base").current is None
    assert tables(empty_url) == []


def test_a_migration_that_fails_leaves_what_came_before_it_and_nothing_of_itself(empty_url: str, write: Write) -> None:
    write([*CHAIN[:2], ("03", "pre", 'op.execute("create table half (i int)"); op.execute("select 1 / 0")', "half")])
    with pytest.raises(Exception, match="division by zero"):
        migrate.upgrade(empty_url)
    assert tables(empty_url) == ["a", "b"]
    assert migrate.status(empty_url).current == "02"


def test_two_processes_migrate_one_after_the_other_and_the_second_says_whom_it_waits_for(empty_url: str, write: Write) -> None:
    write(CHAIN)
    waiting = threading.Event()
    said: list[str] = []
    applied: list[migrate.Step] = []

    def hear(holder: str) -> None:
        said.append(holder)
        waiting.set()

    def second() -> None:
        applied.extend(migrate.upgrade(empty_url, on_wait=hear))

    with held(empty_url, f"select pg_advisory_xact_lock({migrate.LOCK_KEY})"):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(20)
        assert tables(empty_url) == []
    thread.join()
    assert len(applied) == 4
    assert len(said) == 1
    assert "somebody" in said[0]


def test_who_waits_in_vain_says_who_is_in_the_way(empty_url: str, write: Write) -> None:
    write(CHAIN)
    with held(empty_url, f"select pg_advisory_xact_lock({migrate.LOCK_KEY})"):
        with pytest.raises(migrate.MigrationsBusy, match=r"process \d+ \(somebody\), for \d+ s"):
            migrate.upgrade(empty_url, wait_s=0)


def test_a_busy_table_is_left_to_others_and_tried_again(empty_url: str, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT_S", 0.2)
    monkeypatch.setattr(migrate, "LOCK_PAUSE_S", 0.05)
    write([*CHAIN[:1], ("02", "pre", 'op.execute("alter table a add column j int")', "a")])
    migrate.upgrade(empty_url, revision="01")
    with held(empty_url, "select count(*) from a") as connection:
        release = threading.Timer(0.6, connection.rollback)
        release.start()
        assert [step.revision for step in migrate.upgrade(empty_url)] == ["02"]
        release.join()


def test_a_table_that_is_never_free_ends_the_migration_with_a_sentence(
    empty_url: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT_S", 0.1)
    monkeypatch.setattr(migrate, "LOCK_PAUSE_S", 0.01)
    monkeypatch.setattr(migrate, "LOCK_ATTEMPTS_MAX", 2)
    write([*CHAIN[:1], ("02", "pre", 'op.execute("alter table a add column j int")', "a")])
    migrate.upgrade(empty_url, revision="01")
    with held(empty_url, "select count(*) from a"), pytest.raises(migrate.MigrationBlocked, match="Migration 02 did not get"):
        migrate.upgrade(empty_url)
    assert migrate.status(empty_url).current == "01"


def test_an_index_is_built_beside_writers_and_a_half_built_one_is_replaced(empty_url: str, write: Write) -> None:
    index = 'op.create_index_concurrently("idx_a_i", "a (i)", unique=True)'
    write([*CHAIN[:1], ("02", "pre", index, "a")])
    migrate.upgrade(empty_url, revision="01")
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("insert into a values (1), (1)")
        with pytest.raises(Exception, match="could not create unique index"):
            migrate.upgrade(empty_url)
        assert connection.execute("select indisvalid from pg_index where indexrelid = 'idx_a_i'::regclass").fetchone() == (False,)
        connection.execute("truncate a")
        migrate.upgrade(empty_url)
        assert connection.execute("select indisvalid from pg_index where indexrelid = 'idx_a_i'::regclass").fetchone() == (True,)
    assert migrate.status(empty_url).current == "02"


def test_the_real_migrations_go_down_to_nothing_and_up_again(empty_url: str) -> None:
    applied = migrate.upgrade(empty_url)
    full = tables(empty_url)
    migrate.downgrade(empty_url, "base")
    assert tables(empty_url) == []
    assert len(migrate.upgrade(empty_url)) == len(applied)
    assert tables(empty_url) == full
