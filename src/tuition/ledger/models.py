"""The ledger's tables. Only the functions of the migration write them; nothing else may."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.orm import Mapped, mapped_column

from tuition.platform.database import AppendOnly, Base, Created

# Types, not CHECKs: see the migration.
_CURRENCY = DOMAIN("ledger_currency", Text(), create_type=False)
_AMOUNT = DOMAIN("ledger_amount", BigInteger(), create_type=False)


class Kind(Base):
    """How accounts of a kind behave: ``rules.KIND_RULES``, where SQL can read it. ``gateway:`` stands for every gateway."""

    __tablename__ = "ledger_kinds"
    __personal__ = ()
    __backup__ = "full"

    kind: Mapped[str] = mapped_column(primary_key=True)
    floor: Mapped[int | None] = mapped_column(BigInteger)
    busy: Mapped[bool]


class Account(Created, Base):
    """An account: what one owner has of one kind in one currency.

    ``balance`` lacks what waits in ``ledger_unfolded``; ``ledger.balance`` adds it. ``floor`` and ``busy`` are the kind's.
    When it last changed is in its newest transfer; a column for it would cost every posting a trigger.
    """

    __tablename__ = "ledger_accounts"
    __personal__ = ()
    __backup__ = "full"
    __table_args__: Any = (
        UniqueConstraint("owner", "kind", "currency"),
        CheckConstraint("balance >= floor", name="floor"),
        {"postgresql_with": {"fillfactor": 80}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[UUID]
    kind: Mapped[str]
    currency: Mapped[str] = mapped_column(_CURRENCY)
    balance: Mapped[int] = mapped_column(BigInteger, server_default="0")
    floor: Mapped[int | None] = mapped_column(BigInteger)
    busy: Mapped[bool]


class Transaction(AppendOnly, Base):
    """A posting that happened. Unpartitioned: a unique idempotency key and partitions by time exclude each other."""

    __tablename__ = "ledger_transactions"
    __personal__ = ()
    __backup__ = "full"
    __table_args__: Any = (UniqueConstraint("owner", "idempotency_key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    source_type: Mapped[str]
    source_id: Mapped[UUID]
    idempotency_key: Mapped[str]
    fingerprint: Mapped[UUID]
    at: Mapped[datetime]


class TransferRow(Base):
    """One movement between two accounts; append-only, partitioned by the month of ``at``.

    The primary key is also the index of the credited account's statement.
    No foreign keys: checking one would lock the busy account that a posting must not wait for. ``ledger check`` proves them.
    """

    __tablename__ = "ledger_transfers"
    __personal__ = ()
    __backup__ = "full"
    __table_args__: Any = (
        CheckConstraint("debit_account_id <> credit_account_id", name="two_ends"),
        Index("idx_ledger_transfers_debit_account_id_at", "debit_account_id", "at"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    credit_account_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[UUID] = mapped_column(primary_key=True)
    transaction_id: Mapped[UUID]
    debit_account_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(_AMOUNT)


class Unfolded(Base):
    """What a busy account got or gave and its balance does not know yet. A row lives until the next fold."""

    __tablename__ = "ledger_unfolded"
    __personal__ = ()
    __backup__ = "full"
    __table_args__: Any = ({"postgresql_with": {"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 20000}},)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
