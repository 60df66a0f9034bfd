"""What a killed test run left behind is found and dropped by the next."""

from __future__ import annotations

import psycopg

from tests.conftest import Clones


def _databases(server_url: str) -> set[str]:
    with psycopg.connect(server_url) as connection:
        return {name for (name,) in connection.execute("select datname from pg_database")}


def test_a_run_leaves_nothing_and_sweeps_what_a_killed_one_left(server_url: str, clones: Clones) -> None:
    ours = clones.make().rsplit("/", 1)[1].split("?")[0]
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("create database test_7fffffff_1")
        connection.execute("create database template_0123456789abcdef")
    another = Clones(server_url)
    theirs = another.make().rsplit("/", 1)[1].split("?")[0]
    assert {ours, theirs, clones.template} <= _databases(server_url)
    assert not {"test_7fffffff_1", "template_0123456789abcdef"} & _databases(server_url)
    another.close()
    assert theirs not in _databases(server_url)
    assert ours in _databases(server_url)
