"""What migrations may ask for beyond Alembic's own operations. Loaded by ``env.py``; a version calls it as ``op.…``."""

from __future__ import annotations

from alembic.operations import MigrateOperation, Operations


@Operations.register_operation("create_index_concurrently")
class CreateIndexConcurrently(MigrateOperation):
    """An index that is built while others write: outside a transaction, patiently, and as often as it takes."""

    def __init__(self, name: str, definition: str, *, unique: bool) -> None:
        self.name = name
        self.definition = definition
        self.unique = unique

    @classmethod
    def create_index_concurrently(cls, operations: Operations, name: str, definition: str, *, unique: bool = False) -> None:
        """``op.create_index_concurrently("idx_contents_title", "contents using gin (title gin_trgm_ops)")``.

        It commits what the migration did before. A half-built index of an earlier attempt is dropped first.
        """
        operations.invoke(cls(name, definition, unique=unique))


@Operations.implementation_for(CreateIndexConcurrently)
def _create_index_concurrently(operations: Operations, operation: CreateIndexConcurrently) -> None:
    with operations.get_context().autocommit_block():
        # It waits for every transaction that is older than itself, and nobody waits for it: no reason to give up.
        operations.execute("set lock_timeout = 0")
        operations.execute("set statement_timeout = 0")
        operations.execute(f"drop index concurrently if exists {operation.name}")
        unique = "unique " if operation.unique else ""
        operations.execute(f"create {unique}index concurrently {operation.name} on {operation.definition}")
        operations.execute("reset lock_timeout")
        operations.execute("reset statement_timeout")
