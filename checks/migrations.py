"""The migrations build exactly the tables that the models describe: ``python -m checks.migrations``.

A fresh database on the embedded server is migrated, and then compared: tables, columns, types, indexes, unique and foreign
keys by Alembic; CHECK constraints by name, and the triggers that the mixins promise, by us, because Alembic looks at neither.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import CheckConstraint, Connection, MetaData, create_engine, make_url, text

from checks import scratch
from checks.product import Product
from tuition.kernel import new_id
from tuition.platform import migrate, postgres
from tuition.platform.database import AppendOnly, Base, Timestamped

FOREIGN_TABLES = ("procrastinate_", "alembic_version")
"""Tables of libraries, which bring their own migrations."""
PHASES = {"pre", "post"}


def differences(connection: Connection, metadata: MetaData) -> Iterator[str]:
    """Whatever the database and the models disagree about, one sentence each."""
    ours = _tables_of_models(connection, metadata)
    options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name in ours}
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata, **options})
    found = compare_metadata(context, metadata)
    whole = {difference[1].name for difference in found if difference[0] in ("add_table", "remove_table")}
    for difference in found:
        yield from _sentences(difference, whole)
    yield from _checks_that_differ(connection, metadata)


def missing_triggers(connection: Connection, tables: tuple[type[Base], ...]) -> Iterator[str]:
    """Tables whose mixin promises a trigger that no migration made."""
    rows = connection.execute(
        text("select relname, tgname from pg_trigger join pg_class on pg_class.oid = tgrelid where not tgisinternal")
    )
    present = {(table, trigger) for table, trigger in rows}
    for table in tables:
        if issubclass(table, Timestamped) and (table.__tablename__, "set_updated_at") not in present:
            yield f"{table.__tablename__}: no trigger keeps updated_at; select tuition_touch('{table.__tablename__}')"
        if issubclass(table, AppendOnly) and (table.__tablename__, "append_only") not in present:
            yield f"{table.__tablename__}: no trigger keeps it append-only; select tuition_append_only('{table.__tablename__}')"


def faults_of_history() -> Iterator[str]:
    """What is wrong with the chain of migrations itself."""
    script = ScriptDirectory(str(migrate.SCRIPTS))
    heads = script.get_heads()
    if len(heads) != 1:
        yield f"the history has {len(heads)} ends ({', '.join(heads)}); chain them by down_revision"
    for revision in script.walk_revisions():
        if getattr(revision.module, "phase", None) not in PHASES:
            yield f'{revision.revision}: say phase = "pre" (before the new code) or "post" (after it)'


def main() -> int:
    """Migrate a database of our own, compare, and drop it."""
    product = Product.load()
    if product.failures:
        print(*product.failures, "migrations: the product does not import", sep="\n")
        return 1
    found = list(faults_of_history())
    with postgres.hold(scratch.folder("test-postgres"), durable=False) as server:
        name = f"check_{new_id().hex}"
        with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            try:
                found += _compare(server.url("postgres"), name, product)
            finally:
                admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
    for sentence in found:
        print(f"migrations: {sentence}")
    print(f"migrations: {len(found)} differences" if found else f"migrations: equal to {len(product.tables)} models")
    return 1 if found else 0


def _compare(server_url: str, name: str, product: Product) -> list[str]:
    url = make_url(server_url).set(drivername="postgresql+psycopg", database=name)
    migrate.upgrade(url.set(drivername="postgresql").render_as_string(hide_password=False))
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [*differences(connection, Base.metadata), *missing_triggers(connection, product.tables)]
    engine.dispose()
    return found


def _tables_of_models(connection: Connection, metadata: MetaData) -> set[str]:
    """Tables worth comparing: the models', and others that are neither a library's nor a partition of one."""
    rows = connection.execute(text("select relname from pg_class where relkind in ('r', 'p') and not relispartition"))
    present = {name for (name,) in rows if not name.startswith(FOREIGN_TABLES)}
    return present | set(metadata.tables)


def _checks_that_differ(connection: Connection, metadata: MetaData) -> Iterator[str]:
    rows = connection.execute(
        text("""
            select relname, conname from pg_constraint join pg_class on pg_class.oid = conrelid
            where contype = 'c' and relnamespace = 'public'::regnamespace and not relispartition
        """)
    )
    present = {(table, name) for table, name in rows if table in metadata.tables}
    # PostgreSQL keeps at most 63 bytes of a name; SQLAlchemy cuts the convention's names in its own way.
    preparer = connection.dialect.identifier_preparer
    declared = {
        (table.name, str(preparer.format_constraint(constraint)).strip('"'))
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    for table, name in sorted(declared - present):
        yield f"{table}: the model's CHECK {name} is in no migration"
    for table, name in sorted(present - declared):
        yield f"{table}: the migration's CHECK {name} is in no model"


def _sentences(difference: Any, whole: set[str]) -> Iterator[str]:
    """Alembic's tuples as sentences. ``whole`` are the tables of which one side knows nothing: their parts go without saying."""
    if isinstance(difference, list):
        for kind, _, table, column, _, found, wanted in difference:
            yield f"{table}.{column}: {kind}: the migration says {found!r}, the model {wanted!r}"
        return
    kind, subject = difference[0], difference[-1]
    table = getattr(subject, "table", None)
    if table is not None and table.name in whole:
        return
    name = subject.name if table is None else f"{table.name}.{subject.name}"
    yield f"{name}: {kind}: in {'a model, in no migration' if kind.startswith('add') else 'a migration, in no model'}"


if __name__ == "__main__":
    sys.exit(main())
