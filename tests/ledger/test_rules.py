"""What the code says about kinds, ids and arrays is what the database says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.ledger.books import ALICE, gateway, move, posting, revenue, wallet
from tuition import ledger
from tuition.kernel import new_id
from tuition.ledger import AccountKind, rules, wire
from tuition.platform.database import Session


async def test_the_code_and_the_database_have_one_table_of_kinds(session: Session) -> None:
    rows = (await session.execute(text("select kind, floor, busy from ledger_kinds"))).all()
    assert {row.kind: rules.KindRule(row.floor, row.busy) for row in rows} == {
        str(kind): rule for kind, rule in rules.KIND_RULES.items()
    }
    assert set(rules.KIND_RULES) == {*AccountKind, rules.GATEWAY_PREFIX}


@pytest.mark.parametrize("name", ["", "Stripe", "two words", "1st", "a:b"])
def test_a_gateway_has_a_plain_name(name: str) -> None:
    assert ledger.gateway_kind("stripe_connect") == "gateway:stripe_connect"
    with pytest.raises(AssertionError):
        ledger.gateway_kind(name)


async def test_ids_of_a_posting_sort_and_are_version_seven(session: Session) -> None:
    await ledger.post(session, posting("key", move(gateway(), wallet(ALICE), 2), move(wallet(ALICE), revenue(), 1)))
    queries = (
        "select id from ledger_transactions",
        "select id from ledger_transfers order by id",
        "select id from ledger_accounts",
    )
    found: list[UUID] = [found for query in queries for found in (await session.execute(text(query))).scalars()]
    assert {one.version for one in found} == {7}
    assert found[:3] == sorted(found[:3])


@pytest.mark.parametrize("length", [0, 1, 7])
async def test_arrays_arrive_as_they_were_sent(session: Session, length: int) -> None:
    sent: list[tuple[Any, list[Any]]] = [
        (lambda ids: wire.uuids([one.bytes for one in ids]), [new_id() for _ in range(length)]),
        (wire.texts, ["", "wallet", "محفظة", "wallet", "{},\"'\\", "x" * 300, "NULL"][:length]),
        (wire.booleans, [True, False, True, True, False, False, True][:length]),
        (wire.ints, [0, 1, -1, 2**31 - 1, -(2**31), 256, 65536][:length]),
        (wire.big_ints, [0, 1, -1, 2**63 - 1, -(2**63), 2**32, 258][:length]),
        (
            wire.moments,
            [datetime(year, 2, 28, 23, 59, 59, 999999, UTC) for year in (1970, 2000, 2026, 1, 9999, 1999, 2100)][:length],
        ),
    ]
    for encode, values in sent:
        [[received]] = await wire.call(session, "select %s", (encode(values),))
        assert received == values


@given(numbers=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
def test_integers_are_written_as_postgresql_writes_them(numbers: list[int]) -> None:
    body = b"".join(b"\0\0\0\x08" + number.to_bytes(8, "big", signed=True) for number in numbers)
    assert wire.big_ints(numbers).endswith(body)
    assert len(wire.big_ints(numbers)) == (20 if numbers else 12) + len(body)
