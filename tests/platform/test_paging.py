"""Paging: every row once, in order, whatever arrives meanwhile; a cursor that is not ours opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Double, cast, func, select, text

from tuition.kernel import new_id
from tuition.platform import audit, paging
from tuition.platform.database import Session
from tuition.platform.oversight.audit import AuditEntry

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEWEST: list[ColumnElement[Any]] = [AuditEntry.created_at.desc(), AuditEntry.id.desc()]
MIXED: list[ColumnElement[Any]] = [AuditEntry.action.asc(), AuditEntry.id.desc()]


async def filled(session: Session, count: int) -> list[UUID]:
    entries = [
        AuditEntry(id=new_id(), action=f"room.{index % 3}", created_at=START + timedelta(hours=index // 4))
        for index in range(count)
    ]
    session.add_all(entries)
    await session.flush()
    return [entry.id for entry in entries]


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
async def test_every_row_comes_once_and_in_order(session: Session, limit: int) -> None:
    ids = await filled(session, 23)
    for keys in (NEWEST, MIXED, [AuditEntry.id.asc()]):
        seen: list[UUID] = []
        cursor: str | None = None
        for _ in range(30):
            page = await paging.paginate(session, select(AuditEntry), keys=keys, limit=limit, cursor=cursor)
            assert 1 <= len(page.items) <= limit
            seen += [entry.id for entry in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        expected = (await session.execute(select(AuditEntry.id).order_by(*keys))).scalars().all()
        assert seen == list(expected)
        assert sorted(seen) == sorted(ids)


async def test_a_row_that_arrives_meanwhile_moves_nothing(session: Session) -> None:
    await filled(session, 10)
    first = await paging.paginate(session, select(AuditEntry), keys=NEWEST, limit=5)
    session.add(AuditEntry(id=new_id(), action="room.new", created_at=START + timedelta(days=1)))
    second = await paging.paginate(session, select(AuditEntry), keys=NEWEST, limit=5, cursor=first.next_cursor)
    assert len({entry.id for entry in [*first.items, *second.items]}) == 10
    assert second.next_cursor is None


async def test_a_statement_of_several_columns_gives_tuples(session: Session) -> None:
    await filled(session, 2)
    page = await paging.paginate(session, select(AuditEntry.action, AuditEntry.id), keys=NEWEST, limit=1)
    action, entry_id = page.items[0]
    assert action.startswith("room.")
    assert isinstance(entry_id, UUID)


async def test_a_computed_key_such_as_a_rank_pages_exactly(session: Session) -> None:
    await filled(session, 12)
    rank = cast(func.similarity(AuditEntry.action, "room.1"), Double)
    seen = []
    cursor = None
    for _ in range(30):
        page = await paging.paginate(session, select(AuditEntry.id), keys=[rank.desc(), AuditEntry.id], limit=5, cursor=cursor)
        seen += page.items
        cursor = page.next_cursor
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 12


async def test_an_empty_list_has_one_empty_page(session: Session) -> None:
    assert await paging.paginate(session, select(AuditEntry), keys=NEWEST) == paging.Page([], None)


async def test_a_cursor_of_another_list_opens_nothing(session: Session) -> None:
    await filled(session, 3)
    page = await paging.paginate(session, select(AuditEntry), keys=NEWEST, limit=1)
    for other in ({"keys": MIXED}, {"keys": NEWEST, "scope": "mine"}):
        with pytest.raises(paging.CursorInvalid):
            await paging.paginate(session, select(AuditEntry), limit=1, cursor=page.next_cursor, **other)


@given(st.text(max_size=60))
def test_nonsense_is_no_cursor_and_no_crash(cursor: str) -> None:
    with pytest.raises(paging.CursorInvalid):
        paging.Cursor.decode(cursor, scope="x")


def test_a_forged_cursor_is_refused() -> None:
    cursor = paging.Cursor.encode([START, new_id()], scope="x")
    assert paging.Cursor.decode(cursor, scope="x")[0] == START
    body, _, signature = cursor.partition(".")
    for forged in (body, f"{body}.", f"{body[:-2]}AA.{signature}", f".{signature}", cursor + "x", "x" * 3000):
        with pytest.raises(paging.CursorInvalid):
            paging.Cursor.decode(forged, scope="x")


@pytest.mark.parametrize("limit", [0, -1, 101])
async def test_a_page_has_its_limits(session: Session, limit: int) -> None:
    with pytest.raises(paging.LimitInvalid, match="between 1 and 100"):
        await paging.paginate(session, select(AuditEntry), keys=NEWEST, limit=limit)


async def test_the_thousandth_page_is_found_by_the_index(session: Session) -> None:
    await filled(session, 8)
    await session.execute(text("set local enable_seqscan = off"))
    page = await audit.entries(session, limit=2)
    page = await audit.entries(session, limit=2, cursor=page.next_cursor)
    assert len(page.items) == 2
    wanted = "select * from audit_log where (created_at, id) < (now(), gen_random_uuid()) order by created_at desc limit 3"
    plan = await session.execute(text(f"explain {wanted}"))
    assert "Index Cond" in "\n".join(plan.scalars())
