"""The pages of a quiz in a real browser: in order for everybody, on a phone and from right to left; items move by keyboard."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import FilePayload, expect

from benchmarks.quizzes import ten_questions
from tests.browser.cinema import House
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, Serve, findings, free_port, sideways
from tests.learning.quizzes.conftest import TEN_POINTS, School, found_school
from tuition import identity
from tuition.identity import Role
from tuition.learning import quizzes
from tuition.main import create_app

pytestmark = pytest.mark.browser


@dataclass
class Served:
    """The house and the school in it."""

    house: House
    school: School

    @property
    def quiz(self) -> str:
        """Where the quiz is."""
        return f"{self.house.address}/quizzes/{self.school.quiz.id}"

    @property
    def desk(self) -> str:
        """Where it is worked on."""
        return f"{self.house.address}/studio/quizzes/{self.school.quiz.id}"


@pytest.fixture
async def served(database_url: str, tmp_path: Path, serve: Serve) -> Served:
    port = free_port()
    house = await House.build(database_url, tmp_path / "home", port)
    learner = await house.person()
    async with house.runtime.database.transaction() as session:
        session.add(identity.UserRole(user_id=house.creator.id, role=Role.CREATOR.value))
        listed = [*TEN_POINTS, *((body, Decimal(1)) for body in ten_questions()[4:7]), (ten_questions()[1], Decimal(1))]
        school = await found_school(
            session, listed, people=(house.creator, learner), shuffle_questions=False, time_limit_minutes=20
        )
    await serve(create_app(house.runtime), port)
    return Served(house, school)


LOOKS: list[dict[str, Any]] = [{"width": DESKTOP}, {"width": PHONE, "theme": "dark", "language": "ar"}]


@pytest.mark.parametrize("look", LOOKS, ids=["desktop", "phone-arabic-dark"])
async def test_every_page_of_a_quiz_is_in_order_for_everybody(served: Served, open_page: OpenPage, look: dict[str, Any]) -> None:
    school = served.school
    async with served.house.runtime.database.transaction() as session:
        attempt = await quizzes.start(session, school.learner, school.quiz.id)
        essay = await quizzes.sheet_of(session, await quizzes.look(session, school.learner, attempt.id), now=attempt.started_at)
        place = next(line.answer.position for line in essay.lines if line.kind == "essay")
        await quizzes.save_answer(session, school.learner, attempt.id, place, {"text": "Add one."})
    contents_of = quizzes.contents_of
    async with served.house.runtime.database.reading() as session:
        contents = await contents_of(session, school.quiz.id)
    page = await open_page(**look)
    await served.house.admit(page, school.learner)
    mine = f"{served.house.address}/quizzes/attempts/{attempt.id}"
    await _are_in_order(page, [served.quiz, mine, f"{mine}/review"])
    async with served.house.runtime.database.transaction() as session:
        await quizzes.submit(session, school.learner, attempt.id)
    await _are_in_order(page, [mine, served.quiz])
    await served.house.admit(page, school.teacher)
    desk = served.desk
    writing = [f"{served.house.address}/studio/questions/{one.asked.question.id}" for one in contents.listed]
    banks = [
        f"{served.house.address}/studio/banks",
        f"{served.house.address}/studio/banks/{school.quiz.bank_id}?quiz={school.quiz.id}",
    ]
    await _are_in_order(page, [desk, f"{desk}/rules", f"{desk}/preview", f"{desk}/attempts", f"{desk}/grading", *banks, *writing])
    await _are_in_order(page, [f"{desk}/grading/{attempt.id}/{place}", f"{desk}/figures"])


async def _are_in_order(page: Any, addresses: list[str]) -> None:
    for address in addresses:
        answer = await page.goto(address)
        assert answer.status == 200, address
        assert await findings(page) == [], address
        assert await sideways(page) == 0, address


async def test_items_are_put_in_order_by_keyboard_and_stay_so(served: Served, open_page: OpenPage) -> None:
    page = await open_page()
    await served.house.admit(page, served.school.learner)
    await page.goto(served.quiz)
    await page.get_by_role("button", name="Begin").click()
    items = page.locator("[data-ordering] .quiz-words")
    before = await items.all_inner_texts()
    down = page.get_by_role("button", name=f"Move “{before[0]}” down")
    await down.focus()
    await page.keyboard.press("Enter")
    assert await items.all_inner_texts() == [before[1], before[0], before[2]]
    await expect(down).to_be_focused()
    await expect(page.locator("[data-state-text]")).to_have_text("Saved")
    await page.reload()
    assert await items.all_inner_texts() == [before[1], before[0], before[2]]


async def test_a_second_tab_that_was_faster_is_not_overwritten(served: Served, open_page: OpenPage) -> None:
    page = await open_page()
    await served.house.admit(page, served.school.learner)
    await page.goto(served.quiz)
    await page.get_by_role("button", name="Begin").click()
    other = await page.context.new_page()
    await other.goto(page.url)
    await page.get_by_label("True", exact=True).check()
    await expect(page.locator("[data-state-text]")).to_have_text("Saved")
    await other.get_by_label("False", exact=True).check()
    await expect(other.locator("[data-error]:visible")).to_contain_text("changed in another tab")
    await page.reload()
    await expect(page.get_by_label("True", exact=True)).to_be_checked()


@pytest.mark.parametrize("look", LOOKS, ids=["desktop", "phone-arabic-dark"])
async def test_a_teacher_puts_a_picture_into_a_question(served: Served, open_page: OpenPage, look: dict[str, Any]) -> None:
    page = await open_page(**look)
    await served.house.admit(page, served.school.teacher)
    await page.goto(f"{served.desk}/new?type=true_false")
    await page.locator("#f-text").fill("Is it red? ")
    bringer = page.locator("[data-pictures]")
    await bringer.locator("input").set_input_files(files=FilePayload(name="q.svg", mimeType="image/png", buffer=b"<svg></svg>"))
    await expect(bringer.get_by_role("status")).to_contain_text("SVG")
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(drawn, "PNG")
    await bringer.locator("input").set_input_files(files=FilePayload(name="q.png", mimeType="image/png", buffer=drawn.getvalue()))
    await expect(page.locator("#f-text")).to_have_value(re.compile(r"^Is it red\? !\[.+\]\(/v1/pictures/[0-9a-f-]{36}\)$"))
    assert await findings(page) == []
    assert await sideways(page) == 0
    # What the picture shows is selected, so that it is said by typing.
    await page.keyboard.type("A red sheet")
    await page.locator("button[type=submit]:not([name])").first.click()
    await page.goto(f"{served.desk}/preview")
    shown = page.get_by_alt_text("A red sheet")
    await expect(shown).to_have_js_property("naturalWidth", 64)
