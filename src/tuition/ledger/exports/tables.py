"""The books as tables: a row per transfer."""

from __future__ import annotations

import csv
from datetime import datetime
from typing import Any, BinaryIO, TextIO

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Row

from tuition.kernel import Currency, Money
from tuition.ledger.exports.rows import BATCH, transfers
from tuition.ledger.queries import statement_lines
from tuition.ledger.rules import AccountKey
from tuition.platform.database import AnySession

_TEXTS = (
    "transaction_id",
    "transfer_id",
    "kind",
    "source_type",
    "source_id",
    "debit_owner",
    "debit_kind",
    "credit_owner",
    "credit_kind",
    "currency",
)
_SCHEMA = pa.schema(
    [("at", pa.timestamp("us", tz="UTC")), *((name, pa.string()) for name in _TEXTS), ("amount_minor", pa.int64())]
)
_STATEMENT = (
    "at",
    "transfer_id",
    "transaction_id",
    "kind",
    "source_type",
    "source_id",
    "counterparty_kind",
    "amount",
    "balance",
    "currency",
)


async def export_csv(session: AnySession, out: TextIO) -> int:
    """Write a line per transfer (open the file with ``newline=""``) and return how many there are."""
    writer = csv.writer(out)
    writer.writerow(["at", *_TEXTS, "amount_minor", "amount"])
    count = 0
    async for row in transfers(session):
        amount = Money(row.amount, Currency(row.currency))
        writer.writerow([row.at.isoformat(), *(getattr(row, name) for name in _TEXTS), row.amount, f"{amount.decimal:f}"])
        count += 1
    return count


async def export_parquet(session: AnySession, out: BinaryIO) -> int:
    """Write a Parquet file, a row group per few thousand transfers, and return how many transfers there are."""
    count = 0
    with pq.ParquetWriter(out, _SCHEMA, compression="zstd") as writer:
        batch: list[Row[Any]] = []
        async for row in transfers(session):
            batch.append(row)
            if len(batch) == BATCH:
                writer.write_table(_table(batch))
                count, batch = count + len(batch), []
        writer.write_table(_table(batch))
    return count + len(batch)


async def export_statement_csv(
    session: AnySession, key: AccountKey, out: TextIO, *, since: datetime | None = None, until: datetime | None = None
) -> int:
    """Write one account's lines of a period, oldest first, each with the balance after it, and return how many there are."""
    writer = csv.writer(out)
    writer.writerow(_STATEMENT)
    count = 0
    async for line in statement_lines(session, key, since=since, until=until):
        ids = line.at.isoformat(), line.transfer_id, line.transaction_id
        cause = line.kind, line.source.type, line.source.id, line.counterparty.kind
        writer.writerow([*ids, *cause, f"{line.amount.decimal:f}", f"{line.balance.decimal:f}", key.currency])
        count += 1
    return count


def _table(rows: list[Row[Any]]) -> pa.Table:
    columns = [
        [row.at for row in rows],
        *([str(getattr(row, name)) for row in rows] for name in _TEXTS),
        [row.amount for row in rows],
    ]
    return pa.table(columns, schema=_SCHEMA)
