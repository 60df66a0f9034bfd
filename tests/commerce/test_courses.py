"""A course is bought whole: one purchase, one grant that opens what its lessons show, and a refund by what was not watched."""

from __future__ import annotations

from tests.commerce.market import Market, euro
from tuition import access, catalog, commerce
from tuition.catalog import OneTime
from tuition.identity import Actor
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
