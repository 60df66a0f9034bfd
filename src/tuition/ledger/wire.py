"""How postings travel: a batch becomes sixteen arrays in PostgreSQL's binary format, so that one round trip carries it.

The driver would write the same arrays element by element in Python, which took most of the time outside the database.
Here everything is a join of bytes (as PostgreSQL's ``array_recv`` reads them: dimensions, flags, element type, length,
lower bound, then each element after its length).
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.adapt import AdaptersMap, Dumper
from psycopg.pq import Format
from sqlalchemy.orm import Session as SyncSession

from tuition.kernel import new_id
from tuition.ledger.rules import AccountKey, Posting, account_bytes, fingerprint, rule_of
from tuition.platform.database import AnySession

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HEADER = struct.Struct(">iiIii")
_EMPTY = struct.Struct(">iiI")
_LITTLE = sys.byteorder == "little"
_TAUGHT = "tuition.ledger.wire"
_COUNTED_BITS = 24
"""For the ids of a batch: enough for every transfer of the largest."""
LARGE = 10**12
"""From here on an account is counted exactly, under its lock; the same figure is in the posting functions."""


class _Array(bytes):
    """An encoded array."""


class Uuids(_Array):
    """``uuid[]``"""


class Texts(_Array):
    """``text[]``"""


class Moments(_Array):
    """``timestamptz[]``"""


class Ints(_Array):
    """``int4[]``"""


class BigInts(_Array):
    """``int8[]``"""


class Booleans(_Array):
    """``bool[]``"""


# (our type, PostgreSQL's oid of the array, of its element), from pg_type.dat; they never change.
_OIDS = (
    (Uuids, 2951, 2950),
    (Texts, 1009, 25),
    (Moments, 1185, 1184),
    (Ints, 1007, 23),
    (BigInts, 1016, 20),
    (Booleans, 1000, 16),
)
_ELEMENT_OID: dict[type[_Array], int] = {kind: element for kind, _, element in _OIDS}


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        return bytes(obj)


_DUMPERS = [(kind, type(f"{kind.__name__}Dumper", (_ArrayDumper,), {"oid": oid})) for kind, oid, _ in _OIDS]


def teach(adapters: AdaptersMap) -> None:
    """Let a connection send our arrays as they are."""
    for kind, dumper in _DUMPERS:
        adapters.register_dumper(kind, dumper)


def _head(kind: type[_Array], length: int) -> bytes:
    return _HEADER.pack(1, 0, _ELEMENT_OID[kind], length, 1) if length else _EMPTY.pack(0, 0, _ELEMENT_OID[kind])


def uuids(values: Sequence[bytes]) -> Uuids:
    """From the sixteen bytes of each."""
    return Uuids(b"\x00\x00\x00\x10".join([_head(Uuids, len(values)), *values]))


def texts(values: Sequence[str]) -> Texts:
    """Few values are usually repeated often, so each is encoded once."""
    known: dict[str, bytes] = {}
    parts = [_head(Texts, len(values))]
    for value in values:
        part = known.get(value)
        if part is None:
            data = value.encode()
            part = known[value] = len(data).to_bytes(4, "big") + data
        parts.append(part)
    return Texts(b"".join(parts))


def ints(values: Sequence[int]) -> Ints:
    """32-bit integers."""
    cells = array("i", [4]) * (2 * len(values))
    cells[1::2] = array("i", values)
    if _LITTLE:
        cells.byteswap()
    return Ints(_head(Ints, len(values)) + cells.tobytes())


def booleans(values: Sequence[bool]) -> Booleans:
    """Truth values."""
    return Booleans(b"".join([_head(Booleans, len(values)), *(b"\0\0\0\1\1" if value else b"\0\0\0\1\0" for value in values)]))


def _big(kind: Callable[[bytes], Any], head: bytes, values: Sequence[int]) -> Any:
    numbers, length = array("q", values), array("i", [8])
    if _LITTLE:
        numbers.byteswap()
        length.byteswap()
    halves = array("i", numbers.tobytes())
    cells = length * (3 * len(values))
    cells[1::3] = halves[0::2]
    cells[2::3] = halves[1::2]
    return kind(head + cells.tobytes())


def big_ints(values: Sequence[int]) -> BigInts:
    """64-bit integers."""
    encoded: BigInts = _big(BigInts, _head(BigInts, len(values)), values)
    return encoded


def moments(values: Sequence[datetime]) -> Moments:
    """Microseconds since the year 2000."""
    encoded: Moments = _big(Moments, _head(Moments, len(values)), [(value - _EPOCH) // _MICROSECOND for value in values])
    return encoded


async def call(session: AnySession, statement: str, parameters: tuple[Any, ...]) -> Sequence[Sequence[Any]]:
    """Run a statement as the driver's own, on the session's connection and in its transaction."""

    def run(sync: SyncSession) -> Sequence[Sequence[Any]]:
        connection = sync.connection()
        if _TAUGHT not in connection.info:
            driver = connection.connection.driver_connection
            assert driver is not None
            teach(driver.adapters)
            connection.info[_TAUGHT] = True
        return connection.exec_driver_sql(statement, parameters).fetchall()

    return await session.run_sync(run)


class Batch:
    """Postings taken apart: their transactions, the accounts that they name, their transfers."""

    def __init__(self, postings: Sequence[Posting]) -> None:
        self.postings = postings
        self.accounts: list[AccountKey] = []
        self.ids: list[int] = []
        self.prints: list[bytes] = []
        self.first: list[int] = []
        self.items: list[int] = []
        self.debits: list[int] = []
        self.credits: list[int] = []
        self.amounts: list[int] = []
        self.transfer_ids: list[int] = []
        self.taken: list[int] = []
        self.given: list[int] = []
        # By the owner's number: the hash and the comparison of a UUID are Python's.
        self._known: dict[tuple[int, str, str], tuple[int, bytes]] = {}
        # Ids of one tick count upwards in their random bits (RFC 9562, section 6.2, method 2), the lowest of which begin at zero.
        self._last_id = new_id().int >> _COUNTED_BITS << _COUNTED_BITS
        for number, posting in enumerate(postings, 1):
            self._take(number, posting)
        self.first.append(len(self.items) + 1)

    def _take(self, number: int, posting: Posting) -> None:
        self.first.append(len(self.items) + 1)
        self._last_id += 1
        self.ids.append(self._last_id)
        ends: list[bytes] = []
        for transfer in posting.transfers:
            debit, debit_bytes = self._place(transfer.debit)
            credit, credit_bytes = self._place(transfer.credit)
            amount = transfer.amount.minor
            self.taken[debit - 1] += amount
            self.given[credit - 1] += amount
            ends += debit_bytes, credit_bytes
            self.items.append(number)
            self.debits.append(debit)
            self.credits.append(credit)
            self.amounts.append(amount)
            self._last_id += 1
            self.transfer_ids.append(self._last_id)
        self.prints.append(fingerprint(posting, ends))

    def _place(self, key: AccountKey) -> tuple[int, bytes]:
        short = (key.owner.int, key.kind, key.currency)
        known = self._known.get(short)
        if known is None:
            self.accounts.append(key)
            self.taken.append(0)
            self.given.append(0)
            known = self._known[short] = len(self.accounts), account_bytes(key)
        return known

    def account_parameters(self) -> tuple[Any, ...]:
        """``a_owner``, ``a_kind``, ``a_currency`` of the posting functions."""
        return (
            uuids([key.owner.bytes for key in self.accounts]),
            texts([key.kind for key in self.accounts]),
            texts([key.currency for key in self.accounts]),
        )

    def flow_parameters(self) -> tuple[Any, ...]:
        """``a_busy``, ``a_taken``, ``a_given`` of ``ledger_post_many``."""
        return (
            booleans([rule_of(key.kind).busy for key in self.accounts]),
            big_ints([min(amount, LARGE) for amount in self.taken]),
            big_ints([min(amount, LARGE) for amount in self.given]),
        )

    def change_parameters(self) -> tuple[int | None, BigInts | None]:
        """``p_quiet`` and ``a_change`` of ``ledger_post``, if the one posting is usual. Before the others: it may reorder."""
        rules = [rule_of(key.kind) for key in self.accounts]
        changes = [given - taken for given, taken in zip(self.given, self.taken, strict=True)]
        quiet = [place for place, rule in enumerate(rules) if not rule.busy]
        may_run_short = any(
            rule.busy and rule.floor is not None and change < 0 for rule, change in zip(rules, changes, strict=True)
        )
        if len(quiet) > 1 or may_run_short or 0 in changes or sum(self.amounts) >= LARGE:
            return None, None
        if quiet and quiet[0] > 0:
            place = quiet[0]
            self.accounts[0], self.accounts[place] = self.accounts[place], self.accounts[0]
            changes[0], changes[place] = changes[place], changes[0]
            swapped = {1: place + 1, place + 1: 1}
            self.debits = [swapped.get(end, end) for end in self.debits]
            self.credits = [swapped.get(end, end) for end in self.credits]
        return len(quiet), big_ints(changes)

    def transaction_parameters(self) -> tuple[Any, ...]:
        """``t_*`` of ``ledger_post_many``."""
        sources = [posting.source for posting in self.postings]
        return (
            uuids([one.to_bytes(16, "big") for one in self.ids]),
            uuids([posting.owner.bytes for posting in self.postings]),
            texts([posting.kind for posting in self.postings]),
            texts([source.type for source in sources]),
            uuids([source.id.bytes for source in sources]),
            texts([posting.idempotency_key for posting in self.postings]),
            uuids(self.prints),
            moments([posting.at for posting in self.postings]),
            ints(self.first),
        )

    def transfer_parameters(self) -> tuple[Any, ...]:
        """``x_*`` of both posting functions, without the items."""
        identified = uuids([one.to_bytes(16, "big") for one in self.transfer_ids])
        return identified, ints(self.debits), ints(self.credits), big_ints(self.amounts)
