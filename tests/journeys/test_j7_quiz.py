"""A graded quiz of twenty minutes: begun, interrupted, handed in by the clock, graded by a person, and not a third time."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage, findings, sideways
from tests.journeys.house import House, Json, LiveHouse, Person

pytestmark = pytest.mark.slow
ARGUMENT = [{"id": "no", "title": "None", "points": 0}, {"id": "yes", "title": "Clear", "points": 2}]
WORDS = [{"id": "some", "title": "Some", "points": 0.5}, {"id": "all", "title": "All", "points": 2}]
RUBRIC = {
    "criteria": [
        {"id": "argument", "title": "Argument", "levels": ARGUMENT},
        {"id": "words", "title": "Words", "levels": WORDS},
    ]
}
QUESTIONS: list[tuple[Json, str]] = [
    (
        {
            "type": "multiple_choice",
            "text": "Which are prime?",
            "several": True,
            "explanation": "A prime has exactly two divisors.",
            "options": [{"text": str(number), "is_correct": number in (2, 3, 7)} for number in (2, 3, 4, 7, 9)],
        },
        "3.00",
    ),
    ({"type": "true_false", "text": "The sun is a star.", "answer": True}, "1.00"),
    (
        {
            "type": "short_answer",
            "text": "The capital of France?",
            "accepted": [{"text": "Paris"}],
            "tolerance": {"slips_max": 1},
        },
        "2.00",
    ),
    ({"type": "essay", "text": "Why is there no largest prime?", "rubric": RUBRIC}, "4.00"),
]


class Class:
    """A course with the quiz, its teacher and a student."""

    def __init__(self, mona: Person, sami: Person, course: str, quiz: str) -> None:
        self.mona, self.sami, self.course, self.quiz = mona, sami, course, quiz

    async def begin(self) -> Json:
        """Begin, or go on."""
        sheet: Json = await self.sami.post(f"/v1/quizzes/{self.quiz}/attempts", expect=201)
        return sheet

    async def answer(self, sheet: Json, kind: str, response: Json) -> Json:
        """Save one answer."""
        question = find(sheet, kind)
        path = f"/v1/quiz-attempts/{sheet['attempt']['id']}/answers/{question['position']}"
        saved: Json = await self.sami.ask("PUT", path, json={"response": response})
        return saved


def find(sheet: Json, kind: str) -> Json:
    """The question of a type."""
    return next(question for question in sheet["questions"] if question["type"] == kind)


async def open_class(house: House) -> Class:
    """Mona teaches numbers, Sami learns them for nothing."""
    mona, sami = await house.creator("Mona"), await house.join("Sami")
    course = (await mona.post("/v1/courses", {"title": "Numbers", "description": "About numbers.", "visibility": "public"}))["id"]
    lesson = (await mona.post(f"/v1/courses/{course}/lessons", {"lesson_type": "quiz", "title": "Primes"}))["id"]
    [quiz] = [one for one in (await mona.get(f"/v1/courses/{course}/quizzes"))["items"] if one["lesson_id"] == lesson]
    for body, points in QUESTIONS:
        await mona.post(f"/v1/quizzes/{quiz['id']}/questions", {"body": body, "points": points})
    await mona.ask("PATCH", f"/v1/quizzes/{quiz['id']}", json={"time_limit_minutes": 20, "max_attempts": 2, "is_published": True})
    await mona.post(f"/v1/contents/{course}/publish")
    await sami.post("/v1/enrollments", {"course_id": course})
    return Class(mona, sami, course, quiz["id"])


async def test_two_of_three_are_two_points_and_a_rubric_makes_it_seven_and_a_half(house: House) -> None:
    room = await open_class(house)
    sheet = await room.begin()
    sent = json.dumps(sheet)
    assert "Paris" not in sent
    assert "two divisors" not in sent
    assert "is_correct" not in sent
    options = {option["html"]: option["id"] for option in find(sheet, "multiple_choice")["shown"]["options"]}
    await room.answer(sheet, "multiple_choice", {"choices": [options["2"], options["7"]]})
    await room.answer(sheet, "true_false", {"value": True})
    await room.answer(sheet, "short_answer", {"text": "pariss"})
    await room.answer(sheet, "essay", {"text": "Multiply all of them and add one."})
    attempt = f"/v1/quiz-attempts/{sheet['attempt']['id']}"
    handed_in = await room.sami.post(f"{attempt}/submit")
    assert (handed_in["status"], handed_in["score"], handed_in["is_passed"]) == ("submitted", "5.00", None)

    [waiting] = (await room.mona.get(f"/v1/quizzes/{room.quiz}/to-grade"))["items"]
    levels = {"argument": "yes", "words": "some"}
    graded = await room.mona.ask("PUT", f"{attempt}/grades/{waiting['position']}", json={"levels": levels})
    assert (graded["status"], graded["score"], graded["percentage"]) == ("graded", "7.50", "75.00")
    assert graded["is_passed"] is True
    [enrollment] = (await room.sami.get("/v1/enrollments"))["items"]
    assert enrollment["progress_percentage"] == "100.00"

    await room.sami.post(f"/v1/quiz-attempts/{(await room.begin())['attempt']['id']}/submit")
    refused = await room.sami.post(f"/v1/quizzes/{room.quiz}/attempts", expect=409)
    assert refused["code"] == "quizzes.attempts_used_up"


async def test_a_refresh_a_second_tab_and_a_lost_connection_are_one_attempt_that_ends_by_our_clock(house: House) -> None:
    room = await open_class(house)
    sheet = await room.begin()
    await room.answer(sheet, "true_false", {"value": True})
    house.clock.advance(timedelta(minutes=19, seconds=50))
    again = await room.begin()
    assert again["attempt"]["id"] == sheet["attempt"]["id"]
    assert find(again, "true_false")["response"] == {"value": True}
    assert again["attempt"]["deadline_at"] == sheet["attempt"]["deadline_at"]
    await room.answer(again, "short_answer", {"text": "Paris"})
    # The connection is lost; nobody comes back. The house hands in at 20:00.
    house.clock.advance(timedelta(seconds=21))
    await house.work()
    ended = await room.sami.get(f"/v1/quiz-attempts/{sheet['attempt']['id']}")
    assert (ended["attempt"]["handed_in_by"], ended["attempt"]["time_taken_seconds"]) == ("deadline", 1200)
    assert (ended["attempt"]["status"], ended["attempt"]["score"]) == ("graded", "3.00")
    path = f"/v1/quiz-attempts/{sheet['attempt']['id']}/answers/1"
    late = await room.sami.ask("PUT", path, json={"response": None}, expect=409)
    assert late["code"] == "quizzes.attempt_over"


@pytest.mark.browser
async def test_in_a_browser_answers_are_saved_through_a_lost_connection(living_house: LiveHouse, open_page: OpenPage) -> None:
    house = living_house
    room = await open_class(house)
    page: Any = await open_page()
    address = str(house.http.base_url).rstrip("/")
    await page.goto(f"{address}/sign-in?next=/quizzes/{room.quiz}")
    await page.get_by_label("E-mail").fill(room.sami.email)
    await page.get_by_label("Password", exact=True).fill("seven quiet otters")
    await page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="Begin").click()
    await expect(page.locator("[data-clock]")).to_contain_text("19:")
    source = await page.content()
    assert "Paris" not in source
    assert "two divisors" not in source
    await page.get_by_label("True", exact=True).check()
    await expect(page.locator("[data-state-text]")).to_have_text("Saved")

    await page.context.set_offline(True)
    await page.get_by_role("textbox", name="The capital of France?").fill("Paris")
    await expect(page.locator("[data-state-text]")).to_contain_text("No connection")
    await page.context.set_offline(False)
    await expect(page.locator("[data-state-text]")).to_have_text("Saved", timeout=30_000)
    await page.reload()
    await expect(page.get_by_label("True", exact=True)).to_be_checked()
    await expect(page.get_by_role("textbox", name="The capital of France?")).to_have_value("Paris")
    assert await findings(page) == []
    assert await sideways(page) == 0

    await page.get_by_role("button", name="Review and hand in").click()
    await expect(page.locator("main")).to_contain_text("2 questions have no answer.")
    assert await findings(page) == []
    await page.get_by_role("button", name="Hand in").click()
    await expect(page.locator("main")).to_contain_text("3 of 10")
    await expect(page.locator("main")).to_contain_text("A prime has exactly two divisors.")
    assert await findings(page) == []
