"""A course that takes nobody in, on the pages of whoever would like to: a reason where the button was."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text

from tests.web import stock
from tuition import catalog
from tuition.catalog import OneTime
from tuition.learning import courses
from tuition.learning.courses import LessonType
from tuition.main import wire
from tuition.payments import Gateways
from tuition.platform import files
from tuition.platform.database import Database


@pytest.fixture
async def client(database: Database, store: files.Store, school: stock.School) -> AsyncIterator[httpx.AsyncClient]:
    assert school
    wire(database.bus)
    runtime = stock.runtime(database, store)
    runtime.services.provide(Gateways, Gateways([]))
    async with stock.browser(stock.application(runtime)) as client:
        yield client


async def add_course(database: Database, school: stock.School, *, price: int | None = None) -> catalog.Content:
    """A course with one text."""
    async with database.transaction() as session:
        visibility = "paid" if price else "public"
        course = await courses.create(session, school.creator, title="Breathing", visibility=visibility)
        await courses.add_lesson(session, school.creator, course.id, LessonType.TEXT, title="In", body="And out.")
        if price:
            await catalog.set_price(session, school.creator, course.id, OneTime(stock.euro(price)))
        return await catalog.publish(session, school.creator, course.id)


async def change(database: Database, school: stock.School, course: catalog.Content, **changes: object) -> None:
    async with database.transaction() as session:
        await courses.edit(session, school.creator, course.id, changes)


async def test_a_closed_course_says_why_and_offers_no_button_that_fails(
    client: httpx.AsyncClient, school: stock.School, database: Database
) -> None:
    course = await add_course(database, school, price=2000)
    assert f"/checkout?content={course.id}" in (await client.get("/c/breathing")).text
    await change(database, school, course, enrollment_open=False)
    for _ in ("a visitor", "a learner"):
        page = (await client.get("/c/breathing")).text
        assert "“Breathing” takes nobody in at the moment: its teacher enrols people by hand." in page
        assert f"/checkout?content={course.id}" not in page
        await stock.sign_in(client)
    refused = await client.get("/checkout", params={"content": str(course.id)})
    assert refused.status_code == 409
    assert "takes nobody in at the moment" in refused.text
    quoted = await client.get("/v1/orders/quote", params={"content_id": str(course.id)})
    assert (quoted.status_code, quoted.json()["code"]) == (409, "enrollments.closed")
    arabic = await client.get("/v1/orders/quote", params={"content_id": str(course.id)}, headers={"accept-language": "ar"})
    assert "لا يقبل «Breathing» أحدًا" in arabic.json()["detail"]
    assert (arabic.headers["content-language"], quoted.headers["content-language"]) == ("ar", "en")
    answer = await client.post("/checkout", data={"content": str(course.id), "agreed": "1", "pay": "wallet"})
    assert answer.status_code == 409
    assert await is_empty(database, "orders")


async def test_a_full_course_offers_no_place_to_enrol(
    client: httpx.AsyncClient, school: stock.School, database: Database
) -> None:
    course = await add_course(database, school)
    await change(database, school, course, capacity=1)
    await stock.sign_in(client)
    assert 'action="/learn/breathing"' in (await client.get("/c/breathing")).text
    assert (await client.post("/learn/breathing")).status_code == 303
    await client.post("/sign-out")
    async with database.transaction() as session:
        await stock.add_person(session, "late@example.org", "Late")
    await stock.sign_in(client, "late@example.org")
    page = (await client.get("/c/breathing")).text
    assert "All places of “Breathing” are taken." in page
    assert 'action="/learn/breathing"' not in page
    assert (await client.post("/learn/breathing")).status_code == 409


async def is_empty(database: Database, table: str) -> bool:
    async with database.reading() as session:
        return not list(await session.execute(text(f"select from {table} limit 1")))
