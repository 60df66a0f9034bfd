"""Which way is cheaper: sums that must agree with the meter."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tuition import metering
from tuition.access import Way, WayKind
from tuition.kernel import Currency, Money, new_id
from tuition.metering import cost_of
from tuition.web.storefront.advice import advise, seconds_for, sort_ways

EUR, USD = Currency("EUR"), Currency("USD")
rates = st.decimals(min_value="0.01", max_value="9.999999", places=6)
prices = st.integers(min_value=1, max_value=100_000)


def once(minor: int, currency: Currency = EUR) -> Way:
    return Way(WayKind.PURCHASE, new_id(), amount=Money(minor, currency), currency=currency)


def minute(rate: str | Decimal, currency: Currency = EUR) -> Way:
    return Way(WayKind.PER_MINUTE, new_id(), rate=Decimal(rate), currency=currency)


def meter(posted: int, currency: Currency = EUR, *, base: int = 0) -> metering.Meter:
    return metering.Meter(posted_minor=posted, base_minor=base, currency=currency)


def test_what_was_paid_counts_towards_the_price() -> None:
    found = advise(sort_ways([once(300), minute("0.12")], "EUR"), meter(210), duration_ms=2_400_000, free_ms=0)
    assert found is not None
    assert (found.paid, found.missing, found.left_s) == (Money(210, EUR), Money(90, EUR), 450)
    assert (found.whole, found.is_cheaper_played) == (Money(300, EUR), False)
    anew = advise(sort_ways([once(300), minute("0.12")], "EUR"), meter(510, base=300), duration_ms=2_400_000, free_ms=0)
    assert anew == found, "what was paid before it was given back counts no more"


def test_a_meter_in_another_currency_counts_nothing() -> None:
    found = advise(sort_ways([once(300), minute("0.12")], "EUR"), meter(210, USD), duration_ms=None, free_ms=0)
    assert found is not None
    assert (found.paid, found.missing, found.whole) == (None, Money(300, EUR), None)


def test_a_price_in_another_currency_is_no_cap() -> None:
    offer = sort_ways([once(300, USD), minute("0.12")], "USD")
    assert offer.minute is not None
    found = advise(offer, None, duration_ms=600_000, free_ms=120_000)
    assert found is not None
    assert (found.missing, found.whole, found.is_cheaper_played) == (None, Money(96, EUR), False)


def test_the_readers_currency_stands_first_and_the_others_beside() -> None:
    euros, dollars = once(300), once(350, USD)
    offer = sort_ways([euros, dollars, minute("0.12"), minute("0.14", USD)], "USD")
    assert offer.once == dollars
    assert offer.minute is not None
    assert offer.minute.currency == "USD"
    assert [way.currency for way in offer.others] == ["EUR", "EUR"]


def test_without_a_rate_there_is_nothing_to_advise() -> None:
    assert advise(sort_ways([once(300)], "EUR"), None, duration_ms=1, free_ms=0) is None


@given(rate=rates, price=prices, length_ms=st.integers(min_value=0, max_value=36_000_000))
def test_playing_never_comes_to_more_than_the_price(rate: Decimal, price: int, length_ms: int) -> None:
    found = advise(sort_ways([once(price), minute(rate)], "EUR"), None, duration_ms=length_ms or None, free_ms=0)
    assert found is not None
    assert found.whole is None or found.whole <= Money(price, EUR)
    assert found.is_cheaper_played == (found.whole is not None and found.whole < Money(price, EUR))


@given(rate=rates, price=prices)
def test_so_many_seconds_reach_the_price_and_fewer_do_not(rate: Decimal, price: int) -> None:
    seconds = seconds_for(Money(price, EUR), rate)
    assert rate * seconds >= Money(price, EUR).decimal * 60 > rate * (seconds - 1)
    assert cost_of(rate, EUR, seconds * 1000) >= Money(price, EUR)


def test_a_film_that_ends_before_its_price_is_reached_names_no_time() -> None:
    offer = sort_ways([once(300), minute("0.12")], "EUR")
    long, short = (advise(offer, None, duration_ms=length_ms, free_ms=60_000) for length_ms in (1_560_000, 1_559_999))
    assert long is not None
    assert short is not None
    assert (long.left_s, short.left_s) == (1_500, None)
