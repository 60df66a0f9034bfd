"""Late, later, too late: what it costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tuition.learning.assignments.rules import Dates, LatePolicy, dates_for, is_closed, lateness, penalty, takes, worth

DUE = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
percents = st.decimals(0, 100, places=2)


def test_within_the_grace_nothing_is_late_and_after_it_the_whole_time_is() -> None:
    assert lateness(DUE + HOUR, DUE, grace=HOUR) == timedelta(0)
    assert lateness(DUE + HOUR + timedelta(seconds=1), DUE, grace=HOUR) == HOUR + timedelta(seconds=1)
    assert lateness(DUE + HOUR, None, grace=timedelta(0)) == timedelta(0)


def test_each_day_begun_costs_the_same_and_never_more_than_everything() -> None:
    assert penalty(timedelta(0), Decimal(10)) == 0
    assert penalty(timedelta(seconds=1), Decimal(10)) == 10
    assert penalty(timedelta(days=1), Decimal(10)) == 10
    assert penalty(timedelta(days=1, seconds=1), Decimal(10)) == 20
    assert penalty(timedelta(days=99), Decimal(10)) == 100


def test_a_refusing_assignment_closes_with_its_date_and_another_when_it_says() -> None:
    late = Dates(DUE, None)
    assert is_closed(DUE + HOUR, late, policy=LatePolicy.REFUSE, grace=timedelta(0))
    assert not is_closed(DUE + HOUR, late, policy=LatePolicy.REFUSE, grace=HOUR)
    assert not is_closed(DUE + HOUR, late, policy=LatePolicy.ACCEPT, grace=timedelta(0))
    assert is_closed(DUE + HOUR, Dates(None, DUE), policy=LatePolicy.ACCEPT, grace=HOUR)


def test_ones_own_dates_come_before_a_groups_and_the_kindest_group_counts() -> None:
    usual, first, second = Dates(DUE, None), Dates(DUE + HOUR, None), Dates(DUE + 2 * HOUR, None)
    assert dates_for(usual, [], None) == usual
    assert dates_for(usual, [first, second], None) == second
    assert dates_for(usual, [first, Dates(None, None)], None) == Dates(None, None)
    assert dates_for(usual, [second], first) == first


@given(percents, st.decimals("0.01", 1000, places=2), percents)
def test_worth_lies_between_nothing_and_everything(share: Decimal, most: Decimal, taken_off: Decimal) -> None:
    points = (most * share / 100).quantize(Decimal("0.01"))
    result = worth(min(points, most), most, taken_off)
    assert 0 <= result <= 100 - taken_off + Decimal("0.01")
    assert result == result.quantize(Decimal("0.01"))


def test_a_third_of_the_points_is_rounded_once() -> None:
    assert worth(Decimal(1), Decimal(3), Decimal(0)) == Decimal("33.33")
    assert worth(Decimal(2), Decimal(3), Decimal(10)) == Decimal("60.00")


def test_file_names_are_known_by_their_endings() -> None:
    assert takes("essay.PDF", ["pdf"])
    assert takes("anything", [])
    assert not takes("essay.pdf.exe", ["pdf"])
    assert not takes("pdf.", ["pdf"])
