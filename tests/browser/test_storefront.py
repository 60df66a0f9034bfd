"""The storefront in a real browser: judged by axe in both themes, both directions and three widths; used by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, TABLET, OpenPage, Serve, findings, sideways
from tests.web import stock
from tuition import messaging
from tuition.identity import Role
from tuition.platform import site
from tuition.platform.database import Database

LOOKS: list[tuple[int, Any, str]] = [
    (DESKTOP, "light", "en"),
    (TABLET, "dark", "en"),
    (PHONE, "light", "ar"),
    (PHONE, "dark", "en"),
]


@pytest.fixture
async def school(database: Database, tmp_path: Path) -> stock.School:
    """The school, committed, and its learner with something of everything."""
    async with database.transaction() as session:
        school = await stock.open_school(session, stock.store_in(tmp_path))
        learner, things = school.learner, school.things
        await stock.paid_by_minute(session, learner, things["film"], 210)
        await stock.played(session, learner, things["film"], 17)
        await stock.give(session, learner, things["book"])
        await stock.give(session, learner, things["article"], days=3)
        await site.change(session, None, platform_name="The Slow School", about_content="<h2>Who</h2><p>Us.</p>")
        await messaging.notify(
            session, learner.id, "low_balance", title="Your balance is low", message="€0.80 is left.", action_url="/wallet"
        )
    return school


@pytest.fixture
async def address(database: Database, database_url: str, school: stock.School, serve: Serve, tmp_path: Path) -> str:
    """The application, served, with news passed on."""
    return await serve(stock.application(stock.runtime(database, stock.store_in(tmp_path), database_url)))


async def sign_in(page: Page, address: str) -> None:
    await page.goto(f"{address}/sign-in")
    await page.fill("#f-email", "sami@example.org")
    await page.fill("#f-password", stock.PASSWORD)
    await page.click("main button[type=submit]")
    await page.wait_for_url(lambda url: "/sign-in" not in url)


async def judge(page: Page, address: str, paths: list[str]) -> None:
    for path in paths:
        await page.goto(address + path)
        await page.wait_for_load_state("load")
        assert await findings(page) == [], path
        assert await sideways(page) <= 0, path


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
async def test_nothing_is_wrong_with_any_page_for_a_visitor(
    address: str, school: stock.School, open_page: OpenPage, width: int, theme: Any, language: str
) -> None:
    page = await open_page(width=width, theme=theme, language=language)
    slugs = [school.things[name].slug for name in ("film", "series", "book", "members", "long", "arabic")]
    paths = ["/", "/catalogue", "/catalogue?q=nothing-at-all", *(f"/c/{slug}" for slug in slugs)]
    paths += [f"/creators/{school.creator.id}", "/read/on-patience", f"/read/{school.things['arabic'].slug}", "/about"]
    await judge(page, address, paths)


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
async def test_nothing_is_wrong_with_any_page_for_a_member(
    address: str, school: stock.School, open_page: OpenPage, width: int, theme: Any, language: str
) -> None:
    page = await open_page(width=width, theme=theme, language=language)
    await sign_in(page, address)
    book = school.things["book"].slug
    paths = ["/", "/library", "/notifications", "/c/slow-arithmetic", f"/c/{book}", f"/c/{book}/access", f"/read/{book}"]
    await judge(page, address, paths)


async def test_choosing_and_typing_change_the_results_and_say_so(address: str, open_page: OpenPage) -> None:
    page = await open_page()
    await page.goto(f"{address}/catalogue")
    await page.check("#facet-kind-video")
    await expect(page.locator("#cards .content-card")).to_have_count(1)
    assert "kind=video" in page.url
    await expect(page.locator("#facet-kind-video")).to_be_focused()
    await expect(page.locator("#found")).to_have_text("1 found")
    await page.uncheck("#facet-kind-video")
    await page.fill("#words", "arithmetc")
    await expect(page.locator("#results-title")).to_contain_text("arithmetc")
    await expect(page.locator("#cards")).to_contain_text("Slow arithmetic")
    await page.go_back()
    await expect(page.locator("#results-title")).to_contain_text("Everything")


async def test_a_filter_works_without_javascript(address: str, open_page: OpenPage) -> None:
    page = await open_page(java_script_enabled=False)
    await page.goto(f"{address}/catalogue")
    await page.check("#facet-kind-audio")
    await page.get_by_role("button", name="Show", exact=True).click()
    assert "kind=audio" in page.url
    await expect(page.locator("#cards .content-card")).to_have_count(1)


async def test_a_book_is_turned_page_by_page_and_opens_where_it_was_closed(
    address: str, school: stock.School, open_page: OpenPage
) -> None:
    page = await open_page()
    await sign_in(page, address)
    await page.goto(f"{address}/read/{school.things['book'].slug}")
    await expect(page.locator("#leaf canvas")).to_be_visible()
    await page.click("[data-turn='1']")
    await expect(page.locator("#page")).to_have_value("2")
    await expect(page.locator(".leaf-words")).to_contain_text("Counting")
    await page.click(".toc a[data-page='4']")
    await expect(page.locator("#page")).to_have_value("4")
    await page.goto(f"{address}/read/{school.things['book'].slug}")
    await expect(page.locator("#page")).to_have_value("4")


async def test_news_arrives_on_the_open_page(address: str, database: Database, school: stock.School, open_page: OpenPage) -> None:
    page = await open_page()
    await sign_in(page, address)
    await page.goto(f"{address}/notifications")
    await expect(page.locator("#unread")).to_have_text("1")
    async with page.expect_response(lambda answer: answer.url.endswith("/notifications/stream")):
        await page.reload()
    await page.wait_for_timeout(300)
    async with database.transaction() as session:
        await messaging.notify(session, school.learner.id, "payment", title="Topped up", message="By card.")
    await expect(page.locator("#unread")).to_have_text("2")
    await expect(page.locator(".notes")).to_contain_text("Topped up")
    await page.locator(".note", has_text="Topped up").get_by_role("button", name="Mark").click()
    await expect(page.locator("#unread")).to_have_text("1")


async def test_the_keyboard_alone_finds_a_film(address: str, open_page: OpenPage) -> None:
    page = await open_page()
    await page.goto(f"{address}/catalogue")
    await page.focus("#words")
    await page.keyboard.type("breathing")
    await page.keyboard.press("Enter")
    await expect(page.locator("#cards .content-card")).to_have_count(1)
    await page.wait_for_load_state("networkidle")
    await page.locator("#cards a").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Ten minutes of breathing")


async def test_the_owner_sees_an_empty_school_kindly(
    database: Database, database_url: str, serve: Serve, open_page: OpenPage, tmp_path: Path
) -> None:
    async with database.transaction() as session:
        await stock.add_person(session, "sami@example.org", "Sami Osman", Role.OWNER)
    address = await serve(stock.application(stock.runtime(database, stock.store_in(tmp_path), database_url)))
    page = await open_page(width=PHONE)
    await judge(page, address, ["/", "/catalogue"])
    await sign_in(page, address)
    await judge(page, address, ["/library"])
