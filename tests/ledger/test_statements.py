"""An account's lines, newest first, with the balance after each."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.ledger.books import ALICE, BOB, NOON, SOURCE, earnings, gateway, move, posting, revenue, wallet
from tuition import ledger
from tuition.kernel import Money
from tuition.platform import paging
from tuition.platform.database import Session

DAY = timedelta(days=1)


def on(day: int) -> datetime:
    return NOON + day * DAY


async def fill(session: Session) -> None:
    # Written in another order than it happened: the statement follows the time of the business.
    for day, amount in ((9, -4), (1, 100), (3, -30), (3, -20), (40, 7)):
        transfer = move(gateway(), wallet(ALICE), amount) if amount > 0 else move(wallet(ALICE), revenue(), -amount)
        if day == 9:
            await ledger.post(session, posting("early", move(gateway(), wallet(ALICE), 50), at=on(0)))
        await ledger.post(session, posting(f"{day} {amount}", transfer, at=on(day), kind="top_up" if amount > 0 else "sale"))


async def lines(session: Session, **options: object) -> list[tuple[int, int]]:
    page = await ledger.statement(session, wallet(ALICE), **options)  # type: ignore[arg-type]  # forwarded as given
    return [(line.amount.minor, line.balance.minor) for line in page.items]


async def test_lines_are_newest_first_with_the_balance_after_each(session: Session) -> None:
    await fill(session)
    assert await lines(session) == [(7, 103), (-4, 96), (-20, 100), (-30, 120), (100, 150), (50, 50)]


async def test_a_line_says_what_it_was_and_with_whom(session: Session) -> None:
    await fill(session)
    line = (await ledger.statement(session, wallet(ALICE))).items[1]
    assert (line.at, line.kind, line.source, line.counterparty) == (on(9), "sale", SOURCE, revenue())
    assert line.amount == Money(-4, revenue().currency)


async def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(session: Session) -> None:
    await fill(session)
    assert await lines(session, since=on(3), until=on(9)) == [(-20, 100), (-30, 120)]
    assert await lines(session, since=on(3)) == [(7, 103), (-4, 96), (-20, 100), (-30, 120)]
    assert await lines(session, since=on(41)) == []


@pytest.mark.parametrize("limit", [1, 2, 5, 6])
async def test_pages_join_without_a_gap(session: Session, limit: int) -> None:
    await fill(session)
    whole, found, cursor = await lines(session), [], None
    while True:
        page = await ledger.statement(session, wallet(ALICE), cursor=cursor, limit=limit)
        found += [(line.amount.minor, line.balance.minor) for line in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == whole


async def test_a_cursor_opens_only_the_statement_it_came_from(session: Session) -> None:
    await fill(session)
    cursor = (await ledger.statement(session, wallet(ALICE), limit=1)).next_cursor
    with pytest.raises(paging.CursorInvalid):
        await ledger.statement(session, wallet(BOB), cursor=cursor)
    with pytest.raises(paging.LimitInvalid):
        await ledger.statement(session, wallet(ALICE), limit=0)


async def test_a_busy_account_counts_what_waits_in_every_line(session: Session) -> None:
    for number in range(4):
        await ledger.post(session, posting(f"{number}", move(gateway(), earnings(BOB), 10), at=on(number)))
        if number == 1:
            await ledger.fold(session)
    page = await ledger.statement(session, earnings(BOB))
    assert [line.balance.minor for line in page.items] == [40, 30, 20, 10]


async def test_all_lines_of_a_period_are_streamed_oldest_first(session: Session) -> None:
    await fill(session)
    streamed = [line async for line in ledger.statement_lines(session, wallet(ALICE), since=on(1), until=on(40))]
    assert [(line.amount.minor, line.balance.minor) for line in streamed] == [(100, 150), (-30, 120), (-20, 100), (-4, 96)]
