"""What things cost, and that the past stays true."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tuition import catalog
from tuition.catalog import Kind, OneTime, PerMinute, PriceKind
from tuition.catalog.errors import PriceInvalid
from tuition.catalog.rules.prices import check_price
from tuition.identity import Actor
from tuition.kernel import Currency, FrozenClock, Money, MoneyInvalid, exponent_of
from tuition.platform.database import Session

EUR = Currency("EUR")


def euros(minor: int) -> OneTime:
    return OneTime(Money(minor, EUR))


@pytest.mark.parametrize(
    ("text_", "currency", "minor"),
    [("19.99", "EUR", 1999), (" 5 ", "JPY", 5), ("0.125", "KWD", 125), ("1e3", "EUR", 100_000), ("-0.00", "EUR", 0)],
)
def test_a_written_amount_is_read_exactly(text_: str, currency: str, minor: int) -> None:
    assert Money.parse(text_, currency) == Money(minor, Currency(currency))


@pytest.mark.parametrize("text_", ["", "x", "1.999", "nan", "-inf", "1e19", "1e-999999", "9e999999", "1e400000", "9" * 1000])
def test_what_is_no_amount_is_refused_at_once(text_: str) -> None:
    with pytest.raises(MoneyInvalid):
        Money.parse(text_, "EUR")


@pytest.fixture
async def film(session: Session, creator: Actor) -> catalog.Content:
    return await catalog.create_content(session, creator, Kind.VIDEO, title="Film")


async def test_changing_a_price_closes_the_old_one_and_keeps_it_true(
    session: Session, creator: Actor, film: catalog.Content, moment: FrozenClock
) -> None:
    start = moment.now()
    await catalog.set_price(session, creator, film.id, euros(300))
    later = moment.advance(timedelta(days=1))
    await catalog.set_price(session, creator, film.id, euros(500))
    for at, minor in ((start, 300), (later - timedelta(microseconds=1), 300), (later, 500)):
        price = await catalog.price_in_force(session, film.id, PriceKind.ONE_TIME, at=at)
        assert price is not None
        assert price.amount == Money(minor, EUR)
    assert await catalog.price_in_force(session, film.id, "one_time", at=start - timedelta(seconds=1)) is None


async def test_the_same_price_again_changes_nothing(
    session: Session, creator: Actor, film: catalog.Content, moment: FrozenClock
) -> None:
    first = await catalog.set_price(session, creator, film.id, PerMinute(Decimal("0.12"), EUR))
    moment.advance(timedelta(hours=1))
    again = await catalog.set_price(session, creator, film.id, PerMinute(Decimal("0.120000"), EUR))
    assert again.id == first.id
    assert len(await catalog.price_history(session, film.id)) == 1


async def test_two_changes_in_the_same_instant_leave_the_last(
    session: Session, creator: Actor, film: catalog.Content, moment: FrozenClock
) -> None:
    for minor in (100, 200, 300):
        await catalog.set_price(session, creator, film.id, euros(minor))
    prices = (await catalog.prices_of(session, [film.id]))[film.id]
    assert [price.amount_minor for price in prices] == [300]
    assert len(await catalog.price_history(session, film.id)) == 3


async def test_an_announced_price_takes_over_at_its_moment(
    session: Session, creator: Actor, film: catalog.Content, moment: FrozenClock
) -> None:
    await catalog.set_price(session, creator, film.id, euros(300))
    monday = moment.now() + timedelta(days=7)
    await catalog.set_price(session, creator, film.id, euros(400), valid_from=monday)
    moment.advance(timedelta(days=1))
    await catalog.set_price(session, creator, film.id, euros(350))
    seen = [
        [price.amount_minor for price in (await catalog.prices_of(session, [film.id], at=at))[film.id]]
        for at in (moment.now() - timedelta(hours=1), moment.now(), monday)
    ]
    assert seen == [[300], [350], [400]]


async def test_currencies_and_kinds_stand_side_by_side(session: Session, creator: Actor, film: catalog.Content) -> None:
    await catalog.set_price(session, creator, film.id, euros(300))
    await catalog.set_price(session, creator, film.id, OneTime(Money(350, Currency("USD"))))
    await catalog.set_price(session, creator, film.id, PerMinute(Decimal("0.000001"), EUR))
    await catalog.remove_price(session, creator, film.id, PriceKind.ONE_TIME, "USD")
    prices = (await catalog.prices_of(session, [film.id]))[film.id]
    assert [(price.kind, price.currency) for price in prices] == [("one_time", "EUR"), ("per_minute", "EUR")]


@pytest.mark.parametrize(
    "change",
    [
        "amount_minor = 1",
        "valid_from = valid_from - interval '1 day'",
        "currency = 'USD'",
        "valid_until = valid_until + interval '1 s'",
    ],
)
async def test_the_database_itself_keeps_a_past_price(
    session: Session, creator: Actor, film: catalog.Content, moment: FrozenClock, change: str
) -> None:
    await catalog.set_price(session, creator, film.id, euros(300))
    moment.advance(timedelta(days=1))
    await catalog.remove_price(session, creator, film.id, PriceKind.ONE_TIME, "EUR")
    await session.flush()
    for statement in (f"update prices set {change}", "delete from prices"):
        with pytest.raises(DBAPIError):
            async with session.begin_nested():
                await session.execute(text(statement))


async def test_the_database_itself_refuses_two_prices_at_once(session: Session, creator: Actor, film: catalog.Content) -> None:
    price = await catalog.set_price(session, creator, film.id, euros(300))
    with pytest.raises(DBAPIError, match="prices_never_overlap"):
        async with session.begin_nested():
            session.add(
                catalog.Price(
                    content_id=film.id,
                    kind="one_time",
                    currency="EUR",
                    amount_minor=1,
                    valid_from=price.valid_from + timedelta(days=9),
                )
            )


@pytest.mark.parametrize(
    "asked",
    [
        euros(-1),
        OneTime(Money(1, Currency("eur"))),
        PerMinute(Decimal(0), EUR),
        PerMinute(Decimal("0.0000001"), EUR),
        PerMinute(Decimal("NaN"), EUR),
        euros(10**15),
    ],
)
async def test_an_impossible_price_is_refused(
    session: Session, creator: Actor, film: catalog.Content, asked: OneTime | PerMinute
) -> None:
    with pytest.raises(PriceInvalid):
        await catalog.set_price(session, creator, film.id, asked)


async def test_an_article_is_not_sold_by_the_minute(session: Session, creator: Actor) -> None:
    article = await catalog.create_content(session, creator, Kind.WRITTEN, title="Text")
    with pytest.raises(PriceInvalid):
        await catalog.set_price(session, creator, article.id, PerMinute(Decimal("0.1"), EUR))


async def test_the_database_and_the_kernel_agree_on_minor_units(session: Session) -> None:
    for currency in ("EUR", "JPY", "KWD", "CRD", "CLF", "IQD", "UYI", "XPF", "EGP"):
        major = (await session.execute(text("select money_major(123456, :currency)"), {"currency": currency})).scalar_one()
        assert major == Money(123456, Currency(currency)).decimal, currency
        assert -major.as_tuple().exponent == exponent_of(currency)


@given(st.decimals(min_value="0.000001", max_value="10000", places=6))
def test_every_rate_of_six_places_is_possible(rate: Decimal) -> None:
    check_price(PerMinute(rate, EUR), Kind.VIDEO)
