"""The owner's pages in a real browser: the colour that is chosen, the books that are proved, and nothing for axe to find."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.cinema import House
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, Serve, findings, free_port, sideways
from tuition import catalog, identity, messaging
from tuition.catalog import Kind
from tuition.identity import Actor, Role
from tuition.main import create_app
from tuition.platform import jobs

pytestmark = pytest.mark.browser


@pytest.fixture
async def house(database_url: str, tmp_path: Path, serve: Serve) -> House:
    port = free_port()
    house = await House.build(database_url, tmp_path / "home", port)
    learner = await house.person(funds=500)
    async with house.runtime.database.transaction() as session:
        session.add(identity.UserRole(user_id=house.creator.id, role=Role.OWNER.value))
        await catalog.create_content(session, house.creator, Kind.VIDEO, title="The Moon")
        await messaging.send_email(session, "welcome", to_person=learner.id)
    await serve(create_app(house.runtime), port)
    return house


async def office(house: House, open_page: OpenPage, **options: object) -> Page:
    page = await open_page(**options)
    await house.admit(page, house.creator)
    return page


async def test_the_preview_follows_the_colour_and_saving_dresses_the_site(house: House, open_page: OpenPage) -> None:
    page = await office(house, open_page)
    await page.goto(f"{house.address}/owner/settings")
    await page.fill("[name=primary_color]", "#7a1f2b")
    await expect(page.locator("#looks rect[fill='#7a1f2b']").first).to_be_visible()
    await expect(page.locator("[data-well]")).to_have_value("#7a1f2b")
    assert await findings(page) == []
    await page.click("main button:has-text('Save')")
    await expect(page.locator("#toasts")).to_contain_text("Saved.")
    assert "Settings" in await page.title()
    await expect(page.locator("[name=primary_color]")).to_have_value("#7a1f2b")


async def test_the_books_are_proved_while_one_watches(house: House, open_page: OpenPage) -> None:
    page = await office(house, open_page)
    await page.goto(f"{house.address}/owner/books")
    await page.click("button:has-text('Prove them now')")
    await expect(page.locator("#proof")).to_contain_text("You may leave this page")
    await jobs.drain(house.runtime.database, house.runtime.services)
    await expect(page.locator("#proof")).to_contain_text("The books are in order.")
    assert await findings(page) == []


async def test_a_person_is_suspended_from_a_dialog_by_keyboard(house: House, open_page: OpenPage) -> None:
    person: Actor = await house.person()
    page = await office(house, open_page)
    await page.goto(f"{house.address}/owner/people/{person.id}")
    await page.locator("[data-dialog=suspend]").focus()
    await page.keyboard.press("Enter")
    assert await findings(page) == []
    await page.locator("dialog textarea").fill("Spam")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_contain_text("Spam")


@pytest.mark.parametrize(("width", "theme", "language"), [(DESKTOP, "light", "en"), (PHONE, "dark", "ar")])
async def test_axe_finds_nothing_on_the_owners_pages(
    house: House, open_page: OpenPage, width: int, theme: str, language: str
) -> None:
    page = await office(house, open_page, width=width, theme=theme, language=language)
    paths = ["", "/settings", "/settings/money", "/settings/legal", "/settings/taxes", "/people", f"/people/{house.creator.id}"]
    paths += ["/settings/sign-in", "/reports", "/refunds", "/contents", "/payments", "/payments?status=stuck"]
    paths += ["/tables/users/list", "/webhooks", "/outbox", "/audit", "/books", "/system"]
    for path in paths:
        answer = await page.goto(f"{house.address}/owner{path}")
        assert answer is not None
        assert answer.status == 200, path
        assert await findings(page) == [], path
        assert await sideways(page) <= 0, path
    await page.goto(f"{house.address}/owner/outbox")
    await page.locator("tbody a").first.click()
    await page.wait_for_load_state()
    assert await findings(page) == []
