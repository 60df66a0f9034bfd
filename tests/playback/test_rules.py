"""Coverage arithmetic: what is new, and what the wall clock believes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tuition.kernel import new_id
from tuition.playback import Ranges, Report, State, after, clip, difference, length, normalize, union, weigh
from tuition.playback.rules import ALLOWANCE_SPAN_MS, ALLOWANCE_START_MS, allowance

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DURATION_MS = 40 * 60_000
ranges = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=8).map(normalize)


def moments(covered: Ranges) -> set[int]:
    return {moment for start, end in covered for moment in range(start, end)}


def state(**changes: object) -> State:
    values: dict[str, object] = {
        "playback_id": new_id(),
        "session_id": new_id(),
        "user_id": new_id(),
        "content_id": new_id(),
        "is_current": True,
        "end_reason": None,
        "right_until": None,
        "coverage": (),
        "covered_ms": 0,
        "duration_ms": DURATION_MS,
        "limit_ms": DURATION_MS,
        "position_ms": 0,
        "allowance_ms": ALLOWANCE_START_MS,
        "speed": 1000,
        "seen_at": START,
        "completed_at": None,
        "leased": (),
    }
    return State(**(values | changes))  # type: ignore[arg-type] # the values above are what a State takes


def report(known: State, *intervals: tuple[int, int], after_s: int, speed: int = 1000) -> Report:
    position = intervals[-1][1] if intervals else 0
    return Report(known.session_id, intervals, speed, position, known.seen_at + timedelta(seconds=after_s))


@given(ranges, ranges)
def test_a_difference_holds_exactly_the_moments_that_are_in_one_and_not_in_the_other(left: Ranges, right: Ranges) -> None:
    assert moments(difference(left, right)) == moments(left) - moments(right)


@given(ranges, ranges)
def test_a_union_holds_every_moment_once_and_its_ranges_do_not_touch(left: Ranges, right: Ranges) -> None:
    both = union(left, right)
    assert moments(both) == moments(left) | moments(right)
    assert length(both) == len(moments(both))
    assert all(first[1] < second[0] for first, second in pairwise(both))


@given(ranges, st.integers(0, 400))
def test_clipping_keeps_the_first_moments(covered: Ranges, most: int) -> None:
    assert sorted(moments(clip(covered, most))) == sorted(moments(covered))[:most]


def test_what_was_reported_before_is_not_new() -> None:
    known = state()
    first = weigh(known, report(known, (0, 10_000), after_s=10))
    assert first.new == ((0, 10_000),)
    known = after(known, report(known, (0, 10_000), after_s=10), first, first.new)
    again = weigh(known, report(known, (0, 10_000), after_s=0))
    assert again.new == ()
    assert again.refused_ms == 0


def test_more_than_the_wall_clock_allows_is_not_believed() -> None:
    known = state()
    weighed = weigh(known, report(known, (0, 600_000), after_s=10))
    assert weighed.new_ms == ALLOWANCE_START_MS + 10_000
    assert weighed.refused_ms == 600_000 - weighed.new_ms


def test_twice_the_speed_allows_twice_the_time() -> None:
    known = state(speed=2000, allowance_ms=0)
    assert weigh(known, report(known, (0, 100_000), after_s=20, speed=2000)).new_ms == 40_000


def test_an_hour_of_silence_does_not_allow_an_hour_of_play() -> None:
    assert allowance(0, timedelta(hours=1), 1000) == ALLOWANCE_START_MS + ALLOWANCE_SPAN_MS


def test_what_money_refuses_gives_its_allowance_back() -> None:
    known = state()
    said = report(known, (0, 15_000), after_s=10)
    weighed = weigh(known, said)
    kept = after(known, said, weighed, clip(weighed.new, 5_000))
    assert kept.covered_ms == 5_000
    assert kept.allowance_ms == ALLOWANCE_START_MS + 10_000 - 5_000


@given(st.lists(st.tuples(st.integers(0, 240), st.integers(1, 30), st.integers(0, 40)), max_size=30))
def test_new_time_never_outruns_the_clock_whatever_is_reported(beats: list[tuple[int, int, int]]) -> None:
    known = state()
    elapsed = 0
    for start_s, length_s, gap_s in beats:
        elapsed += gap_s
        said = report(known, (start_s * 1000, (start_s + length_s) * 1000), after_s=gap_s)
        weighed = weigh(known, said)
        known = after(known, said, weighed, weighed.new)
        assert known.covered_ms <= ALLOWANCE_START_MS + elapsed * 1000


def test_ninety_five_percent_is_complete() -> None:
    known = state(coverage=((0, DURATION_MS * 94 // 100),), covered_ms=DURATION_MS * 94 // 100, allowance_ms=90_000)
    said = report(known, (0, DURATION_MS * 95 // 100), after_s=60)
    done = after(known, said, weigh(known, said), weigh(known, said).new)
    assert done.completed_at == said.at
