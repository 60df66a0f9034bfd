"""Minutes as money: exact, whatever the rhythm."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from tuition.earnings import split_growth
from tuition.kernel import Currency, Money, new_id
from tuition.metering import MeterState, charge, posted_of
from tuition.metering.rules import MINUTE_MS, TICKS, affordable, exact_of, shortfall
from tuition.playback import length

EUR = Currency("EUR")
rates = st.decimals(min_value="0.000001", max_value="9.999999", places=6)


def meter(rate: str | Decimal = "0.12", *, cap: int | None = 300, free_until_ms: int = 0) -> MeterState:
    return MeterState(
        id=new_id(),
        session_id=new_id(),
        user_id=new_id(),
        content_id=new_id(),
        creator_id=new_id(),
        wallet_id=new_id(),
        currency=EUR,
        rate=Decimal(rate),
        exact=0,
        posted=0,
        posted_before=0,
        base=0,
        cap=cap,
        fee_rate=Decimal("0.30"),
        tax_rate=Decimal("0.14"),
        split_base=0,
        free_until_ms=free_until_ms,
        is_owned=False,
        alert_below=0,
    )


def test_ten_minutes_at_twelve_cents_cost_one_twenty() -> None:
    assert charge(meter(), ((0, 600_000),), 500).minor == 120


def test_a_price_of_five_cents_a_minute_costs_five_cents_a_minute_in_ten_second_steps() -> None:
    now, paid = meter("0.05", cap=None), 0
    for start in range(0, 60_000, 10_000):
        step = charge(now, ((start, start + 10_000),), 1_000)
        now, paid = step.after, paid + step.minor
    assert paid == 5


@given(rates, st.lists(st.integers(1, 90_000), min_size=1, max_size=40))
def test_the_sum_of_the_charges_is_the_rounded_total_in_any_rhythm(rate: Decimal, steps: list[int]) -> None:
    now, paid, at = meter(rate, cap=None), 0, 0
    for step in steps:
        outcome = charge(now, ((at, at + step),), 10**9)
        now, paid, at = outcome.after, paid + outcome.minor, at + step
        assert outcome.minor >= 0
    assert paid == posted_of(exact_of(rate, EUR, sum(steps)))
    assert abs(Fraction(paid) - Fraction(rate) * 100 * sum(steps) / MINUTE_MS) <= Fraction(1, 2)


@given(rates, st.integers(1, 5_000), st.lists(st.integers(1, 900_000), min_size=1, max_size=30))
def test_the_cap_is_never_passed_and_reaching_it_makes_it_theirs(rate: Decimal, cap: int, steps: list[int]) -> None:
    now, at = meter(rate, cap=cap), 0
    for step in steps:
        outcome = charge(now, ((at, at + step),), 10**9)
        assert outcome.accepted == ((at, at + step),)
        assert outcome.after.posted <= cap
        assert outcome.reaches_cap == (not now.is_owned and outcome.after.posted == cap)
        now, at = replace(outcome.after, is_owned=now.is_owned or outcome.reaches_cap), at + step


@given(rates, st.integers(0, 400), st.lists(st.integers(1, 90_000), min_size=1, max_size=30))
def test_a_wallet_is_never_asked_for_more_than_it_holds(rate: Decimal, balance: int, steps: list[int]) -> None:
    now, at = meter(rate, cap=None), 0
    for step in steps:
        outcome = charge(now, ((at, at + step),), balance)
        assert 0 <= outcome.minor <= balance
        assert outcome.lacks_money == (length(outcome.accepted) < step)
        affordable_ms = affordable(now, balance)
        assert affordable_ms is not None
        assert length(outcome.accepted) == min(step, affordable_ms)
        now, balance, at = outcome.after, balance - outcome.minor, at + step


def test_an_empty_wallet_says_what_another_minute_costs() -> None:
    step = charge(meter(cap=None), ((0, 600_000),), 12)
    assert step.minor == 12
    assert step.accepted == ((0, 60_000),)
    assert step.lacks_money
    assert shortfall(step.after, 0) == Money(12, EUR)


def test_the_last_minute_before_the_cap_lacks_only_the_rest() -> None:
    step = charge(meter(cap=300), ((0, 24 * 60_000),), 288)
    assert step.minor == 288
    assert shortfall(step.after, 5) == Money(7, EUR)


def test_the_preview_is_free_and_what_follows_is_not() -> None:
    step = charge(meter(free_until_ms=60_000), ((0, 120_000),), 500)
    assert step.minor == 12
    assert step.accepted == ((0, 120_000),)


@given(rates, st.lists(st.integers(1, 90_000), min_size=1, max_size=30))
def test_creator_fee_and_tax_depend_on_the_total_alone(rate: Decimal, steps: list[int]) -> None:
    now, at = meter(rate, cap=None), 0
    creator, fee, tax, paid = 0, 0, 0, 0
    divide = partial(split_growth, fee_rate=now.fee_rate, tax_rate=now.tax_rate, creator_id=now.creator_id)
    for step in steps:
        outcome = charge(now, ((at, at + step),), 10**9)
        split = divide(Money(now.posted, EUR), Money(outcome.after.posted, EUR))
        assert min(split.tax.minor, split.fee.minor, split.creators_total.minor) >= 0
        creator, fee, tax = creator + split.creators_total.minor, fee + split.fee.minor, tax + split.tax.minor
        paid += outcome.minor
        now, at = outcome.after, at + step
    whole = divide(Money(0, EUR), Money(paid, EUR))
    assert (creator, fee, tax) == (whole.creators_total.minor, whole.fee.minor, whole.tax.minor)
    assert creator + fee + tax == paid


def test_half_a_cent_goes_to_the_even_side() -> None:
    assert [posted_of(TICKS // 2), posted_of(TICKS + TICKS // 2)] == [0, 2]
