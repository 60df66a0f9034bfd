"""Questions, reviews, announcements and reports as pages: through their forms, by the people who use them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.web import stock
from tuition.identity import Role
from tuition.main import wire
from tuition.platform import files
from tuition.platform.database import Database

TEACHER, LEARNER = "noor@example.org", "sami@example.org"


@pytest.fixture
async def school(database: Database, store: files.Store) -> stock.School:
    """The school; its learner has bought the article, and somebody runs it."""
    wire(database.bus)
    async with database.transaction() as session:
        school = await stock.open_school(session, store)
        await stock.give(session, school.learner, school.things["article"])
        await stock.add_person(session, "owner@example.org", "Olga", Role.OWNER)
        return school


@pytest.fixture
async def client(database: Database, store: files.Store, school: stock.School) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    async with stock.browser(stock.application(stock.runtime(database, store))) as client:
        yield client


async def as_person(client: httpx.AsyncClient, email: str) -> None:
    client.cookies.clear()
    await stock.sign_in(client, email)


async def test_a_question_is_asked_answered_and_accepted(client: httpx.AsyncClient, school: stock.School) -> None:
    home = f"/c/{school.things['article'].slug}/discussions"
    assert (await client.get(home)).status_code == 303
    await as_person(client, LEARNER)
    assert "Nobody has asked yet" in (await client.get(home)).text
    kept = await client.post(home, data={"title": "Why wait?", "body": " "})
    assert (kept.status_code, "Why wait?" in kept.text, "write something" in kept.text) == (422, True, True)
    asked = await client.post(home, data={"title": "Why wait?", "body": "I *really* do not see it."})
    thread = asked.headers["location"]
    assert "<em>really</em>" in (await client.get(thread)).text

    await as_person(client, TEACHER)
    answered = await client.post(f"{thread}/replies", data={"body": "Because it is quieter."})
    reply_id = answered.headers["location"].partition("#reply-")[2]
    assert "Waiting for an answer" in (await client.get(home)).text
    await client.post(f"{thread}/arrange", data={"wish": "pin"})

    await as_person(client, LEARNER)
    await client.post(f"/replies/{reply_id}/helpful", data={"on": "yes"})
    await client.post(f"/replies/{reply_id}/accept", data={"on": "yes"})
    page = (await client.get(thread)).text
    assert "The answer" in page
    assert "Helpful (1)" in page
    listed = (await client.get(home)).text
    assert "Answered" in listed
    assert "Pinned" in listed
    assert "Every question is answered" in (await client.get(f"{home}?show=open")).text
    part = (await client.get(home, headers={"hx-request": "true"})).text
    assert "<html" not in part
    assert "Why wait?" in part


async def test_who_does_not_have_it_takes_no_part(client: httpx.AsyncClient, school: stock.School) -> None:
    slug = school.things["short"].slug
    await as_person(client, LEARNER)
    for path in (f"/c/{slug}/discussions", f"/c/{slug}/announcements", f"/c/{slug}/reports"):
        assert (await client.get(path)).status_code in (403, 404), path
    assert (await client.post(f"/c/{slug}/discussions", data={"title": "x", "body": "y"})).status_code == 404
    assert (await client.get(f"/c/{slug}/reviews")).status_code == 200
    assert (await client.post(f"/c/{slug}/reviews", data={"stars": "5"})).status_code == 402


async def test_a_review_is_given_changed_and_taken_back(client: httpx.AsyncClient, school: stock.School) -> None:
    slug = school.things["article"].slug
    await as_person(client, LEARNER)
    missing = await client.post(f"/c/{slug}/reviews", data={"review": "Lovely"})
    assert (missing.status_code, "Lovely" in missing.text) == (422, True)
    await client.post(f"/c/{slug}/reviews", data={"stars": "4", "review": "Lovely"})
    await client.post(f"/c/{slug}/reviews", data={"stars": "5", "review": "Lovelier"})
    client.cookies.clear()
    page = (await client.get(f"/c/{slug}/reviews")).text
    assert "Lovelier" in page
    assert "5.0" in page
    assert f'href="/c/{slug}/reviews"' in (await client.get(f"/c/{slug}")).text
    await as_person(client, LEARNER)
    await client.post(f"/c/{slug}/reviews/withdraw")
    assert "Nobody has written a review yet" in (await client.get(f"/c/{slug}/reviews")).text


async def test_an_announcement_is_written_where_it_is_read(client: httpx.AsyncClient, school: stock.School) -> None:
    home = f"/c/{school.things['article'].slug}/announcements"
    await as_person(client, TEACHER)
    assert (await client.post(home, data={"title": "", "body": "x"})).status_code == 422
    await client.post(home, data={"title": "Tomorrow", "body": "At **nine**.", "by_mail": "yes"})
    await as_person(client, LEARNER)
    page = (await client.get(home)).text
    assert "<strong>nine</strong>" in page
    assert "Tell everybody" not in page
    assert (await client.post(home, data={"title": "Me", "body": "too"})).status_code == 403


async def test_what_is_reported_is_decided_by_who_runs_the_school(client: httpx.AsyncClient, school: stock.School) -> None:
    article = school.things["article"]
    await as_person(client, LEARNER)
    form = f"/report/content/{article.id}"
    assert (await client.get(f"{form}?back=/c/{article.slug}")).status_code == 200
    assert (await client.post(form, data={"reason": ""})).status_code == 422
    assert (await client.post(form, data={"reason": "other"})).status_code == 422
    sent = await client.post(form, data={"reason": "copyright", "details": "Mine", "back": f"/c/{article.slug}"})
    assert sent.headers["location"] == f"/c/{article.slug}"
    assert (await client.get("/owner/reports")).status_code == 403

    await as_person(client, "owner@example.org")
    page = (await client.get("/owner/reports")).text
    report_id = re.search(r"/reports/([0-9a-f-]{36})", page)
    assert report_id
    await client.post(f"/reports/{report_id[1]}", data={"decision": "uphold", "note": "Not yours."})
    assert "Mine" in (await client.get("/owner/reports?status=upheld")).text
    await as_person(client, LEARNER)
    gone = await client.get(f"/c/{article.slug}")
    assert (gone.status_code, "Not yours." in gone.text) == (410, True)
