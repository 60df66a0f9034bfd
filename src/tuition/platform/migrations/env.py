"""How Alembic reaches the database: on a connection that ``platform.migrate`` hands it, with its time-outs already set."""

from __future__ import annotations

from alembic import context

from tuition.platform.migrations import operations  # noqa: F401  # because importing it makes its operations known

configuration = context.config
context.configure(
    connection=configuration.attributes["connection"],
    target_metadata=configuration.attributes.get("metadata"),
    transaction_per_migration=True,
    compare_type=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
