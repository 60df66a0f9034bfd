"""The comparison of migrations and models sees what Alembic sees, and the checks and triggers that it does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import CheckConstraint, Column, Connection, Integer, MetaData, Table, Text, create_engine, text

from checks.migrations import differences, missing_triggers
from tuition.platform import migrate
from tuition.platform.database import AppendOnly, Base, Timestamped
from tuition.platform.database.engine import sqlalchemy_url

DDL = "create table coins (id int primary key, metal text not null, constraint shiny check (metal <> 'rust'))"


@pytest.fixture
def connection(empty_url: str) -> Iterator[Connection]:
    """A connection to a database with the triggers' functions and one table, and nothing else."""
    migrate.upgrade(empty_url, revision="0001")
    engine = create_engine(sqlalchemy_url(empty_url))
    with engine.connect() as connection:
        connection.execute(text(DDL))
        yield connection
    engine.dispose()


def _coins(*columns: Column[str], check: str = "shiny") -> MetaData:
    metadata = MetaData()
    parts = columns or (Column("metal", Text, nullable=False),)
    Table("coins", metadata, Column("id", Integer, primary_key=True), *parts, CheckConstraint("metal <> 'rust'", name=check))
    return metadata


def _about_coins(connection: Connection, metadata: MetaData) -> list[str]:
    return [difference for difference in differences(connection, metadata) if "coins" in difference]


def test_an_equal_table_has_no_differences(connection: Connection) -> None:
    assert _about_coins(connection, _coins()) == []


def test_a_table_without_a_model_is_found(connection: Connection) -> None:
    assert any("remove_table" in difference for difference in _about_coins(connection, MetaData()))


def test_a_column_without_a_migration_is_found(connection: Connection) -> None:
    metadata = _coins(Column("metal", Text, nullable=False), Column("weight", Text))

    assert any("add_column" in difference and "weight" in difference for difference in _about_coins(connection, metadata))


def test_a_column_that_may_be_null_on_one_side_is_found(connection: Connection) -> None:
    assert any("modify_nullable" in difference for difference in _about_coins(connection, _coins(Column("metal", Text))))


def test_a_check_under_another_name_is_found_on_both_sides(connection: Connection) -> None:
    assert _about_coins(connection, _coins(check="glossy")) == [
        "coins: the model's CHECK glossy is in no migration",
        "coins: the migration's CHECK shiny is in no model",
    ]


def test_a_promised_trigger_that_is_missing_is_found(connection: Connection) -> None:
    changing: type[Base] = type("Changing", (Timestamped,), {"__tablename__": "coins"})
    lasting: type[Base] = type("Lasting", (AppendOnly,), {"__tablename__": "coins"})

    assert len(list(missing_triggers(connection, (changing, lasting)))) == 2
    connection.execute(text("alter table coins add column updated_at timestamptz"))
    connection.execute(text("select tuition_touch('coins'), tuition_append_only('coins')"))
    assert list(missing_triggers(connection, (changing, lasting))) == []
