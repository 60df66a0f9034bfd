"""A course is bought whole: one purchase, one grant that opens what its lessons show, and a refund by what was not watched."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.commerce.market import VISA, Market, euro
from tuition import access, catalog, commerce
from tuition.catalog import OneTime
from tuition.identity import Actor
from tuition.kernel import DomainError
from tuition.learning import courses, enrollments
from tuition.learning.courses import LessonType
from tuition.ledger import AccountKind


async def test_one_purchase_opens_the_course_and_its_refund_closes_it(market: Market, creator: Actor, buyer: Actor) -> None:
    films = [await market.film(creator, minutes=60, rate=None, price=5000) for _ in range(2)]
    async with market.database.transaction() as session:
        course = await courses.create(session, creator, title="Breathing", visibility="paid")
        for film in films:
            await courses.add_lesson(session, creator, course.id, LessonType.VIDEO, title="Film", content_id=film.id)
        await catalog.set_price(session, creator, course.id, OneTime(euro(2000)))
        content = await catalog.publish(session, creator, course.id)

    bought = await market.buy(buyer, content)
    assert (bought.purchase.content_id, bought.purchase.amount_minor) == (course.id, 2000)
    async with market.database.reading() as session:
        enrollment = await enrollments.of_person(session, buyer.id, course.id)
        decisions = await access.decide_many(session, buyer, [course.id, *(film.id for film in films)])
        assert enrollment is not None
        assert enrollment.status == "active"
        assert {decision.grant_id for decision in decisions.values()} == {bought.purchase.grant_id}

    player = await market.press_play(buyer, films[0])
    await player.play(18 * 60)
    await player.stop()
    async with market.database.reading() as session:
        preview = await commerce.preview_refund(session, bought.purchase)
        [progress] = (await enrollments.progress_of(session, enrollment.id)).values()
    assert (preview.used_ms, preview.duration_ms, preview.amount) == (18 * 60_000, 120 * 60_000, euro(1700))
    assert (str(progress.completion_percentage), progress.last_position_seconds) == ("30.00", 18 * 60)

    await market.give_back(buyer, bought.purchase)
    async with market.database.reading() as session:
        enrollment = await enrollments.of_person(session, buyer.id, course.id)
        assert enrollment is not None
        assert enrollment.status == "expired"
        assert not (await access.decide(session, buyer, films[1].id)).allowed
    assert await market.holds(creator.id, AccountKind.EARNINGS_PENDING) == 1400 - 1190
    await market.check_books()


async def a_course(
    market: Market, creator: Actor, *, title: str = "Breathing", price: int = 2000, **settings: Any
) -> catalog.Content:
    """A published course of one text, for sale."""
    async with market.database.transaction() as session:
        course = await courses.create(session, creator, title=title, visibility="paid", **settings)
        await courses.add_lesson(session, creator, course.id, LessonType.TEXT, title="A text", body="Breathe in.")
        await catalog.set_price(session, creator, course.id, OneTime(euro(price)))
        return await catalog.publish(session, creator, course.id)


async def change(market: Market, creator: Actor, course_id: UUID, **changes: object) -> None:
    async with market.database.transaction() as session:
        await courses.edit(session, creator, course_id, changes)


async def refusal(market: Market, actor: Actor | None, content: catalog.Content) -> DomainError | None:
    async with market.database.reading() as session:
        return await commerce.why_not_sold(session, actor, content)


async def test_a_course_that_takes_nobody_in_is_not_sold(market: Market, creator: Actor, buyer: Actor) -> None:
    course, first = await a_course(market, creator), await a_course(market, creator, title="What comes first")
    assert await refusal(market, buyer, course) is None
    await change(market, creator, course.id, enrollment_open=False)
    for who in (buyer, None):
        assert isinstance(await refusal(market, who, course), enrollments.EnrollmentClosed)
    with pytest.raises(enrollments.EnrollmentClosed):
        await market.order(buyer, course)

    await change(market, creator, course.id, enrollment_open=True, ends_at=market.now + timedelta(days=1))
    await market.later(days=2)
    with pytest.raises(enrollments.CourseEnded):
        await market.order(buyer, course)

    await change(market, creator, course.id, ends_at=None, capacity=1)
    await market.buy(await market.person(), course)
    with pytest.raises(enrollments.CourseFull, match="All places of “Breathing” are taken"):
        await market.order(buyer, course)

    await change(market, creator, course.id, capacity=None)
    async with market.database.transaction() as session:
        await courses.set_prerequisites(session, creator, course.id, [first.id])
    assert await refusal(market, None, course) is None
    with pytest.raises(enrollments.PrerequisitesMissing, match="What comes first"):
        await market.order(buyer, course)
    assert await market.ask("select count(*) from orders") == [(1,)]
    await market.check_books()


async def test_a_series_with_a_full_course_in_it_is_not_sold_until_the_course_is_owned(
    market: Market, creator: Actor, buyer: Actor
) -> None:
    course, text = await a_course(market, creator, capacity=1), await market.article(creator, 1000)
    series = await market.series(creator, 2500, [course, text])
    await market.buy(buyer, course)
    other = await market.person()
    assert isinstance(await refusal(market, other, series), enrollments.CourseFull)
    with pytest.raises(enrollments.CourseFull):
        await market.order(other, series)
    assert await refusal(market, buyer, series) is None
    await market.buy(buyer, series)
    await market.check_books()


async def test_the_last_place_is_sold_once_however_many_press_buy(market: Market, creator: Actor) -> None:
    course = await a_course(market, creator, capacity=2)
    buyers = [await market.person() for _ in range(4)]
    for buyer in buyers:
        await market.pay_in(buyer, 2000)

    async def buy(buyer: Actor) -> bool:
        try:
            await market.order(buyer, course, from_wallet=True)
        except enrollments.CourseFull:
            return False
        return True

    outcomes = await asyncio.gather(*(buy(buyer) for buyer in buyers))
    assert sorted(outcomes) == [False, False, True, True]
    assert sorted([await market.balance(buyer) for buyer in buyers]) == [0, 0, 2000, 2000]
    assert await market.ask("select count(*) from enrollments where status = 'active'") == [(2,)]
    assert await market.ask("select count(*) from orders") == [(2,)]
    await market.check_books()


async def test_whoever_paid_for_a_place_that_was_taken_meanwhile_gets_the_money_back(market: Market, creator: Actor) -> None:
    course = await a_course(market, creator, capacity=1)
    buyers = [await market.person() for _ in range(3)]
    orders = [await market.order(buyer, course) for buyer in buyers]
    for _, payment in orders:
        assert payment is not None
        await market.type_card(payment, VISA)
    await market.work()
    seen = [await market.look(buyer, order.id) for buyer, (order, _) in zip(buyers, orders, strict=True)]
    assert sorted(bought.order.status for bought in seen) == ["completed", "superseded", "superseded"]
    for buyer, bought in zip(buyers, seen, strict=True):
        assert bought.payment is not None
        if bought.order.status == "completed":
            continue
        assert bought.order.refusal == {"sentence": enrollments.CourseFull.template(), "fields": {"title": "Breathing"}}
        assert (bought.purchase.status, bought.payment.status) == ("failed", "refunded")
        told = "select title, message from notifications where user_id = :person"
        assert await market.ask(told, person=buyer.id) == [("Your money goes back", "All places of “Breathing” are taken.")]
    assert await market.ask("select count(*) from enrollments") == [(1,)]
    assert await market.ask("select count(*) from email_logs where email_type = 'refund_receipt'") == [(2,)]
    await market.check_books()


async def test_a_refund_looks_at_every_lesson_of_a_course(market: Market, creator: Actor, buyer: Actor) -> None:
    film = await market.film(creator, minutes=60, rate=None, price=5000)
    async with market.database.transaction() as session:
        course = await courses.create(session, creator, title="Breathing", visibility="paid")
        part = await courses.add_lesson(session, creator, course.id, LessonType.TEXT, title="A heading")
        below = part.id
        add = courses.add_lesson
        await add(session, creator, course.id, LessonType.VIDEO, title="Film", content_id=film.id, parent_id=below)
        text = await add(session, creator, course.id, LessonType.TEXT, title="Text", body="In.", duration_minutes=20)
        quiz = await add(session, creator, course.id, LessonType.QUIZ, title="Quiz")
        free = await add(session, creator, course.id, LessonType.TEXT, title="Sample", body="Out.", is_preview=True)
        await catalog.set_price(session, creator, course.id, OneTime(euro(1999)))
        content = await catalog.publish(session, creator, course.id)
    whole = (60 + 20 + 5) * 60_000
    bought = await market.buy(buyer, content)

    async def preview() -> tuple[int, int, int]:
        async with market.database.reading() as session:
            seen = await commerce.preview_refund(session, bought.purchase)
        return seen.used_ms // 60_000, seen.duration_ms, seen.amount.minor

    async def look_at(lesson_id: UUID) -> None:
        async with market.database.transaction() as session:
            opened = await enrollments.open_lesson(session, buyer, lesson_id, now=market.now)
            await enrollments.begin_lesson(session, opened, market.now)

    assert await preview() == (0, whole, 1999)
    await market.later(minutes=1)
    await look_at(free.id)
    assert await preview() == (0, whole, 1999), "a preview is open to everybody"
    await look_at(quiz.id)
    assert await preview() == (5, whole, 1881), "1999 × 80/85 = 1881.41"
    await look_at(text.id)
    await look_at(text.id)
    player = await market.press_play(buyer, film)
    await player.play(15 * 60)
    await player.stop()
    assert await preview() == (40, whole, 1058), "1999 × 45/85 = 1058.29"

    await market.give_back(buyer, bought.purchase)
    await market.later(days=1)
    again = bought = await market.buy(buyer, content)
    assert again.purchase.amount_minor == 1999
    assert await preview() == (0, whole, 1999), "a second purchase starts its own count"
    await market.check_books()


async def test_whoever_completed_a_course_has_used_all_of_it(market: Market, creator: Actor, buyer: Actor) -> None:
    course = await a_course(market, creator)
    async with market.database.transaction() as session:
        await courses.add_lesson(
            session, creator, course.id, LessonType.TEXT, title="More", body="Read on.", is_required=False, duration_minutes=600
        )
        [required, _more] = [node.lesson for node in await courses.outline(session, course.id)]
    bought = await market.buy(buyer, course)
    async with market.database.transaction() as session:
        enrollment = await enrollments.of_person(session, buyer.id, course.id)
        assert enrollment is not None
        await enrollments.complete_lesson(session, enrollment.id, required.id, at=market.now)
        preview = await commerce.preview_refund(session, bought.purchase)
    assert preview.refusal is commerce.Refusal.ALL_USED
